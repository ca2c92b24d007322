"""Which hazards one page holds, in which order, and how many there are in all.

A page costs the same however many hazards there are, and however far one turns: it is a walk
along an index from where the last page ended; what no kept count says is counted up to
MOST_COUNTED. Pages of the register and of both lists are found here; what is read of each
hazard is theirs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from inspection.domain.hazard import ENDED, OPEN, STAGES, Stage, State
from inspection.hazards import narrowing, searching, tally
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.register import Hazard
from inspection.hazards.searching import Reach
from inspection.hazards.tally import Sort
from inspection.organisations.scope import EVERYTHING, Scope
from inspection.organisations.unit import Unit

ROWS_A_PAGE = 50
MOST_PAGES = 200
"""So far pages may be asked for by their number; further ones only by what they follow."""
MOST_COUNTED = 1000
MANY_UNITS = 500
"""A name that more units bear means so many hazards that they are not added up."""


@dataclass(frozen=True)
class Found:
    """Which hazards a page holds, in order, and how many there are of each sort.

    `total` is all that fit; with `is_more` there are more than that, `sorts` is empty, and
    `late` is unknown.
    """

    ids: tuple[int, ...]
    total: int
    is_more: bool
    late: int | None
    """How many of them are late."""
    page: int
    pages: int
    before: str
    after: str
    """What comes before and after this page (`RegisterFilter.at`)."""
    sorts: tuple[Sort, ...]
    reach: Reach


@dataclass(frozen=True)
class Kept:
    """What kept counts say of a question, whatever chips are chosen; `sorts` is None for nothing.

    `everywhere`: the same of everybody's hazards.
    """

    sorts: tuple[Sort, ...] | None
    everywhere: tuple[Sort, ...]


def kept(session: Session, scope: Scope, wanted: RegisterFilter, *, today: date) -> Kept:
    """Read the counts once, for several pages that differ by their chips alone."""
    sorts = _kept(session, scope, wanted, today)
    same_day = RegisterFilter(open_on=wanted.open_on)
    everywhere = _kept(session, EVERYTHING, same_day, today) if sorts is not None else ()
    return Kept(sorts, everywhere or ())


def find(
    session: Session,
    scope: Scope,
    wanted: RegisterFilter,
    *,
    today: date,
    counts: Kept | None = None,
) -> Found:
    """Find the page of hazards that a filter asks for; the counts leave its chips aside.

    `counts` are those kept, where they were read already.
    """
    if wanted.text:
        return _find_by_words(session, scope, wanted, today)
    of_hazards = narrowing.asked_of_hazards(wanted)
    counts = counts or kept(session, scope, wanted, today=today)
    if counts.sorts is None:
        few = _has_few(session, scope, wanted, today)
        of_these = [*in_units(session, scope, wanted, few=few), *of_hazards]
        return _counted(session, wanted, of_these, today)
    few = _fewer_there(wanted, counts.sorts, counts.everywhere)
    of_these = [*in_units(session, scope, wanted, few=few), *of_hazards]
    narrowed = _narrowed(of_these, wanted, today)
    return _page(session, wanted, counts.sorts, narrowed, today=today)


def _narrowed(
    of_these: Sequence[ColumnElement[bool]], wanted: RegisterFilter, today: date
) -> list[ColumnElement[bool]]:
    return [*of_these, *narrowing.chips(wanted, today)]


def _counted(
    session: Session, wanted: RegisterFilter, of_these: list[ColumnElement[bool]], today: date
) -> Found:
    """Count one by one, so far as somebody waits for it."""
    late = narrowing.overdue(wanted, today)
    sorts = tally.counted(session, of_these, late, most=MOST_COUNTED + 1)
    narrowed = _narrowed(of_these, wanted, today)
    if sum(sort.hazards for sort in sorts) <= MOST_COUNTED:
        return _page(session, wanted, sorts, narrowed, today=today)
    shown = tally.counted(session, narrowed, late, most=MOST_COUNTED + 1)
    total = sum(sort.hazards for sort in shown)
    is_more = total > MOST_COUNTED
    found = _page(session, wanted, shown, narrowed, today=today, is_more=is_more)
    return replace(found, sorts=(), late=None if is_more else found.late)


def _find_by_words(session: Session, scope: Scope, wanted: RegisterFilter, today: date) -> Found:
    wordless = replace(wanted, text="")
    everything = [scope.condition(), *narrowing.asked(wordless)]
    sorts = _kept(session, scope, wordless, today)
    among = sum(sort.hazards for sort in sorts) if sorts else searching.READ_IN_FULL + 1
    hits = searching.find(session, wanted.text, everything, among=among)
    of_these = [Hazard.id.in_(hits.ids)]
    sorts = tally.counted(session, of_these, narrowing.overdue(wanted, today))
    found = _page(session, wanted, sorts, _narrowed(of_these, wanted, today), today=today)
    return replace(found, reach=hits.reach)


def _kept(
    session: Session, scope: Scope, wanted: RegisterFilter, today: date
) -> tuple[Sort, ...] | None:
    """The counts that are kept, where they answer this filter."""
    uncounted = (wanted.listed, wanted.asked, wanted.rung, wanted.on_time, wanted.item)
    if any(uncounted) or any(_days(wanted)):
        return None
    if wanted.open_on:
        whose = wanted.unit_text or wanted.sector or wanted.area
        return (
            None if whose else tally.open_on(session, scope, wanted.open_on, source=wanted.source)
        )
    if (wanted.unit_text or wanted.area) and _names_many(session, scope, wanted):
        return None
    return tally.kept(
        session,
        scope,
        units=narrowing.named(wanted),
        sector=wanted.sector,
        source=wanted.source,
        today=today,
    )


def _days(wanted: RegisterFilter) -> tuple[date | None, ...]:
    found, closed = wanted.found_since or wanted.found_until, wanted.closed_since
    began = wanted.campaign.since if wanted.campaign else None
    return found, closed or wanted.closed_until, began


def _names_many(session: Session, scope: Scope, wanted: RegisterFilter) -> bool:
    meant = select(Unit.id).where(scope.condition(), *narrowing.named(wanted))
    some = meant.limit(MANY_UNITS + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) > MANY_UNITS


def _page(
    session: Session,
    wanted: RegisterFilter,
    sorts: tuple[Sort, ...],
    conditions: list[ColumnElement[bool]],
    *,
    today: date,
    is_more: bool = False,
) -> Found:
    shown = _shown(wanted, sorts)
    total = min(_count(wanted, shown), MOST_COUNTED) if is_more else _count(wanted, shown)
    pages = max(1, -(-total // ROWS_A_PAGE))
    page = _number(wanted, MOST_PAGES if is_more else pages)
    # Asking for one more than there is would walk to the end of the index.
    left = ROWS_A_PAGE + 1 if is_more else min(ROWS_A_PAGE, total - (page - 1) * ROWS_A_PAGE)
    rows = []
    if left > 0:
        rows = _walked(session, wanted, conditions, page=page, left=left, today=today)
    if is_more:
        came_back = wanted.at.startswith("before")
        pages = page + 1 if came_back or len(rows) > ROWS_A_PAGE else page
        rows = rows[-ROWS_A_PAGE:] if came_back else rows[:ROWS_A_PAGE]
    return Found(
        ids=tuple(row.id for row in rows),
        total=total,
        is_more=is_more,
        late=sum(sort.late for sort in shown),
        page=page,
        pages=pages,
        before=f"before:{_text(rows[0].key)}:{rows[0].id}" if rows else "",
        after=f"after:{_text(rows[-1].key)}:{rows[-1].id}" if rows else "",
        sorts=sorts,
        reach=Reach.ALL,
    )


def _number(wanted: RegisterFilter, pages: int) -> int:
    """The number of a page: as it was counted while turning, or as it was asked for."""
    if _CURSOR.match(wanted.at):
        return max(wanted.page, 1)
    return min(max(wanted.page, 1), pages, MOST_PAGES)


_CURSOR = re.compile(r"(after|before):(\d{1,9}):(\d{1,18})\Z")


def _walked(
    session: Session,
    wanted: RegisterFilter,
    conditions: list[ColumnElement[bool]],
    *,
    page: int,
    left: int,
    today: date,
) -> list[Any]:
    """Walk along an index: from the beginning, or from where another page begins or ends."""
    by_day = _by_day(wanted)
    key: Any = Hazard.found_on if by_day else Hazard.urgency
    backwards = by_day or _ended_first(wanted, today)
    query: Select[Any] = select(Hazard.id, key.label("key")).where(*conditions)
    cursor = _CURSOR.match(wanted.at)
    if cursor is None:
        query = query.offset((page - 1) * ROWS_A_PAGE)
    else:
        place = _day(int(cursor[2])) if by_day else int(cursor[2])
        stands = tuple_(key, Hazard.id)
        there = tuple_(literal(place), literal(int(cursor[3])))
        is_after = cursor[1] == "after"
        query = query.where(stands < there if is_after == backwards else stands > there)
        backwards = backwards if is_after else not backwards
    columns = (key.desc(), Hazard.id.desc()) if backwards else (key, Hazard.id)
    rows = list(session.execute(query.order_by(*columns).limit(left)))
    return rows[::-1] if cursor and cursor[1] == "before" else rows


def _by_day(wanted: RegisterFilter) -> bool:
    """What was found in a period is listed by that day, the newest first; all else by urgency."""
    return wanted.found_since is not None or wanted.found_until is not None


def _ended_first(wanted: RegisterFilter, today: date) -> bool:
    """What was open on a day past is told from that day on: what ended first after it, and last
    what is open still. Most of what ended later was found later too, and would be passed by.
    """
    is_past = wanted.open_on is not None and wanted.open_on < today
    return is_past and not wanted.open and wanted.state not in OPEN


def order_of(wanted: RegisterFilter, *, today: date) -> tuple[Any, ...]:
    """Return the order of pages, for lists that are read in full."""
    if _by_day(wanted):
        return Hazard.found_on.desc(), Hazard.id.desc()
    if _ended_first(wanted, today):
        return Hazard.urgency.desc(), Hazard.id.desc()
    return Hazard.urgency, Hazard.id


def _day(ordinal: int) -> date:
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


def _text(key: date | int) -> int:
    return key.toordinal() if isinstance(key, date) else key


def _shown(wanted: RegisterFilter, sorts: tuple[Sort, ...]) -> list[Sort]:
    """The sorts that the chips leave."""
    states = STAGES[Stage(wanted.stage)] if wanted.stage else tuple(State)
    return [
        sort
        for sort in sorts
        if wanted.level in ("", sort.level)
        and wanted.state in ("", sort.state)
        and sort.state in states
        and not (wanted.open and sort.state in ENDED)
    ]


def in_units(
    session: Session, scope: Scope, wanted: RegisterFilter, *, few: bool
) -> list[ColumnElement[bool]]:
    """The condition that hazards are of units in scope, in the form that is quicker to fulfil.

    `few`: all hazards of those units are taken, then looked at; otherwise hazards are met by
    another index and their units looked at, and `+ 0` keeps the database from the former.
    """
    units = narrowing.asked_of_units(wanted)
    if not units and sees_all(session, scope):
        return []
    there = select(Unit.id).where(scope.condition(), *units)
    return [(Hazard.unit_id if few else Hazard.unit_id + 0).in_(there)]


def _fewer_there(
    wanted: RegisterFilter, sorts: tuple[Sort, ...], everywhere: tuple[Sort, ...]
) -> bool:
    """Whether those units have fewer hazards than a walk meets until a page is full."""
    met = _count(wanted, _shown(replace(wanted, level=""), everywhere))
    shown = _count(wanted, _shown(wanted, sorts))
    return sum(sort.hazards for sort in sorts) < met * min(1, ROWS_A_PAGE / max(shown, 1))


def _has_few(session: Session, scope: Scope, wanted: RegisterFilter, today: date) -> bool:
    """Whether the units that a filter means have so few hazards that all may be looked at."""
    whose = RegisterFilter(unit_text=wanted.unit_text, area=wanted.area, sector=wanted.sector)
    sorts = _kept(session, scope, whose, today)
    return sorts is not None and sum(sort.hazards for sort in sorts) <= searching.READ_IN_FULL


def _count(wanted: RegisterFilter, sorts: list[Sort]) -> int:
    return sum(sort.late if wanted.overdue else sort.hazards for sort in sorts)


def sees_all(session: Session, scope: Scope) -> bool:
    """Whether a scope leaves nothing out."""
    roots = session.scalars(select(Unit.path).where(Unit.parent_id.is_(None)))
    return all(scope.holds(path, None) for path in roots)
