"""The append-only, hash-linked record of what happened; knows entries, not hazards."""
