"""The register (台账): a view over ledger entries, kept in the same transaction, rebuildable.

`apply` is the only writer, for new entries and for `flask ledger rebuild` alike: it folds entries
into rows in memory, then writes what changed, with the counts and the words to search that follow
from it. What may be asked of it is in `enquiries.py`.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant, table_of
from inspection.domain import hazard as domain
from inspection.domain import ladder
from inspection.domain.hazard import ENDED, Level, Question, Situation, Source, State, Step
from inspection.domain.workdays import day_of
from inspection.hazards import days, derived, order
from inspection.hazards.days import HazardDay
from inspection.hazards.derived import HazardTally, HazardWords, Row
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.organisations.unit import Unit

ENTRIES_AT_ONCE = 5000
_FIXED = frozenset({"id", "uuid", "number", "unit_id", "registered_at", "found_on", "record_uuid"})
"""What no later entry changes."""

ESCALATED = "hazard.escalated"
IS_MAJOR = text("level = 'major'")
"""Word for word the condition of the index of major hazards, or SQLite does not use it."""
IS_LISTED, IS_ASKED = text("listed_level <> ''"), text("question <> ''")
IS_ON_A_RUNG = text("rung <> ''")
"""Word for word the conditions of indexes, as above."""


class Hazard(Base):
    """One hazard as the ledger's entries left it; `last_seq` is the newest that moved it."""

    __tablename__ = "hazard"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    record_uuid: Mapped[str] = mapped_column(index=True)
    checklist_slug: Mapped[str]
    checklist_revision: Mapped[int]
    item_code: Mapped[str]
    level: Mapped[str]
    state: Mapped[str]
    source: Mapped[str]
    place: Mapped[str]
    summary: Mapped[str]
    words: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(JSON)
    requirement: Mapped[str]
    finders: Mapped[list[str]] = mapped_column(JSON)
    finder_accounts: Mapped[list[str]] = mapped_column(JSON)
    """uuids of the inspectors who signed for it: they look at it again."""
    photos_before: Mapped[list[str]] = mapped_column(JSON)
    photos_after: Mapped[list[str]] = mapped_column(JSON)
    deadline_on: Mapped[date | None]
    found_at: Mapped[datetime] = mapped_column(UtcInstant)
    """When the visit that found it ended; it may have come in weeks later."""
    registered_at: Mapped[datetime] = mapped_column(UtcInstant)
    found_on: Mapped[date]
    """The day of `registered_at`, for questions about periods."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    """When it ended, in whichever of the states that end it."""
    closed_on: Mapped[date | None]
    last_record_uuid: Mapped[str]
    """The record that spoke of it last: it holds `photos_after`."""
    returned: Mapped[int]
    """How often it was looked at again and not found in order."""
    last_seq: Mapped[int] = mapped_column(index=True)
    responsible: Mapped[str]
    """With the next four the five elements (五落实) of rectification, as they were said last."""
    measures: Mapped[str]
    funds: Mapped[int | None] = mapped_column(BigInteger)
    """In 分, hundredths of a yuan."""
    planned_on: Mapped[date | None]
    emergency: Mapped[str]
    reported_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    """When the enterprise reported it as a major hazard; matters for exemption from penalty."""
    claimed_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    rectified_by: Mapped[str]
    """uuid of whoever claimed that it is rectified: they do not close it."""
    question: Mapped[str]
    asked_by: Mapped[str]
    """uuid of whoever asked the question, or wrote the plan: somebody else answers."""
    asked_until: Mapped[date | None]
    listed_level: Mapped[str]
    """At which level it is listed for supervision (挂牌督办); "" when it is not."""
    listed_order: Mapped[str]
    listed_on: Mapped[date | None]
    """The day it was first listed; it stays when the hazard is lifted, ended or opened again."""
    reopened: Mapped[int]
    rung: Mapped[str]
    """The highest rung of the ladder that it has reached since `ladder_seq`; "" for none."""
    ladder_seq: Mapped[int]
    """The entry that set the present deadline: the ladder is climbed anew from there."""
    rungs: Mapped[list[str]] = mapped_column(JSON)
    """All that it has reached since then; a rung is told once."""

    urgency: Mapped[int]
    """The register's order (`order.urgency`): open ones by deadline, then those ended last."""

    __table_args__ = (
        # A page of the register is a walk along the first of these, which holds all that chips
        # and rankings ask; the others begin where only few hazards are meant.
        Index(
            "ix_hazard_order",
            *("urgency", "id", "state", "level", "source", "unit_id"),
            *("found_on", "deadline_on", "closed_on"),
        ),
        Index("ix_hazard_of_unit", "unit_id", "urgency", "id", "state", "level", "source"),
        Index("ix_hazard_in_state", "state", "urgency", "id", "level", "source", "unit_id"),
        Index("ix_hazard_item", "checklist_slug", "item_code", "found_on"),
        Index("ix_hazard_unit_item", "unit_id", "checklist_slug", "item_code", "found_at"),
        # What is found most often, where and by which lists, is read of a period from this alone.
        Index(
            "ix_hazard_found",
            *("found_on", "closed_on", "checklist_slug", "item_code", "checklist_revision"),
            *("unit_id", "level"),
        ),
        Index("ix_hazard_closed", "closed_on", "found_on"),
        # Monthly tables count major hazards, which are few.
        Index(
            "ix_hazard_major",
            "found_on",
            "unit_id",
            sqlite_where=IS_MAJOR,
            postgresql_where=IS_MAJOR,
        ),
        # A page of them is a walk as well; so is one of those listed, of those with a question
        # that waits, and of those on the ladder.
        *(
            Index(name, *columns, sqlite_where=those, postgresql_where=those)
            for name, columns, those in (
                ("ix_hazard_major_order", ("urgency", "id"), IS_MAJOR),
                ("ix_hazard_listed", ("urgency", "id"), IS_LISTED),
                ("ix_hazard_asked", ("urgency", "id"), IS_ASKED),
                ("ix_hazard_on_rung", ("rung", "urgency", "id"), IS_ON_A_RUNG),
            )
        ),
    )


