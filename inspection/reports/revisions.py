"""Revisions of an issued report (报告增补): what was added to its file later, and by whom.

The issued file is revision 0 and never changes. Each later file begins with
the bytes of the one before it, so nothing that was signed can go missing: an
opinion, a signature by a person's own certificate, or a fresh timestamp. What
such an addition is worth is for whoever adds it to know; here it is only kept
in its place.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.blobs import FilesystemBlobs
from inspection.database import Base, UtcInstant
from inspection.domain.problems import NotFound, ReportMovedOn
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.reports.shelf import IssuedReport

OPINION, OWN_CERTIFICATE, RETIMESTAMP = "opinion", "own_certificate", "retimestamp"
KINDS = (OPINION, OWN_CERTIFICATE, RETIMESTAMP)


class ReportRevision(Base):
    """One later file of a report. `sha256` finds its bytes."""

    __tablename__ = "report_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    kind: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcInstant)
    made_by: Mapped[str]
    note: Mapped[str]
    seq: Mapped[int]
    """Place of the entry report.revised in the ledger."""

    __table_args__ = (UniqueConstraint("report_id", "number"),)


@dataclass(frozen=True)
class Revision:
    """One later file of a report: what it added (`kind`), who did that, and its bytes' digest."""

    report: str
    """uuid of the report."""
    number: int
    """Counted from 1; the issued file is revision 0 and not among these."""
    kind: str
    """`opinion`, `own_certificate` or `retimestamp`."""
    sha256: str
    size: int
    made_at: datetime
    made_by: str
    """uuid of the account of whoever added it; "" for the system itself."""
    note: str
    seq: int


@dataclass(frozen=True)
class Standing:
    """Which file of a report is the newest."""

    number: int
    sha256: str
    size: int
    record_uuid: str


def of(session: Session, report_uuid: str) -> tuple[Revision, ...]:
    """Return what was added to a report since it was issued, oldest first; () when nothing was."""
    rows = session.scalars(
        select(ReportRevision)
        .join(IssuedReport, IssuedReport.id == ReportRevision.report_id)
        .where(IssuedReport.uuid == report_uuid)
        .order_by(ReportRevision.number)
    )
    return tuple(_revision(row, report_uuid) for row in rows)


def current(session: Session, report_uuid: str) -> tuple[str, int]:
    """Return digest and size of the newest file of a report. Raises NotFound."""
    newest = standing(session, report_uuid)
    return newest.sha256, newest.size


def standing(session: Session, report_uuid: str) -> Standing:
    """Return the newest file of a report with its number. Raises NotFound."""
    issued = _issued(session, report_uuid)
    added = of(session, report_uuid)
    newest = added[-1] if added else issued
    return Standing(len(added), newest.sha256, newest.size, issued.record_uuid)


def with_digest(session: Session, sha256: str) -> Revision | None:
    """Return the later file with these bytes, or None: an issued file is the shelf's to know."""
    found = session.execute(
        select(ReportRevision, IssuedReport.uuid)
        .join(IssuedReport, IssuedReport.id == ReportRevision.report_id)
        .where(ReportRevision.sha256 == sha256)
    ).one_or_none()
    return _revision(*found) if found else None


def add(
    session: Session,
    report_uuid: str,
    data: bytes,
    *,
    kind: str,
    by: str,
    note: str = "",
    blobs: FilesystemBlobs,
    at: datetime,
) -> Revision:
    """Put a later file of a report in its place, as part of the caller's write transaction.

    `data` begins with the newest file. The bytes are kept first; the row and its
    ledger entry come last, together. Adding the same bytes again changes
    nothing. Raises NotFound, and ReportMovedOn when `data` was made from a file
    that is no longer the newest: of two at once the second.
    """
    digest = blobs.keep(data)
    end = journal.lock(session)
    known = with_digest(session, digest)
    if known is not None and known.report == report_uuid:
        return known
    before = standing(session, report_uuid)
    if not continues(data, before):
        raise ReportMovedOn(report=report_uuid, current=before.sha256, number=before.number)
    revision = ReportRevision(
        report_id=_issued(session, report_uuid).id,
        number=before.number + 1,
        kind=_known(kind),
        sha256=digest,
        size=len(data),
        made_at=at,
        made_by=by,
        note=note,
        seq=0,
    )
    event = Event(
        "report.revised", _entry_body(revision, report_uuid, before), subject=before.record_uuid
    )
    revision.seq = journal.append(session, [event], at=at, after=end)[0].seq
    session.add(revision)
    session.flush()
    return _revision(revision, report_uuid)


def continues(data: bytes, before: Standing) -> bool:
    """Whether these bytes are that file and something after it."""
    head = memoryview(data)[: before.size]
    return len(data) > before.size and hashlib.sha256(head).hexdigest() == before.sha256


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"no such kind of revision: {kind}")
    return kind


def _entry_body(
    revision: ReportRevision, report_uuid: str, before: Standing
) -> dict[str, str | int]:
    return {
        "report": report_uuid,
        "record": before.record_uuid,
        "revision": revision.number,
        "kind": revision.kind,
        "sha256": revision.sha256,
        "size": revision.size,
        "before": before.sha256,
        "by": revision.made_by,
    }


def _issued(session: Session, report_uuid: str) -> IssuedReport:
    found = session.scalar(select(IssuedReport).where(IssuedReport.uuid == report_uuid))
    if found is None:
        raise NotFound(report=report_uuid)
    return found


def _revision(row: ReportRevision, report_uuid: str) -> Revision:
    return Revision(
        report=report_uuid,
        number=row.number,
        kind=row.kind,
        sha256=row.sha256,
        size=row.size,
        made_at=row.made_at,
        made_by=row.made_by,
        note=row.note,
        seq=row.seq,
    )
