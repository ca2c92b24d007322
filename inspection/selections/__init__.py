"""Random selection (双随机) of enterprises and inspectors: announced, drawn by a public value."""
