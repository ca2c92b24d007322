"""How far a campaign is, stage by stage: units to be checked, checked, hazards and what became of
them. Every figure counts what its list shows, as far as the reader may see.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.campaigns.running import CampaignCard
from inspection.database import Page, page_of
from inspection.domain.campaign import Belonging, Stage
from inspection.domain.hazard import Level, State
from inspection.hazards import belonging, narrowing
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.register import Hazard
from inspection.organisations.unit import Unit, UnitKind
from inspection.submissions.records import HELD, SubmittedRecord

SELF_INSPECTION = "self_inspection"
WANTED, CHECKED, UNCHECKED, SELF_CHECKED = "wanted", "checked", "unchecked", "self_checked"
UNITS = (WANTED, CHECKED, UNCHECKED, SELF_CHECKED)
"""Lists of units that figures open."""


@dataclass(frozen=True)
class StageFigures:
    """The figures of one stage; of the whole campaign when `stage` is None."""

    stage: Stage | None
    wanted: int
    self_checked: int
    checked: int
    unchecked: int
    hazards: int
    major: int
    closed: int
    overdue: int


@dataclass(frozen=True)
class CheckedUnit:
    """A unit of a campaign with its newest inspection in it; `record` is "" when there is none."""

    uuid: str
    name: str
    sector: str
    record: str
    finished_at: datetime | None
    inspections: int


def figures(
    session: Session, actor: Actor, card: CampaignCard, *, today: date
) -> list[StageFigures]:
    """Return the figures of each stage, and last those of the whole campaign."""
    wanted = session.scalar(_counted(_wanted(actor, card))) or 0
    return [
        _figures(session, actor, card, stage, wanted, today) for stage in (*card.said.stages, None)
    ]


def units(
    session: Session,
    actor: Actor,
    card: CampaignCard,
    which: str,
    stage: Stage | None,
    *,
    page: int,
) -> Page[CheckedUnit]:
    """Return a page of the units that a figure counts, with what was inspected there."""
    own = which == SELF_CHECKED
    inspected = (
        select(
            SubmittedRecord.unit_id,
            func.max(SubmittedRecord.id).label("newest"),
            func.count().label("inspections"),
        )
        .where(*_inspected(card.rule.within(stage), own=own))
        .group_by(SubmittedRecord.unit_id)
        .subquery()
    )
    rows = (
        select(
            Unit.uuid,
            Unit.name,
            Unit.sector,
            SubmittedRecord.uuid.label("record"),
            SubmittedRecord.finished_at,
            inspected.c.inspections,
        )
        .outerjoin(inspected, inspected.c.unit_id == Unit.id)
        .outerjoin(SubmittedRecord, SubmittedRecord.id == inspected.c.newest)
    )
    if which in (WANTED, UNCHECKED):
        rows = rows.where(*_wanted(actor, card))
    else:
        rows = rows.where(actor.scope(Permission.RECORD_READ).condition())
    if which == UNCHECKED:
        rows = rows.where(inspected.c.newest.is_(None))
    elif which != WANTED:
        rows = rows.where(inspected.c.newest.is_not(None))
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return page_of(session, rows.order_by(Unit.name, Unit.id), _read, total=total, page=page)


def _read(rows: Any) -> list[CheckedUnit]:
    return [
        CheckedUnit(
            row.uuid, row.name, row.sector, row.record or "", row.finished_at, row.inspections or 0
        )
        for row in rows
    ]


def _figures(
    session: Session,
    actor: Actor,
    card: CampaignCard,
    stage: Stage | None,
    wanted: int,
    today: date,
) -> StageFigures:
    rule = card.rule.within(stage)
    inspected = select(SubmittedRecord.unit_id).where(*_inspected(rule, own=False))
    missing = [*_wanted(actor, card), Unit.id.not_in(inspected.correlate(None))]
    counted = session.execute(_hazards(actor, rule, today)).one()
    return StageFigures(
        stage,
        wanted,
        session.scalar(_units_inspected(actor, rule, own=True)) or 0,
        session.scalar(_units_inspected(actor, rule, own=False)) or 0,
        session.scalar(_counted(missing)) or 0,
        *(int(each or 0) for each in counted),
    )


def _wanted(actor: Actor, card: CampaignCard) -> list[ColumnElement[bool]]:
    """The enterprises that the campaign means: its sectors, in its office's area."""
    conditions = [
        Unit.kind == UnitKind.ENTERPRISE,
        belonging.area(card.rule).condition(),
        actor.scope(Permission.RECORD_READ).condition(),
    ]
    return conditions + ([Unit.sector.in_(card.rule.sectors)] if card.rule.sectors else [])


def _counted(conditions: list[ColumnElement[bool]]) -> Select[tuple[int]]:
    return select(func.count()).select_from(Unit).where(*conditions)


def _units_inspected(actor: Actor, rule: Belonging, *, own: bool) -> Select[tuple[int]]:
    return (
        select(func.count(SubmittedRecord.unit_id.distinct()))
        .join(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(actor.scope(Permission.RECORD_READ).condition(), *_inspected(rule, own=own))
    )


def _inspected(rule: Belonging, *, own: bool) -> list[ColumnElement[bool]]:
    """The inspections that belong: enterprises' own, or those of offices."""
    record = SubmittedRecord
    kind = record.kind == SELF_INSPECTION if own else record.kind != SELF_INSPECTION
    return [
        kind,
        record.state != HELD,
        record.unit_id.is_not(None),
        belonging.belonging(
            rule,
            uuid=record.uuid,
            record=record.uuid,
            unit_id=record.unit_id,
            checklist=record.checklist_slug,
            at=record.finished_at,
        ),
    ]


def _hazards(actor: Actor, rule: Belonging, today: date) -> Select[Any]:
    """Found, major, closed, overdue: by the conditions of the register that each figure opens."""
    late = RegisterFilter(overdue=True)
    return (
        select(
            func.count(),
            func.sum(case((Hazard.level == Level.MAJOR, 1), else_=0)),
            func.sum(case((Hazard.state == State.CLOSED, 1), else_=0)),
            func.sum(case((and_(narrowing.overdue(late, today)), 1), else_=0)),
        )
        .select_from(Hazard)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(
            actor.scope(Permission.HAZARD_READ).condition(),
            *narrowing.asked_of_hazards(RegisterFilter(campaign=rule)),
        )
    )
