"""Finds hazards by any part of their words: number, unit, place, people, finding, requirement.

Three letters or more are looked up in the database's index of trigrams (FTS5 on SQLite,
pg_trgm on PostgreSQL), the newest first. A shorter word, or a database without that index,
means reading; then only the newest part of the register is read, unless the scope is small.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.orm import Session

from inspection.hazards.derived import HazardWords
from inspection.hazards.register import Hazard
from inspection.organisations.unit import Unit

MOST_HITS = 1000
READ_IN_FULL = 5000
"""So many hazards are read one by one without ado."""
NEWEST_ENTRIES = 80_000
"""How far back in the ledger a search reads where no index helps."""
_GRAM = 3


class Reach(StrEnum):
    """How far a search went."""

    ALL = "all"
    NEWEST_HITS = "newest_hits"
    """There is more; the newest MOST_HITS are shown."""
    NEWEST_HAZARDS = "newest_hazards"
    """Only hazards registered lately were read."""


@dataclass(frozen=True)
class Hits:
    """Ids of what was found, newest first."""

    ids: tuple[int, ...]
    reach: Reach


def find(
    session: Session, words: str, conditions: list[ColumnElement[bool]], *, among: int
) -> Hits:
    """Find hazards by a part of their words, under conditions on `Hazard` and `Unit`.

    `among` is how many hazards there are in scope.
    """
    words = words.lower()
    if among <= READ_IN_FULL:
        return _hits(session, _reading(words).where(*conditions), _newest)
    if len(words) >= _GRAM and _has_trigrams(session):
        query, newest = _looking_up(session, words)
        return _hits(session, query.where(*conditions), newest)
    since = (session.scalar(select(func.max(Hazard.id))) or 0) - NEWEST_ENTRIES
    query = _reading(words).where(*conditions, HazardWords.hazard_id > since)
    return _hits(session, query, _newest, Reach.NEWEST_HAZARDS if since > 0 else Reach.ALL)


def matching(words: str) -> ColumnElement[bool]:
    """The same as a condition on `Hazard`, for lists that are read in full."""
    found = select(HazardWords.hazard_id).where(_contains(words.lower()))
    return Hazard.id.in_(found)


_newest = HazardWords.hazard_id.desc()


def _hits(
    session: Session, query: Select[Any], newest: ColumnElement[Any], reach: Reach = Reach.ALL
) -> Hits:
    ids = session.scalars(query.order_by(newest).limit(MOST_HITS + 1)).all()
    return Hits(tuple(ids[:MOST_HITS]), Reach.NEWEST_HITS if len(ids) > MOST_HITS else reach)


def _reading(words: str) -> Select[Any]:
    return (
        select(HazardWords.hazard_id)
        .join(Hazard, Hazard.id == HazardWords.hazard_id)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(_contains(words))
    )


def _looking_up(session: Session, words: str) -> tuple[Select[Any], ColumnElement[Any]]:
    """The query that uses the trigrams, and its order; FTS5 gives its rows by their number."""
    if session.get_bind().dialect.name != "sqlite":
        return _reading(words), _newest
    grams = {words[at : at + _GRAM] for at in range(len(words) - _GRAM + 1)}
    wanted = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams))
    looked_up = text("SELECT rowid AS id FROM hazard_trigrams WHERE hazard_trigrams MATCH :wanted")
    found = looked_up.bindparams(wanted=wanted).columns(Hazard.__table__.c.id).subquery()
    query = _reading(words).join(found, found.c.id == HazardWords.hazard_id)
    return query, found.c.id.desc()


def _contains(words: str) -> ColumnElement[bool]:
    return HazardWords.words.contains(words, autoescape=True)


_TRIGRAMS = text("SELECT to_regclass('ix_hazard_words_trigrams') IS NOT NULL")
_SEES_CHINESE = text("SELECT cardinality(show_trgm('消防设施')) > 0")


def _has_trigrams(session: Session) -> bool:
    """Whether there is an index of trigrams that knows Chinese; a C locale's does not."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(_TRIGRAMS)) and bool(session.scalar(_SEES_CHINESE))
