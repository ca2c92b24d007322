"""Periods that rankings and bulletins are of: weeks, months, quarters, years (周、月、季、年)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from inspection.hazards import statistics
from inspection.hazards.statistics import Period


class Span(StrEnum):
    """How long a period is."""

    WEEK = "week"
    """From Monday to Sunday."""
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def period(span: Span, day: date) -> Period:
    """Return the period that a day lies in."""
    match span:
        case Span.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Period(monday, monday + timedelta(days=6))
        case Span.MONTH:
            return month(day)
        case Span.QUARTER:
            return statistics.quarter(day)
        case Span.YEAR:
            return statistics.year(day)


def month(day: date) -> Period:
    """The month that a day lies in."""
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Period(first, following - timedelta(days=1))


def before(span: Span, these: Period) -> Period:
    """The period before one."""
    return period(span, these.since - timedelta(days=1))


def months(until: date, count: int) -> list[Period]:
    """The month that a day lies in, after those before it, oldest first."""
    found = [month(until)]
    while len(found) < count:
        found.insert(0, before(Span.MONTH, found[0]))
    return found


@dataclass(frozen=True)
class View:
    """What is looked at: a period, and the day from which it is."""

    span: Span
    period: Period
    today: date

    @property
    def is_over(self) -> bool:
        """Whether nothing can be added to it: until then all that is said is provisional."""
        return self.today > self.period.until
