"""What one may ask of the register: pages of it, one hazard, what changed. Writes nothing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from inspection.domain.answers import Standing
from inspection.domain.hazard import ENDED, State
from inspection.domain.problems import NotFound
from inspection.hazards.register import Hazard
from inspection.ledger import journal
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class RegisterFilter:
    """What the reader of the register asked for; empty means any."""

    unit_text: str = ""
    sector: str = ""
    level: str = ""
    state: str = ""
    overdue: bool = False
    text: str = ""
    page: int = 1


@dataclass(frozen=True)
class HazardRow:
    """One line of the register. `days_left` is negative when late, None without a deadline."""

    uuid: str
    number: str
    unit_name: str
    unit_uuid: str
    sector: str
    item_code: str
    summary: str
    level: str
    state: str
    deadline_on: date | None
    days_left: int | None
    source: str
    finders: tuple[str, ...]
    registered_at: datetime


@dataclass(frozen=True)
class RegisterPage:
    """One page of the register, and how many hazards each chip would show."""

    rows: tuple[HazardRow, ...]
    total: int
    page: int
    pages: int
    counts_by_state: dict[str, int]
    counts_by_level: dict[str, int]
    overdue: int


@dataclass(frozen=True)
class HazardCard:
    """Everything the register knows of one hazard."""

    uuid: str
    number: str
    unit_uuid: str
    unit_name: str
    sector: str
    record_uuid: str
    checklist_slug: str
    checklist_revision: int
    item_code: str
    level: str
    state: str
    source: str
    place: str
    summary: str
    words: str
    tags: tuple[str, ...]
    requirement: str
    finders: tuple[str, ...]
    finder_accounts: tuple[str, ...]
    photos_before: tuple[str, ...]
    photos_after: tuple[str, ...]
    deadline_on: date | None
    found_at: datetime
    registered_at: datetime
    closed_at: datetime | None
    last_record_uuid: str
    returned: int
    last_seq: int
    responsible: str
    measures: str
    funds: int | None
    planned_on: date | None
    emergency: str
    reported_at: datetime | None
    claimed_at: datetime | None
    question: str
    asked_until: date | None
    listed_level: str
    listed_order: str
    reopened: int


@dataclass(frozen=True)
class FoundHazard:
    """A hazard as somebody who looks back sees it: where, when, and what became of it."""

    uuid: str
    number: str
    record_uuid: str
    checklist_slug: str
    item: str
    level: str
    state: str
    summary: str
    found_at: datetime
    closed_at: datetime | None
    deadline_on: date | None


@dataclass(frozen=True)
class HistoryEntry:
    """One ledger entry about a hazard."""

    seq: int
    kind: str
    at: datetime
    body: dict[str, Any]
    link: str


def search(session: Session, scope: Scope, wanted: RegisterFilter, *, today: date) -> RegisterPage:
    """Return a page of the hazards in scope, open and soonest due first."""
    everything = [scope.condition(), *_asked(wanted)]
    narrowed = [*everything, *_chips(wanted, today)]
    total = session.scalar(_joined(select(func.count())).where(*narrowed)) or 0
    pages = max(1, -(-total // ROWS_A_PAGE))
    page = min(max(wanted.page, 1), pages)
    rows = session.execute(
        _joined(select(Hazard, Unit.name, Unit.uuid, Unit.sector))
        .where(*narrowed)
        .order_by(Hazard.state.in_(ENDED), Hazard.deadline_on, Hazard.id.desc())
        .limit(ROWS_A_PAGE)
        .offset((page - 1) * ROWS_A_PAGE)
    )
    return RegisterPage(
        rows=tuple(_row(*row, today=today) for row in rows),
        total=total,
        page=page,
        pages=pages,
        counts_by_state=_counts(session, Hazard.state, everything),
        counts_by_level=_counts(session, Hazard.level, everything),
        overdue=session.scalar(_joined(select(func.count())).where(*everything, _overdue(today)))
        or 0,
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return query.select_from(Hazard).join(Unit, Unit.id == Hazard.unit_id)


def _asked(wanted: RegisterFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit_text:
        conditions.append(
            or_(
                Unit.name.contains(wanted.unit_text, autoescape=True),
                Unit.credit_code == wanted.unit_text.upper(),
                Unit.uuid == wanted.unit_text,
            )
        )
    if wanted.sector:
        conditions.append(Unit.sector == wanted.sector)
    if wanted.text:
        conditions.append(
            or_(
                Hazard.summary.contains(wanted.text, autoescape=True),
                Hazard.requirement.contains(wanted.text, autoescape=True),
                Hazard.number == wanted.text.upper(),
                Unit.name.contains(wanted.text, autoescape=True),
            )
        )
    return conditions


def _chips(wanted: RegisterFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.level:
        conditions.append(Hazard.level == wanted.level)
    if wanted.state:
        conditions.append(Hazard.state == wanted.state)
    if wanted.overdue:
        conditions.append(_overdue(today))
    return conditions


def _overdue(today: date) -> ColumnElement[bool]:
    return Hazard.state.not_in(ENDED) & (Hazard.deadline_on < today)


def _counts(session: Session, column: Any, conditions: list[Any]) -> dict[str, int]:
    query = _joined(select(column, func.count())).where(*conditions).group_by(column)
    return dict(session.execute(query).tuples().all())


def _row(hazard: Hazard, name: str, unit_uuid: str, sector: str, *, today: date) -> HazardRow:
    is_open = hazard.state not in ENDED
    left = (hazard.deadline_on - today).days if hazard.deadline_on and is_open else None
    return HazardRow(
        uuid=hazard.uuid,
        number=hazard.number,
        unit_name=name,
        unit_uuid=unit_uuid,
        sector=sector,
        item_code=hazard.item_code,
        summary=hazard.summary,
        level=hazard.level,
        state=hazard.state,
        deadline_on=hazard.deadline_on,
        days_left=left,
        source=hazard.source,
        finders=tuple(hazard.finders),
        registered_at=hazard.registered_at,
    )


def hazard(session: Session, scope: Scope, uuid: str) -> HazardCard:
    """Return one hazard. Raises NotFound when there is none in scope."""
    found = session.execute(
        _joined(select(Hazard, Unit.name, Unit.uuid, Unit.sector)).where(
            Hazard.uuid == uuid, scope.condition()
        )
    ).one_or_none()
    if found is None:
        raise NotFound(hazard=uuid)
    return _card(*found)


def changed(session: Session, scope: Scope, *, after_seq: int) -> list[HazardCard]:
    """Return the hazards in scope that entries after `after_seq` touched."""
    rows = session.execute(
        _joined(select(Hazard, Unit.name, Unit.uuid, Unit.sector))
        .where(Hazard.last_seq > after_seq, scope.condition())
        .order_by(Hazard.last_seq)
    )
    return [_card(*row) for row in rows]


def raised(session: Session, record_uuid: str) -> list[tuple[str, str]]:
    """Return (uuid, number) of the hazards that a record raised, in order."""
    rows = session.execute(
        select(Hazard.uuid, Hazard.number)
        .where(Hazard.record_uuid == record_uuid)
        .order_by(Hazard.id)
    )
    return [(row.uuid, row.number) for row in rows]


def raised_by(session: Session, record_uuids: Iterable[str]) -> list[FoundHazard]:
    """Return the hazards that any of these records raised, in the order of the register."""
    return _found(session, Hazard.record_uuid.in_(list(record_uuids)), order=Hazard.id)


def found_in(
    session: Session, unit_id: int, *, since: datetime, slug: str = "", item: str = ""
) -> list[FoundHazard]:
    """Return a unit's hazards found after `since`, oldest first; of one list and item, or all."""
    conditions = [Hazard.unit_id == unit_id, Hazard.found_at > since]
    if slug:
        conditions.append(Hazard.checklist_slug == slug)
    if item:
        conditions.append(Hazard.item_code == item)
    return _found(session, *conditions, order=Hazard.found_at)


