"""The list that an auditor works from: issued reports in scope, narrowed, counted, paged.

Only reads. What a condition means stands here once, for the list, for samples and for
downloads alike. One report with all that belongs to it is `cases`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session

from inspection.audits.opinions import OpinionRow
from inspection.database import Page, page_of
from inspection.domain import traits
from inspection.domain.opinion import CONCLUSIONS
from inspection.domain.workdays import CHINA
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit
from inspection.reports.revisions import ReportRevision
from inspection.reports.shelf import IssuedReport
from inspection.submissions.records import RecordTrait, SubmittedRecord

NO_OPINION = "none"
OPINION_STATES = (NO_OPINION, *CONCLUSIONS)
FINDINGS = ("some", "none", traits.MAJOR)
REVISED, UNREVISED = "revised", "as_issued"


@dataclass(frozen=True)
class DeskFilter:
    """What the auditor asked for; empty means any. Both days of a period belong to it."""

    text: str = ""
    """Part of the unit's name, its whole credit code, or part of a report's number."""
    sector: str = ""
    kind: str = ""
    checklist: str = ""
    findings: str = ""
    ending: str = ""
    opinion: str = ""
    revision: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class DeskRow:
    """One report on the desk; `sha256`, `size` and `revision` are those of its newest file."""

    uuid: str
    record_uuid: str
    number: str
    unit_name: str
    sector: str
    kind: str
    checklist_title: str
    issued_at: datetime
    findings: int
    traits: tuple[str, ...]
    opinions: tuple[str, ...]
    """Conclusions, in the order in which they were given."""
    sha256: str
    size: int
    revision: int


@dataclass(frozen=True)
class DeskPage(Page[DeskRow]):
    """One page of the list, and how many reports each chip would show."""

    counts_by_opinion: dict[str, int]
    counts_by_findings: dict[str, int]


def search(session: Session, scope: Scope, wanted: DeskFilter, page: int = 1) -> DeskPage:
    """Return a page of the reports in scope, the newest first."""
    conditions = [scope.condition(), *_conditions(wanted)]
    total = session.scalar(_joined(select(func.count())).where(*conditions)) or 0
    lines = partial(_lines, session)
    shown = page_of(session, _newest_first(conditions), lines, total=total, page=page)
    return DeskPage(
        **vars(shown),
        counts_by_opinion=_counts(
            session, scope, replace(wanted, opinion=""), OPINION_STATES, _of_opinion
        ),
        counts_by_findings=_counts(
            session, scope, replace(wanted, findings=""), FINDINGS, _of_findings
        ),
    )


def listed(session: Session, scope: Scope, wanted: DeskFilter, *, most: int) -> tuple[DeskRow, ...]:
    """Return the reports that the filter leaves, the newest first, at most this many."""
    query = _newest_first([scope.condition(), *_conditions(wanted)])
    return _lines(session, session.execute(query.limit(most)).all())


def picked(session: Session, scope: Scope, uuids: Sequence[str]) -> tuple[DeskRow, ...]:
    """Return those of these reports that lie in scope, the newest first."""
    query = _newest_first([scope.condition(), IssuedReport.uuid.in_(uuids)])
    return _lines(session, session.execute(query).all())


def population(session: Session, scope: Scope, wanted: DeskFilter) -> list[tuple[str, str]]:
    """Return uuid and sector of every report that the filter leaves: what samples are drawn from.

    In no particular order; the sample's algorithm brings its own.
    """
    rows = session.execute(
        _joined(select(IssuedReport.uuid, Unit.sector)).where(
            scope.condition(), *_conditions(wanted)
        )
    )
    return [(uuid, sector) for uuid, sector in rows]


def checklists(session: Session, scope: Scope) -> list[tuple[str, str]]:
    """Return slug and printed title of the lists that reports in scope were made with."""
    rows = session.execute(
        _joined(select(SubmittedRecord.checklist_slug, func.max(IssuedReport.checklist_title)))
        .where(scope.condition())
        .group_by(SubmittedRecord.checklist_slug)
        .order_by(SubmittedRecord.checklist_slug)
    )
    return [(slug, title) for slug, title in rows]


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(IssuedReport)
        .join(Unit, Unit.id == IssuedReport.unit_id)
        .join(SubmittedRecord, SubmittedRecord.uuid == IssuedReport.record_uuid)
    )


def _conditions(wanted: DeskFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        found.append(_of_text(wanted.text))
    for value, column in (
        (wanted.sector, Unit.sector),
        (wanted.kind, SubmittedRecord.kind),
        (wanted.checklist, SubmittedRecord.checklist_slug),
    ):
        if value:
            found.append(column == value)
    if wanted.findings:
        found.append(_of_findings(wanted.findings))
    if wanted.ending:
        found.append(_with_trait(wanted.ending))
    if wanted.opinion:
        found.append(_of_opinion(wanted.opinion))
    if wanted.revision:
        revised = exists().where(ReportRevision.report_id == IssuedReport.id)
        found.append(revised if wanted.revision == REVISED else ~revised)
    if wanted.since:
        found.append(IssuedReport.issued_at >= _midnight(wanted.since))
    if wanted.until and wanted.until < date.max:
        found.append(IssuedReport.issued_at < _midnight(wanted.until + timedelta(days=1)))
    return found


def _of_text(text: str) -> ColumnElement[bool]:
    return or_(
        Unit.name.contains(text, autoescape=True),
        Unit.credit_code == text.upper(),
        IssuedReport.number.contains(text, autoescape=True),
    )


def _of_findings(value: str) -> ColumnElement[bool]:
    if value == traits.MAJOR:
        return _with_trait(traits.MAJOR)
    some: ColumnElement[bool] = SubmittedRecord.findings > 0
    return some if value == "some" else ~some


def _with_trait(trait: str) -> ColumnElement[bool]:
    return exists().where(RecordTrait.record_id == SubmittedRecord.id, RecordTrait.trait == trait)


def _of_opinion(value: str) -> ColumnElement[bool]:
    if value == NO_OPINION:
        return ~exists().where(OpinionRow.report_id == IssuedReport.id)
    return exists().where(OpinionRow.report_id == IssuedReport.id, OpinionRow.conclusion == value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _counts(
    session: Session, scope: Scope, wanted: DeskFilter, values: Sequence[str], condition: Any
) -> dict[str, int]:
    """Count in one walk what each value of one chip row would leave."""
    sums = [func.sum(case((condition(value), 1), else_=0)) for value in values]
    row = session.execute(
        _joined(select(func.count(), *sums)).where(scope.condition(), *_conditions(wanted))
    ).one()
    return {"": row[0], **{value: count or 0 for value, count in zip(values, row[1:], strict=True)}}


def _newest_first(conditions: list[ColumnElement[bool]]) -> Select[Any]:
    return (
        _joined(
            select(
                IssuedReport,
                Unit.name,
                Unit.sector,
                SubmittedRecord.id,
                SubmittedRecord.kind,
                SubmittedRecord.findings,
            )
        )
        .where(*conditions)
        .order_by(IssuedReport.issued_at.desc(), IssuedReport.id.desc())
    )


def _lines(session: Session, rows: Sequence[Any]) -> tuple[DeskRow, ...]:
    """Make lines of rows; what belongs to all of them is read at once."""
    marked = _traits(session, [row[3] for row in rows])
    said = _opinions(session, [row[0].id for row in rows])
    newest = _newest(session, [row[0].id for row in rows])
    return tuple(
        _row(row, marked.get(row[3], ()), said.get(row[0].id, ()), newest.get(row[0].id))
        for row in rows
    )


def _row(
    row: Any,
    marked: tuple[str, ...],
    said: tuple[str, ...],
    newest: tuple[int, str, int] | None,
) -> DeskRow:
    report, unit_name, sector, _, kind, findings = row
    revision, sha256, size = newest or (0, report.sha256, report.size)
    return DeskRow(
        uuid=report.uuid,
        record_uuid=report.record_uuid,
        number=report.number,
        unit_name=unit_name,
        sector=sector,
        kind=kind,
        checklist_title=report.checklist_title,
        issued_at=report.issued_at,
        findings=findings,
        traits=marked,
        opinions=said,
        sha256=sha256,
        size=size,
        revision=revision,
    )


_IN_ONE = 500
"""Values in one IN list, well below what either database takes."""


def _by_owner(session: Session, ids: Sequence[int], query: Select[Any], owner: Any) -> list[Any]:
    return [
        row
        for start in range(0, len(ids), _IN_ONE)
        for row in session.execute(query.where(owner.in_(ids[start : start + _IN_ONE])))
    ]


def _traits(session: Session, record_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    query = select(RecordTrait.record_id, RecordTrait.trait)
    found: dict[int, set[str]] = {}
    for record_id, trait in _by_owner(session, record_ids, query, RecordTrait.record_id):
        found.setdefault(record_id, set()).add(trait)
    return {
        record_id: tuple(trait for trait in traits.TRAITS if trait in held)
        for record_id, held in found.items()
    }


def _opinions(session: Session, report_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    query = select(OpinionRow.report_id, OpinionRow.conclusion).order_by(
        OpinionRow.report_id, OpinionRow.number
    )
    found: dict[int, tuple[str, ...]] = {}
    for report_id, conclusion in _by_owner(session, report_ids, query, OpinionRow.report_id):
        found[report_id] = (*found.get(report_id, ()), conclusion)
    return found


def _newest(session: Session, report_ids: Sequence[int]) -> dict[int, tuple[int, str, int]]:
    query = select(
        ReportRevision.report_id,
        ReportRevision.number,
        ReportRevision.sha256,
        ReportRevision.size,
    ).order_by(ReportRevision.report_id, ReportRevision.number)
    return {
        report_id: (number, sha256, size)
        for report_id, number, sha256, size in _by_owner(
            session, report_ids, query, ReportRevision.report_id
        )
    }
