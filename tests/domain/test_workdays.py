"""Working days: holidays and moved Saturdays of years that are known, Monday to Friday beyond."""

from datetime import date

import pytest

from inspection.domain import workdays


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # the week of the National Day
        (date(2026, 10, 8), 2, date(2026, 10, 10)),  # a Saturday that is worked for it
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # a weekend
        (date(2026, 11, 30), -1, date(2026, 11, 27)),
        (date(2026, 11, 28), 0, date(2026, 11, 28)),
    ],
)
def test_working_days_pass_over_holidays_and_count_moved_saturdays(
    start: date, days: int, end: date
) -> None:
    assert workdays.count(start, days, working=True) == workdays.Counted(end)


def test_calendar_days_pass_over_nothing() -> None:
    assert workdays.count(date(2026, 9, 30), 3, working=False).on == date(2026, 10, 3)


def test_a_year_without_arrangements_is_counted_monday_to_friday_and_named() -> None:
    counted = workdays.count(date(2039, 12, 29), 3, working=True)
    assert counted == workdays.Counted(date(2040, 1, 3), (2039, 2040))