def situation(row: Any) -> Situation:
    """What a row of the register says to the table of steps."""
    return Situation(
        state=State(row.state),
        level=Level(row.level),
        source=Source(row.source),
        listed=bool(row.listed_level),
        deadline_on=row.deadline_on,
        question=Question(row.question) if row.question else None,
        asked_by=row.asked_by,
        rectified_by=row.rectified_by,
    )


def apply(session: Session, entries: Iterable[Entry]) -> None:
    """Bring the register up to date with entries of the ledger; other kinds are passed over."""
    news = [(entry, json.loads(entry.body)) for entry in entries if entry.kind in TAKES]
    if not news:
        return
    before = _rows(session, {body["hazard"] for _, body in news})
    unit_ids = _unit_ids(session, {body["unit"] for _, body in news if "unit" in body})
    after = dict(before)
    for entry, body in news:
        known = after.get(body["hazard"]) or {"unit_id": unit_ids[body["unit"]]}
        after[body["hazard"]] = {**known, **_left_by(session, known, entry, body)}
    for row in after.values():
        row["urgency"] = order.urgency(row["deadline_on"], row["closed_on"])
    units = derived.units(session, {row["unit_id"] for row in after.values()})
    _write_rows(session, before, after)
    derived.write_words(session, before, after, units)
    derived.write_tally(session, before, after, units)
    days.write(session, before, after, units)


def rebuild(session: Session) -> int:
    """Empty the register and build it again from the whole ledger; returns the entries read."""
    for model in (Hazard, HazardWords, HazardTally, HazardDay):
        session.execute(delete(model))
    return journal.replay(session, apply, at_once=ENTRIES_AT_ONCE)


_hazard, _unit = table_of(Hazard), table_of(Unit)
_COLUMNS = [column.name for column in _hazard.c]
_ROWS = select(_hazard).where(_hazard.c.uuid.in_(bindparam("uuids", expanding=True)))
_ADD = insert(_hazard)
_CHANGE = (
    update(_hazard)
    .where(_hazard.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in _COLUMNS if name not in _FIXED})
)


