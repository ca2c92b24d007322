"""Entering an accident and reporting it upward, against the clocks of `domain/incident.py`."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission, Role
from inspection.domain.incident import CLOCKS, HEADINGS, Stage, Start, Timer, due, timer
from inspection.domain.office_problems import IncidentIncomplete, IncidentReported
from inspection.domain.problems import NotAllowed, NotFound
from inspection.incidents import register
from inspection.incidents.register import Incident, IncidentReport
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event, Head
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import Unit

OFFICE_STAGES = (Stage.FIRST, Stage.WRITTEN, Stage.DETAILED, Stage.UPWARD)
"""Reports that offices make; enterprises report to the county and follow up."""


@dataclass(frozen=True)
class NewIncident:
    """An accident as it is entered; `learned_at` is None when the enterprise itself enters it."""

    title: str
    place: str
    words: str
    dead: int
    missing: int
    injured: int
    happened_at: datetime
    head_told_at: datetime | None
    learned_at: datetime | None


@dataclass(frozen=True)
class NewReport:
    """A report as it was made; `words` by heading, `words` alone where there are none."""

    stage: Stage
    told: str
    reported_at: datetime
    words: Mapping[str, str]


@dataclass(frozen=True)
class ReportCard:
    """A report that was made."""

    stage: Stage
    told: str
    words: Mapping[str, str]
    reported_at: datetime
    due_at: datetime | None
    late: bool
    by_name: str


@dataclass(frozen=True)
class IncidentCard:
    """One accident, its clocks and its reports."""

    uuid: str
    unit_uuid: str
    unit_name: str
    title: str
    place: str
    words: str
    dead: int
    missing: int
    injured: int
    happened_at: datetime
    head_told_at: datetime | None
    learned_at: datetime
    entered_by: str
    timers: tuple[Timer, ...]
    reports: tuple[ReportCard, ...]

    @property
    def late(self) -> bool:
        """Whether any report came late or is late now."""
        return any(each.late for each in self.timers)


def enter(session: Session, actor: Actor, unit_uuid: str, new: NewIncident, *, at: datetime) -> str:
    """Enter an accident and return its uuid; its office and those above are told.

    Who enters it without INCIDENT_FORWARD is the enterprise: that is its report, and the moment
    when the office learned of it. Raises NotFound or IncidentIncomplete.
    """
    unit = directory.unit(session, unit_uuid, actor.scope(Permission.INCIDENT_REPORT))
    by_office = _forwards(actor, unit)
    learned_at = (new.learned_at or at) if by_office else at
    _refuse(_time_faults(new, learned_at, at))
    made = str(uuid.uuid4())
    body = {
        "incident": made,
        "unit": unit.uuid,
        "title": new.title,
        "place": new.place,
        "words": new.words,
        "dead": new.dead,
        "missing": new.missing,
        "injured": new.injured,
        "happened_at": journal.instant_text(new.happened_at),
        "head_told_at": journal.instant_text(new.head_told_at) if new.head_told_at else None,
        "learned_at": journal.instant_text(learned_at),
        "by": actor.author,
    }
    head = journal.lock(session)
    entry = _append(session, Event("incident.entered", body, subject=made), head, at=at)
    if not by_office:
        told = NewReport(Stage.ENTERPRISE, "", at, {"words": new.words})
        report(session, actor, made, told, at=at)
    _tell(session, actor, unit, made, new.title, entry, at=at)
    return made


def report(session: Session, actor: Actor, incident: str, new: NewReport, *, at: datetime) -> None:
    """Record a report. Raises NotFound, NotAllowed, IncidentIncomplete or IncidentReported."""
    head = journal.lock(session)
    row, unit = _found(session, actor, incident, Permission.INCIDENT_REPORT)
    if new.stage in OFFICE_STAGES and not _forwards(actor, unit):
        raise NotAllowed(permission=Permission.INCIDENT_FORWARD.value)
    made = select(IncidentReport.id).where(
        IncidentReport.incident_id == row.id, IncidentReport.stage == new.stage
    )
    if new.stage in CLOCKS and session.scalar(made) is not None:
        raise IncidentReported(stage=new.stage)
    _refuse(_report_faults(row, new, at))
    due_at = due(new.stage, head_told_at=row.head_told_at, learned_at=row.learned_at)
    body = {
        "incident": incident,
        "unit": unit.uuid,
        "report": str(uuid.uuid4()),
        "stage": new.stage,
        "told": new.told,
        "words": dict(new.words),
        "reported_at": journal.instant_text(new.reported_at),
        "due_at": journal.instant_text(due_at) if due_at else None,
        "late": due_at is not None and new.reported_at > due_at,
        "by": actor.author,
    }
    _append(session, Event("incident.reported", body, subject=incident), head, at=at)


def incidents(session: Session, actor: Actor, *, at: datetime, most: int) -> list[IncidentCard]:
    """Return the newest accidents in scope, each with its clocks as they stand at this time."""
    query = (
        select(Incident, Unit.uuid, Unit.name)
        .join(Unit, Unit.id == Incident.unit_id)
        .where(actor.scope(Permission.INCIDENT_READ).condition())
        .order_by(Incident.happened_at.desc(), Incident.id.desc())
        .limit(most)
    )
    return [_card(session, *row, at=at) for row in session.execute(query).tuples()]


def incident(session: Session, actor: Actor, uuid_: str, *, at: datetime) -> IncidentCard:
    """Return one accident. Raises NotFound when there is none in scope."""
    row, unit = _found(session, actor, uuid_, Permission.INCIDENT_READ)
    return _card(session, row, unit.uuid, unit.name, at=at)


def stages(session: Session, actor: Actor, card: IncidentCard) -> tuple[Stage, ...]:
    """Return the reports that this actor can still make."""
    scope = actor.scope(Permission.INCIDENT_REPORT)
    unit = directory.unit(session, card.unit_uuid)
    if not scope.holds(unit.path, unit.supervisor_id):
        return ()
    made = {each.stage for each in card.reports}
    forwards = _forwards(actor, unit)
    return tuple(
        stage
        for stage in Stage
        if (stage not in made or stage not in CLOCKS) and (forwards or stage not in OFFICE_STAGES)
    )


def _card(
    session: Session, row: Incident, unit_uuid: str, unit_name: str, *, at: datetime
) -> IncidentCard:
    found = session.scalars(
        select(IncidentReport)
        .where(IncidentReport.incident_id == row.id)
        .order_by(IncidentReport.reported_at, IncidentReport.id)
    ).all()
    made = {each.stage: each.reported_at for each in found}
    timers = []
    for stage in CLOCKS:
        due_at = due(stage, head_told_at=row.head_told_at, learned_at=row.learned_at)
        if due_at is not None:
            timers.append(timer(stage, due_at, made.get(stage), at=at))
    return IncidentCard(
        uuid=row.uuid,
        unit_uuid=unit_uuid,
        unit_name=unit_name,
        title=row.title,
        place=row.place,
        words=row.words,
        dead=row.dead,
        missing=row.missing,
        injured=row.injured,
        happened_at=row.happened_at,
        head_told_at=row.head_told_at,
        learned_at=row.learned_at,
        entered_by=row.entered_by,
        timers=tuple(timers),
        reports=tuple(
            ReportCard(
                Stage(each.stage),
                each.told,
                each.words,
                each.reported_at,
                each.due_at,
                each.late,
                each.by_name,
            )
            for each in found
        ),
    )


def _found(
    session: Session, actor: Actor, incident_uuid: str, permission: Permission
) -> tuple[Incident, UnitFacts]:
    found = session.execute(
        select(Incident, Unit.uuid)
        .join(Unit, Unit.id == Incident.unit_id)
        .where(Incident.uuid == incident_uuid, actor.scope(permission).condition())
    ).one_or_none()
    if found is None:
        raise NotFound(incident=incident_uuid)
    return found[0], directory.unit(session, found[1])


def _forwards(actor: Actor, unit: UnitFacts) -> bool:
    return actor.scope(Permission.INCIDENT_FORWARD).holds(unit.path, unit.supervisor_id)


def _time_faults(new: NewIncident, learned_at: datetime, at: datetime) -> dict[str, str]:
    """Nothing is learned before it happened, and nothing happens later than now."""
    faults = {}
    if new.happened_at > at:
        faults["happened_at"] = "time_to_come"
    if new.head_told_at and not new.happened_at <= new.head_told_at <= at:
        faults["head_told_at"] = "time_order"
    if not new.happened_at <= learned_at <= at:
        faults["learned_at"] = "time_order"
    return faults


def _report_faults(row: Incident, new: NewReport, at: datetime) -> dict[str, str]:
    clock = CLOCKS.get(new.stage)
    by_head = clock is not None and clock.start is Start.HEAD_TOLD
    begun = (row.head_told_at or row.happened_at) if by_head else row.learned_at
    faults = {}
    if not begun <= new.reported_at <= at:
        faults["reported_at"] = "time_order"
    wanted = HEADINGS if new.stage is Stage.DETAILED else ("words",)
    faults |= {name: "missing" for name in wanted if not new.words.get(name)}
    return faults


def _refuse(faults: dict[str, str]) -> None:
    if faults:
        raise IncidentIncomplete(fields=faults)


def _tell(
    session: Session,
    actor: Actor,
    unit: UnitFacts,
    made: str,
    title: str,
    entry: Entry,
    *,
    at: datetime,
) -> None:
    """Tell the offices above the unit and the department that supervises it."""
    above = [int(part) for part in unit.path.strip("/").split("/")]
    if unit.supervisor_id:
        above.append(unit.supervisor_id)
    told = [person for each in above for person in people.holding(session, each, {Role.OFFICE})]
    message = Message(
        kind="incident.entered",
        subject=made,
        basis_seq=entry.seq,
        number="",
        unit_name=unit.name,
        deadline_on=None,
        title={"zh": "事故直报", "en": "An accident was reported"},
        words={
            "zh": f"{unit.name}：{title}。首报 20 分钟内，书面核实 1 小时内，详细报告 2 小时内。",
            "en": f"{unit.name}: {title}. First report within 20 minutes, written summary within"
            " 1 hour, detailed report within 2 hours.",
        },
        link=f"/incidents/{made}",
    )
    others = [person for person in dict.fromkeys(told) if person != actor.person_id]
    inbox.send(session, message, others, at=at)


def _append(session: Session, event: Event, head: Head, *, at: datetime) -> Entry:
    (entry,) = journal.append(session, [event], at=at, after=head)
    register.VIEW.apply(session, [entry])
    return entry
