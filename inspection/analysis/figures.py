"""The figures that rankings stand on, counted in one walk over the register.

Each is the number of hazards that a filter of the register leaves (`filter_of`), so that it can
be opened and counted by hand; the days alone are a sum over those that were closed.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from inspection.database.days import days_between
from inspection.domain.hazard import Level, Source
from inspection.domain.ranking import Figures
from inspection.hazards import narrowing, order, statistics
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
    return by(session, scopes, period, today=today)[()]


def _holds(figure: Figure, period: Period, today: date) -> ColumnElement[bool]:
    wanted = filter_of(figure, period, today=today)
    return and_(*narrowing.narrowing(wanted, today=today))


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
