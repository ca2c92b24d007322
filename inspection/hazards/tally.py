"""How many hazards of each sort there are, or were on a day: what the register's chips say.

Read from the counts that `register.apply` keeps, so that it costs the same however many
hazards there are; counted one by one where those counts cannot say it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from inspection.hazards import days
from inspection.hazards.days import HazardDay
from inspection.hazards.derived import EVERY_DAY, HazardTally
from inspection.hazards.register import Hazard
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind


@dataclass(frozen=True)
class Sort:
    """Hazards of one state and level: how many there are, and how many of them are late."""

    state: str
    level: str
    hazards: int
    late: int


def kept(
    session: Session,
    scope: Scope,
    *,
    today: date,
    units: Sequence[ColumnElement[bool]] = (),
    sector: str = "",
    source: str = "",
) -> tuple[Sort, ...] | None:
    """Return the counts kept for a scope; None where its parts may overlap.

    `units` are further conditions on units, by their names.
    """
    areas = _areas(session, scope)
    if areas is None:
        return None
    if units:
        narrowed = select(Unit.id).where(scope.condition(), *units)
        conditions = [HazardTally.area_id.in_(narrowed), HazardTally.own]
    else:
        conditions = [HazardTally.area_id.in_(areas)]
    conditions += [HazardTally.sector == sector] if sector else []
    conditions += [HazardTally.source == source] if source else []
    every = HazardTally.due_on == EVERY_DAY
    rows = session.execute(
        _by_sort(
            HazardTally,
            func.sum(case((every, HazardTally.hazards), else_=0)),
            func.sum(case((every, 0), else_=HazardTally.hazards)),
        ).where(*conditions, or_(every, HazardTally.due_on < today))
    )
    return tuple(Sort(*row) for row in rows)


def open_on(
    session: Session, scope: Scope, day: date, *, source: str = ""
) -> tuple[Sort, ...] | None:
    """Return what was open in a scope when a day was over, and what of it was late then.

    None where nothing is kept that says it.
    """
    areas = wide_areas(session, scope)
    if areas is None:
        return None
    begun = func.sum(HazardDay.found - HazardDay.ended)
    late = func.sum(HazardDay.fell_late - HazardDay.late_ended)
    query = _by_sort(HazardDay, begun, late).where(days.until(areas, day, days_since=day))
    if source:
        query = query.where(HazardDay.source == source)
    rows = session.execute(query.having(begun > 0))
    return tuple(
        Sort(state, level, int(hazards), int(late)) for state, level, hazards, late in rows
    )


def wide_areas(session: Session, scope: Scope) -> list[int] | None:
    """Return the areas that make up a scope, of which days are kept; None where there are none."""
    areas = _areas(session, scope)
    if areas is None or not areas:
        return None
    kinds = set(session.scalars(select(Unit.kind).where(Unit.id.in_(areas))))
    return None if UnitKind.ENTERPRISE in kinds else areas


def counted(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    late: ColumnElement[bool],
    *,
    most: int | None = None,
) -> tuple[Sort, ...]:
    """Count one by one what fulfils conditions on `Hazard`; of at most so many, whichever."""
    is_late = case((late, 1), else_=0).label("late")
    query = select(Hazard.state, Hazard.level, is_late).where(*conditions).limit(most)
    these = query.subquery()
    rows = session.execute(_by_sort(these.c, func.count(), func.sum(these.c.late)))
    return tuple(Sort(*row) for row in rows)


def _by_sort(of: Any, hazards: Any, late: Any) -> Select[Any]:
    return select(of.state, of.level, hazards, late).group_by(of.state, of.level)


def _areas(session: Session, scope: Scope) -> list[int] | None:
    """Units whose areas make up a scope, none of them counted twice; None when that is unsure."""
    if scope.everything:
        return list(session.scalars(select(Unit.id).where(Unit.parent_id.is_(None))))
    tops = [path for path in scope.paths if not _below_another(path, scope.paths)]
    units = [int(path.rstrip("/").rsplit("/", 1)[1]) for path in tops]
    if scope.supervisors and (len(units) > 1 or not scope.supervisors <= set(units)):
        return None
    return units


def _below_another(path: str, paths: frozenset[str]) -> bool:
    return any(path != other and path.startswith(other) for other in paths)
