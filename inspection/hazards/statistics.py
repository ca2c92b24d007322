"""What the register adds up to: an enterprise's quarter and year, an office's half month.

Every figure is the number of hazards that a filter of the register leaves, so that each can
be opened and counted by hand (DOMAIN §4.6). All are asked of the register as it stands: an
extension, or a hazard opened again, moves figures of the past; what was handed in is kept
as a signed paper, not here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from inspection.domain.hazard import Level, Source, State
from inspection.hazards import days, narrowing, pages, tally
from inspection.hazards.days import HazardDay
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.register import Hazard
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit


@dataclass(frozen=True)
class Period:
    """Days from `since` to `until`, both included."""

    since: date
    until: date


def quarter(day: date) -> Period:
    """The quarter that a day lies in."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    return Period(first, _month_after(first, 3) - timedelta(days=1))


def year(day: date) -> Period:
    """The year that a day lies in."""
    return Period(date(day.year, 1, 1), date(day.year, 12, 31))


def half_month(day: date) -> Period:
    """The half month that a day lies in: from the 1st to the 15th, or from the 16th on."""
    first = day.replace(day=1)
    if day.day <= 15:
        return Period(first, day.replace(day=15))
    return Period(day.replace(day=16), _month_after(first, 1) - timedelta(days=1))


def due_on(period: Period) -> date:
    """When an enterprise owes its signed table of a quarter or a year.

    The 15th of the first month of the next quarter, 31 January of the next year
    (总局令16号 art. 14).
    """
    following = period.until + timedelta(days=1)
    return following.replace(day=31 if _is_year(period) else 15)


def _is_year(period: Period) -> bool:
    return (period.until - period.since).days > 300


def _month_after(first: date, months: int) -> date:
    month = first.month - 1 + months
    return date(first.year + month // 12, month % 12 + 1, 1)


class Measure(StrEnum):
    """What is counted; each is a filter of the register (`filter_of`)."""

    FOUND = "found"
    """Registered within the period."""
    CLOSED = "closed"
    """Closed within the period, whenever it was found; other endings do not count."""
    ON_TIME = "on_time"
    """Of these, closed no later than on the day of the deadline, or without one."""
    OPEN = "open"
    """Registered and not ended on the last day of the period, or today while it still runs."""
    OVERDUE = "overdue"
    """Of these, with a deadline before that day."""
    LISTED = "listed"
    """Of the open ones, those listed for supervision (挂牌督办)."""
    MAJOR_FOUND = "major_found"
    """Major hazards registered within the period."""
    MAJOR_CLOSED = "major_closed"
    MAJOR_OPEN = "major_open"


def filter_of(
    measure: Measure,
    period: Period,
    *,
    unit: str = "",
    level: str = "",
    source: str = "",
    today: date,
) -> RegisterFilter:
    """Return the filter of the register that leaves exactly what a figure counts.

    `unit` is a unit's uuid; "" for the whole scope, as "" for every level and every source.
    Of a period that still runs, what is open and late is asked of `today`.
    """
    if measure.startswith("major_"):
        level = Level.MAJOR
    wanted = RegisterFilter(unit_text=unit, level=level, source=source)
    match measure:
        case Measure.FOUND | Measure.MAJOR_FOUND:
            return replace(wanted, found_since=period.since, found_until=period.until)
        case Measure.CLOSED | Measure.MAJOR_CLOSED | Measure.ON_TIME:
            return replace(
                wanted,
                state=State.CLOSED,
                closed_since=period.since,
                closed_until=period.until,
                on_time=measure is Measure.ON_TIME,
            )
        case _:
            return replace(
                wanted,
                open_on=min(period.until, today),
                overdue=measure is Measure.OVERDUE,
                listed=measure is Measure.LISTED,
            )


@dataclass(frozen=True)
class Figures:
    """The measures of one period, and what was spent.

    `funds`: in 分, what was named for the hazards closed within the period.
    """

    counts: dict[Measure, int]
    funds: int

    def of(self, measure: Measure) -> int:
        """One figure."""
        return self.counts[measure]

    @property
    def closing_rate(self) -> float | None:
        """Closed of what was to be closed: closed in the period, and open at its end.

        None when there was nothing to close.
        """
        closed = self.of(Measure.CLOSED)
        return _share(closed, closed + self.of(Measure.OPEN))

    @property
    def on_time_rate(self) -> float | None:
        """On time of what was closed in the period; None when nothing was."""
        return _share(self.of(Measure.ON_TIME), self.of(Measure.CLOSED))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True)