def _rows(session: Session, uuids: set[str]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for some in derived.portions(sorted(uuids)):
        for row in session.execute(_ROWS, {"uuids": some}).mappings():
            found[row["uuid"]] = dict(row)
    return found


def _unit_ids(session: Session, uuids: set[str]) -> dict[str, int]:
    query = select(_unit.c.uuid, _unit.c.id).where(
        _unit.c.uuid.in_(bindparam("uuids", expanding=True))
    )
    return {
        row.uuid: row.id
        for some in derived.portions(sorted(uuids))
        for row in session.execute(query, {"uuids": some})
    }


def _write_rows(session: Session, before: dict[str, Row], after: dict[str, Row]) -> None:
    new = [row for uuid, row in after.items() if uuid not in before]
    moved = [{**row, "of": row["id"]} for uuid, row in after.items() if uuid in before]
    if new:
        session.execute(_ADD, new)
    if moved:
        session.execute(_CHANGE, moved)


def _register(session: Session, _known: Row, entry: Entry, body: dict[str, Any]) -> Row:
    at = entry.at
    return {
        "id": entry.seq,
        "uuid": body["hazard"],
        "number": domain.number(at.year, entry.seq),
        "record_uuid": body["record"],
        "checklist_slug": body["checklist"]["slug"],
        "checklist_revision": body["checklist"]["revision"],
        "item_code": body["item"],
        "level": body["level"],
        "state": State.REGISTERED,
        "source": body["source"],
        "place": body["place"],
        "summary": body["summary"],
        "words": body["words"],
        "tags": body["tags"],
        "requirement": body["requirement"],
        "finders": body["finders"],
        "finder_accounts": _finder_accounts(session, body),
        "photos_before": body["photos"],
        "photos_after": [],
        "deadline_on": _day(body["deadline_on"]),
        "found_at": datetime.fromisoformat(body["found_at"]),
        "registered_at": at,
        "found_on": day_of(at),
        "closed_at": None,
        "closed_on": None,
        "last_record_uuid": body["record"],
        "returned": 0,
        "last_seq": entry.seq,
        "responsible": "",
        "measures": "",
        "funds": None,
        "planned_on": None,
        "emergency": "",
        "reported_at": None,
        "claimed_at": None,
        "rectified_by": "",
        "question": "",
        "asked_by": "",
        "asked_until": None,
        "listed_level": "",
        "listed_order": "",
        "listed_on": None,
        "reopened": 0,
        "rung": "",
        "ladder_seq": entry.seq,
        "rungs": [],
    }


def _finder_accounts(session: Session, body: dict[str, Any]) -> list[str]:
    """Entries of the first months do not name accounts: then whoever signed the record."""
    if "finder_accounts" in body:
        return list(body["finder_accounts"])
    for entry in journal.about(session, body["record"]):
        if entry.kind == "record.accepted":
            return sorted({signed["person"] for signed in json.loads(entry.body)["signed_by"]})
    return []


def _on_the_spot(_session: Session, known: Row, entry: Entry, body: dict[str, Any]) -> Row:
    """A signed record spoke of the hazard again: fixed in the same visit, or looked at later."""
    step = Step(entry.kind.removeprefix("hazard."))
    state = domain.leads(situation(SimpleNamespace(**known)), step)
    values: Row = {
        "state": state,
        "photos_after": body["photos"],
        "last_record_uuid": body["record"],
        "last_seq": entry.seq,
        **_ended(state, entry),
    }
    if step is Step.REINSPECT_RETURN:
        values |= {"deadline_on": _day(body["deadline_on"]), "returned": known["returned"] + 1}
    return values


def _at_a_desk(_session: Session, known: Row, entry: Entry, body: dict[str, Any]) -> Row:
    """Somebody took a step; the entry says where it led, so that it needs no table to be read."""
    said, by = body["said"], body["by"]["person"]
    state = State(body["state"])
    values: Row = {
        "state": state,
        "question": body["question"] or "",
        "last_seq": entry.seq,
        **_ended(state, entry),
    }
    note = _NOTES.get(Step(entry.kind.removeprefix("hazard.")))
    if note is not None:
        values |= note(known, said, by, entry.at)
    if "deadline_on" in body:
        values["deadline_on"] = _day(body["deadline_on"])
    return values


def _ordered(_session: Session, _known: Row, entry: Entry, body: dict[str, Any]) -> Row:
    """An order with a number (责令限期整改指令书) says by when; its day is the one that counts."""
    return {"deadline_on": _day(body["deadline_on"]), "last_seq": entry.seq}


def _ended(state: State, entry: Entry) -> Row:
    if state not in ENDED:
        return {"closed_at": None, "closed_on": None}
    at = entry.at
    cleared = {"listed_level": "", "listed_order": "", "question": ""}
    return {"closed_at": at, "closed_on": day_of(at), **cleared}


def _escalated(_session: Session, known: Row, _entry: Entry, body: dict[str, Any]) -> Row:
    """A rung was reached. Nobody took a step, so whoever has the page open is not outdated."""
    rungs = sorted({*known["rungs"], body["rung"]}, key=ladder.ORDER.index)
    return {"rungs": rungs, "rung": rungs[-1]}


def _left_by(session: Session, known: Row, entry: Entry, body: dict[str, Any]) -> Row:
    """What an entry leaves in the row of its hazard; a new deadline begins the ladder anew."""
    left = TAKES[entry.kind](session, known, entry, body)
    if "deadline_on" in left:
        left |= {"rung": "", "ladder_seq": entry.seq, "rungs": []}
    return left


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_Note = Callable[[Row, dict[str, Any], str, datetime], Row]


def _five_elements(_known: Row, said: dict[str, Any], by: str, _at: datetime) -> Row:
    return {
        "responsible": said["responsible"],
        "measures": said["measures"],
        "funds": said.get("funds"),
        "planned_on": _day(said["planned_on"]),
        "emergency": said.get("emergency", ""),
        "asked_by": by,
    }


_NOTES: dict[Step, _Note] = {
    Step.GRADE: lambda _known, said, _by, _at: {"level": said["level"]},
    Step.ASSIGN: _five_elements,
    Step.PLAN: _five_elements,
    Step.REPORT: lambda _known, _said, _by, at: {"reported_at": at},
    Step.CLAIM: lambda _known, _said, by, at: {"rectified_by": by, "claimed_at": at},
    Step.REJECT: lambda known, _said, _by, _at: {"returned": known["returned"] + 1},
    Step.REOPEN: lambda known, _said, _by, _at: {"reopened": known["reopened"] + 1},
    Step.ASK_EXTENSION: lambda _known, said, by, _at: {
        "asked_by": by,
        "asked_until": _day(said["until"]),
    },
    Step.CALL_DUPLICATE: lambda _known, _said, by, _at: {"asked_by": by},
    Step.CALL_NO_HAZARD: lambda _known, _said, by, _at: {"asked_by": by},
    Step.LIST: lambda known, said, _by, at: {
        "listed_level": said["list_level"],
        "listed_order": said["order_number"],
        "listed_on": known["listed_on"] or day_of(at),
    },
    Step.LIFT: lambda _known, _said, _by, _at: {"listed_level": "", "listed_order": ""},
}
"""What a step leaves in the register besides state, question and deadline."""

_ON_THE_SPOT = (Step.FIX_ON_SPOT, Step.REINSPECT_PASS, Step.REINSPECT_RETURN)
TAKES: dict[str, Callable[[Session, Row, Entry, dict[str, Any]], Row]] = {
    f"hazard.{step}": _on_the_spot if step in _ON_THE_SPOT else _at_a_desk for step in Step
} | {
    f"hazard.{Step.REGISTER}": _register,
    "hazard.ordered": _ordered,
    ESCALATED: _escalated,
}
"""Kind of entry → what it leaves in the row of its hazard."""
