"""What a value of the dispatch table counts: facts of the ledger, and the rules over them.

A value is what a rule leaves of the facts: things, each with how much it counts for. A thing counts
once however often it is reported. Which value has which rule is `dispatch_rows.py`; where facts
come from is `dispatch/counting.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from inspection.domain.checklist import Text
from inspection.domain.hazard import Source


@dataclass(frozen=True)
class MajorHazard:
    """A hazard graded major (重大) that the register learned of within the period."""

    uuid: str
    source: str
    closed_on: date | None
    """The day it was struck off; None while it is open, or when it ended otherwise."""
    listed_on: date | None
    """The day it was first listed for supervision (挂牌督办)."""


@dataclass(frozen=True)
class FailedItem:
    """A check item that feeds a row was found not in order by a department."""

    unit: str
    row: str


@dataclass(frozen=True)
class Penalty:
    """A penalty decided within the period; `amount` in 分 over all its parts."""

    uuid: str
    unit: str
    amount: int
    both: bool
    """Of the unit and of a person in one case (一案双罚)."""
    suspends: bool
    """One of its kinds is 停产停业整顿."""


@dataclass(frozen=True)
class Noted:
    """A value entered by hand. `quantity` and `second` as the row counts; money in 分."""

    uuid: str
    row: str
    reporter: str
    """uuid of the office that entered it."""
    happened_on: date
    seq: int
    unit: str
    """uuid of the enterprise it is about, "" where the row asks for none."""
    quantity: int
    second: int


@dataclass(frozen=True)
class PaidReward:
    """A reward that an office paid to a tip-off's sender within the period; `amount` in 分.

    A tip-off has at most one. All are anonymous and for what was found true: others get none here.
    """

    tipoff: str
    """uuid of the tip-off."""
    amount: int


@dataclass(frozen=True)
class Facts:
    """All that a table of one office counts, up to the end of the day `until`."""

    until: date
    hazards: tuple[MajorHazard, ...] = ()
    inspected: frozenset[str] = frozenset()
    """uuids of enterprises that a department inspected."""
    failed: tuple[FailedItem, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    suspended: frozenset[str] = frozenset()
    """uuids of enterprises ordered to suspend by a measure."""
    noted: tuple[Noted, ...] = ()
    rewards: tuple[PaidReward, ...] = ()


Counted = Mapping[str, int]
"""What a value counts: uuid of each thing → how much it counts for."""
Rule = Callable[[Facts], dict[str, int]]


class Thing(StrEnum):
    """What a value counts once each."""

    HAZARD = "hazard"
    ENTERPRISE = "enterprise"
    PENALTY = "penalty"
    ENTRY = "entry"
    """Something that happened, entered by hand."""
    OFFICE = "office"
    """A state of affairs that each office tells: the newest of its entries counts."""
    REWARD = "reward"
    """A reward for a tip-off that was paid here, or an entry by hand of others."""


class Asked(StrEnum):
    """What is asked for when a value is entered by hand."""

    COUNT = "count"
    PLACE_VISIT = "place_visit"
    """One visit of a town or park."""
    ENTERPRISE = "enterprise"
    """One act or visit concerning one enterprise of the office."""
    MONEY = "money"
    STOCK = "stock"
    """How many there are now."""
    YES_NO = "yes_no"


@dataclass(frozen=True)
class Value:
    """One of the 35 values. `code` is group, row and, for a second value, "b".

    `within`: it is never more than the sum of these values. `asked`: entered by hand.
    """

    code: str
    name: Text
    unit: str
    means: Text
    thing: Thing
    rule: Rule
    within: tuple[str, ...] = ()
    asked: Asked | None = None

    @property
    def row(self) -> str:
        """The row that it stands in; a second value stands in the row of its first."""
        return self.code.removesuffix("b")

    @property
    def is_second(self) -> bool:
        """Whether it is the second value of its row."""
        return self.code.endswith("b")

    @property
    def is_money(self) -> bool:
        """Whether it is kept in 分 and shown in 万元."""
        return self.unit == "万元"

    @property
    def is_yes_no(self) -> bool:
        """Whether it is 是 or 否."""
        return self.unit == "是/否"

    @property
    def is_asked_only(self) -> bool:
        """Whether it is known only from what is entered by hand."""
        return self.asked is not None and self.thing is not Thing.REWARD

    def of(self, counted: Counted) -> int | None:
        """The value of what is counted; 1 and 0 for 是 and 否, None when nobody said which."""
        total = sum(counted.values())
        if self.is_yes_no:
            return min(total, 1) if counted else None
        return total

    def written(self, value: int | None) -> str:
        """Write a value as the form shows it: 万元 with two decimals, 未填 where there is none."""
        if value is None:
            return "未填"
        if self.is_money:
            hundredths = (value + 5000) // 10_000
            return f"{hundredths // 100}.{hundredths % 100:02d}"
        return ("否", "是")[value] if self.is_yes_no else str(value)


def hazards(facts: Facts, *, sources: tuple[Source, ...], closed: bool) -> dict[str, int]:
    """Major hazards of these sources; or of them those struck off."""
    return {
        each.uuid: 1
        for each in facts.hazards
        if each.source in sources and (not closed or _by(each.closed_on, facts.until))
    }


def listed(facts: Facts, *, closed: bool) -> dict[str, int]:
    """Major hazards that were listed; or of them those struck off."""
    return {
        each.uuid: 1
        for each in facts.hazards
        if _by(each.listed_on, facts.until) and (not closed or _by(each.closed_on, facts.until))
    }


def _by(day: date | None, until: date) -> bool:
    return day is not None and day <= until


def inspected(facts: Facts) -> dict[str, int]:
    """Enterprises that a department inspected."""
    return dict.fromkeys(facts.inspected, 1)


def failing(facts: Facts, *, row: str) -> dict[str, int]:
    """Of the enterprises of row 2.1, those where an item of this row failed."""
    failing = {each.unit for each in facts.failed if each.row == row}
    return dict.fromkeys(facts.inspected & failing, 1)


def penalties(facts: Facts, *, both: bool = False) -> dict[str, int]:
    """Penalties; or of them those of a unit and a person in one case."""
    return {each.uuid: 1 for each in facts.penalties if each.both or not both}


def fines(facts: Facts) -> dict[str, int]:
    """What each penalty comes to, in 分."""
    return {each.uuid: each.amount for each in facts.penalties}


def suspended(facts: Facts) -> dict[str, int]:
    """Enterprises ordered to suspend, by a measure or by a penalty."""
    by_penalty = {each.unit for each in facts.penalties if each.suspends}
    return dict.fromkeys(facts.suspended | by_penalty, 1)


def noted(facts: Facts, *, row: str) -> dict[str, int]:
    """Entries by hand for a row, each with how much it counts for."""
    return {each.uuid: each.quantity for each in facts.noted if each.row == row}


def seconds(facts: Facts, *, row: str) -> dict[str, int]:
    """What entries by hand for a row say of its second value."""
    return {each.uuid: each.second for each in facts.noted if each.row == row and each.second}


def rewards(facts: Facts, *, row: str, anonymous: bool) -> dict[str, int]:
    """Rewards that were paid, and entries by hand of others; or of both the anonymous part."""
    by_hand = seconds(facts, row=row) if anonymous else noted(facts, row=row)
    return {**by_hand, **{each.tipoff: each.amount for each in facts.rewards}}


def enterprises(facts: Facts, *, row: str) -> dict[str, int]:
    """Enterprises that entries by hand for a row are about."""
    return {each.unit: 1 for each in facts.noted if each.row == row}


def newest(facts: Facts, *, row: str) -> dict[str, int]:
    """What the newest entry of each office for a row says."""
    in_order = sorted(facts.noted, key=lambda each: (each.happened_on, each.seq))
    return {each.reporter: each.quantity for each in in_order if each.row == row}