class Table:
    """An enterprise's table of a quarter or a year: all, by level, by source."""

    period: Period
    due_on: date
    total: Figures
    by_level: dict[Level, Figures]
    by_source: dict[Source, Figures]


def table(
    session: Session,
    scope: Scope,
    period: Period,
    *,
    unit: str = "",
    today: date,
) -> Table:
    """Return the table of a period for a unit in scope (by its uuid), or for all in scope."""
    groups = _groups(session, scope, period, unit=unit, today=today)
    return Table(
        period,
        due_on(period),
        _sum(groups.values()),
        {level: _sum(each for (of, _), each in groups.items() if of == level) for level in Level},
        {
            source: _sum(each for (_, of), each in groups.items() if of == source)
            for source in Source
        },
    )


@dataclass(frozen=True)
class UnitProgress:
    """One row of the half-month report; `before` are the figures of the half month before."""

    unit_uuid: str
    unit_name: str
    sector: str
    now: Figures
    before: Figures

    def moved(self, measure: Measure) -> int:
        """By how much a figure grew since the last report."""
        return self.now.of(measure) - self.before.of(measure)


@dataclass(frozen=True)
class Progress:
    """The office's half-month report (半月报): every unit where anything was found, closed or open.

    Units with most overdue hazards come first, then those with most open ones.
    """

    period: Period
    previous: Period
    units: tuple[UnitProgress, ...]
    total: UnitProgress
    units_in_all: int
    """How many units there are to tell of; `units` holds at most as many as were asked for."""


def progress(
    session: Session,
    scope: Scope,
    period: Period,
    *,
    most: int = 200,
    today: date,
) -> Progress:
    """Return the half-month report of everything in scope, with movement since the last."""
    previous = half_month(period.since - timedelta(days=1))
    pressing = session.execute(_pressing(session, scope, period, previous, today).limit(most)).all()
    shown = [row.unit_id for row in pressing]
    now = _by_unit(session, shown, period, today)
    before = _by_unit(session, shown, previous, today)
    units = [
        UnitProgress(*known, now.get(unit, NOTHING), before.get(unit, NOTHING))
        for unit, known in _names(session, shown).items()
    ]
    units.sort(key=lambda each: (_urgent(each.now), each.unit_name))
    total = UnitProgress(
        *("", "", ""),
        *(_sum(_groups(session, scope, each, today=today).values()) for each in (period, previous)),
    )
    return Progress(period, previous, tuple(units), total, pressing[0].units if pressing else 0)


def _pressing(
    session: Session, scope: Scope, period: Period, previous: Period, today: date
) -> Select[Any]:
    """Units of which a half-month report has anything to tell, the most pressing first.

    Read from the register's order alone, however wide its rows: what is open, and what ended
    since the report before.
    """
    day = min(period.until, today)
    was_open = narrowing.open_when_over(day)
    is_open = _times(was_open)
    is_late = _times(and_(was_open, Hazard.deadline_on < day))
    told = or_(
        Hazard.found_on >= previous.since,
        Hazard.state == State.CLOSED,
        narrowing.open_when_over(previous.until),
    )
    return (
        select(Hazard.unit_id, func.count().over().label("units"))
        .where(narrowing.not_ended_before(previous.since), Hazard.found_on <= period.until, told)
        .where(*pages.in_units(session, scope, RegisterFilter(), few=False))
        .group_by(Hazard.unit_id)
        .order_by(is_late.desc(), is_open.desc(), Hazard.unit_id)
    )


def _urgent(figures: Figures) -> tuple[int, int]:
    return -figures.of(Measure.OVERDUE), -figures.of(Measure.OPEN)


def _by_unit(session: Session, units: list[int], period: Period, today: date) -> dict[int, Figures]:
    query = _counted(period, Hazard.unit_id, today=today).where(Hazard.unit_id.in_(units))
    return {row.unit_id: _figures(row) for row in session.execute(query)}


def _names(session: Session, units: list[int]) -> dict[int, tuple[str, str, str]]:
    query = select(Unit.id, Unit.uuid, Unit.name, Unit.sector).where(Unit.id.in_(units))
    return {row.id: (row.uuid, row.name, row.sector) for row in session.execute(query)}


