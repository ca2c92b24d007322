"""A checklist revision (检查表): frozen, read from data, never changed once published.

Knows the shape of a list and its items. Does not know where files lie or
which revisions are published: that is `catalog/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from inspection.domain import applicability
from inspection.domain.applicability import EVERYONE, Applicability

ORDINARY_WEIGHT = 2
"""What an item counts in the score (评分) when its file does not say."""


@dataclass(frozen=True)
class Text:
    """The same sentence in Chinese and English."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the sentence in `language`; anything but English is Chinese."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Citation:
    """One legal ground (依据) of an item, with the verification mark of DOMAIN §0.1."""

    instrument: str
    clause: str
    scope: Text
    mark: str
    from_on: date | None
    to_on: date | None

    def in_force_on(self, day: date) -> bool:
        """Whether the cited wording was in force on `day`; an open end counts as in force."""
        begun = self.from_on is None or self.from_on <= day
        ended = self.to_on is not None and self.to_on < day
        return begun and not ended


@dataclass(frozen=True)
class MajorCriterion:
    """A criterion (判定标准) under which failing the item is a major accident hazard."""

    criterion: str
    clause: str
    scope: Text
    mark: str


@dataclass(frozen=True)
class TypicalFinding:
    """A tag to tap (问题表现)."""

    code: str
    text: Text


@dataclass(frozen=True)
class CheckItem:
    """One row of a checklist; `code` stays the same across revisions."""

    code: str
    title: Text
    check: Text
    methods: tuple[str, ...]
    findings: tuple[TypicalFinding, ...]
    requirement: Text
    citations: tuple[Citation, ...]
    management_practice: bool
    major: tuple[MajorCriterion, ...]
    penalties: tuple[str, ...]
    dispatch_rows: tuple[str, ...]
    evidence: tuple[str, ...]
    deadline_days: int
    weight: int = ORDINARY_WEIGHT
    telling: bool = False
    """Whether it stands in the short edition (短表)."""
    locked: bool = False
    """Whether those who add to or copy the list have to keep it as it is (锁定)."""
    applies: Applicability = EVERYONE

    def tag(self, code: str) -> TypicalFinding | None:
        """Return the typical finding called `code`, or None."""
        return next((finding for finding in self.findings if finding.code == code), None)


@dataclass(frozen=True)
class Section:
    """Items that an inspector walks through together."""

    code: str
    title: Text
    items: tuple[CheckItem, ...]


@dataclass(frozen=True)
class Origin:
    """The revision that a list was taken from; items with its codes are its items."""

    slug: str
    revision: int


@dataclass(frozen=True)
class Checklist:
    """One published revision. `digest` is the SHA-256 (hex) of the file it was read from."""

    slug: str
    revision: int
    digest: str
    list_letter: str
    title: Text
    summary: Text
    effective_on: date
    instruments: Mapping[str, Text]
    sections: tuple[Section, ...]
    origin: Origin | None = None
    applies: Applicability = EVERYONE

    @property
    def family(self) -> str:
        """The slug under which its items are remembered: a short edition's are its origin's."""
        return self.origin.slug if self.origin else self.slug

    @property
    def is_common(self) -> bool:
        """Whether it is one of the five common lists (共性检查表), which have a single letter."""
        return len(self.list_letter) == 1 and self.origin is None

    @cached_property
    def items(self) -> tuple[CheckItem, ...]:
        """All items in order."""
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def _by_code(self) -> dict[str, CheckItem]:
        return {item.code: item for item in self.items}

    def item(self, code: str) -> CheckItem | None:
        """Return the item with this code, or None."""
        return self._by_code.get(code)


def from_json(data: Mapping[str, Any], *, digest: str) -> Checklist:
    """Build a checklist from its parsed file. Raises KeyError or ValueError when malformed."""
    return Checklist(
        slug=data["slug"],
        revision=data["revision"],
        digest=digest,
        list_letter=data["list"],
        title=_text(data["title"]),
        summary=_text(data["summary"]),
        effective_on=date.fromisoformat(data["effective_on"]),
        instruments={key: _text(value) for key, value in data["instruments"].items()},
        sections=tuple(_section(section) for section in data["sections"]),
        origin=Origin(**data["origin"]) if "origin" in data else None,
        applies=applicability.from_json(data.get("applies", {})),
    )


def _text(data: Mapping[str, str]) -> Text:
    return Text(data["zh"], data["en"])


def _section(data: Mapping[str, Any]) -> Section:
    return Section(data["code"], _text(data["title"]), tuple(_item(i) for i in data["items"]))


def _item(data: Mapping[str, Any]) -> CheckItem:
    return CheckItem(
        code=data["code"],
        title=_text(data["title"]),
        check=_text(data["check"]),
        methods=tuple(data["methods"]),
        findings=tuple(TypicalFinding(f["code"], Text(f["zh"], f["en"])) for f in data["findings"]),
        requirement=_text(data["requirement"]),
        citations=tuple(_citation(c) for c in data["citations"]),
        management_practice=data["management_practice"],
        major=tuple(
            MajorCriterion(m["criterion"], m["clause"], _text(m["scope"]), m["mark"])
            for m in data["major"]
        ),
        penalties=tuple(data["penalties"]),
        dispatch_rows=tuple(data["dispatch_rows"]),
        evidence=tuple(data["evidence"]),
        deadline_days=data["deadline_days"],
        weight=data.get("weight", ORDINARY_WEIGHT),
        telling=data.get("telling", False),
        locked=data.get("locked", False),
        applies=applicability.from_json(data.get("applies", {})),
    )


def _citation(data: Mapping[str, Any]) -> Citation:
    return Citation(
        instrument=data["instrument"],
        clause=data["clause"],
        scope=_text(data["scope"]),
        mark=data["mark"],
        from_on=date.fromisoformat(data["from"]) if data["from"] else None,
        to_on=date.fromisoformat(data["to"]) if data["to"] else None,
    )
