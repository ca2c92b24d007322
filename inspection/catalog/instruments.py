"""The criteria library (标准库): instruments read once from data, searched, handed out frozen.

It also knows which items of which lists in use rest on a clause. What a record cites stands in
its own checklist revision and is never looked up here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from inspection.domain import instrument
from inspection.domain.checklist import CheckItem, Checklist, MajorCriterion
from inspection.domain.instrument import (
    Instrument,
    Kind,
    Provision,
    is_within,
    sanction,
)

FOLDER = "instruments"
ORDER = ("criteria", "law", "regulation", "rule", "standard")
"""Kinds of instruments as they are listed."""


@dataclass(frozen=True)
class Wanted:
    """What narrows a search; "" narrows nothing. `text` may be several words, all wanted."""

    on: date
    """Only provisions in force on this day."""
    text: str = ""
    sector: str = ""
    kind: str = ""
    instrument: str = ""


@dataclass(frozen=True)
class Found:
    """A provision and the instrument it stands in."""

    instrument: Instrument
    provision: Provision


@dataclass(frozen=True)
class Results:
    """What was found, and how much each other choice of kind or instrument would find."""

    rows: tuple[Found, ...]
    by_kind: Mapping[str, int]
    by_instrument: Mapping[str, int]


@dataclass(frozen=True)
class Mention:
    """An item of a list in use that rests on a clause, as a duty, a criterion or a penalty."""

    checklist: Checklist
    item: CheckItem
    kind: Kind
    clause: str


class Library:
    """All instruments, by key, and what the lists in use make of them."""

    def __init__(self, instruments: Iterable[Instrument], lists: Iterable[Checklist]) -> None:
        ordered = sorted(instruments, key=lambda each: (ORDER.index(each.kind), each.key))
        self._instruments = {each.key: each for each in ordered}
        self._mentions: dict[str, list[Mention]] = {}
        for checklist in lists:
            for key, mention in _mentions(checklist):
                self._mentions.setdefault(key, []).append(mention)

    @classmethod
    def open(cls, directory: Path, lists: Iterable[Checklist]) -> "Library":
        """Read every file of `directory`'s instruments. ValueError for one in another's name."""
        found = []
        for path in sorted((directory / FOLDER).glob("*.json")):
            read = instrument.from_json(json.loads(path.read_bytes()))
            if read.key != path.stem:
                raise ValueError(f"{path.name} calls itself {read.key}")
            found.append(read)
        return cls(found, lists)

    def find(self, key: str) -> Instrument | None:
        """Return one instrument, or None."""
        return self._instruments.get(key)

    def instruments(self) -> tuple[Instrument, ...]:
        """All instruments, what judges first, in the order of their rank."""
        return tuple(self._instruments.values())

    def successor(self, key: str) -> Instrument | None:
        """The instrument that took the place of this one, or None."""
        found = self.find(key)
        return self.find(found.replaced_by) if found else None

    def knows(self, key: str, clause: str) -> bool:
        """Whether there is anything to say of a clause: a provision, or an item that asks it."""
        found = self.find(key)
        return found is not None and bool(found.at(clause) or self.mentions(key, clause))

    def mentions(self, key: str, clause: str) -> tuple[Mention, ...]:
        """The items of lists in use that rest on a clause or on a part of it."""
        said = [each for each in self._mentions.get(key, ()) if is_within(each.clause, clause)]
        # A penalty's number may be an item's or a paragraph's: the item is told once.
        once = {(each.checklist.slug, each.item.code, each.kind): each for each in reversed(said)}
        return tuple(reversed(once.values()))

    def sanction(self, penalty: str) -> Found | None:
        """What follows by a penalty of a check item ("AQF 97(7)"), or None.

        A paragraph has an amount of its own; the items of an article share the article's.
        """
        named = sanction(penalty)
        found = self.find(named.key)
        if found is None:
            return None
        # Who names an item of an article's first paragraph leaves the paragraph out.
        said = {
            clause: each
            for each in found.provisions
            if each.kind is Kind.PENALTY
            for clause in (each.clause.replace("第一款第", "第"), each.clause)
        }
        nearest = (named.paragraph, named.article, named.item)
        clause = next((each for each in nearest if each in said), None)
        return Found(found, said[clause]) if clause else None

    def fits(self, criterion: MajorCriterion, sector: str) -> bool:
        """Whether a criterion may judge a unit of this sector; unknown ones may."""
        found = self.find(criterion.criterion)
        return found is None or found.meant_for(sector)

    def narrowed(self, checklist: Checklist, sector: str) -> Checklist:
        """The list with only those criteria that may judge a unit of this sector.

        An item of which none may keeps them all: whoever failed it there saw what the register
        does not know, a shop of fireworks in a machinery works.
        """

        def narrowed(item: CheckItem) -> CheckItem:
            fitting = tuple(each for each in item.major if self.fits(each, sector))
            return replace(item, major=fitting or item.major)

        sections = tuple(
            replace(section, items=tuple(map(narrowed, section.items)))
            for section in checklist.sections
        )
        return replace(checklist, sections=sections)

    def search(self, wanted: Wanted) -> Results:
        """Find provisions; counts leave out only the choice that they are for."""
        any_kind = self._matching(replace(wanted, kind=""))
        any_instrument = self._matching(replace(wanted, instrument=""))
        return Results(
            rows=tuple(self._matching(wanted)),
            by_kind=Counter(each.provision.kind for each in any_kind),
            by_instrument=Counter(each.instrument.key for each in any_instrument),
        )

    def _matching(self, wanted: Wanted) -> Iterator[Found]:
        words = wanted.text.casefold().split()
        for found, text in self._shelf:
            if _fits(found, wanted) and all(word in text for word in words):
                yield found

    @cached_property
    def _shelf(self) -> list[tuple[Found, str]]:
        """Every provision with the text that words are looked for in."""
        return [
            (Found(each, provision), self._text(each, provision))
            for each in self._instruments.values()
            for provision in each.provisions
        ]

    def _text(self, found: Instrument, provision: Provision) -> str:
        """Everything of a provision that a word may be found in."""
        aliases = [
            f"{each.instrument} {each.clause} {other.title.zh if other else ''}"
            for each in provision.aliases
            for other in (self.find(each.instrument),)
        ]
        said = (found.title, provision.gist, provision.scope)
        texts = [text for each in said for text in (each.zh, each.en)]
        return " ".join([found.key, provision.clause, *texts, *aliases]).casefold()


def _fits(found: Found, wanted: Wanted) -> bool:
    """Whether a provision is wanted, its words aside."""
    return (
        wanted.instrument in ("", found.instrument.key)
        and wanted.kind in ("", found.provision.kind)
        and found.instrument.meant_for(wanted.sector)
        and found.provision.span.holds(wanted.on)
    )


def _mentions(checklist: Checklist) -> Iterator[tuple[str, Mention]]:
    """Every clause that a list rests on, by the key of its instrument."""
    for item in checklist.items:
        for citation in item.citations:
            yield citation.instrument, Mention(checklist, item, Kind.DUTY, citation.clause)
        for criterion in item.major:
            yield criterion.criterion, Mention(checklist, item, Kind.CRITERION, criterion.clause)
        for penalty in item.penalties:
            named = sanction(penalty)
            clauses = (named.item, named.paragraph) if named.item else (named.article,)
            for clause in clauses:
                yield named.key, Mention(checklist, item, Kind.PENALTY, clause)
