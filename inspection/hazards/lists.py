"""The two lists an office keeps from the register: what was found, and who does what by when.

问题隐患清单 and 隐患整治责任清单, as rows, read one after the other: a list of any length takes
the memory of a few hundred rows. How they are drawn is in `reports/` and `web/`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from inspection.database import table_of
from inspection.hazards import narrowing, pages
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.pages import Found
from inspection.hazards.register import Hazard
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit

_BY_PORTIONS = {"yield_per": 500}
"""Asked with the statement: a result that is cut in portions afterwards is in memory as a whole."""


@dataclass(frozen=True)
class ProblemLine:
    """One line of the list of problems (问题隐患清单): what was found, where, and on what ground.

    `requirement` is the requirement it offends; `item` the checklist's item that asked.
    """

    uuid: str
    number: str
    unit_name: str
    credit_code: str
    sector: str
    place: str
    found_on: date
    finders: tuple[str, ...]
    source: str
    checklist_slug: str
    checklist_revision: int
    item: str
    summary: str
    requirement: str
    level: str
    photos: int
    """How many photos were taken of it when it was found."""
    deadline_on: date | None
    state: str
    closed_on: date | None
    returned: int
    listed_level: str
    listed_order: str


@dataclass(frozen=True)
class DutyLine:
    """One line of the list of duties (隐患整治责任清单): who must do what by when (五落实).

    Person, measures, funds, time limit and emergency plan stand as they were said last, ""
    or None where nobody said anything. `days_left` is negative when late, None when nothing
    is left to do or no deadline was set.
    """

    uuid: str
    number: str
    unit_name: str
    principal: str
    """The enterprise's principal person in charge (主要负责人)."""
    summary: str
    level: str
    responsible: str
    measures: str
    funds: int | None
    """In 分, hundredths of a yuan."""
    deadline_on: date | None
    planned_on: date | None
    """When the enterprise means to be done; the deadline is what binds."""
    emergency: str
    supervisor: str
    """The department that supervises the enterprise, or what it belongs to."""
    source: str
    state: str
    days_left: int | None
    claimed_at: datetime | None
    closed_on: date | None
    listed_level: str
    listed_order: str


_hazard, _unit = table_of(Hazard), table_of(Unit)
_SUPERVISOR = aliased(_unit)
_PROBLEM = select(
    *_hazard.c["id", "uuid", "number", "place", "found_on", "finders", "source"],
    *_hazard.c["checklist_slug", "checklist_revision", "item_code", "summary", "requirement"],
    *_hazard.c["level", "photos_before", "deadline_on", "state", "closed_on", "returned"],
    *_hazard.c["listed_level", "listed_order"],
    *_unit.c["name", "credit_code", "sector"],
).join(_unit, _unit.c.id == _hazard.c.unit_id)
_DUTY = (
    select(
        *_hazard.c["id", "uuid", "number", "summary", "level", "responsible", "measures"],
        *_hazard.c["funds", "deadline_on", "planned_on", "emergency", "state", "claimed_at"],
        *_hazard.c["closed_on", "listed_level", "listed_order", "source"],
        *_unit.c["name", "principal"],
        _SUPERVISOR.c.name.label("supervisor"),
    )
    .join(_unit, _unit.c.id == _hazard.c.unit_id)
    .outerjoin(
        _SUPERVISOR,
        _SUPERVISOR.c.id == func.coalesce(_unit.c.supervisor_id, _unit.c.parent_id),
    )
)


def problems(
    session: Session, scope: Scope, wanted: RegisterFilter, *, today: date
) -> Iterator[ProblemLine]:
    """Read the problems that the filter leaves in scope, in the register's order."""
    query = _selected(_PROBLEM, scope, wanted, today)
    return map(_problem, session.execute(query, execution_options=_BY_PORTIONS))


