"""The register's order as one number: what is due soonest first, what ended last after that.

A page of the register, and of each list, is a walk along this number.
"""

from datetime import date

NO_DEADLINE = 4_000_000
"""After every deadline: the days of the calendar are fewer."""
ENDED_FROM = 5_000_000


def urgency(deadline_on: date | None, closed_on: date | None) -> int:
    """Return a hazard's place: open ones by deadline, then ended ones, the last ended first."""
    if closed_on is not None:
        return ended_on(closed_on)
    return deadline_on.toordinal() if deadline_on else NO_DEADLINE


def ended_on(day: date) -> int:
    """The place of what ended on a day; what ended later has a lesser number."""
    return ENDED_FROM + NO_DEADLINE - day.toordinal()


def due_before(day: date) -> int:
    """Open hazards with a lesser number had a deadline before this day."""
    return day.toordinal()
