"""Assignment orders (交办单): where one stands, who may do what, by when, and what is owed monthly.

Pure rules with their sources; how orders are kept is in `orders/`.
"""

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from inspection.domain.checklist import Text


class Kind(StrEnum):
    """What kind of order it is."""

    ORDER = "order"
    """A task that an office hands down (交办)."""
    INSTRUCTION = "instruction"
    """A leader's instruction (批示): asks for a closing report, and is evaluated (一批示一报告)."""
    FIVE = "five"
    """One of the five (五个一) that a holiday or an event asks for."""


class State(StrEnum):
    """Where an order stands."""

    ISSUED = "issued"
    """The lead unit has not acknowledged it (待签收)."""
    WORKING = "working"
    CLAIMED = "claimed"
    """The lead unit says that it is done; the office has to look (待核查)."""
    SUSTAINED = "sustained"
    """The first result was accepted, and the task goes on (见成效,长期坚持)."""
    STRUCK_OFF = "struck_off"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({State.STRUCK_OFF, State.WITHDRAWN})


class Side(StrEnum):
    """As whom somebody acts on an order."""

    LEAD = "lead"
    """牵头单位: its feedback is the one that can be struck off."""
    JOINT = "joint"
    """配合单位."""
    OFFICE = "office"
    """The office that issued it."""


class Step(StrEnum):
    """What can be done with an order."""

    RECEIVE = "receive"
    PROGRESS = "progress"
    CLAIM = "claim"
    SUSTAIN = "sustain"
    RETURN = "return"
    STRIKE_OFF = "strike_off"
    WITHDRAW = "withdraw"


_L, _J, _O = Side.LEAD, Side.JOINT, Side.OFFICE
TABLE: dict[tuple[State, Step, Side], State] = {
    (State.ISSUED, Step.RECEIVE, _L): State.WORKING,
    (State.ISSUED, Step.RECEIVE, _J): State.ISSUED,
    (State.WORKING, Step.RECEIVE, _J): State.WORKING,
    (State.CLAIMED, Step.RECEIVE, _J): State.CLAIMED,
    (State.SUSTAINED, Step.RECEIVE, _J): State.SUSTAINED,
    (State.WORKING, Step.PROGRESS, _L): State.WORKING,
    (State.SUSTAINED, Step.PROGRESS, _L): State.SUSTAINED,
    (State.ISSUED, Step.PROGRESS, _J): State.ISSUED,
    (State.WORKING, Step.PROGRESS, _J): State.WORKING,
    (State.CLAIMED, Step.PROGRESS, _J): State.CLAIMED,
    (State.SUSTAINED, Step.PROGRESS, _J): State.SUSTAINED,
    (State.WORKING, Step.CLAIM, _L): State.CLAIMED,
    (State.SUSTAINED, Step.CLAIM, _L): State.CLAIMED,
    (State.CLAIMED, Step.STRIKE_OFF, _O): State.STRUCK_OFF,
    (State.CLAIMED, Step.SUSTAIN, _O): State.SUSTAINED,
    (State.CLAIMED, Step.RETURN, _O): State.WORKING,
    (State.ISSUED, Step.WITHDRAW, _O): State.WITHDRAWN,
    (State.WORKING, Step.WITHDRAW, _O): State.WITHDRAWN,
    (State.CLAIMED, Step.WITHDRAW, _O): State.WITHDRAWN,
    (State.SUSTAINED, Step.WITHDRAW, _O): State.WITHDRAWN,
}
"""State, step and side → state after it. What is not here cannot be done."""
JUDGED = frozenset({Step.CLAIM, Step.SUSTAIN, Step.RETURN, Step.STRIKE_OFF, Step.WITHDRAW})
"""Steps that rest on what a page showed: of two people who decide at once, one is told."""


def steps(state: State, side: Side, *, received: bool, goes_on: bool) -> tuple[Step, ...]:
    """Return what a side may do now: a responsible unit acknowledges before anything else.

    `goes_on`: the task does not end with its first result.
    """
    here = [step for step in Step if (state, step, side) in TABLE]
    if side is not Side.OFFICE:
        here = [step for step in here if (step is Step.RECEIVE) != received]
    return tuple(step for step in here if step is not Step.SUSTAIN or goes_on)


