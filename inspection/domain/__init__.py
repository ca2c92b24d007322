"""What an inspection is: pure, no I/O, no clock, no framework."""
