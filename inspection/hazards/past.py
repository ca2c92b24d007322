"""What was found in earlier visits, for looking back: of a unit, or by some records."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.hazards.register import Hazard


@dataclass(frozen=True)
class FoundHazard:
    """A hazard as somebody who looks back sees it: where, when, and what became of it."""

    uuid: str
    number: str
    record_uuid: str
    checklist_slug: str
    item: str
    level: str
    state: str
    summary: str
    found_at: datetime
    closed_at: datetime | None
    deadline_on: date | None


def raised_by(session: Session, record_uuids: Iterable[str]) -> list[FoundHazard]:
    """Return the hazards that any of these records raised, in the order of the register."""
    return _found(session, Hazard.record_uuid.in_(list(record_uuids)), order=Hazard.id)


def found_in(
    session: Session, unit_id: int, *, since: datetime, item: str = ""
) -> list[FoundHazard]:
    """Return a unit's hazards found after `since`, oldest first; of one item, or all."""
    conditions = [Hazard.unit_id == unit_id, Hazard.found_at > since]
    if item:
        conditions.append(Hazard.item_code == item)
    return _found(session, *conditions, order=Hazard.found_at)


def _found(session: Session, *conditions: Any, order: Any) -> list[FoundHazard]:
    rows = session.execute(
        select(
            Hazard.uuid,
            Hazard.number,
            Hazard.record_uuid,
            Hazard.checklist_slug,
            Hazard.item_code,
            Hazard.level,
            Hazard.state,
            Hazard.summary,
            Hazard.found_at,
            Hazard.closed_at,
            Hazard.deadline_on,
        )
        .where(*conditions)
        .order_by(order, Hazard.id)
    )
    return [FoundHazard(*row) for row in rows]
