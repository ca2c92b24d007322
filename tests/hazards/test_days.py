"""Figures of periods that are read from kept days: the same as hazards counted one by one."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inspection.analysis import figures, trends
from inspection.database import reading
from inspection.domain.hazard import Level, Source
from inspection.edge import wired
from inspection.hazards import pages, statistics, tally
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.register import Hazard
from inspection.hazards.statistics import Figures, Measure, Period
from inspection.organisations import directory
from inspection.organisations.scope import EVERYTHING, Scope
from inspection.organisations.unit import Unit, UnitKind
from tests.conftest import database  # noqa: F401 - empty, not the small district

CHANCE = random.Random(28)
SINCE_FIRST = 5 * 365


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A register of 300 hazards over five years."""
    with app.app_context():
        made = app.test_cli_runner().invoke(args=["demo", "--scale", "300", "--enterprises", "25"])
        assert made.exit_code == 0, made.output
        with reading(wired().engine) as session:
            yield session


def scopes(session: Session) -> dict[str, tuple[Scope, Callable[[Any], bool]]]:
    """What somebody may see, and whether a hazard is in it."""
    units = {
        kind: session.scalars(select(Unit).where(Unit.kind == kind).order_by(Unit.id)).all()
        for kind in UnitKind
    }
    (district, *_), town = units[UnitKind.DISTRICT], units[UnitKind.TOWN][-1]
    busiest = session.scalar(
        text("SELECT supervisor_id FROM unit GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    )
    department = next(unit for unit in units[UnitKind.DEPARTMENT] if unit.id == busiest)
    two = frozenset(unit.path for unit in units[UnitKind.TOWN][-3:])
    enterprise = units[UnitKind.ENTERPRISE][-1]
    return {
        "everything": (EVERYTHING, lambda _: True),
        "district": (Scope(paths=frozenset({district.path})), lambda _: True),
        "three towns": (Scope(paths=two), lambda row: any(map(row.path.startswith, two))),
        "town": (Scope(paths=frozenset({town.path})), lambda row: row.path.startswith(town.path)),
        "department": (
            Scope(frozenset({department.path}), frozenset({department.id})),
            lambda row: row.supervisor_id == department.id,
        ),
        "enterprise": (
            Scope(paths=frozenset({enterprise.path})),
            lambda row: row.path == enterprise.path,
        ),
    }


def hazards(session: Session) -> list[Any]:
    query = select(
        *(Hazard.unit_id, Hazard.level, Hazard.source, Hazard.state, Hazard.funds),
        *(Hazard.listed_level, Hazard.found_on, Hazard.closed_on, Hazard.deadline_on),
        *(Unit.path, Unit.supervisor_id),
    )
    return list(session.execute(query.join(Unit, Unit.id == Hazard.unit_id)))


def plain(rows: list[Any], period: Period, today: date) -> Figures:
    """The measures as `Measure` explains them, counted without any database."""
    day = min(period.until, today)

    def within(on: date | None) -> bool:
        return on is not None and period.since <= on <= period.until

    found = [row for row in rows if within(row.found_on)]
    closed = [row for row in rows if row.state == "closed" and within(row.closed_on)]
    left = [
        row
        for row in rows
        if row.found_on <= day and (row.closed_on is None or row.closed_on > day)
    ]
    measures = {
        Measure.FOUND: found,
        Measure.CLOSED: closed,
        Measure.ON_TIME: [
            row for row in closed if not row.deadline_on or row.closed_on <= row.deadline_on
        ],
        Measure.OPEN: left,
        Measure.OVERDUE: [row for row in left if row.deadline_on and row.deadline_on < day],
        Measure.LISTED: [row for row in left if row.listed_level],
        Measure.MAJOR_FOUND: [row for row in found if row.level == Level.MAJOR],
        Measure.MAJOR_CLOSED: [row for row in closed if row.level == Level.MAJOR],
        Measure.MAJOR_OPEN: [row for row in left if row.level == Level.MAJOR],
    }
    counts = {measure: len(these) for measure, these in measures.items()}
    return Figures(counts, sum(row.funds or 0 for row in closed))


def days_past(today: date, many: int) -> list[date]:
    return [today, *(today - timedelta(days=CHANCE.randrange(SINCE_FIRST)) for _ in range(many))]


def test_figures_of_any_period_are_the_plain_count(session: Session) -> None:
    today, every = wired().clock().date(), hazards(session)
    tables_are_counted(session, every, today)
    half_months_are_counted(session, every, today)
    open_ones_are_counted(session, every, today)
    bodies_are_ranked_by_what_a_walk_counts(session, today)


def tables_are_counted(session: Session, every: list[Any], today: date) -> None:
    for name, (scope, holds) in scopes(session).items():
        assert (tally.wide_areas(session, scope) is None) == (name == "enterprise")
        rows = [row for row in every if holds(row)]
        for day in days_past(today, 6):
            for period in (statistics.quarter(day), statistics.year(day)):
                table = statistics.table(session, scope, period, today=today)
                assert table.total == plain(rows, period, today), (name, period)
                for level in Level:
                    of_level = [row for row in rows if row.level == level]
                    assert table.by_level[level] == plain(of_level, period, today)
                for source in Source:
                    from_there = [row for row in rows if row.source == source]
                    assert table.by_source[source] == plain(from_there, period, today)


def half_months_are_counted(session: Session, every: list[Any], today: date) -> None:
    ids = {unit.uuid: unit.id for unit in session.scalars(select(Unit))}
    for name, (scope, holds) in scopes(session).items():
        rows = [row for row in every if holds(row)]
        for day in days_past(today, 6):
            period = statistics.half_month(day)
            report = statistics.progress(session, scope, period, today=today)
            told = {ids[unit.unit_uuid]: (unit.now, unit.before) for unit in report.units}
            expected = {
                unit: tuple(
                    plain([row for row in rows if row.unit_id == unit], each, today)
                    for each in (period, report.previous)
                )
                for unit in {row.unit_id for row in rows}
            }
            nothing = (statistics.NOTHING, statistics.NOTHING)
            assert told == {unit: each for unit, each in expected.items() if each != nothing}
            assert (report.total.now, report.total.before) == tuple(
                plain(rows, each, today) for each in (period, report.previous)
            ), (name, period)
            assert report.units_in_all == len(told)
            few = statistics.progress(session, scope, period, most=2, today=today)
            assert few.units_in_all == report.units_in_all
            assert len(few.units) == min(2, len(told))


def open_ones_are_counted(session: Session, every: list[Any], today: date) -> None:
    for name, (scope, holds) in scopes(session).items():
        for day in days_past(today, 12):
            left = [
                row
                for row in every
                if holds(row)
                and row.found_on <= day
                and (row.closed_on is None or row.closed_on > day)
            ]
            wanted = RegisterFilter(open_on=day)
            page = pages.find(session, scope, wanted, today=today)
            assert page.total == len(left), (name, day)
            assert page.late == sum(bool(r.deadline_on and r.deadline_on < day) for r in left)
            counts: Counter[tuple[str, str]] = Counter()
            for sort in page.sorts:
                counts[(sort.state, sort.level)] += sort.hazards
            assert counts == Counter((row.state, row.level) for row in left)


def bodies_are_ranked_by_what_a_walk_counts(session: Session, today: date) -> None:
    """Towns and departments, and their months; a walk is forced by a scope that names all towns."""
    towns = session.scalars(select(Unit.path).where(Unit.kind == UnitKind.TOWN)).all()
    everywhere = Scope(paths=frozenset(towns))
    bodies = (UnitKind.DISTRICT, UnitKind.TOWN, UnitKind.DEPARTMENT)
    for body in session.scalars(select(Unit).where(Unit.kind.in_(bodies))).all():
        office = directory.unit(session, body.uuid)
        kept, walked = ((figures.area_of(office), each) for each in (EVERYTHING, everywhere))
        assert figures.kept_areas(session, kept) == [body.id]
        is_town = body.kind == UnitKind.TOWN
        assert (figures.kept_areas(session, walked) is None) != is_town, "a town lies in all towns"
        for day in days_past(today, 3):
            for period in (statistics.half_month(day), statistics.year(day)):
                counted = figures.by(session, kept, period, today=today)[()]
                assert figures.of(session, kept, period, today=today) == counted
            assert trends.months(session, kept, day) == trends.months(session, walked, day)
