"""Measures and penalties as the ledger's entries left them: a view, rebuildable like hazards.

`VIEW` is the only writer, for new entries and for `flask ledger rebuild` alike.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, insert, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant, table_of
from inspection.domain.enforcement import PenaltyKind, Subject
from inspection.ledger.chain import Entry
from inspection.ledger.views import View
from inspection.organisations.unit import id_of


class Measure(Base):
    """One measure; `lifted_on` is None while it is in force."""

    __tablename__ = "measure"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    case_number: Mapped[str]
    ground: Mapped[str]
    mark: Mapped[str]
    decided_on: Mapped[date]
    approved_by: Mapped[str]
    notified_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    effective_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    urgent: Mapped[bool]
    words: Mapped[str]
    hazards: Mapped[list[str]] = mapped_column(JSON)
    """uuids of the hazards that it rests on."""
    taken_by: Mapped[str]
    lifted_on: Mapped[date | None]
    lifted_words: Mapped[str]
    last_seq: Mapped[int]

    __table_args__ = (Index("ix_measure_unit", "unit_id", "decided_on"),)


class Penalty(Base):
    """One penalty, with a part for each subject; amounts in 分, hundredths of a yuan."""

    __tablename__ = "penalty"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    case_number: Mapped[str]
    decided_on: Mapped[date]
    words: Mapped[str]
    hazards: Mapped[list[str]] = mapped_column(JSON)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    unit_fined: Mapped[bool]
    amount: Mapped[int] = mapped_column(BigInteger)
    imposed_by: Mapped[str]
    last_seq: Mapped[int]

    __table_args__ = (
        Index("ix_penalty_unit", "unit_id", "decided_on"),
        Index("ix_penalty_fined", "unit_fined", "decided_on", "unit_id"),
    )


_measure, _penalty = table_of(Measure), table_of(Penalty)


def _taken(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        insert(_measure).values(
            uuid=body["measure"],
            unit_id=id_of(body["unit"]),
            kind=body["kind"],
            case_number=body["case_number"],
            ground=body["ground"]["text"],
            mark=body["ground"]["mark"],
            decided_on=date.fromisoformat(body["decided_on"]),
            approved_by=body["approved_by"],
            notified_at=_instant(body["notified_at"]),
            effective_at=_instant(body["effective_at"]),
            urgent=body["urgent"],
            words=body["words"],
            hazards=body["hazards"],
            taken_by=body["by"]["name"],
            lifted_words="",
            last_seq=entry.seq,
        )
    )


def _lifted(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        update(_measure)
        .where(_measure.c.uuid == body["measure"])
        .values(
            lifted_on=date.fromisoformat(body["lifted_on"]),
            lifted_words=body["words"],
            last_seq=entry.seq,
        )
    )


def _imposed(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    parts = body["parts"]
    fined = [part for part in parts if PenaltyKind.FINE in part["kinds"]]
    session.execute(
        insert(_penalty).values(
            uuid=body["penalty"],
            unit_id=id_of(body["unit"]),
            case_number=body["case_number"],
            decided_on=date.fromisoformat(body["decided_on"]),
            words=body["words"],
            hazards=body["hazards"],
            parts=parts,
            unit_fined=any(part["subject"] == Subject.UNIT for part in fined),
            amount=sum(part["amount"] for part in parts),
            imposed_by=body["by"]["name"],
            last_seq=entry.seq,
        )
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


VIEW = View(
    (Measure, Penalty),
    {
        "measure.taken": _taken,
        "measure.lifted": _lifted,
        "penalty.imposed": _imposed,
    },
)
