"""What one may ask of measures and penalties: lists, one of them, and who offends again. Reads."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from inspection.domain.enforcement import OFTEN, Subject, TooOften, too_often
from inspection.domain.hazard import ENDED, Level, State
from inspection.domain.problems import NotFound
from inspection.enforcement.register import Measure, Penalty
from inspection.hazards.register import Hazard
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class MeasureCard:
    """One measure; `hazards` are pairs of uuid and number."""

    uuid: str
    unit_uuid: str
    unit_name: str
    kind: str
    case_number: str
    ground: str
    mark: str
    decided_on: date
    approved_by: str
    notified_at: datetime | None
    effective_at: datetime | None
    urgent: bool
    words: str
    hazards: tuple[tuple[str, str], ...]
    taken_by: str
    lifted_on: date | None
    lifted_words: str


@dataclass(frozen=True)
class PenaltyCard:
    """One penalty with its parts as they were decided; `amount` in 分."""

    uuid: str
    unit_uuid: str
    unit_name: str
    case_number: str
    decided_on: date
    words: str
    hazards: tuple[tuple[str, str], ...]
    parts: tuple[dict[str, Any], ...]
    amount: int
    imposed_by: str

    @property
    def both(self) -> bool:
        """Whether unit and person were penalised in one case (一案双罚)."""
        return {part["subject"] for part in self.parts} == set(Subject)


@dataclass(frozen=True)
class Repeat:
    """An item found again after an earlier hazard of it had been closed."""

    unit_uuid: str
    unit_name: str
    checklist_slug: str
    item: str
    times: int
    """How many hazards of the item were found after one of it was closed."""
    last_found_at: datetime
    hazard: str
    """uuid of the newest of them."""
    number: str


@dataclass(frozen=True)
class OftenFined:
    """A unit fined so often that 安全生产法 art. 113 may apply, with its open major hazards."""

    unit_uuid: str
    unit_name: str
    met: tuple[TooOften, ...]
    open_major: int


@dataclass(frozen=True)
class Flags:
    """What a hazard's page warns of: its item was found again, its unit was fined too often."""

    repeats: tuple[Repeat, ...]
    often: tuple[OftenFined, ...]


def measures(session: Session, scope: Scope, *, unit_id: int | None = None) -> list[MeasureCard]:
    """Return the newest measures in scope, or those of one unit."""
    query = _of(Measure, scope, unit_id).order_by(Measure.decided_on.desc(), Measure.id.desc())
    return [_measure_card(session, *row) for row in session.execute(query.limit(ROWS_A_PAGE))]


def penalties(session: Session, scope: Scope, *, unit_id: int | None = None) -> list[PenaltyCard]:
    """Return the newest penalties in scope, or those of one unit."""
    query = _of(Penalty, scope, unit_id).order_by(Penalty.decided_on.desc(), Penalty.id.desc())
    return [_penalty_card(session, *row) for row in session.execute(query.limit(ROWS_A_PAGE))]


def measure(session: Session, scope: Scope, uuid: str) -> MeasureCard:
    """Return one measure. Raises NotFound when there is none in scope."""
    row = session.execute(_of(Measure, scope).where(Measure.uuid == uuid)).one_or_none()
    if row is None:
        raise NotFound(measure=uuid)
    return _measure_card(session, *row)


def penalty(session: Session, scope: Scope, uuid: str) -> PenaltyCard:
    """Return one penalty. Raises NotFound when there is none in scope."""
    row = session.execute(_of(Penalty, scope).where(Penalty.uuid == uuid)).one_or_none()
    if row is None:
        raise NotFound(penalty=uuid)
    return _penalty_card(session, *row)


def _of(table: Any, scope: Scope, unit_id: int | None = None) -> Select[Any]:
    query = select(table, Unit.uuid, Unit.name).join(Unit, Unit.id == table.unit_id)
    query = query.where(scope.condition())
    return query if unit_id is None else query.where(table.unit_id == unit_id)


def _measure_card(session: Session, row: Measure, unit_uuid: str, unit_name: str) -> MeasureCard:
    return MeasureCard(
        uuid=row.uuid,
        unit_uuid=unit_uuid,
        unit_name=unit_name,
        kind=row.kind,
        case_number=row.case_number,
        ground=row.ground,
        mark=row.mark,
        decided_on=row.decided_on,
        approved_by=row.approved_by,
        notified_at=row.notified_at,
        effective_at=row.effective_at,
        urgent=row.urgent,
        words=row.words,
        hazards=_numbers(session, row.hazards),
        taken_by=row.taken_by,
        lifted_on=row.lifted_on,
        lifted_words=row.lifted_words,
    )


