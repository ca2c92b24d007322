"""Rankings (打分排队) of the units below an office: towns, departments, or enterprises.

How figures become a score is `domain/ranking.py`. Units with a major hazard that is overdue, or
with a larger accident in the period, have no rank whatever their score (一票否决, DOMAIN §1 row
24); those without anything to tell of have neither, and stand last without being called the worst.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from inspection.analysis import figures
from inspection.analysis.periods import View
from inspection.domain import ranking
from inspection.domain.incident import LARGER_FROM_DEAD
from inspection.domain.ranking import NOTHING, Figures, Weights, total
from inspection.domain.workdays import CHINA
from inspection.hazards import pages
from inspection.incidents.register import Incident
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind

KINDS = (UnitKind.DISTRICT, UnitKind.TOWN, UnitKind.DEPARTMENT, UnitKind.ENTERPRISE)


class Order(StrEnum):
    """By what rows are put in order; the rank is by score always."""

    SCORE = "score"
    FOUND = "found"
    CLOSED = "closed"
    ON_TIME = "on_time"
    SELF_FOUND = "self_found"
    DAYS = "days"
    OPEN = "open"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Row:
    """One unit. `score` in tenths of a point; no `rank` where it is vetoed or has no score."""

    uuid: str
    name: str
    enterprises: int
    """How many lie in its area, itself included when it is one."""
    figures: Figures
    accidents: int
    """Larger accidents and worse (较大及以上事故) that happened in the period."""
    score: int | None
    rank: int | None

    @property
    def vetoed(self) -> bool:
        """Whether its area may not be ranked (一票否决)."""
        return bool(self.figures.major_overdue or self.accidents)

    @property
    def has_nothing(self) -> bool:
        """Whether there is nothing to tell of."""
        return self.figures.is_empty and not self.accidents


@dataclass(frozen=True)
class Ranking:
    """The units of one kind below an office, and what they add up to."""

    kind: UnitKind
    rows: tuple[Row, ...]
    total: Figures
    """Of the whole area of the office, whatever kind is ranked."""


_below = case((Unit.kind == UnitKind.ENTERPRISE, Unit.parent_id), else_=Unit.id).label("below")
"""The body under which a hazard is counted: so few that they are summed up by hand."""
_Key = tuple[Any, ...]


def kinds(session: Session, office: UnitFacts) -> tuple[UnitKind, ...]:
    """Return the kinds of units that stand below an office, those that lead others first."""
    area = figures.area_of(office)
    found = session.scalars(
        select(Unit.kind).where(area.condition(), Unit.id != office.id).distinct()
    ).all()
    return tuple(kind for kind in KINDS if kind in found)


def rankings_of(
    session: Session,
    office: UnitFacts,
    kinds: Sequence[UnitKind],
    view: View,
    *,
    within: Scope,
    weights: Weights,
    order: Order = Order.SCORE,
) -> list[Ranking]:
    """Rank the units of each kind below an office; what is not `within` is not counted or named."""
    scopes = (figures.area_of(office), within)
    whole = figures.of(session, scopes, view.period, today=view.today)
    made = []
    for kind in kinds:
        units = session.execute(
            select(Unit.id, Unit.uuid, Unit.name, Unit.path)
            .where(Unit.kind == kind, Unit.id != office.id, *_there(scopes))
            .order_by(Unit.name, Unit.id)
        ).all()
        of_kind = _alone if kind is UnitKind.ENTERPRISE else _together
        sums = of_kind(session, scopes, kind, units, view)
        rows = sorted(_ranked(units, sums, weights), key=_BY[order])
        made.append(Ranking(kind, tuple(rows), whole))
    return made


def _there(scopes: Sequence[Scope]) -> list[ColumnElement[bool]]:
    return [scope.condition() for scope in scopes]


_Sums = Mapping[int, tuple[int, Figures, int]]
"""Enterprises, figures and accidents of each unit."""


def _alone(
    session: Session, scopes: Sequence[Scope], _: UnitKind, units: Sequence[Any], view: View
) -> _Sums:
    """Enterprises, each for itself."""
    hazards = figures.by(session, scopes, view.period, Unit.id, today=view.today)
    accidents = _accidents(session, _there(scopes), view, (Unit.id,))
    return {
        unit.id: (1, hazards.get((unit.id,), NOTHING), accidents.get((unit.id,), 0))
        for unit in units
    }


def _together(
    session: Session, scopes: Sequence[Scope], kind: UnitKind, units: Sequence[Any], view: View
) -> _Sums:
    """Bodies, each with all in its area: from the days that are kept, or summed from one walk."""
    there, keys = _there(scopes), (_below, Unit.supervisor_id)
    numbers, accidents = _enterprises(session, there), _accidents(session, there, view, keys)
    kept = _kept(session, scopes, kind, units, view)
    walked: dict[_Key, Figures] = {}
    if kept is None:
        walked = figures.by(session, scopes, view.period, *keys, today=view.today)
    owners = _owners(session, kind, units, {*walked, *numbers, *accidents})
    if kept is None:
        kept = {unit: total(walked[key] for key in own if key in walked) for unit, own in owners}
    return {
        unit: (
            sum(numbers.get(key, 0) for key in own),
            kept.get(unit, NOTHING),
            sum(accidents.get(key, 0) for key in own),
        )
        for unit, own in owners
    }


def _kept(
    session: Session, scopes: Sequence[Scope], kind: UnitKind, units: Sequence[Any], view: View
) -> dict[int, Figures] | None:
    """What bodies have by the days that are kept; None where part of it is not to be counted."""
    apart = kind is UnitKind.DEPARTMENT and not pages.sees_all(session, scopes[0])
    if apart or figures.kept_areas(session, scopes) is None:
        return None
    return figures.of_areas(session, [unit.id for unit in units], view.period, today=view.today)


def _accidents(
    session: Session, there: Sequence[ColumnElement[bool]], view: View, keys: Sequence[Any]
) -> dict[_Key, int]:
    """How many larger accidents happened in the period, by the same keys as hazards."""
    since = datetime.combine(view.period.since, time(), CHINA)
    until = datetime.combine(view.period.until + timedelta(days=1), time(), CHINA)
    rows = session.execute(
        select(*keys, func.count())
        .select_from(Incident)
        .join(Unit, Unit.id == Incident.unit_id)
        .where(Incident.dead >= LARGER_FROM_DEAD, *there)
        .where(Incident.happened_at >= since, Incident.happened_at < until)
        .group_by(*keys)
    )
    return {tuple(row[:-1]): row[-1] for row in rows}


def _enterprises(session: Session, there: Sequence[ColumnElement[bool]]) -> dict[_Key, int]:
    """How many enterprises there are, by the same keys as their hazards are counted by."""
    rows = session.execute(
        select(_below, Unit.supervisor_id, func.count())
        .where(Unit.kind == UnitKind.ENTERPRISE, *there)
        .group_by(_below, Unit.supervisor_id)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _owners(
    session: Session, kind: UnitKind, units: Sequence[Any], keys: Iterable[_Key]
) -> list[tuple[int, list[_Key]]]:
    """Which keys lie in the area of each unit, as `figures.area_of` has it."""
    keys = list(keys)
    bodies = select(Unit.id, Unit.path).where(Unit.id.in_({body for body, _ in keys}))
    paths = dict(session.execute(bodies).tuples().all())
    leads = kind is UnitKind.DEPARTMENT
    return [
        (
            unit.id,
            [
                (body, supervisor)
                for body, supervisor in keys
                if paths[body].startswith(unit.path) or (leads and supervisor == unit.id)
            ],
        )
        for unit in units
    ]


def _ranked(units: Iterable[Any], sums: _Sums, weights: Weights) -> list[Row]:
    rows = []
    for unit in units:
        enterprises, counted, accidents = sums[unit.id]
        points = ranking.score(counted, weights, enterprises=enterprises)
        rows.append(Row(unit.uuid, unit.name, enterprises, counted, accidents, points, None))
    ranks = ranking.ranks(row.score for row in rows if row.score is not None and not row.vetoed)
    return [
        row if row.score is None or row.vetoed else replace(row, rank=ranks[row.score])
        for row in rows
    ]


def _by_score(row: Row) -> tuple[Any, ...]:
    """Ranked ones, vetoed ones, those without a score, those without anything to tell of."""
    place = (row.rank is None, not row.vetoed, row.score is None, row.has_nothing)
    return (*place, -(row.score or 0))


def _largest(value: Callable[[Figures], Any]) -> Callable[[Row], tuple[Any, ...]]:
    def place(row: Row) -> tuple[Any, ...]:
        said = None if row.figures.is_empty else value(row.figures)
        return (said is None, -(said or 0))

    return place


_BY: dict[Order, Callable[[Row], tuple[Any, ...]]] = {
    Order.SCORE: _by_score,
    Order.FOUND: _largest(lambda each: each.found),
    Order.CLOSED: _largest(lambda each: each.closed),
    Order.ON_TIME: _largest(lambda each: each.on_time_share),
    Order.SELF_FOUND: _largest(lambda each: each.self_share),
    Order.DAYS: _largest(lambda each: each.average_days),
    Order.OPEN: _largest(lambda each: each.open),
    Order.OVERDUE: _largest(lambda each: each.overdue),
}
"""The largest first: of what is overdue, or slow, that is what asks for attention."""
