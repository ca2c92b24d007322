"""A hint card (提示卡/明白纸): what one list asks of an enterprise, on one page.

Pure: a list in, a card out, in one language. Whom it is sent to is `cards/`, how it is drawn
`reports/`.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from inspection.domain.checklist import CheckItem, Checklist

FORMAT = "zhencha.card/1"
"""Raise it when a card's drawing changes: cards are kept by what they are drawn from."""
MOST_DUTIES = 10
MOST_WRONGS = 2


@dataclass(frozen=True)
class Duty:
    """One thing to be done (要做到), and what most often goes wrong."""

    code: str
    title: str
    words: str
    wrongs: tuple[str, ...]


@dataclass(frozen=True)
class Sanction:
    """A penalty that may follow, in words, and for which of the duties, counted from one."""

    ground: str
    words: str
    mark: str
    duties: tuple[int, ...]


@dataclass(frozen=True)
class Card:
    """One card as it is read and drawn; `ask` names the body that answers questions."""

    slug: str
    revision: int
    language: str
    title: str
    effective_on: str
    duties: tuple[Duty, ...]
    sanctions: tuple[Sanction, ...]
    ask: str


Told = Callable[[str], tuple[str, str, str]]
"""From a penalty article ("AQF 97(7)") to where it stands, what it says ("" = not known) and how
well that was checked (DOMAIN §0.1)."""


def compose(checklist: Checklist, language: str, *, told: Told, ask: str) -> Card:
    """Write the card of a list."""
    items = chosen(checklist)
    return Card(
        slug=checklist.slug,
        revision=checklist.revision,
        language=language,
        title=checklist.title.in_(language),
        effective_on=checklist.effective_on.isoformat(),
        duties=tuple(_duty(item, language) for item in items),
        sanctions=_sanctions(items, told),
        ask=ask,
    )


def chosen(checklist: Checklist) -> tuple[CheckItem, ...]:
    """The telling items of a list, or where none is marked its heaviest, in the list's order."""
    telling = [item for item in checklist.items if item.telling]
    heaviest = sorted(checklist.items, key=lambda item: -item.weight)
    codes = {item.code for item in (telling or heaviest)[:MOST_DUTIES]}
    return tuple(item for item in checklist.items if item.code in codes)


def digest(card: Card) -> str:
    """What a drawing is kept by: equal cards are drawn once."""
    said = {"format": FORMAT, **asdict(card)}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _duty(item: CheckItem, language: str) -> Duty:
    wrongs = tuple(each.text.in_(language) for each in item.findings[:MOST_WRONGS])
    return Duty(item.code, item.title.in_(language), item.check.in_(language), wrongs)


def _sanctions(items: tuple[CheckItem, ...], told: Told) -> tuple[Sanction, ...]:
    """Each penalty once, with the duties it stands behind; several articles may say the same."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for place, item in enumerate(items, start=1):
        for penalty in item.penalties:
            duties = found.setdefault(told(penalty), [])
            if place not in duties:
                duties.append(place)
    return tuple(Sanction(*said, duties=tuple(duties)) for said, duties in found.items())
