"""Checklists made here: drafts, and the files that lists come from and leave as."""
