"""What one may ask of the register: pages of it, one hazard, what changed. Writes nothing."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from inspection.domain.answers import Standing
from inspection.domain.hazard import ENDED, Situation, State
from inspection.domain.problems import NotFound
from inspection.hazards import derived, order, pages
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.register import Hazard, situation
from inspection.hazards.searching import Reach
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit


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
    reported_at: datetime | None
    listed_level: str
    question: str


@dataclass(frozen=True)
class RegisterPage:
    """One page of the register, and how many hazards each chip would show.

    With `is_more` there are more than `total`, and nobody counted how many of each sort.
    """

    rows: tuple[HazardRow, ...]
    total: int
    is_more: bool
    page: int
    pages: int
    before: str
    after: str
    """What comes before and after this page (`RegisterFilter.at`)."""
    counts_by_state: dict[str, int]
    counts_by_level: dict[str, int]
    overdue: int
    counted: bool = True
    """Whether the chips have their counts: some questions are not counted to their end."""
    reach: Reach = Reach.ALL
    """How far a search for words went."""


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
class HistoryEntry:
    """One ledger entry about a hazard."""

    seq: int
    kind: str
    at: datetime
    body: dict[str, Any]
    link: str


def search(session: Session, scope: Scope, wanted: RegisterFilter, *, today: date) -> RegisterPage:
    """Return a page of the hazards in scope, open and soonest due first."""
    found = pages.find(session, scope, wanted, today=today)
    rows = session.execute(
        _joined(select(Hazard, Unit.name, Unit.uuid, Unit.sector)).where(Hazard.id.in_(found.ids))
    )
    place = {hazard: number for number, hazard in enumerate(found.ids)}
    return RegisterPage(
        rows=tuple(
            _row(*row, today=today) for row in sorted(rows, key=lambda row: place[row[0].id])
        ),
        total=found.total,
        is_more=found.is_more,
        page=found.page,
        pages=found.pages,
        before=found.before,
        after=found.after,
        counts_by_state=_summed((sort.state, sort.hazards) for sort in found.sorts),
        counts_by_level=_summed((sort.level, sort.hazards) for sort in found.sorts),
        overdue=sum(sort.late for sort in found.sorts),
        counted=bool(found.sorts) or not found.total,
        reach=found.reach,
    )


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, count in pairs:
        counts[name] = counts.get(name, 0) + count
    return counts


def _joined(query: Select[Any]) -> Select[Any]:
    return query.select_from(Hazard).join(Unit, Unit.id == Hazard.unit_id)


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
        reported_at=hazard.reported_at,
        listed_level=hazard.listed_level,
        question=hazard.question,
    )


def open_ones(
    session: Session, scope: Scope, *, today: date, most: int
) -> list[tuple[HazardRow, Situation]]:
    """Return the first `most` hazards in scope that are not over, soonest due first."""
    rows = _open(session, scope.condition(), most)
    return [(_row(*row, today=today), situation(row[0])) for row in rows]


def _open(session: Session, condition: ColumnElement[bool], most: int) -> Iterable[Any]:
    return session.execute(
        _joined(select(Hazard, Unit.name, Unit.uuid, Unit.sector))
        .where(condition, Hazard.urgency < order.ENDED_FROM)
        .order_by(Hazard.urgency, Hazard.id)
        .limit(most)
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


def standing_of_unit(session: Session, unit_id: int) -> list[tuple[str, str, int]]:
    """Return (state, level, how many) of one unit's hazards, those that ended included."""
    rows = session.execute(
        select(Hazard.state, Hazard.level, func.count())
        .where(Hazard.unit_id == unit_id)
        .group_by(Hazard.state, Hazard.level)
    )
    return [(state, level, count) for state, level, count in rows]


def open_of_unit(
    session: Session, unit_id: int, *, most: int, today: date
) -> tuple[HazardRow, ...]:
    """Return the open hazards of one unit that are due first."""
    rows = _open(session, Hazard.unit_id == unit_id, most)
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
    return tuple(map(_told, journal.about(session, uuid)))


def newest_of_kind(session: Session, uuids: Sequence[str], kind: str) -> dict[str, HistoryEntry]:
    """Return by hazard the newest entry of a kind about each of these, where there is one."""
    entries = [
        entry
        for some in derived.portions(sorted(uuids))
        for entry in journal.about_any(session, some, kind=kind)
    ]
    return {told.body["hazard"]: told for told in map(_told, entries)}


def photos_of_steps(session: Session, uuid: str) -> frozenset[str]:
    """Return the digests of all photos that were said with a step of a hazard."""
    said = (entry.body.get("said", {}) for entry in history(session, uuid))
    return frozenset(digest for each in said for digest in each.get("photos", ()))


def _told(entry: Entry) -> HistoryEntry:
    at = entry.at
    return HistoryEntry(entry.seq, entry.kind, at, json.loads(entry.body), entry.link)
