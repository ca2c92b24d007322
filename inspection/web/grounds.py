"""What an item rests on, as pages show it: the citations of the record's own revision.

Each says whether it was in force on the day of the inspection and whether its instrument has been
replaced since, and leads to the criteria library where that knows more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import get_locale

from inspection.domain.checklist import CheckItem, Checklist, Text
from inspection.edge import wired
from inspection.web.moments import today


@dataclass(frozen=True)
class Ground:
    """One citation or criterion in the reader's language."""

    title: str
    clause: str
    scope: str
    mark: str
    link: str
    """Where the library explains it, or ""."""
    in_force: bool
    """Whether it was in force on the day of the inspection."""
    ended_on: date | None
    """When it ceased to be in force, when that is past."""
    replaced_by: str
    """Title of the instrument that has taken its place by now, or ""."""


@dataclass(frozen=True)
class Grounds:
    """What an item rests on, and the criteria by which its failure is a major hazard."""

    citations: tuple[Ground, ...]
    criteria: tuple[Ground, ...]


def of_item(checklist: Checklist, item: CheckItem, day: date) -> Grounds:
    """The grounds of one item, as of the day of its inspection."""
    return Grounds(
        citations=tuple(
            _ground(
                checklist,
                each.instrument,
                each.clause,
                each.scope,
                each.mark,
                in_force=each.in_force_on(day),
                ended_on=each.to_on,
            )
            for each in item.citations
        ),
        criteria=tuple(
            _ground(
                checklist,
                each.criterion,
                each.clause,
                each.scope,
                each.mark,
                in_force=_known_in_force(each.criterion, day),
                ended_on=None,
            )
            for each in item.major
        ),
    )


def of_items(checklist: Checklist | None, codes: Iterable[str], day: date) -> Mapping[str, Grounds]:
    """The grounds of several items by code; none when the revision is unknown here."""
    found = {code: checklist.item(code) for code in codes} if checklist else {}
    return {
        code: of_item(checklist, item, day) for code, item in found.items() if checklist and item
    }


def _ground(
    checklist: Checklist,
    key: str,
    clause: str,
    scope: Text,
    mark: str,
    *,
    in_force: bool,
    ended_on: date | None,
) -> Ground:
    language, library = get_locale().language, wired().library
    named, known = checklist.instruments.get(key), library.find(key)
    title = named or (known.title if known else None)
    successor = library.successor(key)
    ended_on = ended_on or (known.span.to_on if known else None)
    return Ground(
        title=title.in_(language) if title else key,
        clause=clause,
        scope=scope.in_(language),
        mark=mark,
        link=criterion_link(key, clause),
        in_force=in_force,
        ended_on=ended_on if ended_on and ended_on < today() else None,
        replaced_by=successor.title.in_(language)
        if successor and successor.span.holds(today())
        else "",
    )


def _known_in_force(key: str, day: date) -> bool:
    """A criterion has no dates of its own: the library's say, and where it is silent, yes."""
    known = wired().library.find(key)
    return known is None or known.span.holds(day)


def criterion_link(key: str, clause: str) -> str:
    """Where the library explains a clause, else the instrument; "" when it has neither."""
    library = wired().library
    if library.find(key) is None:
        return ""
    if clause and library.knows(key, clause):
        return url_for("criteria.provision", key=key, clause=clause)
    return url_for("criteria.instrument", key=key)