def _groups(
    session: Session, scope: Scope, period: Period, *, unit: str = "", today: date
) -> dict[tuple[str, str], Figures]:
    """Count every measure by level and source: from the days that are kept, or one by one."""
    areas = None if unit else tally.wide_areas(session, scope)
    if areas is not None:
        return _kept(session, scope, areas, period, today)
    query = _counted(period, Hazard.level, Hazard.source, today=today)
    query = query.join(Unit, Unit.id == Hazard.unit_id).where(scope.condition())
    rows = session.execute(query.where(Unit.uuid == unit) if unit else query)
    return {(row.level, row.source): _figures(row) for row in rows}


def _kept(
    session: Session, scope: Scope, areas: list[int], period: Period, today: date
) -> dict[tuple[str, str], Figures]:
    listed = {
        (row.level, row.source): row.hazards
        for row in session.execute(_listed(session, scope, period, today))
    }
    return {
        (row.level, row.source): _figures(row, listed.get((row.level, row.source), 0))
        for row in session.execute(
            summed(areas, period, HazardDay.level, HazardDay.source, today=today)
        )
    }


def summed(areas: Sequence[int], period: Period, *keys: Any, today: date) -> Select[Any]:
    """Sum every measure but LISTED over the days of some areas, by columns of `HazardDay`.

    Beside the measures: `funds` and `taken` of what was closed.
    """
    day = HazardDay
    within = day.day >= period.since
    closed = within & (day.state == State.CLOSED)
    is_over = day.day <= min(period.until, today)
    is_major = day.level == Level.MAJOR
    sums = {
        Measure.FOUND: (within, day.found),
        Measure.CLOSED: (closed, day.ended),
        Measure.ON_TIME: (closed, day.on_time),
        Measure.OPEN: (is_over, day.found - day.ended),
        Measure.OVERDUE: (is_over, day.fell_late - day.late_ended),
        Measure.MAJOR_FOUND: (within & is_major, day.found),
        Measure.MAJOR_CLOSED: (closed & is_major, day.ended),
        Measure.MAJOR_OPEN: (is_over & is_major, day.found - day.ended),
        "funds": (closed, day.funds),
        "taken": (closed, day.taken),
    }
    return (
        select(
            *keys,
            *(_total(condition, of).label(name) for name, (condition, of) in sums.items()),
        )
        .where(days.until(areas, period.until, days_since=period.since))
        .group_by(*keys)
    )


def _listed(session: Session, scope: Scope, period: Period, today: date) -> Select[Any]:
    return (
        select(Hazard.level, Hazard.source, func.count().label("hazards"))
        .where(_holds(Measure.LISTED, period, today))
        .where(*pages.in_units(session, scope, RegisterFilter(), few=False))
        .group_by(Hazard.level, Hazard.source)
    )


def _counted(period: Period, *groups: Any, today: date) -> Select[Any]:
    """Count every measure in one walk, by groups."""
    closed = (Hazard.state == State.CLOSED) & Hazard.closed_on.between(period.since, period.until)
    conditions = {measure: _holds(measure, period, today) for measure in Measure}
    return (
        select(
            *groups,
            *(_times(condition).label(measure) for measure, condition in conditions.items()),
            _total(closed, Hazard.funds).label("funds"),
        )
        .where(narrowing.not_ended_before(period.since), Hazard.found_on <= period.until)
        .group_by(*groups)
    )


def _holds(measure: Measure, period: Period, today: date) -> ColumnElement[bool]:
    wanted = filter_of(measure, period, today=today)
    return and_(*narrowing.narrowing(wanted, today=period.until))


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return _total(condition, 1)


def _total(condition: ColumnElement[bool], of: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, of), else_=0)), 0)


def _figures(row: Any, listed: int | None = None) -> Figures:
    """Read a row; it does not count what is listed where that is given."""
    said = row._mapping
    if listed is not None:
        said = {**said, Measure.LISTED: listed}
    return Figures({measure: int(said[measure]) for measure in Measure}, int(row.funds or 0))


def _sum(several: Iterable[Figures]) -> Figures:
    every = list(several)
    return Figures(
        {measure: sum(each.of(measure) for each in every) for measure in Measure},
        sum(each.funds for each in every),
    )


NOTHING = Figures(dict.fromkeys(Measure, 0), 0)
