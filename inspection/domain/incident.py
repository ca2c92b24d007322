"""Accidents (事故) and the clocks by which they are reported upward (直报).

Each clock runs from a moment to a report; being late is computed, never typed in. How incidents
are kept is in `incidents/`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LARGER_FROM_DEAD = 3
"""较大事故 by its dead (国务院令第493号 art. 3). Serious injuries and losses make one too; they are
not entered apart here."""


class Stage(StrEnum):
    """Reports on one accident, in the order in which they fall due."""

    FIRST = "first"
    """First information (首报), by telephone or in writing."""
    WRITTEN = "written"
    """A verified summary in writing."""
    DETAILED = "detailed"
    """The report with the seven headings."""
    ENTERPRISE = "enterprise"
    """From the enterprise to the county's department (BGTL art. 9)."""
    UPWARD = "upward"
    """From this level of government to the next (BGTL art. 11)."""
    FOLLOW_UP = "follow_up"
    """续报: as often as there is something new, under no clock."""


HEADINGS = (
    "cause",
    "background",
    "development",
    "response",
    "consequences",
    "impact",
    "opinion",
)
"""起因、背景、发展、处置、后果、影响、舆论 (DOMAIN §1.1 row 31)."""


class Start(StrEnum):
    """Moments from which clocks run."""

    HEAD_TOLD = "head_told"
    """The head of the enterprise was told (单位负责人接到报告)."""
    LEARNED = "learned"
    """This office was told (接报)."""


@dataclass(frozen=True)
class Clock:
    """Within which time after which moment a report is due, by the law or by a notice."""

    start: Start
    within: timedelta
    statutory: bool


CLOCKS: dict[Stage, Clock] = {
    Stage.FIRST: Clock(Start.LEARNED, timedelta(minutes=20), statutory=False),
    Stage.WRITTEN: Clock(Start.LEARNED, timedelta(hours=1), statutory=False),
    Stage.DETAILED: Clock(Start.LEARNED, timedelta(hours=2), statutory=False),
    Stage.ENTERPRISE: Clock(Start.HEAD_TOLD, timedelta(hours=1), statutory=True),
    Stage.UPWARD: Clock(Start.LEARNED, timedelta(hours=2), statutory=True),
}
"""DOMAIN §7: 20 minutes, 1 hour, 2 hours (000-十六); 1 hour and 2 hours (BGTL art. 9 and 11)."""


@dataclass(frozen=True)
class Timer:
    """How one clock stands; `left` is negative when it is late, and stops when it was reported."""

    stage: Stage
    due_at: datetime
    reported_at: datetime | None
    left: timedelta

    @property
    def late(self) -> bool:
        """Whether the report came, or is still to come, after its time."""
        return self.left < timedelta()


def due(stage: Stage, *, head_told_at: datetime | None, learned_at: datetime) -> datetime | None:
    """Return when a report is due; None when it has no clock or nobody knows when that began."""
    clock = CLOCKS.get(stage)
    if clock is None:
        return None
    start = head_told_at if clock.start is Start.HEAD_TOLD else learned_at
    return start + clock.within if start else None


def timer(stage: Stage, due_at: datetime, reported_at: datetime | None, *, at: datetime) -> Timer:
    """Return how a clock stands at this time."""
    return Timer(stage, due_at, reported_at, due_at - (reported_at or at))
