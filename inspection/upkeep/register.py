"""Registers as the ledger's entries left them: views, rebuildable like hazards.

`VIEW` is the only writer, for new entries and for `flask ledger rebuild` alike. Nothing is
overwritten: an entry that was corrected or renewed stays, and names the one that took its place.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant, table_of
from inspection.domain.upkeep import REGISTERS
from inspection.domain.workdays import day_of
from inspection.ledger.chain import Entry
from inspection.ledger.views import View
from inspection.organisations.unit import id_of

ENTERED, WITHDRAWN, REMINDED = "upkeep.entered", "upkeep.withdrawn", "upkeep.reminded"


class UpkeepEntry(Base):
    """One entry of a register; `said` as `domain/upkeep.py` reads it."""

    __tablename__ = "upkeep_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    """Its place in the ledger, of which its number is made."""
    uuid: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    register: Mapped[str]
    day: Mapped[date]
    """When what it tells of was; the day of the entry where it tells of no day."""
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    photos: Mapped[list[str]] = mapped_column(JSON)
    entered_by: Mapped[str]
    entered_for: Mapped[str]
    """Name of the unit for which it was entered: an office's when that saw it."""
    own: Mapped[bool]
    """Whether the unit itself entered it: neither side takes back what the other one wrote."""
    entered_at: Mapped[datetime] = mapped_column(UtcInstant)
    replaced_by: Mapped[int | None]
    """The entry that corrected or renewed it."""
    withdrawn_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    withdrawn_words: Mapped[str]
    changed_seq: Mapped[int]
    """The last entry of the ledger that was about it: where the change feed finds it."""

    __table_args__ = (
        Index("ix_upkeep_entry_unit", "unit_id", "register", "day"),
        Index("ix_upkeep_entry_replaced", "replaced_by"),
        Index("ix_upkeep_entry_changed", "changed_seq"),
    )


class SelfCheckSigner(Base):
    """Who signed a self-inspection with a key of their own, and for which day it counts.

    Whether that was the principal is asked when it is counted.
    """

    __tablename__ = "self_check_signer"

    record: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    done_on: Mapped[date]


class UpkeepReminder(Base):
    """What a unit was reminded of, so many days before."""

    __tablename__ = "upkeep_reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    about: Mapped[str]
    """Code of the duty, or number of the certificate."""
    due_on: Mapped[date]
    days: Mapped[int]

    __table_args__ = (UniqueConstraint("unit_id", "about", "due_on", "days"),)


_entry, _signer = table_of(UpkeepEntry), table_of(SelfCheckSigner)
_reminder = table_of(UpkeepReminder)


def _entered(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    at = entry.at
    said, dated = body["said"], REGISTERS[body["register"]].day
    session.execute(
        insert(_entry).values(
            id=entry.seq,
            uuid=body["entry"],
            unit_id=id_of(body["unit"]),
            register=body["register"],
            day=date.fromisoformat(said[dated]) if dated else day_of(at),
            said=said,
            photos=body["photos"],
            entered_by=body["by"]["name"],
            entered_for=body["by"]["unit_name"],
            own=body["by"]["unit"] == body["unit"],
            entered_at=at,
            withdrawn_by="",
            withdrawn_words="",
            changed_seq=entry.seq,
        )
    )
    if body["replaces"]:
        replaced = update(_entry).where(_entry.c.uuid == body["replaces"])
        session.execute(replaced.values(replaced_by=entry.seq, changed_seq=entry.seq))


def _withdrawn(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        update(_entry)
        .where(_entry.c.uuid == body["entry"])
        .values(
            withdrawn_by=body["by"]["name"],
            withdrawn_at=entry.at,
            withdrawn_words=body["words"],
            changed_seq=entry.seq,
        )
    )


def _reminded(session: Session, _: Entry, body: dict[str, Any]) -> None:
    told = [{**each, "due_on": date.fromisoformat(each["due_on"])} for each in body["told"]]
    session.execute(insert(_reminder).values(unit_id=id_of(body["unit"])), told)


# Built once: a record of an enterprise waits for it while the ledger is held.
_SIGN = insert(_signer).values(unit_id=id_of(bindparam("unit")))


def _signed(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    """A tablet whose clock runs ahead does no check of tomorrow's."""
    if body["kind"] != "self_inspection":
        return
    done_on = day_of(min(datetime.fromisoformat(body["finished_at"]), entry.at))
    said = {"record": body["record"], "unit": body["unit"], "done_on": done_on}
    people = {each["person"] for each in body["signed_by"]}
    session.execute(_SIGN, [{**said, "person": person} for person in people])


def _held(session: Session, _: Entry, body: dict[str, Any]) -> None:
    """A record that is held after all, because its ink is blank, counts no more."""
    session.execute(delete(_signer).where(_signer.c.record == body["record"]))


VIEW = View(
    (UpkeepReminder, SelfCheckSigner, UpkeepEntry),
    {
        ENTERED: _entered,
        WITHDRAWN: _withdrawn,
        REMINDED: _reminded,
        "record.accepted": _signed,
        "record.held": _held,
    },
)
