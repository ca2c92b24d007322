"""Facts of the ledger for a table: SQL over the registers, what is counted and what lies behind.

A check item that fails always leaves a finding, and each finding of an accepted record is a hazard
with its item (docs/decisions/0009): so failed items are counted from hazards. Hazards and visits
count on the day they came in, decisions on the day they were made, rewards on the day they were
paid. Which of the facts a value counts says `domain/dispatch_rows.py`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from inspection.catalog import Catalog
from inspection.dispatch.entries import DispatchEntry
from inspection.domain.dispatch_rules import (
    Facts,
    FailedItem,
    MajorHazard,
    Noted,
    PaidReward,
    Penalty,
)
from inspection.domain.enforcement import MeasureKind, PenaltyKind, Subject
from inspection.domain.hazard import Source, State
from inspection.domain.workdays import CHINA
from inspection.enforcement.register import Measure
from inspection.enforcement.register import Penalty as PenaltyRow
from inspection.hazards.register import IS_MAJOR, Hazard
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind
from inspection.submissions.records import HELD, SubmittedRecord
from inspection.tipoffs.dossiers import Tipoff, TipoffReward

_NO_HAZARD = (State.DUPLICATE, State.NOT_A_HAZARD)


@dataclass(frozen=True)
class Period:
    """Days from `since` to `until`, both included."""

    since: date
    until: date

    @property
    def begins_at(self) -> datetime:
        """When its first day begins."""
        return datetime.combine(self.since, time(), CHINA)

    @property
    def ends_at(self) -> datetime:
        """When its last day is over."""
        return datetime.combine(self.until + timedelta(days=1), time(), CHINA)


def reach(office: UnitFacts) -> Scope:
    """Whose hazards, visits and cases an office's table counts: all below it, or supervised."""
    supervisors = frozenset({office.id}) if office.kind == UnitKind.DEPARTMENT else frozenset()
    return Scope(paths=frozenset({office.path}), supervisors=supervisors)


def facts(session: Session, office: UnitFacts, period: Period, *, catalog: Catalog) -> Facts:
    """Return everything that the table of an office counts in a period."""
    scope = reach(office)
    return Facts(
        until=period.until,
        hazards=_hazards(session, scope, period),
        inspected=frozenset(session.scalars(_inspected(scope, period))),
        failed=_failed(session, scope, period, catalog),
        penalties=_penalties(session, scope, period),
        suspended=frozenset(session.scalars(_suspended(scope, period))),
        noted=_noted(session, office, period),
        rewards=_rewards(session, office, period),
    )


def _hazards(session: Session, scope: Scope, period: Period) -> tuple[MajorHazard, ...]:
    rows = session.execute(
        select(Hazard.uuid, Hazard.source, Hazard.state, Hazard.closed_on, Hazard.listed_on)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(scope.condition(), IS_MAJOR, Hazard.state.not_in(_NO_HAZARD))
        .where(Hazard.found_on.between(period.since, period.until))
    )
    return tuple(
        MajorHazard(
            row.uuid,
            row.source,
            row.closed_on if row.state == State.CLOSED else None,
            row.listed_on,
        )
        for row in rows
    )


def inspections(period: Period) -> ColumnElement[bool]:
    """What holds of the records that make an enterprise count as inspected."""
    return and_(
        SubmittedRecord.kind == "inspection",
        SubmittedRecord.state != HELD,
        SubmittedRecord.received_at >= period.begins_at,
        SubmittedRecord.received_at < period.ends_at,
    )


def _inspected(scope: Scope, period: Period) -> Any:
    once = exists().where(SubmittedRecord.unit_id == Unit.id, inspections(period))
    return select(Unit.uuid).where(scope.condition(), Unit.kind == UnitKind.ENTERPRISE, once)


Feeding = dict[tuple[str, int, str], tuple[str, ...]]
"""List, revision and item → the rows that the item feeds."""


def feeding(catalog: Catalog) -> Feeding:
    """Return the items that feed rows of the table, of every revision ever published."""
    return {
        (each.slug, each.revision, item.code): item.dispatch_rows
        for each in catalog.every()
        for item in each.items
        if item.dispatch_rows
    }


