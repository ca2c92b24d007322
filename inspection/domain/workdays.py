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


@dataclass(frozen=True)
class Holiday:
    """A public holiday; `arranged` is whether its days are those of a year's arrangements."""

    name: str
    first: date
    last: date
    arranged: bool = True


_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}
_FIXED = (("元旦", 1, 1, 1), ("劳动节", 5, 1, 2), ("国庆节", 10, 1, 3))
"""Days by the sun's calendar (全国年节及纪念日放假办法, 2024): month, first and last day."""


def holidays(since: date, until: date) -> tuple[Holiday, ...]:
    """Return the holidays that begin between two days, in order.

    Of a year without arrangements only those of the sun's calendar are known, on their statutory
    days: how long they last is to be looked up.
    """
    found: list[Holiday] = []
    day = since
    while day <= until:
        try:
            off, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            found += [
                Holiday(fixed, day, day.replace(day=last), arranged=False)
                for fixed, month, first, last in _FIXED
                if (day.month, day.day) == (month, first)
            ]
        else:
            if off and name in _NAMES:
                _lengthen(found, _NAMES[name], day)
        day += timedelta(days=1)
    return tuple(found)


def _lengthen(found: list[Holiday], name: str, day: date) -> None:
    """A day more of the holiday before, or the first day of another."""
    before = found[-1] if found else None
    if before and before.name == name and before.last == day - timedelta(days=1):
        found[-1] = Holiday(name, before.first, day)
    else:
        found.append(Holiday(name, day, day))


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
