"""The monthly dispatch table (调度表): counted, written, united, and when it is owed.

Its rows are `dispatch_rows.py`. The table of a district is the union of its towns' (`united`).
Pure, without clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from inspection.domain.dispatch_rows import BY_HAND, GROUPS, VALUES
from inspection.domain.dispatch_rules import Asked, Counted, Facts, Thing, Value

Cells = Mapping[str, Counted]
"""Code of each value → what it counts."""


def counted(facts: Facts) -> dict[str, dict[str, int]]:
    """Return what each of the 35 values counts."""
    return {value.code: value.rule(facts) for value in VALUES}


Values = Mapping[str, int | None]
"""Code of each value → the value; None for a yes or no that nobody gave."""


def values(cells: Cells) -> dict[str, int | None]:
    """Return each value of a table; one without anything to count is 0, a yes or no is None."""
    return {value.code: value.of(cells.get(value.code, {})) for value in VALUES}


def united(tables: Iterable[Cells]) -> dict[str, dict[str, int]]:
    """Return one table of several offices: whatever two of them report counts once."""
    union: dict[str, dict[str, int]] = {value.code: {} for value in VALUES}
    for table in tables:
        for code, things in table.items():
            for thing, quantity in things.items():
                union[code][thing] = max(quantity, union[code].get(thing, 0))
    return union


def broken(said: Values) -> tuple[str, ...]:
    """Return the codes of values that are more than those they lie within (1.2 ≤ 1.1 …)."""
    return tuple(
        value.code
        for value in VALUES
        if value.within
        and _figure(said, value.code) > sum(_figure(said, each) for each in value.within)
    )


def _figure(said: Values, code: str) -> int:
    return said[code] or 0


def fallen(said: Values, before: Values) -> tuple[str, ...]:
    """Return the codes of values that are less than in an earlier table, though they add up."""
    return tuple(
        value.code
        for value in VALUES
        if value.asked is not Asked.STOCK
        and _figure(said, value.code) < _figure(before, value.code)
    )


@dataclass(frozen=True)
class Line:
    """One value as the form shows it, with last month's; `by` is who entered it by hand."""

    value: Value
    now: int | None
    before: int | None
    by: str

    @property
    def group(self) -> str:
        """The heading of its group."""
        return GROUPS[self.value.code[0]].zh

    @property
    def number(self) -> str:
        """The number of its row within the group; "" for a second value."""
        return "" if self.value.is_second else self.value.row.partition(".")[2]

    @property
    def moved(self) -> str:
        """By how much it grew since last month, with its sign; "" where it stayed."""
        if self.now is None or self.before is None or self.value.is_yes_no:
            return ""
        if self.now == self.before:
            return ""
        by = self.now - self.before
        return ("-" if by < 0 else "+") + self.value.written(abs(by))

    @property
    def filled_by(self) -> str:
        """Who entered it, in the words of the form."""
        return self.by or "系统统计"

    @property
    def last(self) -> str:
        """Last month's value, "" where no table was sent or nobody gave it."""
        return "" if self.before is None else self.value.written(self.before)


def lines(said: Values, before: Values | None, by: Mapping[str, str]) -> tuple[Line, ...]:
    """Return the 35 lines of the form; `by`: row → who entered it by hand last."""
    return tuple(
        Line(
            value,
            said[value.code],
            before[value.code] if before else None,
            _filled_by(value, by),
        )
        for value in VALUES
    )


def _filled_by(value: Value, by: Mapping[str, str]) -> str:
    if value.thing is Thing.REWARD:
        return f"系统统计、{by[value.row]}" if value.row in by else ""
    return by.get(value.row, "未填") if value.row in BY_HAND else ""


LOCK_DAY, DUE_DAY = 27, 28
"""The plan says 每月27日前 in its text and 每月28日前 in note 1: both are settings of an office."""
LAST_DAY = 28
"""Every month has it."""
REMIND_DAYS = 3
"""So many days before the lock day those who owe a table are reminded."""


@dataclass(frozen=True)
class Terms:
    """From when an office counts, and the days of a month on which it counts and owes its table."""

    start_on: date
    lock_day: int = LOCK_DAY
    due_day: int = DUE_DAY

    def cut_off(self, month: date) -> date:
        """The last day that counts in the table of a month; from then on it may be sent."""
        return month.replace(day=self.lock_day)

    def due_on(self, month: date) -> date:
        """The last day on which the table of a month is in time, and may be corrected."""
        return month.replace(day=self.due_day)

    def faults(self, *, today: date) -> dict[str, str]:
        """Return what is odd, by field."""
        found = {}
        if self.start_on > today or self.start_on.year < 2000:
            found["start_on"] = "start_unfit"
        if not 1 <= self.lock_day <= LAST_DAY:
            found["lock_day"] = "day_unfit"
        if not self.lock_day <= self.due_day <= LAST_DAY:
            found["due_day"] = "day_unfit"
        return found


def month_of(day: date) -> date:
    """The month that a day lies in, as its first day."""
    return day.replace(day=1)


def month_before(month: date) -> date:
    """The month before."""
    return month_of(month - timedelta(days=1))


class State(StrEnum):
    """Where the table of a month stands."""

    OPEN = "open"
    """The month still counts."""
    DUE = "due"
    """Locked: what happens now is the next month's. It may be sent, and is in time."""
    LATE = "late"
    SENT = "sent"


def state(terms: Terms, month: date, *, sent: bool, today: date) -> State:
    """Where the table of a month stands on a day."""
    if sent:
        return State.SENT
    if today < terms.cut_off(month):
        return State.OPEN
    return State.DUE if today <= terms.due_on(month) else State.LATE


class Step(StrEnum):
    """What is told by itself while a table was not sent."""

    REMIND = "remind"
    """Those who owe it are reminded, from some days before the lock day until the outer limit."""
    TELL_ABOVE = "tell_above"
    """The office above hears of it, from the day after the outer limit."""


def step(terms: Terms, month: date, *, today: date) -> Step | None:
    """What is due on a day of the month while its table was not sent; None when nothing is."""
    if terms.start_on > terms.cut_off(month):
        return None
    if today > terms.due_on(month):
        return Step.TELL_ABOVE
    return Step.REMIND if today >= terms.cut_off(month) - timedelta(days=REMIND_DAYS) else None
