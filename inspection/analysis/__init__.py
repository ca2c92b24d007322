"""What an office reads from the register: rankings, trends, top findings, and its bulletins."""