class Grade(StrEnum):
    """How the office evaluates what came of an instruction (批示办理评价)."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Term(StrEnum):
    """How a deadline was said."""

    DAY = "day"
    HALF_YEAR = "half_year"
    STANDING = "standing"
    """长期坚持."""


@dataclass(frozen=True)
class Deadline:
    """By when a task is done. `on`: the last day, none for a standing one.

    `first_on`: a first result is owed by then. `keep_going`: with the result by `on` the task does
    not end (…年上半年见成效,长期坚持; DOMAIN §1.1).
    """

    term: Term
    on: date | None = None
    first_on: date | None = None
    keep_going: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether the task goes on after its result was accepted."""
        return self.keep_going or self.term is Term.STANDING

    def due(self, *, shown: bool, sustained: bool) -> date | None:
        """Return the day that is owed next; `shown`: the lead unit has fed something back."""
        if sustained:
            return None
        return self.first_on if self.first_on and not shown else self.on

    def faults(self, *, today: date) -> dict[str, str]:
        """Return what is wrong with it, by field."""
        faults = {}
        if self.term is not Term.STANDING and self.on is None:
            faults["deadline"] = "missing"
        elif self.on is not None and self.on < today:
            faults["deadline"] = "past"
        if self.first_on is not None:
            if self.first_on < today:
                faults["first_on"] = "past"
            elif self.on is not None and self.first_on > self.on:
                faults["first_on"] = "after_deadline"
        return faults

    def words(self) -> Text:
        """Say it."""
        zh, en = self._ends()
        if self.keep_going and self.term is not Term.STANDING:
            zh, en = f"{zh}见成效，长期坚持", f"results by {en}, then kept going"
        if self.first_on:
            zh, en = (
                f"{zh}（{self.first_on} 前首次见效）",
                f"{en} (first result by {self.first_on})",
            )
        return Text(zh, en)

    def _ends(self) -> tuple[str, str]:
        if self.term is Term.STANDING or self.on is None:
            return "长期坚持", "standing"
        if self.term is Term.HALF_YEAR:
            half = 1 if self.on.month <= 6 else 2
            return f"{self.on.year} 年{'上下'[half - 1]}半年", f"H{half} {self.on.year}"
        return self.on.isoformat(), self.on.isoformat()

    def said(self) -> dict[str, Any]:
        """What an entry of the ledger says of it."""
        return {
            "term": self.term,
            "on": self.on.isoformat() if self.on else None,
            "first_on": self.first_on.isoformat() if self.first_on else None,
            "keep_going": self.keep_going,
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Deadline":
        """Read what `said` wrote."""
        on, first_on = (
            date.fromisoformat(said[name]) if said[name] else None for name in ("on", "first_on")
        )
        return cls(Term(said["term"]), on, first_on, said["keep_going"])


def half_year(year: int, half: int) -> Deadline:
    """The first or second half of a year; it ends with its last day."""
    return Deadline(Term.HALF_YEAR, date(year, 6, 30) if half == 1 else date(year, 12, 31))


_KEEPS = re.compile("长期|持续|常态|坚持")
_HALF = re.compile(r"(?:(\d{4})年)?(上|下)半年")
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_MONTH_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]")
_MONTH = re.compile(r"(?:(\d{4})年)?(\d{1,2})月")
_YEAR = re.compile(r"(?:(\d{4})年)?(?:年底|年末|年内|底|末)")


def read_deadline(text: str, *, year: int) -> Deadline | None:
    """Read a deadline as notices write it: 2027年3月底, 上半年见成效,长期坚持, 长期坚持 …

    What names no year is of `year`. None for what says no deadline.
    """
    plain = re.sub(r"\s", "", text).translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    keeps = _KEEPS.search(plain) is not None
    try:
        ends = _end(plain, year)
    except ValueError:
        return None
    if ends is None:
        return Deadline(Term.STANDING) if keeps else None
    return Deadline(ends.term, ends.on, None, keeps)


def _end(plain: str, year: int) -> Deadline | None:
    if found := _HALF.search(plain):
        return half_year(int(found[1] or year), "上下".index(found[2]) + 1)
    if found := _DAY.search(plain):
        return Deadline(Term.DAY, date(int(found[1]), int(found[2]), int(found[3])))
    if found := _MONTH_DAY.search(plain):
        return Deadline(Term.DAY, date(year, int(found[1]), int(found[2])))
    if found := _MONTH.search(plain):
        named, month = int(found[1] or year), int(found[2])
        last = calendar.monthrange(named, month)[1] if 1 <= month <= 12 else 0
        return Deadline(Term.DAY, date(named, month, last))
    if found := _YEAR.search(plain):
        return Deadline(Term.DAY, date(int(found[1] or year), 12, 31))
    return None


def responsibility_faults(office: str, lead: str, joint: Iterable[str]) -> dict[str, str]:
    """Return what is wrong with who answers for a task: nobody, twice, or in a circle.

    An office that hands a task to itself would strike off its own work.
    """
    units = [lead, *joint]
    if not lead:
        return {"lead": "missing"}
    if office in units:
        return {"lead" if office == lead else "joint": "circular"}
    return {"joint": "twice"} if len(set(units)) < len(units) else {}


@dataclass(frozen=True)
class FiveTask:
    """One of the five that a holiday or an event asks for; `until_end`: it lasts to its end."""

    title: str
    words: str
    until_end: bool = False


FIVE = (
    FiveTask("召开一次会议", "专题研究部署{occasion}期间的安全防范工作，留存会议记录。"),
    FiveTask("制定一个方案", "制定{occasion}期间的安全生产工作方案，明确重点、分工和时限。"),
    FiveTask("领导带队开展一次检查", "领导干部带队到重点企业和场所检查，隐患录入台账、跟踪销号。"),
    FiveTask(
        "组织一次指挥调度并落实值班",
        "{occasion}期间领导带班、24 小时值班，组织一次指挥调度，值班表录入系统。",
        until_end=True,
    ),
    FiveTask("督促企业开展一轮自查", "组织辖区或行业内企业普遍自查一轮，上报自查情况。"),
)
"""五个一 (DOMAIN §1.2 row 59): a meeting, a plan, a leader-led check, a dispatch with duty roster,
and a round of self-checks."""

MOST_TASKS = 300
"""Orders of one act, and tasks of one list."""
ASK_DAY = 25
"""From this day a month's word is asked for; it is due on the 1st after (000-尾, 一月一调度)."""


def month_after(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_asked(today: date) -> date:
    """Return the month whose word is owed now: this one from the 25th, the last one before that."""
    first = today.replace(day=1)
    if today.day >= ASK_DAY:
        return first
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def is_late(month: date, *, on: date) -> bool:
    """Whether a month's word that is written on this day comes after the 1st."""
    return on > month_after(month)
