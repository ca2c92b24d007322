"""The shelf of issued reports (table report) and reading it.

A row is the last thing that issuing writes: what stands here is whole, signed
and in the blobs. Nothing on the shelf ever changes.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import starmap
from typing import Any

from sqlalchemy import ForeignKey, Index, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, Page, UtcInstant, page_of
from inspection.domain.problems import NotFound
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit


class IssuedReport(Base):
    """One issued report. `sha256` finds its bytes."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    record_uuid: Mapped[str] = mapped_column(unique=True)
    record_digest: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str]
    checklist_title: Mapped[str]
    organisation: Mapped[str]
    issued_at: Mapped[datetime] = mapped_column(UtcInstant)
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    pages: Mapped[int]
    seq: Mapped[int]
    """Place of the entry report.issued in the ledger."""
    reserved: Mapped[bool] = mapped_column(default=False)
    """Whether the file has the reserved signature fields (reports.fields)."""

    __table_args__ = (Index("ix_report_issued_at", "issued_at", "id"),)


@dataclass(frozen=True)
class ReportRow:
    """One line of the list of reports."""

    uuid: str
    record_uuid: str
    number: str
    unit_name: str
    checklist_title: str
    issued_at: datetime
    sha256: str
    size: int


@dataclass(frozen=True)
class ShelvedReport:
    """A report as it was issued."""

    uuid: str
    record_uuid: str
    record_digest: str
    number: str
    title: str
    unit_uuid: str
    unit_name: str
    checklist_title: str
    organisation: str
    issued_at: datetime
    sha256: str
    size: int
    pages: int
    seq: int
    reserved: bool = False
    """Whether opinions and own certificates can still be added (reports.fields)."""


@dataclass(frozen=True)
class PublicReport:
    """What the page behind the QR code may show to anyone: that it exists, not what it says."""

    uuid: str
    number: str
    title: str
    organisation: str
    issued_at: datetime
    sha256: str
    size: int
    pages: int


def search(session: Session, scope: Scope, text: str = "", page: int = 1) -> Page[ReportRow]:
    """Return a page of the reports in scope, newest first."""
    conditions: list[Any] = [scope.condition()]
    if text:
        conditions.append(
            or_(
                Unit.name.contains(text, autoescape=True),
                IssuedReport.number.contains(text, autoescape=True),
            )
        )
    joined = select(IssuedReport, Unit.name).join(Unit, Unit.id == IssuedReport.unit_id)
    joined = joined.where(*conditions)
    total = session.scalar(select(func.count()).select_from(joined.subquery())) or 0
    newest_first = joined.order_by(IssuedReport.issued_at.desc(), IssuedReport.id.desc())
    return page_of(session, newest_first, partial(starmap, _row), total=total, page=page)


def of_unit(session: Session, unit_id: int, *, limit: int) -> list[ReportRow]:
    """Return the newest reports of one unit; the caller has seen that it is in scope."""
    rows = session.execute(
        select(IssuedReport, Unit.name)
        .join(Unit, Unit.id == IssuedReport.unit_id)
        .where(IssuedReport.unit_id == unit_id)
        .order_by(IssuedReport.issued_at.desc(), IssuedReport.id.desc())
        .limit(limit)
    )
    return [_row(*row) for row in rows]


def report(session: Session, scope: Scope, uuid: str) -> ShelvedReport:
    """Return one report. Raises NotFound when there is none in scope."""
    found = _shelved(session, IssuedReport.uuid == uuid, scope.condition())
    if found is None:
        raise NotFound(report=uuid)
    return found


def of_record(session: Session, record_uuid: str) -> ShelvedReport | None:
    """Return the report of a record whoever asks, or None: for jobs and verification."""
    return _shelved(session, IssuedReport.record_uuid == record_uuid)


def uuids_of(session: Session, record_uuids: list[str]) -> dict[str, str]:
    """Return record uuid → report uuid for those of these records that have a report."""
    rows = session.execute(
        select(IssuedReport.record_uuid, IssuedReport.uuid).where(
            IssuedReport.record_uuid.in_(record_uuids)
        )
    )
    return {row.record_uuid: row.uuid for row in rows}


def with_digest(session: Session, sha256: str) -> ShelvedReport | None:
    """Return the report whose bytes have this digest, or None."""
    return _shelved(session, IssuedReport.sha256 == sha256)


def with_number(session: Session, number: str) -> ShelvedReport | None:
    """Return the report that bears this number, or None."""
    return _shelved(session, IssuedReport.number == number)


def public_facts(session: Session, uuid: str) -> PublicReport | None:
    """Return what anyone may know of a report, or None."""
    found = _shelved(session, IssuedReport.uuid == uuid)
    if found is None:
        return None
    return PublicReport(
        found.uuid,
        found.number,
        found.title,
        found.organisation,
        found.issued_at,
        found.sha256,
        found.size,
        found.pages,
    )


def _row(row: IssuedReport, unit_name: str) -> ReportRow:
    return ReportRow(
        row.uuid,
        row.record_uuid,
        row.number,
        unit_name,
        row.checklist_title,
        row.issued_at,
        row.sha256,
        row.size,
    )


def _shelved(session: Session, *conditions: Any) -> ShelvedReport | None:
    found = session.execute(
        select(IssuedReport, Unit.uuid, Unit.name)
        .join(Unit, Unit.id == IssuedReport.unit_id)
        .where(*conditions)
    ).one_or_none()
    if found is None:
        return None
    row, unit_uuid, unit_name = found
    return ShelvedReport(
        uuid=row.uuid,
        record_uuid=row.record_uuid,
        record_digest=row.record_digest,
        number=row.number,
        title=row.title,
        unit_uuid=unit_uuid,
        unit_name=unit_name,
        checklist_title=row.checklist_title,
        organisation=row.organisation,
        issued_at=row.issued_at,
        sha256=row.sha256,
        size=row.size,
        pages=row.pages,
        seq=row.seq,
        reserved=row.reserved,
    )
