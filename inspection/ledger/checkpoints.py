"""Signed statements of where the ledger ended at a moment: length, last link, time.

Somebody who keeps a checkpoint can later prove that the ledger still begins
with what it began with then. The signature is a compact JWS by the server's key.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant
from inspection.ledger import journal
from inspection.signing.jose import ServerKey

FORMAT = "zhencha.checkpoint/1"


class LedgerCheckpoint(Base):
    """A checkpoint as it was signed."""

    __tablename__ = "ledger_checkpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(index=True)
    link: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(UtcInstant)
    jws: Mapped[str]


@dataclass(frozen=True)
class Checkpoint:
    """Length and last link of the ledger at `taken_at`, and the JWS that says so."""

    seq: int
    link: str
    taken_at: datetime
    jws: str


def take(session: Session, *, key: ServerKey, at: datetime) -> Checkpoint:
    """Sign where the ledger ends now; the same end is not signed twice."""
    seq, link = journal.head(session)
    known = session.scalar(
        select(LedgerCheckpoint).where(LedgerCheckpoint.seq == seq, LedgerCheckpoint.link == link)
    )
    if known is None:
        statement = {
            "format": FORMAT,
            "seq": seq,
            "link": link,
            "taken_at": journal.instant_text(at),
        }
        known = LedgerCheckpoint(seq=seq, link=link, taken_at=at, jws=key.sign(statement))
        session.add(known)
    return Checkpoint(known.seq, known.link, known.taken_at, known.jws)