def _penalty_card(session: Session, row: Penalty, unit_uuid: str, unit_name: str) -> PenaltyCard:
    return PenaltyCard(
        uuid=row.uuid,
        unit_uuid=unit_uuid,
        unit_name=unit_name,
        case_number=row.case_number,
        decided_on=row.decided_on,
        words=row.words,
        hazards=_numbers(session, row.hazards),
        parts=tuple(row.parts),
        amount=row.amount,
        imposed_by=row.imposed_by,
    )


def _numbers(session: Session, uuids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if not uuids:
        return ()
    rows = session.execute(select(Hazard.uuid, Hazard.number).where(Hazard.uuid.in_(uuids)))
    return tuple((row.uuid, row.number) for row in rows)


def flags(session: Session, scope: Scope, hazard_uuid: str) -> Flags:
    """Return why the unit and the item of a hazard are flagged; nothing outside the scope."""
    row = session.execute(
        select(Hazard.unit_id, Hazard.item_code).where(Hazard.uuid == hazard_uuid)
    ).one_or_none()
    if row is None:
        return Flags((), ())
    again = repeats(session, scope, unit_id=row.unit_id)
    return Flags(
        tuple(each for each in again if each.item == row.item_code),
        tuple(often_fined(session, scope, unit_id=row.unit_id)),
    )


def repeats(
    session: Session, scope: Scope, *, unit_id: int | None = None, since: datetime | None = None
) -> list[Repeat]:
    """Return the items found again after being closed, the newest first; hazards since `since`."""
    # One pass over the closed ones, not a question for each: an item may fail a thousand times.
    # A code names the same item in a list, in its short edition and in what was added to it.
    item = (Hazard.unit_id, Hazard.item_code)
    closed = select(*item, func.min(Hazard.closed_at).label("first_at")).where(
        Hazard.state == State.CLOSED
    )
    if unit_id is not None:
        closed = closed.where(Hazard.unit_id == unit_id)
    first = closed.group_by(*item).subquery("closed")
    query = (
        select(
            *item,
            Hazard.checklist_slug,
            Hazard.found_at,
            Hazard.uuid,
            Hazard.number,
            Unit.uuid,
            Unit.name,
        )
        .join(Unit, Unit.id == Hazard.unit_id)
        .join(
            first,
            and_(
                first.c.unit_id == Hazard.unit_id,
                first.c.item_code == Hazard.item_code,
                first.c.first_at < Hazard.found_at,
            ),
        )
        .where(scope.condition())
        .order_by(Hazard.found_at.desc(), Hazard.id.desc())
    )
    if unit_id is not None:
        query = query.where(Hazard.unit_id == unit_id)
    if since is not None:
        query = query.where(Hazard.found_at >= since)
    found: dict[tuple[int, str], Repeat] = {}
    for unit, code, slug, found_at, uuid, number, unit_uuid, name in session.execute(query):
        known = found.get((unit, code))
        found[unit, code] = (
            replace(known, times=known.times + 1)
            if known
            else Repeat(unit_uuid, name, slug, code, 1, found_at, uuid, number)
        )
    return list(found.values())


def often_fined(session: Session, scope: Scope, *, unit_id: int | None = None) -> list[OftenFined]:
    """Return the units whose fines meet a threshold of art. 113, by name."""
    fewest = min(times for times, _ in OFTEN)
    conditions: list[Any] = [scope.condition(), Penalty.unit_fined]
    if unit_id is not None:
        conditions.append(Penalty.unit_id == unit_id)
    several = (
        select(Penalty.unit_id)
        .join(Unit, Unit.id == Penalty.unit_id)
        .where(*conditions)
        .group_by(Penalty.unit_id)
        .having(func.count() >= fewest)
    )
    rows = session.execute(
        select(Unit.id, Unit.uuid, Unit.name, Penalty.decided_on)
        .join(Unit, Unit.id == Penalty.unit_id)
        .where(Penalty.unit_id.in_(several), Penalty.unit_fined)
    )
    days: dict[tuple[int, str, str], list[date]] = defaultdict(list)
    for unit, unit_uuid, name, decided_on in rows:
        days[unit, unit_uuid, name].append(decided_on)
    met = {key: too_often(each) for key, each in days.items()}
    return [
        OftenFined(unit_uuid, name, met[key], _open_major(session, unit))
        for key in sorted(met, key=lambda key: key[2])
        if met[key]
        for unit, unit_uuid, name in (key,)
    ]


def _open_major(session: Session, unit_id: int) -> int:
    return (
        session.scalar(
            select(func.count()).where(
                Hazard.unit_id == unit_id,
                Hazard.level == Level.MAJOR,
                Hazard.state.not_in(ENDED),
            )
        )
        or 0
    )
