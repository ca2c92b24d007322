"""A unit gets another name or place (单位变更): an entry of the ledger, and the register follows.

The register repeats a unit's name among the words to search, and its sector and place in its
counts; `followed` brings both up to date in the transaction of whatever changes a unit. What
was issued before keeps the name it was issued to.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.database import table_of
from inspection.domain.problems import UnitUnfit
from inspection.hazards import days, derived
from inspection.hazards.register import Hazard
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import UnitKind

CHANGED = "unit.changed"
LONGEST = 200


@dataclass(frozen=True)
class Description:
    """What may change of a unit; `parent` and `supervisor` are uuids, "" for none."""

    name: str
    parent: str
    supervisor: str


@dataclass(frozen=True)
class PastChange:
    """A change as the ledger has it."""

    seq: int
    at: datetime
    by: str
    reason: str
    before: Description
    after: Description


def described(session: Session, facts: UnitFacts) -> Description:
    """Say how a unit stands now."""
    above = [int(part) for part in facts.path.strip("/").split("/")][:-1]
    parent = directory.by_id(session, above[-1]).uuid if above else ""
    supervisor = facts.supervisor_id and directory.by_id(session, facts.supervisor_id).uuid
    return Description(facts.name, parent, supervisor or "")


def change(
    session: Session, actor: Actor, unit_uuid: str, new: Description, *, reason: str, at: datetime
) -> None:
    """Change a unit, tell it in the ledger, and bring the register up to date.

    Raises NotFound for a unit out of scope, UnitUnfit for what a unit cannot be.
    """
    head = journal.lock(session)
    scope = actor.scope(Permission.UNIT_CHANGE)
    facts = directory.unit(session, unit_uuid, scope)
    before = described(session, facts)
    parent = directory.find(session, new.parent) if new.parent else None
    supervisor = directory.find(session, new.supervisor) if new.supervisor else None
    faults = _faults(facts, before, new, parent, supervisor)
    if parent and new.parent != before.parent and not scope.holds(parent.path, None):
        faults["parent"] = "out_of_scope"
    if directory.is_taken(session, new.name, by_other_than=facts.id):
        faults["name"] = "taken"
    if not reason:
        faults["reason"] = "missing"
    if faults:
        raise UnitUnfit(fields=faults)
    moved = directory.below(session, facts.path) if new.parent != before.parent else {facts.id}
    with followed(session, moved):
        directory.change(
            session,
            facts,
            name=new.name,
            parent=parent,
            supervisor_id=supervisor.id if supervisor else None,
        )
    body: dict[str, Any] = {
        "unit": facts.uuid,
        "before": asdict(before),
        "after": asdict(new),
        "reason": reason,
        "by": actor.author,
    }
    journal.append(session, [Event(CHANGED, body, subject=facts.uuid)], at=at, after=head)


@contextmanager
def followed(session: Session, unit_ids: set[int]) -> Iterator[None]:
    """Whatever is changed of these units inside: counts and words of the register follow it."""
    stood = derived.units(session, unit_ids)
    yield
    stand = derived.units(session, unit_ids)
    derived.move_tally(session, stood, stand)
    for unit, seen in stand.items():
        if seen.wide_areas != stood[unit].wide_areas:
            days.move(session, _hazards(session, unit), stood[unit], seen)
        if seen.name != stood[unit].name:
            derived.rewrite_words(session, _hazards(session, unit), seen.name)


def past(session: Session, unit_uuid: str) -> tuple[PastChange, ...]:
    """Return how a unit was changed, newest first."""
    entries = [
        (entry, json.loads(entry.body)) for entry in journal.about(session, unit_uuid, kind=CHANGED)
    ]
    return tuple(
        PastChange(
            entry.seq,
            entry.at,
            body["by"]["name"],
            body["reason"],
            Description(**body["before"]),
            Description(**body["after"]),
        )
        for entry, body in reversed(entries)
    )


def _faults(
    facts: UnitFacts,
    before: Description,
    new: Description,
    parent: UnitFacts | None,
    supervisor: UnitFacts | None,
) -> dict[str, str]:
    faults = {}
    if new == before:
        faults["name"] = "unchanged"
    if not new.name:
        faults["name"] = "missing"
    elif len(new.name) > LONGEST:
        faults["name"] = "too_long"
    if (parent is None) != (before.parent == ""):
        faults["parent"] = "missing"  # what is below something stays so, and the root is a root
    elif parent and parent.path.startswith(facts.path):
        faults["parent"] = "below_itself"
    elif parent and parent.kind not in (UnitKind.DISTRICT, UnitKind.TOWN):
        faults["parent"] = "no_place"
    if new.supervisor and (supervisor is None or supervisor.kind != UnitKind.DEPARTMENT):
        faults["supervisor"] = "no_department"
    return faults


_hazard = table_of(Hazard)


def _hazards(session: Session, unit_id: int) -> list[derived.Row]:
    query = select(_hazard).where(_hazard.c.unit_id == unit_id)
    return [dict(row) for row in session.execute(query).mappings()]
