"""Random selections and declared conflicts of interest: a view of the ledger.

`VIEW` is the only writer, for new entries and for `flask ledger rebuild` alike. The pool itself
lies in the blobs under its digest, which the entry names.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, insert, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant, table_of
from inspection.ledger.chain import Entry
from inspection.ledger.views import View
from inspection.organisations.unit import id_of


class Selection(Base):
    """One selection: announced, then drawn or withdrawn."""

    __tablename__ = "selection"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str]
    source: Mapped[str]
    value_from: Mapped[datetime] = mapped_column(UtcInstant)
    visit_since: Mapped[date]
    visit_until: Mapped[date]
    pool_sha256: Mapped[str]
    people: Mapped[list[str]] = mapped_column(JSON)
    """uuids of everybody in the pool: nobody is in two at once."""
    announced_by: Mapped[str]
    announced_at: Mapped[datetime] = mapped_column(UtcInstant)
    value: Mapped[str]
    seed: Mapped[str]
    visits: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Drawn enterprises in order, each with its people."""
    drawn_by: Mapped[str]
    drawn_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    assigned_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    withdrawn_words: Mapped[str]
    last_seq: Mapped[int]


class Conflict(Base):
    """Somebody who declared, or of whom an office declared, a conflict of interest with a unit."""

    __tablename__ = "conflict"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    words: Mapped[str]
    declared_by: Mapped[str]
    declared_at: Mapped[datetime] = mapped_column(UtcInstant)
    ended_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    ended_words: Mapped[str]
    last_seq: Mapped[int]

    __table_args__ = (Index("ix_conflict_unit", "unit_id", "person"),)


_selection, _conflict = table_of(Selection), table_of(Conflict)


def _announced(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        insert(_selection).values(
            uuid=body["selection"],
            office_id=id_of(body["office"]),
            title=body["title"],
            source=body["source"],
            value_from=datetime.fromisoformat(body["value_from"]),
            visit_since=date.fromisoformat(body["visit_since"]),
            visit_until=date.fromisoformat(body["visit_until"]),
            pool_sha256=body["pool_sha256"],
            people=body["people"],
            announced_by=body["by"]["name"],
            announced_at=entry.at,
            value="",
            seed="",
            visits=[],
            drawn_by="",
            withdrawn_words="",
            last_seq=entry.seq,
        )
    )


def _moved(session: Session, entry: Entry, body: dict[str, Any], **values: Any) -> None:
    session.execute(
        update(_selection)
        .where(_selection.c.uuid == body["selection"])
        .values(last_seq=entry.seq, **values)
    )


def _seeded(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    _moved(session, entry, body, value=body["value"], seed=body["seed"])


def _drawn(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    at = entry.at
    _moved(session, entry, body, visits=body["visits"], drawn_by=body["by"]["name"], drawn_at=at)


def _assigned(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    _moved(session, entry, body, assigned_at=entry.at)


def _withdrawn(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    at = entry.at
    _moved(session, entry, body, withdrawn_at=at, withdrawn_words=body["words"])


def _declared(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        insert(_conflict).values(
            uuid=body["conflict"],
            person=body["person"],
            unit_id=id_of(body["unit"]),
            words=body["words"],
            declared_by=body["by"]["name"],
            declared_at=entry.at,
            ended_words="",
            last_seq=entry.seq,
        )
    )


def _ended(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        update(_conflict)
        .where(_conflict.c.uuid == body["conflict"])
        .values(
            ended_at=entry.at,
            ended_words=body["words"],
            last_seq=entry.seq,
        )
    )


VIEW = View(
    (Selection, Conflict),
    {
        "selection.announced": _announced,
        "selection.seeded": _seeded,
        "selection.drawn": _drawn,
        "selection.assigned": _assigned,
        "selection.withdrawn": _withdrawn,
        "conflict.declared": _declared,
        "conflict.ended": _ended,
    },
)
