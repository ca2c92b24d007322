"""What the ledger says of a hazard, entry by entry, as pages tell it.

Which fields a step has is in `domain/handling.py`, how they are called in `edge/steps.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from inspection.domain.handling import FIELDS, Kind
from inspection.domain.hazard import Side, Step
from inspection.edge import steps as words
from inspection.hazards.enquiries import HistoryEntry
from inspection.web import money

_ON_THE_SPOT: dict[str, Any] = {
    Step.REGISTER: _("登记"),
    Step.FIX_ON_SPOT: _("当场已改，销号"),
    Step.REINSPECT_PASS: _("复查合格"),
    Step.REINSPECT_RETURN: _("复查未整改，重定期限"),
    "ordered": _("责令限期整改"),
    "escalated": _("逐级督促"),
    "notice.read": _("通知已签收"),
}
_ESCALATION = ("hazard.escalated", "notice.read")


@dataclass(frozen=True)
class Told:
    """One entry in words. `said` are labels and values, `deadline_on` is the deadline it set.

    `names` are those who signed the record `record_uuid`, when it was not a step at a desk.
    """

    seq: int
    at: datetime
    link: str
    step: str
    title: Any
    deadline_on: str = ""
    by: str = ""
    side: Any = ""
    said: tuple[tuple[Any, Any], ...] = ()
    photos: tuple[str, ...] = ()
    level: str = ""
    record_uuid: str = ""
    names: tuple[str, ...] = ()
    paper_uuid: str = ""
    """The paper (执法文书) by which it was ordered, and its number."""
    paper_number: str = ""
    escalation: HistoryEntry | None = None
    """The entry itself, when it is a rung of the ladder or a receipt."""


def told(entries: Iterable[HistoryEntry]) -> tuple[Told, ...]:
    """Put entries into words, in their order."""
    return tuple(_told(entry) for entry in entries)


def _told(entry: HistoryEntry) -> Told:
    step = entry.kind.removeprefix("hazard.")
    desk = step in set(FIELDS)
    title = words.VERBS[Step(step)] if desk else _ON_THE_SPOT.get(step, entry.kind)
    if entry.kind in _ESCALATION:
        return Told(entry.seq, entry.at, entry.link, step, title, escalation=entry)
    plain = Told(entry.seq, entry.at, entry.link, step, title, _deadline(entry.body))
    return replace(plain, **(_at_a_desk(Step(step), entry.body) if desk else _signed(entry.body)))


def _at_a_desk(step: Step, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "by": body["by"]["name"],
        "side": words.SIDES[Side(body["side"])],
        "said": _said(step, body["said"]),
        "photos": tuple(body["said"].get("photos", ())),
    }


def _signed(body: dict[str, Any]) -> dict[str, Any]:
    again = body.get("reinspectors")
    return {
        "said": ((gettext("现状"), body["words"]),) if again and body["words"] else (),
        "level": body.get("level", ""),
        "record_uuid": body.get("record", ""),
        "names": tuple(again or body.get("finders", ())),
        "paper_uuid": body.get("paper", ""),
        "paper_number": body.get("number", ""),
    }


def _deadline(body: dict[str, Any]) -> str:
    """A deadline that stands among what was said is not told twice."""
    return "" if "deadline_on" in body.get("said", {}) else body.get("deadline_on") or ""


def _said(step: Step, said: dict[str, Any]) -> tuple[tuple[Any, Any], ...]:
    return tuple(
        (words.label(step, each.name), _value(each.kind, said[each.name]))
        for each in FIELDS[step]
        if each.kind is not Kind.PHOTOS and each.name in said
    )


def _value(kind: Kind, value: Any) -> Any:
    if kind is Kind.MONEY:
        return money.amount(value)
    return words.CHOICES[value] if kind is Kind.CHOICE else value
