"""What has to be said with a step (办理事项): its fields, and how they are read from a form.

One table; forms are drawn from it, entries are written from it, and a hazard's history is
told by it. Photos arrive as digests of bytes that are kept already. What stands in the way
of a step is in `hazard.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from inspection.domain.hazard import Level, Situation, Step
from inspection.domain.problems import StepIncomplete

LONG = 2000
MOST_CENTS = 10**13
MOST_PHOTOS = 20


class Kind(StrEnum):
    """What a field holds; in an entry: text, text, whole cents, ISO day, code, digests."""

    LINE = "line"
    TEXT = "text"
    MONEY = "money"
    DAY = "day"
    CHOICE = "choice"
    PHOTOS = "photos"


class When(StrEnum):
    """Which days a field takes."""

    ANY = "any"
    COMING = "coming"
    """Today or later."""
    PAST = "past"
    """Today or earlier."""
    LATER = "later"
    """After the present deadline."""


@dataclass(frozen=True)
class Field:
    """One thing that is said. `for_major`: may stay empty unless the hazard is a major one."""

    name: str
    kind: Kind
    required: bool = True
    for_major: bool = False
    most: int = LONG
    choices: tuple[str, ...] = ()
    when: When = When.ANY

    def needed(self, level: Level) -> bool:
        """Whether it has to be said of a hazard of this level."""
        return self.required or (self.for_major and level == Level.MAJOR)


LIST_LEVELS = ("province", "city", "county", "town")
"""Levels of government at which a hazard is listed for supervision."""
REOPENED_FOR = ("look_back", "tip_off", "recurred", "supervision")
"""回头看, 举报, 反弹, 上级督查."""


def _line(name: str, **rest: Any) -> Field:
    return Field(name, Kind.LINE, most=100, **rest)


def _text(name: str, **rest: Any) -> Field:
    return Field(name, Kind.TEXT, **rest)


def _day(name: str, when: When, **rest: Any) -> Field:
    return Field(name, Kind.DAY, when=when, **rest)


_WORDS, _REMARK = _text("words"), _text("words", required=False)
_PHOTOS = Field("photos", Kind.PHOTOS, required=False)
_FUNDS = Field("funds", Kind.MONEY, required=False)
_DEADLINE = _day("deadline_on", When.COMING)

FIELDS: dict[Step, tuple[Field, ...]] = {
    Step.GRADE: (
        Field("level", Kind.CHOICE, choices=tuple(Level)),
        # Doubtful cases are decided by a written ground (法释〔2022〕19号 art. 4).
        _text("basis", required=False, for_major=True),
        _REMARK,
    ),
    # The five elements (五落实): person, measures, funds, time limit, emergency plan.
    Step.ASSIGN: (
        _line("responsible"),
        _text("measures"),
        _FUNDS,
        _day("planned_on", When.COMING),
        _text("emergency", required=False, for_major=True),
    ),
    # 总局令16号 art. 14: present state and cause; harm and difficulty; treatment plan.
    Step.REPORT: (_text("state_and_cause"), _text("harm"), _text("outline")),
    # 总局令16号 art. 15, six points; the five elements are among them.
    Step.PLAN: (
        _text("goals"),
        _text("measures"),
        Field("funds", Kind.MONEY),
        _text("materials", required=False),
        _line("responsible"),
        _text("crew"),
        _day("planned_on", When.COMING),
        _text("requirements", required=False),
        _text("emergency"),
    ),
    Step.APPROVE_PLAN: (_REMARK,),
    Step.RETURN_PLAN: (_WORDS,),
    Step.PROGRESS: (_WORDS, _PHOTOS),
    Step.CLAIM: (
        _WORDS,
        _line("rectifier"),
        _day("finished_on", When.PAST),
        _FUNDS,
        Field("photos", Kind.PHOTOS),
    ),
    Step.ACCEPT: (_text("evaluation", required=False, for_major=True), _WORDS, _PHOTOS),
    Step.REJECT: (_WORDS, _DEADLINE, _PHOTOS),
    Step.STRIKE_OFF: (_WORDS, _PHOTOS),
    Step.ASK_EXTENSION: (_day("until", When.LATER), _WORDS, _text("interim")),
    Step.GRANT_EXTENSION: (_REMARK,),
    Step.REFUSE_EXTENSION: (_WORDS,),
    Step.CALL_DUPLICATE: (_line("duplicate_of"), _WORDS),
    Step.CONFIRM_DUPLICATE: (_REMARK,),
    Step.CALL_NO_HAZARD: (_WORDS,),
    Step.CONFIRM_NO_HAZARD: (_REMARK,),
    Step.REFUSE_PROPOSAL: (_WORDS,),
    Step.TRANSFER: (_line("recipient"), _WORDS),
    Step.REOPEN: (Field("cause", Kind.CHOICE, choices=REOPENED_FOR), _WORDS, _DEADLINE),
    Step.LIST: (
        Field("list_level", Kind.CHOICE, choices=LIST_LEVELS),
        _line("order_number"),
        _WORDS,
    ),
    Step.LIFT: (_line("order_number", required=False), _WORDS),
}
"""Every step that is taken at a desk or on a phone; those of signed visits say it in the record."""


def read(
    step: Step,
    given: Mapping[str, str],
    photos: Sequence[str],
    *,
    situation: Situation,
    today: date,
) -> dict[str, Any]:
    """Return what was said as an entry keeps it, without what was left empty.

    Raises StepIncomplete with a code for each field that does not do.
    """
    said: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in FIELDS[step]:
        value, fault = _value(field, given, photos, situation, today)
        if fault:
            faults[field.name] = fault
        elif value:
            said[field.name] = value
    if faults:
        raise StepIncomplete(step=step, fields=faults)
    return said


def _value(
    field: Field,
    given: Mapping[str, str],
    photos: Sequence[str],
    situation: Situation,
    today: date,
) -> tuple[Any, str]:
    needed = field.needed(situation.level)
    if field.kind is Kind.PHOTOS:
        if needed and not photos:
            return None, "photo_missing"
        return list(photos), "too_many" if len(photos) > MOST_PHOTOS else ""
    text = given.get(field.name, "").strip()
    if not text:
        return None, "missing" if needed else ""
    return _read_text(field, text, situation.deadline_on, today)


def _read_text(field: Field, text: str, deadline_on: date | None, today: date) -> tuple[Any, str]:
    if len(text) > field.most:
        return None, "too_long"
    if field.kind is Kind.MONEY:
        return _cents(text)
    if field.kind is Kind.DAY:
        return _day_of(text, field.when, deadline_on, today)
    if field.kind is Kind.CHOICE and text not in field.choices:
        return None, "not_a_choice"
    return text, ""


def _cents(text: str) -> tuple[int | None, str]:
    """Read an amount in 元; entries hold whole 分, because they hold no fractions."""
    try:
        amount = Decimal(text.replace(",", "")) * 100
    except InvalidOperation:
        return None, "not_money"
    if not amount.is_finite() or amount != amount.to_integral_value():
        return None, "not_money"
    if amount < 0:
        return None, "negative"
    return (int(amount), "") if amount <= MOST_CENTS else (None, "too_much")


def _day_of(text: str, when: When, deadline_on: date | None, today: date) -> tuple[str | None, str]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, "not_a_day"
    if when is When.COMING and day < today:
        return None, "day_past"
    if when is When.PAST and day > today:
        return None, "day_to_come"
    if when is When.LATER and day <= max(today, deadline_on or today):
        return None, "day_not_later"
    return day.isoformat(), ""
