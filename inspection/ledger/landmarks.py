"""Landmarks: a few links by which a reader who comes back sees whether the ledger is the same.

A server restored from an older backup has a shorter ledger, and soon another one of the same
length. The landmarks of a length lie at its end and at distances that double, so a dozen
of them name the last place that two ledgers surely share.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.ledger.journal import LedgerEntry

_CHARACTERS = 8


def places(seq: int) -> list[int]:
    """Where the landmarks of a ledger of this length stand, the last one first."""
    back = [seq - (2**step - 1) for step in range(seq.bit_length() + 1)]
    return [place for place in back if place > 0]


def of_length(session: Session, seq: int) -> list[str]:
    """Return the landmarks of the ledger up to this length; "" where it ends before one."""
    wanted = places(seq)
    links = dict(
        session.execute(
            select(LedgerEntry.seq, LedgerEntry.link).where(LedgerEntry.seq.in_(wanted))
        )
        .tuples()
        .all()
    )
    return [links.get(place, "")[:_CHARACTERS] for place in wanted]


def shared(session: Session, seq: int, remembered: list[str]) -> int:
    """Return the last place up to which the ledger is the one that somebody remembers."""
    found = of_length(session, seq)
    pairs = zip(places(seq), remembered, found, strict=False)
    return next((place for place, known, here in pairs if known and known == here), 0)
