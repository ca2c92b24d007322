"""People, their devices and sessions, and what each may do."""
