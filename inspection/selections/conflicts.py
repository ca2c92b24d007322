"""Declared conflicts of interest (利益关系回避): who keeps away from which unit, and why.

Somebody declares their own; an office declares those of people in its area. The reason stays
inside: a published pool says only that somebody keeps away.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor, MembershipRow, PersonAccount
from inspection.accounts.policy import Permission, Role
from inspection.domain.problems import NotFound
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.organisations.unit import Unit
from inspection.selections import register
from inspection.selections.register import Conflict

SENT = (Role.INSPECTOR, Role.EXPERT)
"""Roles that are drawn."""


@dataclass(frozen=True)
class ConflictCard:
    """One declared conflict; `ended_at` is None while it counts."""

    uuid: str
    person: str
    name: str
    unit_uuid: str
    unit_name: str
    words: str
    declared_by: str
    declared_at: datetime
    ended_at: datetime | None
    ended_words: str


@dataclass(frozen=True)
class Sendable:
    """Somebody who may be drawn, with the post that says where they may inspect."""

    uuid: str
    name: str
    role: Role
    unit_id: int
    unit_name: str
    unit_path: str
    unit_kind: str


def sendable(session: Session, actor: Actor) -> list[Sendable]:
    """Return the inspectors and experts with posts in the actor's scope, by unit and name."""
    rows = session.execute(
        select(
            PersonAccount.uuid,
            PersonAccount.name,
            MembershipRow.role,
            Unit.id,
            Unit.name,
            Unit.path,
            Unit.kind,
        )
        .join(MembershipRow, MembershipRow.person_id == PersonAccount.id)
        .join(Unit, Unit.id == MembershipRow.unit_id)
        .where(
            PersonAccount.active,
            MembershipRow.role.in_(SENT),
            actor.scope(Permission.SELECTION_KEEP).condition(),
        )
        .order_by(Unit.path, PersonAccount.name, PersonAccount.id)
    )
    return [Sendable(row[0], row[1], Role(row[2]), *row[3:]) for row in rows]


def declarable(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Return uuid and name of those whose conflicts the actor may declare: themselves first."""
    own = [(actor.uuid, actor.name)] if actor.roles & set(SENT) else []
    others = [(each.uuid, f"{each.name} · {each.unit_name}") for each in sendable(session, actor)]
    return own + [each for each in dict.fromkeys(others) if each[0] != actor.uuid]


def declare(
    session: Session, actor: Actor, person: str, unit: str, words: str, *, at: datetime
) -> str:
    """Declare a conflict and return its uuid. Raises NotFound."""
    if person not in {uuid for uuid, _name in declarable(session, actor)}:
        raise NotFound(person=person)
    found = directory.unit(session, unit, actor.scope(Permission.CONFLICT_DECLARE))
    declared = str(uuid.uuid4())
    body = {
        "conflict": declared,
        "person": person,
        "unit": found.uuid,
        "words": words,
        "by": actor.author,
    }
    _append(session, "conflict.declared", body, at=at)
    return declared


def end(session: Session, actor: Actor, conflict: str, words: str, *, at: datetime) -> None:
    """Say that a conflict is over, and why; one that is over stays as it was. Raises NotFound."""
    journal.lock(session)
    card = next((each for each in conflicts(session, actor) if each.uuid == conflict), None)
    if card is None:
        raise NotFound(conflict=conflict)
    if card.ended_at is None:
        body = {"conflict": conflict, "words": words, "by": actor.author}
        _append(session, "conflict.ended", body, at=at)


def conflicts(session: Session, actor: Actor) -> list[ConflictCard]:
    """Return the conflicts that the actor may read: their own, an office those of its people."""
    theirs = {uuid for uuid, _name in declarable(session, actor)}
    rows = session.execute(
        select(Conflict, PersonAccount.name, Unit)
        .join(PersonAccount, PersonAccount.uuid == Conflict.person)
        .join(Unit, Unit.id == Conflict.unit_id)
        .where(Conflict.person.in_(theirs))
        .order_by(Conflict.ended_at.is_not(None), Conflict.id.desc())
    )
    return [
        ConflictCard(
            row.uuid,
            row.person,
            name,
            unit.uuid,
            unit.name,
            row.words,
            row.declared_by,
            row.declared_at,
            row.ended_at,
            row.ended_words,
        )
        for row, name, unit in rows
    ]


def _append(session: Session, kind: str, body: dict[str, Any], *, at: datetime) -> None:
    entries = journal.append(session, [Event(kind, body, subject=body["conflict"])], at=at)
    register.VIEW.apply(session, entries)
