"""Assignments (指派): which units an expert or auditor may look at for a time, and who said so.

How far an assignment reaches is in `policy.py`, how it becomes part of an actor in `people.py`.
Whoever gives one gives from their own: person and unit both lie in their scope.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from inspection.accounts.people import Actor, AssignmentRow, MembershipRow, PersonAccount
from inspection.accounts.policy import ASSIGNABLE, Permission, Role
from inspection.domain.problems import NotFound
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.organisations.unit import Unit


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be given units in a role."""

    person: str
    name: str
    role: Role
    unit_name: str


@dataclass(frozen=True)
class Assigned:
    """One assignment as it stands."""

    uuid: str
    name: str
    role: Role
    unit_uuid: str
    unit_name: str
    from_at: datetime
    until_at: datetime
    purpose: str
    given_by: str
    """Name of whoever gave it."""
    ended_early: bool


def candidates(session: Session, actor: Actor) -> tuple[Candidate, ...]:
    """Return the experts and auditors whose posts lie in the actor's scope, by name."""
    rows = session.execute(
        select(PersonAccount.uuid, PersonAccount.name, MembershipRow.role, Unit.name)
        .join(MembershipRow, MembershipRow.person_id == PersonAccount.id)
        .join(Unit, Unit.id == MembershipRow.unit_id)
        .where(
            PersonAccount.active,
            MembershipRow.role.in_(ASSIGNABLE),
            actor.scope(Permission.ASSIGN).condition(),
        )
        .order_by(PersonAccount.name, PersonAccount.id)
    )
    return tuple(Candidate(person, name, Role(role), unit) for person, name, role, unit in rows)


def unit_named(session: Session, actor: Actor, text: str) -> str | None:
    """Return the uuid of the unit in scope with exactly this name or credit code, or None."""
    return directory.named(session, text, actor.scope(Permission.ASSIGN))


def give(
    session: Session,
    actor: Actor,
    person: str,
    role: Role,
    unit_uuid: str,
    *,
    from_at: datetime,
    until_at: datetime,
    purpose: str,
    at: datetime,
) -> str:
    """Assign a unit and all below it; returns the assignment's uuid. Raises NotFound."""
    if not any((each.person, each.role) == (person, role) for each in candidates(session, actor)):
        raise NotFound(person=person)
    unit = directory.unit(session, unit_uuid, actor.scope(Permission.ASSIGN))
    account = session.scalars(select(PersonAccount).where(PersonAccount.uuid == person)).one()
    row = AssignmentRow(
        uuid=str(uuid.uuid4()),
        person_id=account.id,
        unit_id=unit.id,
        role=role,
        from_at=from_at,
        until_at=until_at,
        purpose=purpose,
        given_by=actor.uuid,
        given_at=at,
    )
    session.add(row)
    session.flush()
    body = {
        "assignment": row.uuid,
        "person": person,
        "unit": unit.uuid,
        "role": role,
        "from_at": journal.instant_text(from_at),
        "until_at": journal.instant_text(until_at),
        "purpose": purpose,
        "by": actor.uuid,
    }
    journal.append(session, [Event("assignment.given", body, subject=row.uuid)], at=at)
    return row.uuid


def end(session: Session, actor: Actor, assignment: str, *, reason: str, at: datetime) -> None:
    """End an assignment now; one that is over stays as it was. Raises NotFound."""
    row = session.scalars(
        select(AssignmentRow)
        .join(Unit, Unit.id == AssignmentRow.unit_id)
        .where(AssignmentRow.uuid == assignment, actor.scope(Permission.ASSIGN).condition())
    ).one_or_none()
    if row is None:
        raise NotFound(assignment=assignment)
    if row.until_at <= at:
        return
    row.until_at, row.ended_by = at, actor.uuid
    body = {"assignment": row.uuid, "reason": reason, "by": actor.uuid}
    journal.append(session, [Event("assignment.ended", body, subject=row.uuid)], at=at)


def listed(session: Session, actor: Actor, *, limit: int = 500) -> tuple[Assigned, ...]:
    """Return the assignments of units in the actor's scope, those that last longest first."""
    giver = aliased(PersonAccount)
    rows = session.execute(
        select(AssignmentRow, PersonAccount.name, Unit.uuid, Unit.name, giver.name)
        .join(PersonAccount, PersonAccount.id == AssignmentRow.person_id)
        .join(Unit, Unit.id == AssignmentRow.unit_id)
        .outerjoin(giver, giver.uuid == AssignmentRow.given_by)
        .where(actor.scope(Permission.ASSIGN).condition())
        .order_by(AssignmentRow.until_at.desc(), AssignmentRow.id.desc())
        .limit(limit)
    )
    return tuple(
        Assigned(
            row.uuid,
            name,
            Role(row.role),
            unit_uuid,
            unit_name,
            row.from_at,
            row.until_at,
            row.purpose,
            given_by or "",
            bool(row.ended_by),
        )
        for row, name, unit_uuid, unit_name, given_by in rows
    )
