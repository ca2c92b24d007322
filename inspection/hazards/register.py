"""The register (台账): a view over ledger entries, kept in the same transaction, rebuildable.

`apply` is the only writer, for new entries and for `flask ledger rebuild` alike. What may be
asked of it is in `enquiries.py`.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
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
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant, table_of
from inspection.domain import hazard as domain
from inspection.domain.hazard import ENDED, Level, Question, Situation, Source, State, Step
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.organisations.unit import Unit


class Hazard(Base):
    """One hazard as the ledger's entries left it; `last_seq` is the newest of them."""

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
    closed_at: Mapped[datetime | None] = mapped_column(UtcInstant)
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
    reopened: Mapped[int]

    __table_args__ = (
        Index("ix_hazard_unit_state", "unit_id", "state"),
        Index("ix_hazard_state_deadline", "state", "deadline_on"),
        Index("ix_hazard_registered_at", "registered_at"),
        Index("ix_hazard_unit_item", "unit_id", "checklist_slug", "item_code", "found_at"),
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
    for entry in entries:
        take = _TAKE.get(entry.kind)
        if take is not None:
            take(session, entry, json.loads(entry.body))


def rebuild(session: Session) -> int:
    """Empty the register and build it again from the whole ledger; returns the entries read."""
    session.execute(delete(Hazard))
    seq = 0
    while entries := journal.read(session, after=seq):
        apply(session, entries)
        seq = entries[-1].seq
    return seq


_hazard = table_of(Hazard)
_ADD = insert(_hazard).values(
    unit_id=select(table_of(Unit).c.id)
    .where(table_of(Unit).c.uuid == bindparam("of_unit"))
    .scalar_subquery()
)
_ROW = select(_hazard).where(_hazard.c.uuid == bindparam("uuid"))


def _register(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    at = datetime.fromisoformat(entry.recorded_at)
    session.execute(
        _ADD,
        {
            "of_unit": body["unit"],
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
            "last_record_uuid": body["record"],
            "returned": 0,
            "last_seq": entry.seq,
            "responsible": "",
            "measures": "",
            "emergency": "",
            "rectified_by": "",
            "question": "",
            "asked_by": "",
            "listed_level": "",
            "listed_order": "",
            "reopened": 0,
        },
    )


def _finder_accounts(session: Session, body: dict[str, Any]) -> list[str]:
    """Entries of the first months do not name accounts: then whoever signed the record."""
    if "finder_accounts" in body:
        return list(body["finder_accounts"])
    for entry in journal.about(session, body["record"]):
        if entry.kind == "record.accepted":
            return sorted({signed["person"] for signed in json.loads(entry.body)["signed_by"]})
    return []


def _on_the_spot(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    """A signed record spoke of the hazard again: fixed in the same visit, or looked at later."""
    row = session.execute(_ROW, {"uuid": body["hazard"]}).one()
    step = Step(entry.kind.removeprefix("hazard."))
    state = domain.leads(situation(row), step)
    values: dict[str, Any] = {
        "state": state,
        "photos_after": body["photos"],
        "last_record_uuid": body["record"],
        **_ended(state, entry),
    }
    if step is Step.REINSPECT_RETURN:
        values |= {"deadline_on": _day(body["deadline_on"]), "returned": row.returned + 1}
    _change(session, entry, body, values)


def _at_a_desk(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    """Somebody took a step; the entry says where it led, so that it needs no table to be read."""
    said, by = body["said"], body["by"]["person"]
    state = State(body["state"])
    values = {"state": state, "question": body["question"] or "", **_ended(state, entry)}
    note = _NOTES.get(Step(entry.kind.removeprefix("hazard.")))
    if note is not None:
        values |= note(said, by, datetime.fromisoformat(entry.recorded_at))
    if "deadline_on" in body:
        values["deadline_on"] = _day(body["deadline_on"])
    _change(session, entry, body, values)


def _ended(state: State, entry: Entry) -> dict[str, Any]:
    at = datetime.fromisoformat(entry.recorded_at) if state in ENDED else None
    cleared = {"listed_level": "", "listed_order": "", "question": ""} if state in ENDED else {}
    return {"closed_at": at, **cleared}


def _change(session: Session, entry: Entry, body: dict[str, Any], values: dict[str, Any]) -> None:
    session.execute(
        update(_hazard).where(_hazard.c.uuid == body["hazard"]).values(last_seq=entry.seq, **values)
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_Note = Callable[[dict[str, Any], str, datetime], dict[str, Any]]


def _five_elements(said: dict[str, Any], by: str, _at: datetime) -> dict[str, Any]:
    return {
        "responsible": said["responsible"],
        "measures": said["measures"],
        "funds": said.get("funds"),
        "planned_on": _day(said["planned_on"]),
        "emergency": said.get("emergency", ""),
        "asked_by": by,
    }


_NOTES: dict[Step, _Note] = {
    Step.GRADE: lambda said, _by, _at: {"level": said["level"]},
    Step.ASSIGN: _five_elements,
    Step.PLAN: _five_elements,
    Step.REPORT: lambda _said, _by, at: {"reported_at": at},
    Step.CLAIM: lambda _said, by, at: {"rectified_by": by, "claimed_at": at},
    Step.REJECT: lambda _said, _by, _at: {"returned": _hazard.c.returned + 1},
    Step.REOPEN: lambda _said, _by, _at: {"reopened": _hazard.c.reopened + 1},
    Step.ASK_EXTENSION: lambda said, by, _at: {
        "asked_by": by,
        "asked_until": _day(said["until"]),
    },
    Step.CALL_DUPLICATE: lambda _said, by, _at: {"asked_by": by},
    Step.CALL_NO_HAZARD: lambda _said, by, _at: {"asked_by": by},
    Step.LIST: lambda said, _by, _at: {
        "listed_level": said["list_level"],
        "listed_order": said["order_number"],
    },
    Step.LIFT: lambda _said, _by, _at: {"listed_level": "", "listed_order": ""},
}
"""What a step leaves in the register besides state, question and deadline."""

_ON_THE_SPOT = (Step.FIX_ON_SPOT, Step.REINSPECT_PASS, Step.REINSPECT_RETURN)
_TAKE: dict[str, Callable[[Session, Entry, dict[str, Any]], None]] = {
    f"hazard.{step}": _on_the_spot if step in _ON_THE_SPOT else _at_a_desk for step in Step
} | {f"hazard.{Step.REGISTER}": _register}
