"""The ladder by which an overdue hazard is pressed (督促阶梯), from reminder to enforcement:
提醒 → 催办 → 督办 → 挂牌督办 → 约谈 → 移交执法.

Which rungs there are is fixed (DOMAIN §4.5); when each is reached, who hears of it and in which
words is each office's own. A rung tells people, it takes no step: listing for supervision and
penalties stay decisions of persons. Sending and keeping is in `hazards/escalation.py`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any

from inspection.domain import workdays
from inspection.domain.hazard import OPEN, Level, State
from inspection.domain.problems import LadderUnfit
from inspection.domain.workdays import Counted


class Code(StrEnum):
    """The rungs, lowest first."""

    REMIND = "remind"
    URGE = "urge"
    SUPERVISE = "supervise"
    PROPOSE_LISTING = "propose_listing"
    """The office is asked to list it for supervision (挂牌督办); listing is its own step."""
    INTERVIEW = "interview"
    PROPOSE_ENFORCEMENT = "propose_enforcement"


class Recipient(StrEnum):
    """Who hears of a rung, seen from the enterprise; a side with nobody is heard by the next."""

    ENTERPRISE = "enterprise"
    HEAD = "head"
    DEPARTMENT = "department"
    TOWN = "town"
    DISTRICT = "district"


ORDER = tuple(Code)
NAMES = {
    Code.REMIND: {"zh": "提醒", "en": "Reminder"},
    Code.URGE: {"zh": "催办", "en": "Urging"},
    Code.SUPERVISE: {"zh": "督办", "en": "Supervised handling"},
    Code.PROPOSE_LISTING: {"zh": "建议挂牌督办", "en": "Listing for supervision proposed"},
    Code.INTERVIEW: {"zh": "建议约谈", "en": "Interview proposed"},
    Code.PROPOSE_ENFORCEMENT: {"zh": "建议移交执法", "en": "Enforcement proposed"},
}
"""What a rung is called in a message, whoever reads it and wherever."""

MOST_DAYS = 365
MOST_DAYS_BEFORE = 30
MOST_ROUNDS = 20
LONGEST_WORDS = 500
PLACEHOLDERS = ("number", "unit", "place", "hazard", "deadline", "late")
"""What words may say of a hazard: {number} {unit} {place} {hazard} {deadline} {late}."""

PRESSED = tuple(state for state in OPEN if state not in (State.CLAIMED, State.VERIFIED))
"""States in which it is the enterprise's turn; what was claimed waits for somebody else."""


@dataclass(frozen=True)
class Rung:
    """One rung. `days` count from the deadline, negative before it.

    `major_days` (calendar days) bring a major hazard here sooner, `returned` one that was so
    often looked at and not found in order; None: neither does.
    """

    code: Code
    days: int
    to: tuple[Recipient, ...]
    zh: str
    en: str
    working: bool = False
    major_days: int | None = None
    returned: int | None = None


Ladder = tuple[Rung, ...]

_R = Recipient
DEFAULT: Ladder = (
    Rung(
        Code.REMIND,
        -3,
        (_R.ENTERPRISE,),
        "{unit}：隐患 {number}（{hazard}）的整改期限是 {deadline}，请按期改好并申报复查。",
        "{unit}: hazard {number} ({hazard}) is due on {deadline}. Please rectify it in time and "
        "ask for re-inspection.",
    ),
    Rung(
        Code.URGE,
        0,
        (_R.ENTERPRISE, _R.HEAD),
        "{unit}：隐患 {number}（{hazard}）的整改期限 {deadline} 已到，还没有申报整改完成。"
        "请立即整改；确有困难的写明原因。",
        "{unit}: the deadline {deadline} of hazard {number} ({hazard}) has come and it is not "
        "said to be rectified. Please rectify it at once, or say what stands in the way.",
    ),
    Rung(
        Code.SUPERVISE,
        3,
        (_R.HEAD, _R.DEPARTMENT),
        "{unit} 的隐患 {number}（{hazard}）整改期限 {deadline}，已逾期 {late} 天。请主管部门督办。",
        "Hazard {number} ({hazard}) of {unit} was due on {deadline} and is {late} days overdue. "
        "The supervising department is asked to see to it.",
    ),
    Rung(
        Code.PROPOSE_LISTING,
        7,
        (_R.HEAD, _R.DEPARTMENT, _R.TOWN, _R.DISTRICT),
        "{unit} 的隐患 {number}（{hazard}）整改期限 {deadline}，已逾期 {late} 天。"
        "建议挂牌督办，请研究决定。",
        "Hazard {number} ({hazard}) of {unit} was due on {deadline} and is {late} days overdue. "
        "Listing for supervision is proposed for decision.",
        major_days=1,
    ),
    Rung(
        Code.INTERVIEW,
        10,
        (_R.HEAD, _R.DEPARTMENT, _R.DISTRICT),
        "{unit} 的隐患 {number}（{hazard}）整改期限 {deadline}，逾期 {late} 天，督办后仍未改好。"
        "建议约谈企业主要负责人。",
        "Hazard {number} ({hazard}) of {unit} was due on {deadline}, is {late} days overdue and "
        "still not rectified. An interview of the head of the enterprise is proposed.",
        working=True,
    ),
    Rung(
        Code.PROPOSE_ENFORCEMENT,
        15,
        (_R.DEPARTMENT, _R.DISTRICT),
        "{unit} 的隐患 {number}（{hazard}）整改期限 {deadline}，逾期 {late} 天，约谈后仍未改好。"
        "建议移交执法。",
        "Hazard {number} ({hazard}) of {unit} was due on {deadline}, is {late} days overdue and "
        "was not rectified after the interview. Handing over to enforcement is proposed.",
        working=True,
    ),
)
"""What DOMAIN §4.5 gives; none of these days is in a statute."""


