"""What lies behind a value (每个数的依据): hazards, visits with reports, cases, rewards, entries.

Of a sent table that is what was counted then, as it stands now. Reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.catalog import Catalog
from inspection.dispatch import counting, entries
from inspection.dispatch.counting import Period
from inspection.dispatch.entries import DispatchEntry, EntryCard
from inspection.domain.dispatch_rules import Asked, Counted, Thing, Value
from inspection.domain.workdays import day_of
from inspection.enforcement.register import Measure, Penalty
from inspection.hazards.register import Hazard
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit
from inspection.reports import shelf
from inspection.submissions.records import SubmittedRecord
from inspection.tipoffs.dossiers import Tipoff, TipoffReward

THINGS_A_PAGE = 50


@dataclass(frozen=True)
class FoundHazard:
    """A hazard that counts; `report` is of the record that raised it, "" before it is issued."""

    uuid: str
    number: str
    summary: str
    state: str
    found_on: date
    closed_on: date | None
    record: str
    report: str


@dataclass(frozen=True)
class Visit:
    """An inspection that counts, with its report."""

    record: str
    finished_on: date
    checklist_slug: str
    report: str


@dataclass(frozen=True)
class Case:
    """A measure or penalty that counts; `kind` is the noun of its page."""

    kind: str
    uuid: str
    case_number: str
    decided_on: date
    amount: int


@dataclass(frozen=True)
class Paid:
    """A reward that counts, of a tip-off by its number: not every reader may read the tip-off."""

    tipoff: str
    number: str
    paid_on: date
    office: str
    paid_by: str
    amount: int


@dataclass(frozen=True)
class Behind:
    """One unit and what of it a value counts; entries about no unit and rewards have none."""

    unit_uuid: str
    unit_name: str
    hazards: tuple[FoundHazard, ...] = ()
    visits: tuple[Visit, ...] = ()
    cases: tuple[Case, ...] = ()
    rewards: tuple[Paid, ...] = ()
    entries: tuple[EntryCard, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """One page of what lies behind a value."""

    rows: tuple[Behind, ...]
    page: int
    pages: int


def behind(
    session: Session,
    scope: Scope,
    value: Value,
    counted: Counted,
    period: Period,
    *,
    catalog: Catalog,
    page: int,
) -> Evidence:
    """Return a page of what a value counts, as far as it lies in the reader's scope."""
    things = sorted(counted)
    pages = max(1, -(-len(things) // THINGS_A_PAGE))
    at_page = min(max(page, 1), pages)
    here = things[(at_page - 1) * THINGS_A_PAGE : at_page * THINGS_A_PAGE]
    match value.thing:
        case Thing.HAZARD:
            rows = _hazards(session, scope, [Hazard.uuid.in_(here)])
        case Thing.PENALTY:
            rows = _cases(session, scope, [Penalty.uuid.in_(here)], [])
        case Thing.ENTRY:
            rows = _of_entries(entries.cards(session, scope, here))
        case Thing.REWARD:
            rows = _rewards(session, scope, here) + _of_entries(entries.cards(session, scope, here))
        case Thing.OFFICE:
            rows = _of_entries(_newest(session, scope, value, here, period))
        case Thing.ENTERPRISE:
            rows = _enterprises(session, scope, value, here, period, catalog)
    return Evidence(tuple(rows), at_page, pages)


def _enterprises(
    session: Session,
    scope: Scope,
    value: Value,
    units: Sequence[str],
    period: Period,
    catalog: Catalog,
) -> list[Behind]:
    among = Unit.uuid.in_(units)
    if value.asked is Asked.ENTERPRISE:
        return _of_entries(_about(session, scope, value, units, period))
    if value.code == "2.1":
        return _visits(session, scope, [among, counting.inspections(period)])
    if value.within:
        items = {
            item: rows for item, rows in counting.feeding(catalog).items() if value.code in rows
        }
        return _hazards(session, scope, [among, counting.failures(period, items)])
    suspends = Penalty.decided_on.between(period.since, period.until)
    return _cases(session, scope, [among, suspends], [among, counting.suspensions(period)])


def _hazards(session: Session, scope: Scope, conditions: Iterable[Any]) -> list[Behind]:
    rows = session.execute(
        select(Unit.uuid, Unit.name, Hazard)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(scope.condition(), *conditions)
        .order_by(Unit.name, Hazard.id)
    ).all()
    reports = shelf.uuids_of(session, sorted({hazard.record_uuid for _, _, hazard in rows}))
    found: dict[tuple[str, str], list[FoundHazard]] = {}
    for unit_uuid, name, hazard in rows:
        found.setdefault((unit_uuid, name), []).append(
            FoundHazard(
                hazard.uuid,
                hazard.number,
                hazard.summary,
                hazard.state,
                hazard.found_on,
                hazard.closed_on,
                hazard.record_uuid,
                reports.get(hazard.record_uuid, ""),
            )
        )
    return [Behind(*unit, hazards=tuple(each)) for unit, each in found.items()]


def _visits(session: Session, scope: Scope, conditions: Iterable[Any]) -> list[Behind]:
    rows = session.execute(
        select(
            Unit.uuid,
            Unit.name,
            SubmittedRecord.uuid,
            SubmittedRecord.finished_at,
            SubmittedRecord.checklist_slug,
        )
        .join(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(scope.condition(), *conditions)
        .order_by(Unit.name, SubmittedRecord.id)
    ).all()
    reports = shelf.uuids_of(session, [row[2] for row in rows])
    found: dict[tuple[str, str], list[Visit]] = {}
    for unit_uuid, name, record, finished_at, slug in rows:
        day = day_of(finished_at)
        visit = Visit(record, day, slug, reports.get(record, ""))
        found.setdefault((unit_uuid, name), []).append(visit)
    return [Behind(*unit, visits=tuple(each)) for unit, each in found.items()]


def _cases(
    session: Session, scope: Scope, of_penalty: Iterable[Any], of_measure: Sequence[Any]
) -> list[Behind]:
    found: dict[tuple[str, str], list[Case]] = {}
    both = ((Penalty, "penalties", of_penalty), (Measure, "measures", of_measure))
    for model, kind, conditions in both:
        if not conditions:
            continue
        rows = session.execute(
            select(Unit.uuid, Unit.name, model)
            .join(Unit, Unit.id == model.unit_id)
            .where(scope.condition(), *conditions)
            .order_by(Unit.name, model.id)
        ).all()
        for unit_uuid, name, row in rows:
            amount = row.amount if isinstance(row, Penalty) else 0
            case = Case(kind, row.uuid, row.case_number, row.decided_on, amount)
            found.setdefault((unit_uuid, name), []).append(case)
    return [Behind(*unit, cases=tuple(each)) for unit, each in found.items()]


def _rewards(session: Session, scope: Scope, tipoffs: Sequence[str]) -> list[Behind]:
    rows = session.execute(
        select(Tipoff.uuid, Tipoff.number, Unit.name, TipoffReward)
        .join(TipoffReward, TipoffReward.tipoff_id == Tipoff.id)
        .join(Unit, Unit.id == TipoffReward.paying_office_id)
        .where(scope.condition(), Tipoff.uuid.in_(tipoffs))
        .order_by(TipoffReward.id)
    ).tuples()
    paid = tuple(
        Paid(
            uuid,
            number,
            day_of(row.paid_at),
            office,
            row.paid_by,
            row.amount,
        )
        for uuid, number, office, row in rows
        if row.paid_at is not None
    )
    return [Behind("", "", rewards=paid)] if paid else []


def _about(
    session: Session, scope: Scope, value: Value, units: Sequence[str], period: Period
) -> list[EntryCard]:
    wanted = select(DispatchEntry.uuid).where(
        DispatchEntry.row == value.code,
        DispatchEntry.withdrawn_at.is_(None),
        DispatchEntry.happened_on.between(period.since, period.until),
        DispatchEntry.about_id.in_(select(Unit.id).where(Unit.uuid.in_(units))),
    )
    return entries.cards(session, scope, session.scalars(wanted))


def _newest(
    session: Session, scope: Scope, value: Value, offices: Sequence[str], period: Period
) -> list[EntryCard]:
    rows = session.execute(
        select(DispatchEntry.unit_id, DispatchEntry.uuid)
        .where(
            DispatchEntry.row == value.code,
            DispatchEntry.withdrawn_at.is_(None),
            DispatchEntry.happened_on.between(period.since, period.until),
            DispatchEntry.unit_id.in_(select(Unit.id).where(Unit.uuid.in_(offices))),
        )
        .order_by(DispatchEntry.happened_on, DispatchEntry.id)
    ).tuples()
    return entries.cards(session, scope, dict(rows.all()).values())


def _of_entries(cards: Iterable[EntryCard]) -> list[Behind]:
    found: dict[tuple[str, str], list[EntryCard]] = {}
    for card in cards:
        found.setdefault((card.about_uuid, card.about_name), []).append(card)
    return [Behind(*unit, entries=tuple(each)) for unit, each in found.items()]
