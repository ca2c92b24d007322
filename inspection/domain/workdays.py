"""Working days (工作日) by the State Council's holiday arrangements, moved Saturdays included.

Arrangements are published year by year, usually in the November before. For a year that the
library does not know, working days are taken to be Monday to Friday, and whoever counts with
them is told so: notices of the law say by which calendar they were counted.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import chinese_calendar

CHINA = timezone(timedelta(hours=8))
"""One time in the whole country, all year; a day begins and ends by it."""


def day_of(at: datetime) -> date:
    """The day it is in China at an instant."""
    return at.astimezone(CHINA).date()


@dataclass(frozen=True)
class Counted:
    """A day that was reached by counting; `unknown_years` had no arrangements to count by."""

    on: date
    unknown_years: tuple[int, ...] = ()


def is_workday(day: date) -> tuple[bool, bool]:
    """Return whether people work on this day, and whether its year's arrangements are known."""
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.isoweekday() <= 5, False


def count(start: date, days: int, *, working: bool) -> Counted:
    """Return the day that lies `days` after `start`, before it when negative.

    Of working days the first is the first one after (or before) `start`; none is `start` itself.
    """
    if not working:
        return Counted(start + timedelta(days=days))
    step = timedelta(days=1 if days > 0 else -1)
    day, left, unknown = start, abs(days), set()
    while left:
        day += step
        works, known = is_workday(day)
        left -= works
        if not known:
            unknown.add(day.year)
    return Counted(day, tuple(sorted(unknown)))