def failures(period: Period, items: Feeding) -> ColumnElement[bool]:
    """What holds of the hazards by which a department found one of these items failing."""
    return and_(
        Hazard.checklist_slug.in_(sorted({slug for slug, _, _ in items})),
        Hazard.item_code.in_(sorted({code for _, _, code in items})),
        Hazard.source == Source.DEPARTMENT,
        Hazard.state != State.NOT_A_HAZARD,
        Hazard.found_on.between(period.since, period.until),
    )


def _failed(
    session: Session, scope: Scope, period: Period, catalog: Catalog
) -> tuple[FailedItem, ...]:
    items = feeding(catalog)
    rows = session.execute(
        select(Unit.uuid, Hazard.checklist_slug, Hazard.checklist_revision, Hazard.item_code)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(scope.condition(), failures(period, items))
        .distinct()
    ).tuples()
    found = {
        (unit, row)
        for unit, slug, revision, item in rows
        for row in items.get((slug, revision, item), ())
    }
    return tuple(FailedItem(unit, row) for unit, row in sorted(found))


def _penalties(session: Session, scope: Scope, period: Period) -> tuple[Penalty, ...]:
    rows = session.execute(
        select(PenaltyRow.uuid, Unit.uuid, PenaltyRow.amount, PenaltyRow.parts)
        .join(Unit, Unit.id == PenaltyRow.unit_id)
        .where(scope.condition(), PenaltyRow.decided_on.between(period.since, period.until))
    ).tuples()
    return tuple(
        Penalty(
            uuid,
            unit,
            amount,
            both={part["subject"] for part in parts} == set(Subject),
            suspends=any(PenaltyKind.SUSPEND in part["kinds"] for part in parts),
        )
        for uuid, unit, amount, parts in rows
    )


def suspensions(period: Period) -> ColumnElement[bool]:
    """What holds of the measures that order an enterprise to suspend."""
    return and_(
        Measure.kind == MeasureKind.SUSPEND,
        Measure.decided_on.between(period.since, period.until),
    )


def _suspended(scope: Scope, period: Period) -> Any:
    return (
        select(Unit.uuid)
        .join(Measure, Measure.unit_id == Unit.id)
        .where(scope.condition(), suspensions(period))
        .distinct()
    )


def noted_by(office: UnitFacts, period: Period) -> ColumnElement[bool]:
    """What holds of the entries that count, with `Unit` as the office that made them."""
    return and_(
        Unit.path.startswith(office.path, autoescape=True),
        DispatchEntry.withdrawn_at.is_(None),
        DispatchEntry.happened_on.between(period.since, period.until),
    )


def _noted(session: Session, office: UnitFacts, period: Period) -> tuple[Noted, ...]:
    about = aliased(Unit)
    rows = session.execute(
        select(DispatchEntry, Unit.uuid, about.uuid)
        .join(Unit, Unit.id == DispatchEntry.unit_id)
        .outerjoin(about, about.id == DispatchEntry.about_id)
        .where(noted_by(office, period))
        .order_by(DispatchEntry.id)
    ).tuples()
    return tuple(
        Noted(
            uuid=row.uuid,
            row=row.row,
            reporter=reporter,
            happened_on=row.happened_on,
            seq=row.id,
            unit=unit or "",
            quantity=row.quantity,
            second=row.second,
        )
        for row, reporter, unit in rows
    )


def _rewards(session: Session, office: UnitFacts, period: Period) -> tuple[PaidReward, ...]:
    rows = session.execute(
        select(Tipoff.uuid, TipoffReward.amount)
        .join(Tipoff, Tipoff.id == TipoffReward.tipoff_id)
        .join(Unit, Unit.id == TipoffReward.paying_office_id)
        .where(
            Unit.path.startswith(office.path, autoescape=True),
            TipoffReward.paid_at >= period.begins_at,
            TipoffReward.paid_at < period.ends_at,
        )
        .order_by(TipoffReward.id)
    ).tuples()
    return tuple(PaidReward(uuid, amount) for uuid, amount in rows)
