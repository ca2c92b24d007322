"""Make what tests need, through public doors: lists, people, devices, ink, photos, records.

A builder fills in everything that a test does not care about and takes what it does care about as
a keyword. No assertions and no fixtures here.
"""
