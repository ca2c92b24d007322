"""Instruments (法规标准) and their provisions, as the criteria library (标准库) explains them.

What is here explains and may be bettered; what a record keeps is the citation inside its
checklist revision. Does not know where files lie: that is `catalog/`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from inspection.domain.checklist import Text


class Kind(StrEnum):
    """What a provision does."""

    CRITERION = "criterion"
    """判定情形: by which a hazard is a major one."""
    DUTY = "duty"
    """义务: what must be done."""
    PENALTY = "penalty"
    """罚则: what follows."""


@dataclass(frozen=True)
class Span:
    """From when until when something is in force; None = not established, or still."""

    from_on: date | None
    to_on: date | None

    def holds(self, day: date) -> bool:
        """Whether it is in force on `day`; an open end counts as in force."""
        begun = self.from_on is None or self.from_on <= day
        return begun and not self.ended(day)

    def ended(self, day: date) -> bool:
        """Whether it is over by `day`."""
        return self.to_on is not None and self.to_on < day


@dataclass(frozen=True)
class Alias:
    """What the same provision was called elsewhere."""

    instrument: str
    clause: str


@dataclass(frozen=True)
class Provision:
    """One clause (条款) with its gist in our words and the mark of DOMAIN §0.1."""

    clause: str
    kind: Kind
    gist: Text
    scope: Text
    span: Span
    mark: str
    aliases: tuple[Alias, ...]


@dataclass(frozen=True)
class Instrument:
    """One law, rule, standard or set of criteria. `kind` is the schema's word for it."""

    key: str
    kind: str
    title: Text
    span: Span
    replaced_by: str
    """Key of the instrument that took its place, or ""."""
    scope: Text
    sectors: tuple[str, ...]
    """Sectors it is for; empty = all."""
    mark: str
    note: Text | None
    provisions: tuple[Provision, ...]

    def meant_for(self, sector: str) -> bool:
        """Whether units of this sector come under it; of an unknown sector nothing is excluded."""
        return not (self.sectors and sector) or sector in self.sectors

    def at(self, clause: str) -> tuple[Provision, ...]:
        """Return the provisions at `clause`; where there are none, at the clause it is part of.

        Several clauses may be named at once: 第五条、第十五条.
        """
        found = (each for part in clause.split("、") for each in self._at(part))
        return tuple(dict.fromkeys(found))

    def _at(self, clause: str) -> tuple[Provision, ...]:
        exact = tuple(each for each in self.provisions if each.clause == clause)
        wider = [each.clause for each in self.provisions if is_within(clause, each.clause)]
        nearest = max(wider, key=len, default="")
        if exact or not nearest:
            return exact
        return tuple(each for each in self.provisions if each.clause == nearest)


def is_within(clause: str, wider: str) -> bool:
    """Whether `clause` is `wider` or a part of it: 第二十一条第二项 of 第二十一条, 5.6.1 of 5.6."""
    rest = clause[len(wider) :]
    return clause == wider or (bool(wider) and clause.startswith(wider) and rest[0] in "第. ")


@dataclass(frozen=True)
class Sanction:
    """The penalty article (罚则) of a check item, in its legal forms; "" without a number in it.

    A number in brackets is an item's (项) or a paragraph's (款): "AQF 97(7)", "AQF 103(2)".
    """

    key: str
    article: str
    item: str = ""
    paragraph: str = ""


_SANCTION = re.compile(r"(?P<key>\S+) (?P<article>\d+)(?:\((?P<part>\d+)\))?\Z")


def sanction(penalty: str) -> Sanction:
    """Read a penalty article as check items name it. Raises ValueError."""
    said = _SANCTION.match(penalty)
    if said is None:
        raise ValueError(f"not a penalty article: {penalty!r}")
    article = f"第{chinese_number(int(said['article']))}条"
    if not said["part"]:
        return Sanction(said["key"], article)
    part = f"{article}第{chinese_number(int(said['part']))}"
    return Sanction(said["key"], article, f"{part}项", f"{part}款")


def chinese_number(number: int) -> str:
    """Write a number up to 999 as articles are counted: 十, 二十一, 一百零三."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        said += "十" if tens == 1 and not hundreds else f"{digits[tens]}十"
    elif hundreds and ones:
        said += "零"
    return said + (digits[ones] if ones else "")


def from_json(data: Mapping[str, Any]) -> Instrument:
    """Build an instrument from its parsed file. Raises KeyError or ValueError when malformed."""
    span = Span(_day(data["from"]), _day(data["to"]))
    return Instrument(
        key=data["key"],
        kind=data["kind"],
        title=_text(data["title"]),
        span=span,
        replaced_by=data.get("replaced_by", ""),
        scope=_text(data["scope"]),
        sectors=tuple(data["sectors"]),
        mark=data["mark"],
        note=_text(data["note"]) if "note" in data else None,
        provisions=tuple(_provision(each, span) for each in data["provisions"]),
    )


def _provision(data: Mapping[str, Any], span: Span) -> Provision:
    return Provision(
        clause=data["clause"],
        kind=Kind(data["kind"]),
        gist=_text(data["gist"]),
        scope=_text(data["scope"]),
        span=Span(_day(data.get("from")) or span.from_on, _day(data.get("to")) or span.to_on),
        mark=data["mark"],
        aliases=tuple(_alias(each) for each in data.get("aliases", ())),
    )


def _alias(text: str) -> Alias:
    key, _, clause = text.partition(" ")
    return Alias(key, clause)


def _text(data: Mapping[str, str]) -> Text:
    return Text(data["zh"], data["en"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
