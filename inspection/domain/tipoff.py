"""Tip-offs (举报): where one stands, what came of it, and what it is worth.

Pure rules with their sources; how they are kept is in `tipoffs/`. Nothing here says who sent one,
and nothing may: there is no field for it.
"""

from enum import StrEnum


class Channel(StrEnum):
    """Who reads a tip-off: the sender chooses where there is a choice."""

    OFFICE = "office"
    HEAD = "head"
    """The head of the enterprise whose code was scanned (企业内部举报), and nobody else."""
    BOTH = "both"


class Standing(StrEnum):
    """Where a tip-off stands."""

    FILED = "filed"
    ACCEPTED = "accepted"
    """受理: a unit is named and somebody looks into it."""
    SPAM = "spam"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What looking into it found (查实情况)."""

    TRUE = "true"
    PARTLY = "partly"
    UNTRUE = "untrue"


REWARDED = frozenset({Outcome.TRUE, Outcome.PARTLY})

SHARE_PERCENT = 15
LEAST, MOST = 3_000_00, 300_000_00
"""In 分: 3 000 and 300 000 yuan (安监总财〔2018〕19号, DOMAIN §5.6, mark V2)."""
OWN_STAFF_PERCENT = 120
"""Staff of the unit get a fifth more, on top of what the rule gives (DOMAIN §5.6, one source)."""


def reward(fine: int, *, own_staff: bool) -> int:
    """Return the reward in 分 for a tip-off that led to this fine in 分."""
    amount = min(max(fine * SHARE_PERCENT // 100, LEAST), MOST)
    return amount * OWN_STAFF_PERCENT // 100 if own_staff else amount
