"""What inspectors handed in: `intake.py` is the one door."""
