"""Accidents, duty and calls as the ledger's entries left them: views, rebuildable like hazards.

`VIEW` is the only writer, for new entries and for `flask ledger rebuild` alike.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant, table_of
from inspection.ledger.chain import Entry
from inspection.ledger.views import View
from inspection.organisations.unit import id_of


class Incident(Base):
    """One accident at a unit, with the moments from which its clocks run."""

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str]
    place: Mapped[str]
    words: Mapped[str]
    dead: Mapped[int]
    missing: Mapped[int]
    injured: Mapped[int]
    happened_at: Mapped[datetime] = mapped_column(UtcInstant)
    head_told_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    learned_at: Mapped[datetime] = mapped_column(UtcInstant)
    entered_by: Mapped[str]
    last_seq: Mapped[int]

    __table_args__ = (Index("ix_incident_unit", "unit_id", "happened_at"),)


class IncidentReport(Base):
    """One report on an accident; whether it was late is fixed by the entry."""

    __tablename__ = "incident_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    stage: Mapped[str]
    told: Mapped[str]
    """To whom, by which way."""
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    """By heading; `words` alone where there are no headings."""
    reported_at: Mapped[datetime] = mapped_column(UtcInstant)
    due_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    late: Mapped[bool]
    by_name: Mapped[str]
    last_seq: Mapped[int]


class DutyDay(Base):
    """Who is on duty in one office on one day; the newest entry counts."""

    __tablename__ = "duty_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    day: Mapped[date]
    leader: Mapped[str]
    staff: Mapped[str]
    phone: Mapped[str]
    last_seq: Mapped[int]

    __table_args__ = (UniqueConstraint("unit_id", "day"),)


class Call(Base):
    """One call to units that wants an answer by a time."""

    __tablename__ = "call"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    occasion: Mapped[str]
    words: Mapped[str]
    called_by: Mapped[str]
    called_at: Mapped[datetime] = mapped_column(UtcInstant)
    due_at: Mapped[datetime] = mapped_column(UtcInstant)
    last_seq: Mapped[int]


class CalledUnit(Base):
    """One unit that was called, and its answer; `answered_at` is None before."""

    __tablename__ = "called_unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    answered_by: Mapped[str]
    by_phone: Mapped[bool]
    """Whether the office heard it by telephone and noted it here."""

    __table_args__ = (UniqueConstraint("call_id", "unit_id"),)


_incident, _report, _duty = table_of(Incident), table_of(IncidentReport), table_of(DutyDay)
_call, _called = table_of(Call), table_of(CalledUnit)


def _entered(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        insert(_incident).values(
            uuid=body["incident"],
            unit_id=id_of(body["unit"]),
            title=body["title"],
            place=body["place"],
            words=body["words"],
            dead=body["dead"],
            missing=body["missing"],
            injured=body["injured"],
            happened_at=_instant(body["happened_at"]),
            head_told_at=_instant(body["head_told_at"]),
            learned_at=_instant(body["learned_at"]),
            entered_by=body["by"]["name"],
            last_seq=entry.seq,
        )
    )


def _reported(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    incident = select(_incident.c.id).where(_incident.c.uuid == body["incident"])
    session.execute(
        insert(_report).values(
            uuid=body["report"],
            incident_id=incident.scalar_subquery(),
            stage=body["stage"],
            told=body["told"],
            words=body["words"],
            reported_at=_instant(body["reported_at"]),
            due_at=_instant(body["due_at"]),
            late=body["late"],
            by_name=body["by"]["name"],
            last_seq=entry.seq,
        )
    )


def _on_duty(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    unit = id_of(body["unit"])
    days = [date.fromisoformat(each) for each in body["days"]]
    session.execute(delete(_duty).where(_duty.c.unit_id == unit, _duty.c.day.in_(days)))
    said = {name: body[name] for name in ("leader", "staff", "phone")}
    for day in days:
        session.execute(insert(_duty).values(unit_id=unit, day=day, last_seq=entry.seq, **said))


def _made(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        insert(_call).values(
            uuid=body["call"],
            office_id=id_of(body["office"]),
            occasion=body["occasion"],
            words=body["words"],
            called_by=body["by"]["name"],
            called_at=entry.at,
            due_at=_instant(body["due_at"]),
            last_seq=entry.seq,
        )
    )
    call = select(_call.c.id).where(_call.c.uuid == body["call"]).scalar_subquery()
    for unit in body["units"]:
        session.execute(
            insert(_called).values(
                call_id=call, unit_id=id_of(unit), answered_by="", by_phone=False
            )
        )


def _answered(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    call = select(_call.c.id).where(_call.c.uuid == body["call"]).scalar_subquery()
    session.execute(
        update(_called)
        .where(_called.c.call_id == call, _called.c.unit_id == id_of(body["unit"]))
        .values(
            answered_at=entry.at,
            answered_by=body["answered_by"],
            by_phone=body["by_phone"],
        )
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


VIEW = View(
    (CalledUnit, Call, DutyDay, IncidentReport, Incident),
    {
        "incident.entered": _entered,
        "incident.reported": _reported,
        "duty.set": _on_duty,
        "call.made": _made,
        "call.answered": _answered,
    },
)
