"""Papers (执法文书): which there are, how they are numbered, and what is left to the officers.

Pure. What a paper says is `reports.papers`; how one is issued is `paperwork`.
"""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from inspection.domain.problems import PaperIncomplete

TITLES = {
    "onsite_record": "现场检查记录",
    "rectify_order": "责令限期整改指令书",
    "onsite_measure": "现场处理措施决定书",
    "review_opinion": "整改复查意见书",
}
NUMBER_WORDS = {
    "onsite_record": "检记",
    "rectify_order": "责改",
    "onsite_measure": "现决",
    "review_opinion": "复查",
}
"""What a paper's number says of its kind (安监总政法〔2010〕112号)."""
FOLLOWED = ("onsite_record", "rectify_order", "onsite_measure")
"""A review opinion follows one of these, or says that there was none."""
MEASURES = (
    "责令立即停止作业（施工）",
    "责令从危险区域内撤出作业人员",
    "责令暂时停产停业",
    "责令停止使用相关设施、设备",
)
"""What 安全生产法 art. 65(1)(3) allows while a major hazard is not removed."""
MEASURE_MONTHS = 6
"""Longest term of a decision on on-site measures (DOMAIN §4.7)."""
OFFICERS = 2
"""行政处罚法 art. 42: no fewer than two officers."""
METHODS = ("handed", "left", "mailed", "electronic", "entrusted", "announced")
"""直接, 留置, 邮寄, 电子, 委托, 公告送达."""
SHORT, LINE, LONG = 20, 100, 500


@dataclass(frozen=True)
class Followed:
    """The paper that a review opinion follows."""

    uuid: str
    title: str
    number: str
    issued_on: date


@dataclass(frozen=True)
class Decision:
    """What the law leaves to the officers; a draft has none of it.

    `items` are the problems by their numbers in the record, with the day by which each is to be
    put right; "" for a paper that orders nothing.
    """

    items: Mapping[int, date | None]
    receiver: str = ""
    measures: tuple[str, ...] = ()
    object: str = ""
    """To what the measures apply: a workshop, a machine, a kind of work."""
    from_on: date | None = None
    until_on: date | None = None
    government: str = ""
    court: str = ""
    followed: tuple[Followed, ...] = ()


def number(mark: str, kind: str, year: int, ordinal: int) -> str:
    """Write a paper's number: （云应急）责改〔2026〕12号."""
    return f"{number_mark(mark)}{NUMBER_WORDS[kind]}〔{year}〕{ordinal}号"


def number_mark(mark: str) -> str:
    """How the numbers of a unit with this mark begin."""
    return f"（{mark}）"


def decide(
    kind: str,
    given: Mapping[str, str],
    chosen: Mapping[str, Iterable[str]],
    *,
    open_items: Mapping[int, date | None],
    followable: Iterable[Followed] = (),
    inspected_on: date,
    today: date,
) -> Decision:
    """Read what the officers decided. Raises PaperIncomplete with a code for each wrong field.

    `given` holds the texts of the form, `chosen` the ticks by name, `open_items` the problems
    that this paper may speak of with the deadlines of the record, `followable` the papers that a
    review opinion may follow.
    """
    reading = _Reading(given)
    said: dict[str, Any] = {"receiver": reading.line("receiver", LINE), "items": {}}
    if kind in ("rectify_order", "onsite_measure"):
        numbers = [each for each in open_items if str(each) in set(chosen.get("items", ()))]
        reading.demand("items", bool(numbers))
        said["items"] = dict.fromkeys(numbers)
        said["government"] = reading.line("government", LINE)
        said["court"] = reading.line("court", LINE)
    if kind == "rectify_order":
        said["items"] = {each: reading.coming(f"deadline_{each}", today) for each in said["items"]}
    if kind == "onsite_measure":
        said["measures"] = tuple(m for m in MEASURES if m in set(chosen.get("measures", ())))
        reading.demand("measures", bool(said["measures"]))
        said["object"] = reading.line("object", LONG)
        said["from_on"], said["until_on"] = reading.term(inspected_on)
    if kind == "review_opinion":
        said["followed"] = reading.followed(tuple(followable), set(chosen.get("followed", ())))
    reading.close(kind)
    return Decision(**said)


def delivery(given: Mapping[str, str], *, issued_on: date, today: date) -> dict[str, Any]:
    """Read how a paper was delivered (送达), as an entry keeps it. Raises PaperIncomplete.

    Whoever refused to sign is named with the reason and a witness (安全生产法 art. 68).
    """
    reading = _Reading(given)
    said: dict[str, Any] = {
        "method": reading.choice("method", METHODS),
        "receiver": reading.line("receiver", LINE),
        "position": reading.line("position", LINE, needed=False),
        "place": reading.line("place", LINE),
        "delivered_on": reading.between("delivered_on", issued_on, today),
        "signed": given.get("signed", ""),
        "remark": reading.line("remark", LONG, needed=False),
    }
    reading.demand("signed", said["signed"] in ("signed", "refused"))
    if said["signed"] == "refused":
        said["reason"] = reading.line("reason", LONG)
        said["witness"] = reading.line("witness", LINE)
    reading.close("delivery")
    return {name: value for name, value in said.items() if value}


class _Reading:
    """Texts of one form, read field by field; what is wrong is told together at the end."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._faults: dict[str, str] = {}

    def line(self, name: str, most: int, *, needed: bool = True) -> str:
        text = self._given.get(name, "").strip()
        if needed:
            self.demand(name, bool(text))
        if len(text) > most:
            self._faults[name] = "too_long"
        return text

    def demand(self, name: str, there: bool) -> None:
        if not there:
            self._faults[name] = "missing"

    def choice(self, name: str, choices: Iterable[str]) -> str:
        value = self._given.get(name, "")
        self.demand(name, value in choices)
        return value

    def coming(self, name: str, today: date) -> date | None:
        day = self._day(name)
        if day and day < today:
            self._faults[name] = "day_past"
        return day

    def between(self, name: str, first: date, last: date) -> str:
        day = self._day(name)
        if day and day < first:
            self._faults[name] = "day_too_early"
        if day and day > last:
            self._faults[name] = "day_to_come"
        return day.isoformat() if day else ""

    def term(self, earliest: date) -> tuple[date | None, date | None]:
        start, end = self._day("from_on"), self._day("until_on")
        if start and start < earliest:
            self._faults["from_on"] = "day_too_early"
        if start and end and end < start:
            self._faults["until_on"] = "day_not_later"
        if start and end and end > months_after(start, MEASURE_MONTHS):
            self._faults["until_on"] = "term_too_long"
        return start, end

    def followed(self, known: tuple[Followed, ...], chosen: set[str]) -> tuple[Followed, ...]:
        found = tuple(each for each in known if each.uuid in chosen)
        self.demand("followed", bool(found) or not known)
        return found

    def close(self, what: str) -> None:
        if self._faults:
            raise PaperIncomplete(paper=what, fields=self._faults)

    def _day(self, name: str) -> date | None:
        text = self._given.get(name, "").strip()
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._faults[name] = "not_a_day" if text else "missing"
            return None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