def _problem(row: Any) -> ProblemLine:
    return ProblemLine(
        uuid=row.uuid,
        number=row.number,
        unit_name=row.name,
        credit_code=row.credit_code,
        sector=row.sector,
        place=row.place,
        found_on=row.found_on,
        finders=tuple(row.finders),
        source=row.source,
        checklist_slug=row.checklist_slug,
        checklist_revision=row.checklist_revision,
        item=row.item_code,
        summary=row.summary,
        requirement=row.requirement,
        level=row.level,
        photos=len(row.photos_before),
        deadline_on=row.deadline_on,
        state=row.state,
        closed_on=row.closed_on,
        returned=row.returned,
        listed_level=row.listed_level,
        listed_order=row.listed_order,
    )


def duties(
    session: Session, scope: Scope, wanted: RegisterFilter, *, today: date
) -> Iterator[DutyLine]:
    """Read the duties that the filter leaves in scope, in the register's order.

    Unless the filter asks for a state or a period of closing, only what still has to be done.
    """
    query = _selected(_DUTY, scope, to_be_done(wanted), today)
    rows = session.execute(query, execution_options=_BY_PORTIONS)
    return (_duty(row, today) for row in rows)


def _duty(row: Any, today: date) -> DutyLine:
    is_open = row.closed_on is None
    return DutyLine(
        uuid=row.uuid,
        number=row.number,
        unit_name=row.name,
        principal=row.principal,
        summary=row.summary,
        level=row.level,
        responsible=row.responsible,
        measures=row.measures,
        funds=row.funds,
        deadline_on=row.deadline_on,
        planned_on=row.planned_on,
        emergency=row.emergency,
        supervisor=row.supervisor or "",
        source=row.source,
        state=row.state,
        days_left=(row.deadline_on - today).days if row.deadline_on and is_open else None,
        claimed_at=row.claimed_at,
        closed_on=row.closed_on,
        listed_level=row.listed_level,
        listed_order=row.listed_order,
    )


def to_be_done(wanted: RegisterFilter) -> RegisterFilter:
    """What a list of duties holds: what is open, unless the filter says otherwise itself."""
    says = wanted.state or wanted.open_on or wanted.closed_since or wanted.closed_until
    return wanted if says else replace(wanted, open=True)


def page_of_problems(
    session: Session, scope: Scope, wanted: RegisterFilter, *, today: date
) -> tuple[Found, tuple[ProblemLine, ...]]:
    """Return one page of the list of problems, and how many lines it has in all."""
    found = pages.find(session, scope, wanted, today=today)
    return found, tuple(_problem(row) for row in _shown(session, _PROBLEM, found))


def page_of_duties(
    session: Session, scope: Scope, wanted: RegisterFilter, *, today: date
) -> tuple[Found, tuple[DutyLine, ...]]:
    """Return one page of the list of duties, and how many lines it has in all."""
    found = pages.find(session, scope, to_be_done(wanted), today=today)
    return found, tuple(_duty(row, today) for row in _shown(session, _DUTY, found))


def length(session: Session, scope: Scope, wanted: RegisterFilter, *, today: date) -> int:
    """Count every line of a list of problems; of the duties with `to_be_done`."""
    there = select(func.count()).select_from(_hazard).join(_unit, _unit.c.id == _hazard.c.unit_id)
    conditions = narrowing.conditions(scope, wanted, today=today)
    return session.scalar(there.where(*conditions)) or 0


def _shown(session: Session, lines: Select[Any], found: Found) -> list[Any]:
    place = {hazard: number for number, hazard in enumerate(found.ids)}
    rows = session.execute(lines.where(_hazard.c.id.in_(found.ids)))
    return sorted(rows, key=lambda row: place[row.id])


def _selected(lines: Select[Any], scope: Scope, wanted: RegisterFilter, today: date) -> Select[Any]:
    conditions = narrowing.conditions(scope, wanted, today=today)
    return lines.where(*conditions).order_by(*pages.order_of(wanted, today=today))
