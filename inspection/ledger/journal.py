"""Appends to the ledger and reads it. There is no third verb: triggers refuse them."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Index, and_, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, table_of
from inspection.ledger import chain
from inspection.ledger.chain import Entry


@dataclass(frozen=True)
class Event:
    """Something that happened: its kind, the thing it is about, and a JSON body without floats."""

    kind: str
    body: dict[str, Any]
    subject: str
    """uuid of the thing whose history this belongs to; an index, not part of what is hashed."""


class LedgerHead(Base):
    """One row: where the ledger ends. Locking it is how writers take turns on PostgreSQL."""

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]
    link: Mapped[str]


class LedgerEntry(Base):
    """An entry as it was hashed."""

    __tablename__ = "ledger_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    recorded_at: Mapped[str]
    # Unique, so that no two entries can ever follow the same one: the
    # database itself refuses a fork, whatever the code above it does.
    prev_link: Mapped[str] = mapped_column(unique=True)
    link: Mapped[str] = mapped_column(unique=True)

    __table_args__ = (
        Index("ix_ledger_entry_subject", "subject", "seq"),
        Index("ix_ledger_entry_kind", "kind", "seq"),
    )


_head, _entry = table_of(LedgerHead), table_of(LedgerEntry)
# Statements of the hot path are built once: building one costs more than running it.
_HEAD = select(_head.c.seq, _head.c.link).where(_head.c.id == 1)
_LOCKED_HEAD = _HEAD.with_for_update()  # on SQLite the write transaction itself is the lock
_MOVE_HEAD = (
    update(_head).where(_head.c.id == 1).values(seq=bindparam("to_seq"), link=bindparam("to_link"))
)
_ADD_ENTRIES = insert(_entry)


@dataclass(frozen=True)
class Head:
    """Where the ledger ends, held by this transaction until it ends."""

    seq: int
    link: str


def lock(session: Session) -> Head:
    """Take this transaction's turn at the ledger: nobody else appends before it ends."""
    return Head(*session.execute(_LOCKED_HEAD).one())


def append(
    session: Session, events: Sequence[Event], *, at: datetime, after: Head | None = None
) -> list[Entry]:
    """Add events to the end of the ledger, in order, as part of the caller's write transaction.

    The head stays locked until that transaction ends, so call this late; `after`
    is the head when the caller has locked it already.
    """
    return append_dated(session, [(at, event) for event in events], after=after)


def append_dated(
    session: Session, dated: Sequence[tuple[datetime, Event]], *, after: Head | None = None
) -> list[Entry]:
    """Add events that are entered at several times, in order; otherwise like `append`."""
    end = after or lock(session)
    seq, link = end.seq, end.link
    entries, rows = [], []
    for at, event in dated:
        body = chain.body_text(event.body)
        entry = chain.follow(link, seq + 1, event.kind, body, instant_text(at))
        rows.append({**vars(entry), "subject": event.subject})
        entries.append(entry)
        seq, link = entry.seq, entry.link
    session.execute(_ADD_ENTRIES, rows)
    session.execute(_MOVE_HEAD, {"to_seq": seq, "to_link": link})
    return entries


def head(session: Session) -> tuple[int, str]:
    """Return the length of the ledger and its last link."""
    row = session.execute(_HEAD).one()
    return row.seq, row.link


def read(session: Session, *, after: int = 0, limit: int = 1000) -> list[Entry]:
    """Return up to `limit` entries after seq `after`, in order."""
    return _entries(session, LedgerEntry.seq > after, limit)


def replay(
    session: Session, apply: Callable[[Session, list[Entry]], None], *, at_once: int = 1000
) -> int:
    """Hand the whole ledger to `apply`, in order, so many entries at once; return how many."""
    seq = count = 0
    while entries := read(session, after=seq, limit=at_once):
        apply(session, entries)
        seq, count = entries[-1].seq, count + len(entries)
    return count


def replay_kinds(
    session: Session, apply: Callable[[Session, list[Entry]], None], kinds: Iterable[str]
) -> None:
    """Hand all entries of some kinds to `apply`, in order; the others are not read."""
    # Put in order here: asked to do it, SQLite reads the whole ledger in its order.
    seqs = sorted(session.scalars(select(_entry.c.seq).where(_entry.c.kind.in_(kinds))))
    for at in range(0, len(seqs), 1000):
        some = seqs[at : at + 1000]
        apply(session, _entries(session, LedgerEntry.seq.in_(some), len(some)))


def links(session: Session, *, after: int, until: int) -> dict[int, str]:
    """Return the link of each entry after `after` up to `until`, without reading any body."""
    wanted = select(_entry.c.seq, _entry.c.link).where(_entry.c.seq > after, _entry.c.seq <= until)
    return {row.seq: row.link for row in session.execute(wanted)}


def entry(session: Session, seq: int) -> Entry | None:
    """Return the entry at this place, or None."""
    found = _entries(session, LedgerEntry.seq == seq, 1)
    return found[0] if found else None


def body_of(session: Session, seq: int) -> dict[str, Any]:
    """Return what the entry at this place says, which is there. Raises LookupError if not."""
    found = entry(session, seq)
    if found is None:
        raise LookupError(seq)
    body: dict[str, Any] = json.loads(found.body)
    return body


def about(session: Session, subject: str, *, kind: str = "") -> list[Entry]:
    """Return the entries about one thing, oldest first; of one kind, or all."""
    wanted = LedgerEntry.subject == subject
    if kind:
        wanted &= LedgerEntry.kind == kind
    return _entries(session, wanted, 10_000)


def newest(session: Session, kinds: Sequence[str], *, before: int, limit: int) -> list[Entry]:
    """Return the entries of some kinds before a place in the ledger, newest first."""
    found = (
        select(_entry.c.seq)
        .where(_entry.c.kind.in_(kinds), _entry.c.seq < before)
        .order_by(_entry.c.seq.desc())
        .limit(limit)
    )
    seqs = list(session.scalars(found))
    return _entries(session, LedgerEntry.seq.in_(seqs), limit)[::-1]


def about_any(
    session: Session,
    subjects: Sequence[str],
    *,
    kind: str,
    after: int = 0,
    before: int = 2**31,
) -> list[Entry]:
    """Return the entries of one kind about any of these things, oldest first; between two places,
    or all.
    """
    return _entries(
        session,
        and_(
            LedgerEntry.subject.in_(subjects),
            LedgerEntry.kind == kind,
            LedgerEntry.seq.between(after + 1, before - 1),
        ),
        10_000,
    )


def _entries(session: Session, condition: Any, limit: int) -> list[Entry]:
    rows = session.execute(
        select(
            LedgerEntry.seq,
            LedgerEntry.kind,
            LedgerEntry.body,
            LedgerEntry.recorded_at,
            LedgerEntry.prev_link,
            LedgerEntry.link,
        )
        .where(condition)
        .order_by(LedgerEntry.seq)
        .limit(limit)
    )
    return [Entry(*row) for row in rows]


def instant_text(at: datetime) -> str:
    """The one way an instant is written in the ledger: UTC, milliseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
