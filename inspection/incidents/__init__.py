"""Accidents reported upward by the clock (直报), who is on duty, and whom an office called (叫应).

One package, because the three answer one question: who knew when, and who was there to act.
"""
