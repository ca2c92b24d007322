"""The protocol between tablet and server: what a tablet is told since it last asked."""
