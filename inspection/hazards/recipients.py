"""Who stands for a side when a hazard has something to say to it: people, by unit and role."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from inspection.accounts.people import MembershipRow, PersonAccount
from inspection.accounts.policy import Role
from inspection.domain.ladder import Recipient
from inspection.organisations.unit import Unit, UnitKind

UPWARD = tuple(Recipient)
"""A side with nobody is heard by the next above it: no rung is told to an empty room."""


@dataclass(frozen=True)
class Reader:
    """Somebody who is told; `side` is as whom, after going up where nobody was."""

    person_id: int
    person: str
    name: str
    unit: str
    side: Recipient


def readers(
    session: Session, unit_id: int, path: str, supervisor_id: int | None, sides: Iterable[Recipient]
) -> tuple[Reader, ...]:
    """Return everybody who hears for these sides of an enterprise, each once."""
    found: dict[int, Reader] = {}
    for asked in sides:
        for side in UPWARD[UPWARD.index(asked) :]:
            here = _on(session, unit_id, path, supervisor_id, side)
            for reader in here:
                found.setdefault(reader.person_id, reader)
            if here:
                break
    return tuple(found.values())


def finders(session: Session, accounts: Collection[str], side: Recipient) -> tuple[Reader, ...]:
    """Return those of the inspectors who found a hazard that still work here."""
    return _readers(session, PersonAccount.uuid.in_(accounts), side)


def _on(
    session: Session, unit_id: int, path: str, supervisor_id: int | None, side: Recipient
) -> tuple[Reader, ...]:
    if side is Recipient.ENTERPRISE:
        return _at(session, [unit_id], {Role.ENTERPRISE}, side)
    if side is Recipient.HEAD:
        return _at(session, [unit_id], {Role.HEAD}, side)
    if side is Recipient.DEPARTMENT:
        supervisors = [supervisor_id] if supervisor_id else []
        return _at(session, supervisors, {Role.OFFICE, Role.INSPECTOR}, side)
    kind = UnitKind.TOWN if side is Recipient.TOWN else UnitKind.DISTRICT
    return _at(session, _above(session, path, kind), {Role.OFFICE}, side)


def _above(session: Session, path: str, kind: UnitKind) -> list[int]:
    """The nearest body of a kind above a unit, by its path."""
    ids = [int(part) for part in path.strip("/").split("/")]
    here = session.scalars(select(Unit.id).where(Unit.id.in_(ids), Unit.kind == kind)).all()
    return [max(here, key=ids.index)] if here else []


def _at(
    session: Session, unit_ids: Sequence[int], roles: Collection[Role], side: Recipient
) -> tuple[Reader, ...]:
    held = MembershipRow.unit_id.in_(unit_ids) & MembershipRow.role.in_(roles)
    return _readers(session, held, side) if unit_ids else ()


def _readers(
    session: Session, condition: ColumnElement[bool], side: Recipient
) -> tuple[Reader, ...]:
    rows: Sequence[Any] = session.execute(
        select(PersonAccount.id, PersonAccount.uuid, PersonAccount.name, Unit.uuid.label("unit"))
        .join(MembershipRow, MembershipRow.person_id == PersonAccount.id)
        .join(Unit, Unit.id == MembershipRow.unit_id)
        .where(condition, PersonAccount.active)
        .order_by(PersonAccount.id)
    ).all()
    return tuple(Reader(row.id, row.uuid, row.name, row.unit, side) for row in rows)
