"""The figures that rankings stand on: from the days that are kept, or counted in one walk.

Each is the number of hazards that a filter of the register leaves (`filter_of`), so that it can
be opened and counted by hand; the days alone are a sum over those that were closed.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from inspection.database.days import days_between
from inspection.domain.hazard import Level, Source
from inspection.domain.ranking import Figures, total
from inspection.hazards import narrowing, order, pages, statistics, tally
from inspection.hazards.days import HazardDay
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.register import Hazard
from inspection.hazards.statistics import Measure, Period
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind


class Figure(StrEnum):
    """What is counted of each unit; named as in `domain.ranking.Figures`."""

    FOUND = "found"
    SELF_FOUND = "self_found"
    CLOSED = "closed"
    ON_TIME = "on_time"
    OPEN = "open"
    OVERDUE = "overdue"
    MAJOR_OVERDUE = "major_overdue"


_MEASURES = {
    Figure.FOUND: Measure.FOUND,
    Figure.SELF_FOUND: Measure.FOUND,
    Figure.CLOSED: Measure.CLOSED,
    Figure.ON_TIME: Measure.ON_TIME,
    Figure.OPEN: Measure.OPEN,
    Figure.OVERDUE: Measure.OVERDUE,
    Figure.MAJOR_OVERDUE: Measure.OVERDUE,
}


def filter_of(figure: Figure, period: Period, *, area: str = "", today: date) -> RegisterFilter:
    """Return the filter of the register that leaves exactly what a figure counts.

    `area` is the uuid of a unit; of a period that still runs, what is open is asked of `today`.
    """
    wanted = statistics.filter_of(_MEASURES[figure], period, today=today)
    source = Source.SELF if figure is Figure.SELF_FOUND else ""
    level = Level.MAJOR if figure is Figure.MAJOR_OVERDUE else ""
    return replace(wanted, area=area, source=source, level=level)


def area_of(office: UnitFacts) -> Scope:
    """What a body answers for: all below it, and for a department what it supervises."""
    is_department = office.kind == UnitKind.DEPARTMENT
    return Scope(
        paths=frozenset({office.path}),
        supervisors=frozenset({office.id} if is_department else ()),
    )


def by(
    session: Session,
    scopes: Sequence[Scope],
    period: Period,
    *keys: Any,
    today: date,
) -> dict[tuple[Any, ...], Figures]:
    """Count hazards that lie in all these scopes, by columns of `Unit` or `Hazard`."""
    closed = _holds(Figure.CLOSED, period, today)
    days = case((closed, days_between(Hazard.found_on, Hazard.closed_on)), else_=0)
    counted = {figure.value: _times(_holds(figure, period, today)) for figure in Figure}
    counted["days"] = func.coalesce(func.sum(days), 0)
    rows = session.execute(
        select(*keys, *(counted[field.name] for field in fields(Figures)))
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(
            *(scope.condition() for scope in scopes),
            Hazard.found_on <= period.until,
            # Open, or ended since: one stretch of the index that pages of the register walk.
            Hazard.urgency <= order.ended_on(period.since),
        )
        .group_by(*keys)
    )
    first = len(keys)
    return {tuple(row[:first]): Figures(*map(int, row[first:])) for row in rows}


def of(session: Session, scopes: Sequence[Scope], period: Period, *, today: date) -> Figures:
    """Count the hazards that lie in all these scopes together."""
    areas = kept_areas(session, scopes)
    if areas is None:
        return by(session, scopes, period, today=today)[()]
    return total(of_areas(session, areas, period, today=today).values())


def kept_areas(session: Session, scopes: Sequence[Scope]) -> list[int] | None:
    """The areas of which days are kept that make up the first scope; None where others narrow it.

    A body of which days are kept, and whose path is in that scope, lies in it as a whole, unless
    it is a department with enterprises elsewhere.
    """
    first, *others = scopes
    if all(_covers(each, first) or pages.sees_all(session, each) for each in others):
        return tally.wide_areas(session, first)
    return None


def _covers(scope: Scope, inner: Scope) -> bool:
    return inner.supervisors <= scope.supervisors and all(
        scope.holds(path, None) for path in inner.paths
    )


def of_areas(
    session: Session, areas: Sequence[int], period: Period, *, today: date
) -> dict[int, Figures]:
    """Return what each of these areas has, by the unit's id, from the days that are kept."""
    keys = (HazardDay.area_id, HazardDay.level, HazardDay.source)
    found: dict[int, list[Figures]] = defaultdict(list)
    for row in session.execute(statistics.summed(areas, period, *keys, today=today)):
        found[row.area_id].append(
            Figures(
                found=int(row.found),
                self_found=int(row.found) if row.source == Source.SELF else 0,
                closed=int(row.closed),
                on_time=int(row.on_time),
                days=int(row.taken),
                open=int(row.open),
                overdue=int(row.overdue),
                major_overdue=int(row.overdue) if row.level == Level.MAJOR else 0,
            )
        )
    return {area: total(those) for area, those in found.items()}


def _holds(figure: Figure, period: Period, today: date) -> ColumnElement[bool]:
    wanted = filter_of(figure, period, today=today)
    return and_(*narrowing.narrowing(wanted, today=today))


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
