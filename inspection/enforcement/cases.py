"""Recording measures and penalties (立案与决定): each is an entry of the ledger, none is edited.

Reading them is in `enquiries.py`. What was decided on paper is recorded here; deciding is not.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.domain.enforcement import Ground, MeasureKind, PenaltyKind, Subject, notice_is_short
from inspection.domain.problems import CaseIncomplete, NotFound
from inspection.enforcement import register
from inspection.enforcement.register import Measure
from inspection.hazards.register import Hazard
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import Unit


@dataclass(frozen=True)
class NewMeasure:
    """A measure as its decision names it; `hazards` are numbers of the register."""

    kind: MeasureKind
    case_number: str
    ground: Ground
    decided_on: date
    approved_by: str
    """The head of the department who approved it (安全生产法 art. 70)."""
    notified_at: datetime | None
    effective_at: datetime | None
    urgent: bool
    words: str
    hazards: Sequence[str] = ()


@dataclass(frozen=True)
class Part:
    """What a penalty means for one subject; `amount` in 分."""

    subject: Subject
    name: str
    title: str
    kinds: tuple[PenaltyKind, ...]
    amount: int
    ground: Ground


@dataclass(frozen=True)
class NewPenalty:
    """A penalty as its decision names it."""

    case_number: str
    decided_on: date
    words: str
    parts: tuple[Part, ...]
    hazards: Sequence[str] = ()
    photos: Sequence[str] = ()
    """SHA-256 of each photo that goes with it."""


def take(
    session: Session, actor: Actor, unit_uuid: str, new: NewMeasure, *, today: date, at: datetime
) -> str:
    """Record a measure and return its uuid. Raises NotFound or CaseIncomplete."""
    unit = _unit(session, actor, unit_uuid)
    _refuse(_measure_faults(new, today))
    made = str(uuid.uuid4())
    body = {
        "measure": made,
        "unit": unit.uuid,
        "kind": new.kind,
        "case_number": new.case_number,
        "ground": asdict(new.ground),
        "decided_on": new.decided_on.isoformat(),
        "approved_by": new.approved_by,
        "notified_at": journal.instant_text(new.notified_at) if new.notified_at else None,
        "effective_at": journal.instant_text(new.effective_at) if new.effective_at else None,
        "urgent": new.urgent,
        "words": new.words,
        "hazards": _hazards(session, unit, new.hazards),
        "by": actor.author,
    }
    _append(session, Event("measure.taken", body, subject=made), at)
    return made


def lift(
    session: Session,
    actor: Actor,
    measure: str,
    *,
    lifted_on: date,
    words: str,
    today: date,
    at: datetime,
) -> None:
    """Record that a measure was lifted; one that is lifted already stays as it was."""
    journal.lock(session)
    row = session.execute(
        select(Measure.lifted_on, Measure.decided_on)
        .join(Unit, Unit.id == Measure.unit_id)
        .where(Measure.uuid == measure, actor.scope(Permission.ENFORCE).condition())
    ).one_or_none()
    if row is None:
        raise NotFound(measure=measure)
    if row.lifted_on is not None:
        return
    if not row.decided_on <= lifted_on <= today:
        _refuse({"lifted_on": "day_unfit"})
    body = {
        "measure": measure,
        "lifted_on": lifted_on.isoformat(),
        "words": words,
        "by": actor.author,
    }
    _append(session, Event("measure.lifted", body, subject=measure), at)


def impose(
    session: Session, actor: Actor, unit_uuid: str, new: NewPenalty, *, today: date, at: datetime
) -> str:
    """Record a penalty and return its uuid. Raises NotFound or CaseIncomplete."""
    unit = _unit(session, actor, unit_uuid)
    _refuse(_penalty_faults(new, today))
    made = str(uuid.uuid4())
    body = {
        "penalty": made,
        "unit": unit.uuid,
        "case_number": new.case_number,
        "decided_on": new.decided_on.isoformat(),
        "words": new.words,
        "parts": [{**asdict(part), "kinds": list(part.kinds)} for part in new.parts],
        "hazards": _hazards(session, unit, new.hazards),
        "photos": list(new.photos),
        "by": actor.author,
    }
    _append(session, Event("penalty.imposed", body, subject=made), at)
    return made


def _unit(session: Session, actor: Actor, unit_uuid: str) -> UnitFacts:
    return directory.unit(session, unit_uuid, actor.scope(Permission.ENFORCE))


def _measure_faults(new: NewMeasure, today: date) -> dict[str, str]:
    faults = {}
    if new.decided_on > today:
        faults["decided_on"] = "day_to_come"
    if new.kind is MeasureKind.CUT_OFF:
        if not new.approved_by:
            faults["approved_by"] = "approval_missing"
        if not new.effective_at:
            faults["effective_at"] = "missing"
        elif not new.urgent and not new.notified_at:
            faults["notified_at"] = "missing"
        elif (
            not new.urgent
            and new.notified_at
            and notice_is_short(new.notified_at, new.effective_at)
        ):
            faults["effective_at"] = "notice_short"
    return faults


def _penalty_faults(new: NewPenalty, today: date) -> dict[str, str]:
    faults = {}
    if new.decided_on > today:
        faults["decided_on"] = "day_to_come"
    if not new.parts:
        faults["unit_kinds"] = "subject_missing"
    for part in new.parts:
        if PenaltyKind.FINE in part.kinds and not part.amount:
            faults[f"{part.subject}_amount"] = "missing"
        if PenaltyKind.FINE not in part.kinds and part.amount:
            faults[f"{part.subject}_kinds"] = "fine_missing"
        if not part.kinds:
            faults[f"{part.subject}_kinds"] = "missing"
        if not part.ground.text:
            faults[f"{part.subject}_ground"] = "missing"
        if not part.name:
            faults[f"{part.subject}_name"] = "missing"
    return faults


def _hazards(session: Session, unit: UnitFacts, numbers: Sequence[str]) -> list[str]:
    """The uuids of these hazards, all of this unit. Raises CaseIncomplete."""
    wanted = [number.upper() for number in dict.fromkeys(numbers)]
    found = dict(
        session.execute(
            select(Hazard.number, Hazard.uuid).where(
                Hazard.number.in_(wanted), Hazard.unit_id == unit.id
            )
        )
        .tuples()
        .all()
    )
    if len(found) < len(wanted):
        _refuse({"hazards": "hazard_unknown"})
    return [found[number] for number in wanted]


def _refuse(faults: dict[str, str]) -> None:
    if faults:
        raise CaseIncomplete(fields=faults)


def _append(session: Session, event: Event, at: datetime) -> None:
    entries: list[Any] = journal.append(session, [event], at=at)
    register.VIEW.apply(session, entries)
