"""Figures of a period: each is what its filter of the register leaves."""

from datetime import date, timedelta

import pytest

from inspection.database import reading
from inspection.domain.hazard import Level, Source, Step
from inspection.hazards import enquiries, statistics
from inspection.hazards.statistics import Measure, Period, filter_of
from inspection.organisations.scope import Scope
from tests.builders.records import reinspection
from tests.builders.stepping import raised, take
from tests.builders.times import NOON
from tests.scene import Scene

EVERYTHING = Scope(everything=True)
TODAY = NOON.date()
MONTH = Period(TODAY - timedelta(days=15), TODAY + timedelta(days=15))


@pytest.mark.parametrize(
    ("day", "since", "until", "due"),
    [
        (date(2026, 2, 3), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 15)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 15)),
    ],
)
def test_a_quarters_table_is_owed_on_the_15th(
    day: date, since: date, until: date, due: date
) -> None:
    period = statistics.quarter(day)
    assert (period, statistics.due_on(period)) == (Period(since, until), due)


def test_a_years_table_is_owed_on_31_january() -> None:
    assert statistics.due_on(statistics.year(date(2026, 5, 5))) == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("day", "since", "until"),
    [
        (date(2026, 11, 15), date(2026, 11, 1), date(2026, 11, 15)),
        (date(2026, 11, 16), date(2026, 11, 16), date(2026, 11, 30)),
        (date(2024, 2, 20), date(2024, 2, 16), date(2024, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 16), date(2026, 12, 31)),
    ],
)
def test_a_month_has_two_halves(day: date, since: date, until: date) -> None:
    assert statistics.half_month(day) == Period(since, until)


@pytest.fixture
def eventful(scene: Scene) -> Scene:
    """Six hazards: one fixed on the spot, one closed later, one listed major, three left open."""
    scene.tablet.hand_in(scene.filled(failed=1, fixed_on_spot=True))
    made = scene.filled(failed=2)
    scene.tablet.hand_in(made)
    scene.tablet.hand_in(reinspection(made, "passed", "returned", at=NOON + timedelta(hours=2)))
    worse = scene.filled(failed=3)
    scene.tablet.hand_in(worse)
    take(scene, raised(scene, worse), scene.settled.inspectors[0], Step.GRADE)
    take(scene, raised(scene, worse), scene.cast.office, Step.LIST)
    return scene


def test_every_figure_is_what_its_filter_of_the_register_leaves(eventful: Scene) -> None:
    unit = eventful.settled.enterprise.uuid
    with reading(eventful.engine) as session:
        table = statistics.table(session, EVERYTHING, MONTH, unit=unit, today=MONTH.until)
        for measure in Measure:
            wanted = filter_of(measure, MONTH, unit=unit, today=MONTH.until)
            page = enquiries.search(session, EVERYTHING, wanted, today=TODAY)
            assert (measure, page.total) == (measure, table.total.of(measure))
    assert {measure: table.total.of(measure) for measure in Measure} == {
        "found": 6,
        "closed": 2,
        "on_time": 2,
        "open": 4,
        "overdue": table.total.of(Measure.OVERDUE),
        "listed": 1,
        "major_found": 1,
        "major_closed": 0,
        "major_open": 1,
    }
    assert table.by_level[Level.MAJOR].of(Measure.FOUND) == 1
    assert table.by_source[Source.SELF].of(Measure.FOUND) == 0
    assert table.total.closing_rate == pytest.approx(2 / 6)
    assert table.total.on_time_rate == 1


def test_a_period_before_anything_was_found_is_empty(eventful: Scene) -> None:
    with reading(eventful.engine) as session:
        quarter = Period(date(2020, 1, 1), date(2020, 3, 31))
        table = statistics.table(session, EVERYTHING, quarter, today=quarter.until)
    assert table.total == statistics.NOTHING
    assert table.total.closing_rate is None


def test_the_half_month_report_tells_each_unit_and_what_moved(eventful: Scene) -> None:
    with reading(eventful.engine) as session:
        half = statistics.half_month(TODAY)
        report = statistics.progress(session, EVERYTHING, half, today=half.until)
    (unit,) = report.units
    assert unit.unit_name == eventful.settled.enterprise.name
    assert (unit.now.of(Measure.OPEN), unit.moved(Measure.OPEN)) == (4, 4)
    assert report.total.now == unit.now
    with reading(eventful.engine) as session:
        nowhere = Scope(paths=frozenset({"/999/"}))
        assert statistics.progress(session, nowhere, half, today=half.until).units == ()