def _found(session: Session, *conditions: Any, order: Any) -> list[FoundHazard]:
    rows = session.execute(
        select(
            Hazard.uuid,
            Hazard.number,
            Hazard.record_uuid,
            Hazard.checklist_slug,
            Hazard.item_code,
            Hazard.level,
            Hazard.state,
            Hazard.summary,
            Hazard.found_at,
            Hazard.closed_at,
            Hazard.deadline_on,
        )
        .where(*conditions)
        .order_by(order, Hazard.id)
    )
    return [FoundHazard(*row) for row in rows]


def standing_of_unit(session: Session, unit_id: int) -> list[tuple[str, str, int]]:
    """Return (state, level, how many) of one unit's hazards, those that ended included."""
    rows = session.execute(
        select(Hazard.state, Hazard.level, func.count())
        .where(Hazard.unit_id == unit_id)
        .group_by(Hazard.state, Hazard.level)
    )
    return [(state, level, count) for state, level, count in rows]


def open_of_unit(
    session: Session, unit_id: int, *, limit: int, today: date
) -> tuple[HazardRow, ...]:
    """Return the open hazards of one unit that are due first."""
    rows = session.execute(
        _joined(select(Hazard, Unit.name, Unit.uuid, Unit.sector))
        .where(Hazard.unit_id == unit_id, Hazard.state.not_in(ENDED))
        .order_by(Hazard.deadline_on, Hazard.id)
        .limit(limit)
    )
    return tuple(_row(*row, today=today) for row in rows)


