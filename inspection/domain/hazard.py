"""Accident hazards (隐患): levels, sources, states, and the one table of lawful steps.

`hazard` here always means 隐患, never 危险源 (DOMAIN §6). Who may take a step is
in `accounts/policy.py`; how the register keeps it is in `hazards/`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Levels of DOMAIN §4.1; only MAJOR triggers legal duties."""

    GENERAL = "general"
    LARGER = "larger"
    MAJOR = "major"


class Source(StrEnum):
    """Where a hazard came from: the kinds of inspection that can raise one."""

    DEPARTMENT = "department"
    SELF = "self"


class State(StrEnum):
    """States of DOMAIN §4.3 that are reached so far; grading and rectifying come between them."""

    REGISTERED = "registered"
    CLOSED = "closed"


class Step(StrEnum):
    """Steps that move a hazard; each is a kind of ledger entry, `hazard.<step>`."""

    REGISTER = "registered"
    FIX_ON_SPOT = "fixed_on_spot"
    REINSPECT_PASS = "reinspected_passed"  # noqa: S105  # no password: it passed
    REINSPECT_RETURN = "reinspected_returned"


@dataclass(frozen=True)
class Transition:
    """One row of the table: `step` leads from `before` (None: from nothing) to `after`."""

    before: State | None
    step: Step
    after: State


TRANSITIONS: tuple[Transition, ...] = (
    Transition(None, Step.REGISTER, State.REGISTERED),
    # Fixed in the same visit, with photos before and after and the signatures of both sides.
    Transition(State.REGISTERED, Step.FIX_ON_SPOT, State.CLOSED),
    # Two officers looked again, with photos (DOMAIN §4.4): struck off, or given a new deadline.
    Transition(State.REGISTERED, Step.REINSPECT_PASS, State.CLOSED),
    Transition(State.REGISTERED, Step.REINSPECT_RETURN, State.REGISTERED),
)


def after(before: State | None, step: Step) -> State:
    """Return the state that `step` leads to. Raises ValueError where the table has no such row."""
    for row in TRANSITIONS:
        if row.before == before and row.step == step:
            return row.after
    raise ValueError(f"no {step} from {before}")


def allows(before: State | None, step: Step) -> bool:
    """Whether the table has a row for `step` from `before`."""
    return any(row.before == before and row.step == step for row in TRANSITIONS)


def number(year: int, seq: int) -> str:
    """The number people use for a hazard: its year and its place in the ledger."""
    return f"YH{year}-{seq:06d}"
