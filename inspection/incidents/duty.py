"""The duty roster (值班表): a leader and staff for each day of each office, and who is on now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.domain.problems import NotFound
from inspection.domain.workdays import CHINA
from inspection.incidents import register
from inspection.incidents.register import DutyDay
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.organisations.unit import Unit, UnitKind

HANDED_OVER_AT = time(8, 30)
"""A day's crew stays until the next morning, as offices in China hand over; no rule says when."""


@dataclass(frozen=True)
class Crew:
    """Who is on duty; `phone` is the duty room's, not anybody's own."""

    leader: str
    staff: str
    phone: str


@dataclass(frozen=True)
class Watch:
    """Who is on duty in one office on one day."""

    unit_uuid: str
    unit_name: str
    day: date
    crew: Crew


def duty_day(at: datetime) -> date:
    """Return the day whose crew is on duty at this time."""
    local = at.astimezone(CHINA)
    return local.date() if local.time() >= HANDED_OVER_AT else local.date() - timedelta(days=1)


def put(
    session: Session,
    actor: Actor,
    unit_uuid: str,
    days: Sequence[date],
    crew: Crew,
    *,
    at: datetime,
) -> None:
    """Say who is on duty on these days. Raises NotFound for a unit outside the actor's scope."""
    unit = directory.unit(session, unit_uuid, actor.scope(Permission.DUTY_KEEP))
    if unit.kind == UnitKind.ENTERPRISE:
        raise NotFound(unit=unit_uuid)
    body = {
        "unit": unit.uuid,
        "days": [day.isoformat() for day in days],
        **vars(crew),
        "by": actor.author,
    }
    entries = journal.append(session, [Event("duty.set", body, subject=unit.uuid)], at=at)
    register.VIEW.apply(session, entries)


def offices(session: Session, actor: Actor, permission: Permission) -> list[tuple[str, str]]:
    """Return uuid and name of the offices in scope, the highest first."""
    rows = session.execute(
        select(Unit.uuid, Unit.name)
        .where(Unit.kind != UnitKind.ENTERPRISE, actor.scope(permission).condition())
        .order_by(Unit.path)
    )
    return list(rows.tuples())


def on_duty(session: Session, actor: Actor, *, at: datetime) -> list[Watch]:
    """Return who is on duty now in the offices in scope; an office without a crew is left out."""
    return _watches(session, actor, DutyDay.day == duty_day(at))


def roster(session: Session, actor: Actor, *, since: date, until: date) -> list[Watch]:
    """Return the crews of the offices in scope from one day to another, by day."""
    return _watches(session, actor, DutyDay.day.between(since, until))


def _watches(session: Session, actor: Actor, condition: object) -> list[Watch]:
    rows = session.execute(
        select(DutyDay, Unit.uuid, Unit.name)
        .join(Unit, Unit.id == DutyDay.unit_id)
        .where(actor.scope(Permission.DUTY_READ).condition(), condition)  # type: ignore[arg-type]
        .order_by(DutyDay.day, Unit.path)
    )
    return [
        Watch(uuid, name, row.day, Crew(row.leader, row.staff, row.phone))
        for row, uuid, name in rows
    ]
