"""Notice before a cut, marks of grounds, how often is too often (安全生产法 art. 70, 113)."""

from datetime import date, timedelta

import pytest

from inspection.domain.enforcement import Ground, TooOften, ground, notice_is_short, too_often
from tests.builders.times import NOON

DAY = date(2026, 1, 10)


def _after(*days: int) -> list[date]:
    return [DAY + timedelta(days=each) for each in days]


@pytest.mark.parametrize(
    ("days", "met"),
    [
        ((), []),
        ((0, 10), []),
        ((0, 90, 180), [(3, 180)]),
        ((0, 90, 181), []),
        ((0, 120, 240, 365), [(4, 365)]),
        ((0, 120, 240, 366), []),
        ((0, 1, 2, 3), [(3, 180), (4, 365)]),
        ((180, 0, 90), [(3, 180)]),
    ],
)
def test_three_fines_in_180_days_or_four_in_a_year_are_too_often(
    days: tuple[int, ...], met: list[tuple[int, int]]
) -> None:
    assert [(each.times, each.days) for each in too_often(_after(*days))] == met


def test_the_dates_behind_a_flag_are_the_newest() -> None:
    assert too_often(_after(0, 1, 2, 400, 401, 402)) == (
        TooOften(3, 180, tuple(_after(400, 401, 402))),
    )


def test_power_is_cut_24_hours_after_notice() -> None:
    assert notice_is_short(NOON, NOON + timedelta(hours=23, minutes=59))
    assert not notice_is_short(NOON, NOON + timedelta(hours=24))


def test_only_a_ground_that_was_read_is_marked_as_read() -> None:
    assert ground("《安全生产法》第97条") == Ground("《安全生产法》第97条", "V")
    assert ground("《安全生产法》第97条 ") == Ground("《安全生产法》第97条 ", "R")
    assert ground("本省规定").mark == "R"
