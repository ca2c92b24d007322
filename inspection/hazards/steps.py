"""Steps in the life of a hazard that are taken at a desk or on a phone: offered, and taken.

What a step is and who may take it is in `domain/hazard.py`, what is said with it in
`domain/handling.py`. Steps inside a signed inspection come in through `submissions/`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import PERMISSION_OF_SIDE, Permission
from inspection.domain import handling, hazard
from inspection.domain.hazard import Offer, Question, Side, Situation, Step
from inspection.domain.problems import HazardMovedOn, NotFound, StepIncomplete
from inspection.hazards import awaiting, register
from inspection.hazards.register import Hazard
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.organisations.unit import Unit


@dataclass(frozen=True)
class Said:
    """What somebody fills in with a step: texts by field, and digests of photos kept already."""

    texts: Mapping[str, str]
    photos: Sequence[str] = ()


@dataclass(frozen=True)
class Standing:
    """Where a hazard stands for one person: its newest entry, and the steps that are theirs."""

    uuid: str
    last_seq: int
    situation: Situation
    offers: tuple[Offer, ...]


def standing(session: Session, actor: Actor, uuid: str, *, today: date) -> Standing:
    """Return where a hazard stands for `actor`. Raises NotFound when none is in scope."""
    row, sides = _found(session, actor, uuid)
    here = register.situation(row)
    offered = hazard.offers(here, sides, person=actor.uuid, today=today)
    return Standing(uuid, row.last_seq, here, offered)


def take(
    session: Session,
    actor: Actor,
    uuid: str,
    step: Step,
    said: Said,
    *,
    seen_seq: int,
    today: date,
    at: datetime,
) -> Entry:
    """Take a step; `seen_seq` is the newest entry that the actor had before their eyes.

    The ledger's lock makes two who act at once take turns: the second gets HazardMovedOn.
    Raises NotFound, HazardMovedOn, NotAllowed, StepNotAllowed or StepIncomplete; then nothing
    was written.
    """
    head = journal.lock(session)
    row, sides = _found(session, actor, uuid)
    if row.last_seq != seen_seq:
        raise HazardMovedOn(seq=row.last_seq)
    here = register.situation(row)
    leads_by = hazard.taken(here, step, sides, person=actor.uuid, today=today)
    words = handling.read(step, said.texts, said.photos, situation=here, today=today)
    _refuse_odd_twin(session, actor, uuid, words)
    body: dict[str, Any] = {
        "hazard": uuid,
        "unit": row.unit_uuid,
        "by": actor.author,
        "side": leads_by.side,
        "before": here.state,
        "state": leads_by.after,
        "question": hazard.question(here, step),
        "said": words,
    }
    deadline = _deadline(step, words, row)
    if deadline:
        body["deadline_on"] = deadline
    (entry,) = journal.append(
        session, [Event(f"hazard.{step}", body, subject=uuid)], at=at, after=head
    )
    register.apply(session, [entry])
    awaiting.tell(session, [entry], at=at)
    return entry


def _found(session: Session, actor: Actor, uuid: str) -> tuple[Any, frozenset[Side]]:
    """The hazard's row with its unit, and the sides on which the actor stands towards it."""
    row = session.execute(
        select(
            *Hazard.__table__.columns,
            Unit.uuid.label("unit_uuid"),
            Unit.path.label("unit_path"),
            Unit.supervisor_id,
        )
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(Hazard.uuid == uuid, actor.scope(Permission.HAZARD_READ).condition())
    ).one_or_none()
    if row is None:
        raise NotFound(hazard=uuid)
    return row, frozenset(
        side
        for side, permission in PERMISSION_OF_SIDE.items()
        if actor.scope(permission).holds(row.unit_path, row.supervisor_id)
    )


def _refuse_odd_twin(session: Session, actor: Actor, uuid: str, words: dict[str, Any]) -> None:
    """A duplicate is of another hazard that the actor can see."""
    twin = words.get("duplicate_of")
    if twin is None:
        return
    known = session.scalar(
        select(Hazard.uuid)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(Hazard.number == twin.upper(), actor.scope(Permission.HAZARD_READ).condition())
    )
    if known in (None, uuid):
        raise StepIncomplete(step=Step.CALL_DUPLICATE, fields={"duplicate_of": "hazard_unknown"})


def _deadline(step: Step, words: dict[str, Any], row: Any) -> str | None:
    """The deadline that a step sets: given with it, or the day that was asked for."""
    if step is Step.GRANT_EXTENSION and row.question == Question.EXTENSION:
        asked: date = row.asked_until
        return asked.isoformat()
    return words.get("deadline_on")
