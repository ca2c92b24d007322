"""Device signatures (JWS), certificates, PAdES seals, and what a signature says.

pyHanko and the JOSE library are imported nowhere else.
"""
