"""What is kept of a tip-off: its words and photos, what was said since, and the reward.

The ledger has an entry for everything that happens to one, with the digest of the words and never
the words: so these tables cannot be built again from it, and a text can be removed one day without
breaking a chain. There is no column for a sender. Who may read what is in `desk.py`.
"""

import hashlib
import json
from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from inspection.database import Base, UtcInstant
from inspection.domain.tipoff import Channel


class Tipoff(Base):
    """One tip-off; `code` and `passphrase_hash` are how its sender comes back to it."""

    __tablename__ = "tipoff"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    """What offices call it; the query code stays between the sender and the server."""
    code: Mapped[str] = mapped_column(unique=True)
    passphrase_hash: Mapped[str]
    form: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the form's random token: the same form counts once."""
    office_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    """The body that answers; None when only the head of the enterprise is to read it."""
    head_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    """The enterprise whose head reads it; None when it came by an office's code."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    """Whom it is about, as far as somebody has said so who knows the register."""
    what: Mapped[str]
    place: Mapped[str]
    seen: Mapped[str]
    """When it was seen, in the sender's words."""
    unit_said: Mapped[str]
    own_staff: Mapped[bool]
    """Whether the sender says to work there, which raises a reward; they need not."""
    photos: Mapped[list[str]] = mapped_column(JSON)
    standing: Mapped[str] = mapped_column(index=True)
    outcome: Mapped[str]
    outcome_words: Mapped[str]
    records: Mapped[list[str]] = mapped_column(JSON)
    """uuids of the inspections that looked into it."""
    hazards: Mapped[list[str]] = mapped_column(JSON)
    filed_at: Mapped[datetime] = mapped_column(UtcInstant)

    __table_args__ = (Index("ix_tipoff_filed", "office_id", "filed_at"),)

    @property
    def channel(self) -> Channel:
        """Who reads it."""
        if self.office_id is None:
            return Channel.HEAD
        return Channel.BOTH if self.head_unit_id else Channel.OFFICE


class TipoffMessage(Base):
    """Something that the sender and whoever answers said to each other."""

    __tablename__ = "tipoff_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    tipoff_id: Mapped[int] = mapped_column(ForeignKey("tipoff.id"), index=True)
    by_name: Mapped[str]
    """Who of the office; "" for the sender."""
    words: Mapped[str]
    said_at: Mapped[datetime] = mapped_column(UtcInstant)


class TipoffReward(Base):
    """The reward for one tip-off; amounts in 分, hundredths of a yuan."""

    __tablename__ = "tipoff_reward"

    id: Mapped[int] = mapped_column(primary_key=True)
    tipoff_id: Mapped[int] = mapped_column(ForeignKey("tipoff.id"), unique=True)
    case_number: Mapped[str]
    fine: Mapped[int] = mapped_column(BigInteger)
    own_staff: Mapped[bool]
    amount: Mapped[int] = mapped_column(BigInteger)
    granted_by: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(UtcInstant)
    paid_by: Mapped[str]
    paying_office_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    """The office of whoever paid it, in whose dispatch table it counts."""
    paid_at: Mapped[datetime | None] = mapped_column(UtcInstant)


def content_digest(row: Tipoff) -> str:
    """Return the SHA-256 (hex) of what was sent, which the entry of filing names."""
    said = [row.what, row.place, row.seen, row.unit_said, *row.photos]
    return words_digest(json.dumps(said, ensure_ascii=False))


def words_digest(words: str) -> str:
    """Return the SHA-256 (hex) of somebody's words."""
    return hashlib.sha256(words.encode()).hexdigest()
