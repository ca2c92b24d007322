"""How hazards went month by month, what is found most often, and in which sectors.

Each figure is again what a filter of the register leaves.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, case, cast, extract, func, select
from sqlalchemy.orm import Session

from inspection.analysis import figures, periods
from inspection.domain.hazard import Level, State
from inspection.hazards import order, pages
from inspection.hazards.days import HazardDay
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.register import Hazard
from inspection.hazards.statistics import Period
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit

MONTHS = 12
TOP = 10
MOST_LISTS = 8
"""Columns of the heat table by list; the others are one column."""


@dataclass(frozen=True)
class Month:
    """One month: `open` at its end, or today while it still runs."""

    period: Period
    found: int
    closed: int
    open: int


@dataclass(frozen=True)
class TopFinding:
    """An item of a list that failed often; `revision` is the newest that found one."""

    slug: str
    code: str
    revision: int
    found: int
    major: int
    units: int
    """At how many units."""
    open: int
    """How many of these hazards are open today."""


@dataclass(frozen=True)
class Heat:
    """Hazards found, by sector and by months or lists; sectors and lists with most come first."""

    columns: tuple[str, ...]
    sectors: tuple[str, ...]
    cells: dict[tuple[str, str], int]

    def step(self, count: int) -> int:
        """How hot a cell is: 0 for none, then 1 to 5 by its share of the greatest."""
        greatest = max(self.cells.values(), default=0)
        return -(-count * 5 // greatest) if count else 0

    def of_sector(self, sector: str) -> int:
        """All that was found in a sector."""
        return sum(self.cells.get((sector, column), 0) for column in self.columns)


def months(session: Session, scopes: Sequence[Scope], until: date) -> tuple[Month, ...]:
    """Return the last MONTHS months up to a day's, oldest first."""
    those = periods.months(until, MONTHS)
    areas = figures.kept_areas(session, scopes)
    if areas is None:
        found, ended, closed = _walked(session, scopes, those)
    else:
        found, ended, closed = _kept(session, areas, those)
    first = _number(those[0].since)
    standing = sum(found[month] - ended[month] for month in {*found, *ended} if month < first)
    told = []
    for each in those:
        number = _number(each.since)
        standing += found[number] - ended[number]
        told.append(Month(each, found[number], closed[number], standing))
    return tuple(told)


_Moved = tuple[Counter[int], Counter[int], Counter[int]]
"""What was found, what ended, and what of it was closed, by months (`_number`)."""


def _kept(session: Session, areas: Sequence[int], those: Sequence[Period]) -> _Moved:
    """From the months that are kept."""
    is_closed = case((HazardDay.state == State.CLOSED, HazardDay.ended), else_=0)
    rows = session.execute(
        select(
            HazardDay.day,
            func.sum(HazardDay.found),
            func.sum(HazardDay.ended),
            func.sum(is_closed),
        )
        .where(HazardDay.area_id.in_(areas), HazardDay.whole_month.is_(True))
        .where(HazardDay.day <= those[-1].until)
        .group_by(HazardDay.day)
    ).all()
    found, ended, closed = (
        Counter({_number(row.day): int(row[place]) for row in rows}) for place in (1, 2, 3)
    )
    return found, ended, closed


def _walked(session: Session, scopes: Sequence[Scope], those: Sequence[Period]) -> _Moved:
    """Counted one by one; what is older than those months counts in the one before them."""
    since = those[0].since
    before = _number(since) - 1
    found_in = case((Hazard.found_on < since, before), else_=_month_of(Hazard.found_on))
    rows = session.execute(
        select(
            found_in.label("found_in"),
            _month_of(Hazard.closed_on).label("ended_in"),
            (Hazard.state == State.CLOSED).label("is_closed"),
            func.count(),
        )
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(*_in(scopes), Hazard.urgency <= order.ended_on(since))
        .where(Hazard.found_on <= those[-1].until)
        .group_by("found_in", "ended_in", "is_closed")
    )
    found, ended, closed = Counter[int](), Counter[int](), Counter[int]()
    for found_month, ended_month, is_closed, count in rows:
        found[found_month] += count
        if ended_month is not None:
            ended[ended_month] += count
            closed[ended_month] += count if is_closed else 0
    return found, ended, closed


def top_findings(
    session: Session, scopes: Sequence[Scope], period: Period
) -> tuple[TopFinding, ...]:
    """Return the items that raised most hazards in a period, the most frequent first."""
    is_open = case((Hazard.closed_on.is_(None), 1), else_=0)
    rows = session.execute(
        select(
            Hazard.checklist_slug,
            Hazard.item_code,
            func.max(Hazard.checklist_revision),
            func.count().label("found"),
            func.sum(case((Hazard.level == Level.MAJOR, 1), else_=0)),
            func.count(Hazard.unit_id.distinct()),
            func.sum(is_open),
        )
        .where(*_there(session, scopes), Hazard.found_on.between(period.since, period.until))
        .group_by(Hazard.checklist_slug, Hazard.item_code)
        .order_by(func.count().desc(), Hazard.checklist_slug, Hazard.item_code)
        .limit(TOP)
    )
    return tuple(TopFinding(*row) for row in rows)


def heat_by_month(session: Session, scopes: Sequence[Scope], until: date) -> Heat:
    """Return what was found in the last MONTHS months, by sector and month (2026-11)."""
    those = periods.months(until, MONTHS)
    span = Period(those[0].since, those[-1].until)
    cells: Counter[tuple[str, str]] = Counter()
    for sector, day, count in _found(session, scopes, span, Hazard.found_on):
        cells[sector, f"{day:%Y-%m}"] += count
    return Heat(tuple(f"{each.since:%Y-%m}" for each in those), _hottest(cells, 0), cells)


def heat_by_list(session: Session, scopes: Sequence[Scope], period: Period) -> Heat:
    """Return what was found in a period, by sector and by the lists that found most."""
    every = {
        (sector, slug): count
        for sector, slug, count in _found(session, scopes, period, Hazard.checklist_slug)
    }
    columns = _hottest(every, 1)[:MOST_LISTS]
    cells = {key: count for key, count in every.items() if key[1] in columns}
    return Heat(columns, _hottest(cells, 0), cells)


def _hottest(cells: dict[tuple[str, str], int], place: int) -> tuple[str, ...]:
    counts = Counter[str]()
    for key, count in cells.items():
        counts[key[place]] += count
    return tuple(name for name, _ in counts.most_common())


def _found(session: Session, scopes: Sequence[Scope], period: Period, column: Any) -> Any:
    return session.execute(
        select(Unit.sector, column.label("column"), func.count())
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(*_in(scopes), Hazard.found_on.between(period.since, period.until))
        .group_by(Unit.sector, "column")
        .order_by(Unit.sector, "column")
    )


def _there(session: Session, scopes: Sequence[Scope]) -> list[Any]:
    """As conditions on hazards alone, where nothing else is asked of their units."""
    every = RegisterFilter()
    return [part for scope in scopes for part in pages.in_units(session, scope, every, few=False)]


def _in(scopes: Sequence[Scope]) -> list[Any]:
    return [scope.condition() for scope in scopes]


def _month_of(day: Any) -> Any:
    """A month as one number, counted from the year 0."""
    return cast(extract("year", day), Integer) * 12 + cast(extract("month", day), Integer) - 1


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1