def standings(session: Session, uuids: Iterable[str]) -> dict[str, Standing]:
    """Return where these hazards stand; asked while the ledger is locked, so nothing moves them."""
    rows = session.execute(
        _joined(
            select(
                Hazard.uuid,
                Unit.uuid.label("unit_uuid"),
                Hazard.checklist_slug,
                Hazard.checklist_revision,
                Hazard.item_code,
                Hazard.state,
            )
        ).where(Hazard.uuid.in_(list(uuids)))
    )
    return {
        row.uuid: Standing(
            row.unit_uuid,
            row.checklist_slug,
            row.checklist_revision,
            row.item_code,
            State(row.state),
        )
        for row in rows
    }


def _card(hazard: Hazard, name: str, unit_uuid: str, sector: str) -> HazardCard:
    return HazardCard(
        uuid=hazard.uuid,
        number=hazard.number,
        unit_uuid=unit_uuid,
        unit_name=name,
        sector=sector,
        record_uuid=hazard.record_uuid,
        checklist_slug=hazard.checklist_slug,
        checklist_revision=hazard.checklist_revision,
        item_code=hazard.item_code,
        level=hazard.level,
        state=hazard.state,
        source=hazard.source,
        place=hazard.place,
        summary=hazard.summary,
        words=hazard.words,
        tags=tuple(hazard.tags),
        requirement=hazard.requirement,
        finders=tuple(hazard.finders),
        finder_accounts=tuple(hazard.finder_accounts),
        photos_before=tuple(hazard.photos_before),
        photos_after=tuple(hazard.photos_after),
        deadline_on=hazard.deadline_on,
        found_at=hazard.found_at,
        registered_at=hazard.registered_at,
        closed_at=hazard.closed_at,
        last_record_uuid=hazard.last_record_uuid,
        returned=hazard.returned,
        last_seq=hazard.last_seq,
        responsible=hazard.responsible,
        measures=hazard.measures,
        funds=hazard.funds,
        planned_on=hazard.planned_on,
        emergency=hazard.emergency,
        reported_at=hazard.reported_at,
        claimed_at=hazard.claimed_at,
        question=hazard.question,
        asked_until=hazard.asked_until,
        listed_level=hazard.listed_level,
        listed_order=hazard.listed_order,
        reopened=hazard.reopened,
    )


def history(session: Session, uuid: str) -> tuple[HistoryEntry, ...]:
    """Return every ledger entry about a hazard, oldest first."""
    return tuple(
        HistoryEntry(
            entry.seq,
            entry.kind,
            datetime.fromisoformat(entry.recorded_at),
            json.loads(entry.body),
            entry.link,
        )
        for entry in journal.about(session, uuid)
    )