@dataclass(frozen=True)
class Case:
    """What the ladder has to know of a hazard."""

    level: Level
    deadline_on: date
    returned: int
    state: State


@dataclass(frozen=True)
class Reached:
    """A rung that a hazard has reached: by its `days`, for being `major`, or `returned`."""

    rung: Rung
    by: str
    due: Counted


def reached(
    ladder: Ladder, case: Case, *, taken: Collection[Code], today: date
) -> tuple[Reached, ...]:
    """Return the rungs that are due now and not yet taken, lowest first.

    Whoever has come to a rung by date has come by those below it, so they are due as well. A
    reminder before the deadline is no longer sent once the deadline has come.
    """
    if case.state not in PRESSED:
        return ()
    by_date = [falls_due(rung, case.level, case.deadline_on) for rung in ladder]
    highest = max((place for place, on in enumerate(by_date) if on.due.on <= today), default=-1)
    found = []
    for place, rung in enumerate(ladder):
        late_reminder = rung.days < 0 and today >= case.deadline_on
        if rung.code in taken or late_reminder:
            continue
        if place <= highest:
            early = by_date[place].due.on > today  # a higher rung came sooner and brings it along
            found.append(replace(by_date[highest], rung=rung) if early else by_date[place])
        elif rung.returned is not None and case.returned >= rung.returned:
            found.append(Reached(rung, "returned", Counted(today)))
    return tuple(found)


@lru_cache(maxsize=50_000)  # many hazards share a deadline, and every hour asks again
def falls_due(rung: Rung, level: Level, deadline_on: date) -> Reached:
    """When a hazard of this level comes to a rung by date alone, and by which of its two days."""
    due = workdays.count(deadline_on, rung.days, working=rung.working)
    if level == Level.MAJOR and rung.major_days is not None:
        sooner = workdays.count(deadline_on, rung.major_days, working=False)
        if sooner.on < due.on:
            return Reached(rung, "major", sooner)
    return Reached(rung, "days", due)


_BRACES = re.compile(r"\{([^{}]*)\}")


def worded(template: str, facts: Mapping[str, str]) -> str:
    """Put facts into an office's words. Plain replacement: words can reach nothing else."""
    return _BRACES.sub(lambda found: facts.get(found[1], found[0]), template)


def faults(ladder: Sequence[Rung]) -> dict[str, str]:
    """Return what does not do, by place ("" for the whole, else "<rung>.<field>"): a code each."""
    found: dict[str, str] = {} if ladder else {"": "no_rung"}
    for rung in ladder:
        for field, fault in _rung_faults(rung):
            found.setdefault(f"{rung.code}.{field}", fault)
    if [rung.code for rung in ladder] != [code for code in ORDER if code in _codes(ladder)]:
        found[""] = "rungs_disordered"
    for lower, upper in pairwise(ladder):
        if _calendar_days(upper, least=True) < _calendar_days(lower, least=False):
            found.setdefault(f"{upper.code}.days", "before_lower_rung")
        if (upper.major_days is not None and lower.major_days is not None) and (
            upper.major_days < lower.major_days
        ):
            found.setdefault(f"{upper.code}.major_days", "before_lower_rung")
    return found


def _codes(ladder: Sequence[Rung]) -> list[Code]:
    return [rung.code for rung in ladder]


def _calendar_days(rung: Rung, *, least: bool) -> int:
    """About how many calendar days a rung's days are: at least, or as ordinary weeks make them."""
    if not rung.working or least:
        return rung.days
    weeks, rest = divmod(abs(rung.days), 5)
    return (weeks * 7 + rest) * (1 if rung.days > 0 else -1)


def _rung_faults(rung: Rung) -> list[tuple[str, str]]:
    found = []
    if rung.days > MOST_DAYS:
        found.append(("days", "out_of_range"))
    if rung.code is not Code.REMIND and rung.days < 0:
        found.append(("days", "before_deadline"))
    if rung.code is Code.REMIND and not -MOST_DAYS_BEFORE <= rung.days < 0:
        found.append(("days", "not_before_deadline"))
    if rung.major_days is not None and not 0 <= rung.major_days <= MOST_DAYS:
        found.append(("major_days", "out_of_range"))
    if rung.returned is not None and not 1 <= rung.returned <= MOST_ROUNDS:
        found.append(("returned", "out_of_range"))
    if not rung.to:
        found.append(("to", "nobody"))
    for name, words in (("zh", rung.zh), ("en", rung.en)):
        fault = _words_fault(words)
        if fault:
            found.append((name, fault))
    return found


def _words_fault(words: str) -> str:
    if not words.strip():
        return "missing"
    if len(words) > LONGEST_WORDS:
        return "too_long"
    strange = set(_BRACES.findall(words)) - set(PLACEHOLDERS)
    stray = set("{}") & set(_BRACES.sub("", words))
    return "placeholder_unknown" if strange or stray else ""


def written(ladder: Ladder) -> list[dict[str, Any]]:
    """Write a ladder down as an entry keeps it."""
    return [{**vars(rung), "to": list(rung.to)} for rung in ladder]


def read(rungs: Sequence[Mapping[str, Any]]) -> Ladder:
    """Read a ladder that an entry keeps."""
    return tuple(
        Rung(
            **{
                **rung,
                "code": Code(rung["code"]),
                "to": tuple(Recipient(side) for side in rung["to"]),
            }
        )
        for rung in rungs
    )


def checked(ladder: Sequence[Rung]) -> Ladder:
    """Return the ladder when it may be used. Raises LadderUnfit with a code for each place."""
    found = faults(ladder)
    if found:
        raise LadderUnfit(fields=found)
    return tuple(ladder)
