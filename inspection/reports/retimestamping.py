"""Fresh timestamps for issued files (补盖时间戳), so that they outlive the keys of their day.

A timestamp proves something only as long as its certificate and its algorithms
do; a fresh one over the whole file, taken in time, carries that on (ETSI EN
319 142-1 §5.5; 电子签名法 §5 asks that content stays whole and unaltered).
When one is due is the same for papers and sheets, whose files `paperwork` keeps.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection import database
from inspection.blobs import FilesystemBlobs
from inspection.database import Base, UtcInstant
from inspection.domain.problems import BlobUnknown
from inspection.reports import revisions
from inspection.reports.revisions import ReportRevision, Revision
from inspection.reports.shelf import IssuedReport
from inspection.signing import credentials
from inspection.signing.authority import Authority

YEARLY = timedelta(days=365)
BEFORE_THE_END = timedelta(days=30)
"""Four weekly runs, should one of them find the time server silent."""


class TimestampEnd(Base):
    """When the certificate of a file's last timestamp runs out: read once, the file stays."""

    __tablename__ = "timestamp_end"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime | None] = mapped_column(UtcInstant)


@dataclass(frozen=True)
class Stamped:
    """The newest file of a report, paper or sheet, and since when its last timestamp is there."""

    uuid: str
    number: str
    sha256: str
    stamped_at: datetime


def newest(session: Session, *, number: str = "") -> tuple[Stamped, ...]:
    """Return the newest file of each report, or of the one that bears `number`.

    Every revision ends with a timestamp, so that the newest counts.
    """
    last = (
        select(ReportRevision.report_id, func.max(ReportRevision.number).label("number"))
        .group_by(ReportRevision.report_id)
        .subquery()
    )
    later = (ReportRevision.report_id == last.c.report_id) & (
        ReportRevision.number == last.c.number
    )
    query = (
        select(IssuedReport, ReportRevision)
        .outerjoin(last, last.c.report_id == IssuedReport.id)
        .outerjoin(ReportRevision, later)
    )
    if number:
        query = query.where(IssuedReport.number == number)
    return tuple(
        Stamped(report.uuid, report.number, added.sha256, added.made_at)
        if added
        else Stamped(report.uuid, report.number, report.sha256, report.issued_at)
        for report, added in session.execute(query)
    )


def due(
    files: Iterable[Stamped],
    *,
    older_than: timedelta,
    engine: Engine,
    blobs: FilesystemBlobs,
    at: datetime,
) -> tuple[Stamped, ...]:
    """Return the files that need a fresh timestamp by now, the oldest first.

    One is due when its last is `older_than`, and before the certificate of that runs out.
    """
    waiting = tuple(files)
    ends = _ends([each.sha256 for each in waiting], engine, blobs)
    found = [each for each in waiting if _due_at(each, ends[each.sha256], older_than) <= at]
    return tuple(sorted(found, key=lambda each: (each.stamped_at, each.number)))


def _due_at(file: Stamped, end: datetime | None, older_than: timedelta) -> datetime:
    """A certificate that had less than twice BEFORE_THE_END left is used for half of that.

    Otherwise each run would stamp everything again for as long as the server keeps using it.
    """
    if end is None:
        return file.stamped_at + older_than
    left = end - file.stamped_at
    return file.stamped_at + min(older_than, max(left - BEFORE_THE_END, left / 2))


def _ends(digests: list[str], engine: Engine, blobs: FilesystemBlobs) -> dict[str, datetime | None]:
    """When the certificate of each file's last timestamp runs out; None where nobody can say."""
    with database.reading(engine) as session:
        rows = session.execute(select(TimestampEnd.sha256, TimestampEnd.ends_at))
        known: dict[str, datetime | None] = {row.sha256: row.ends_at for row in rows}
    for digest in digests:
        if digest not in known:
            known[digest] = _read_end(digest, engine, blobs)
    return known


def _read_end(digest: str, engine: Engine, blobs: FilesystemBlobs) -> datetime | None:
    # pyHanko takes half a second to load, and most commands need nothing of it.
    from inspection.signing import timestamps

    try:
        end = timestamps.certificate_end(blobs.read(digest))
    except BlobUnknown:
        return None  # its turn comes by its age, and then the loss is told
    with database.writing(engine) as session:
        session.merge(TimestampEnd(sha256=digest, ends_at=end))
    return end


def retimestamp(
    report_uuid: str,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    authority: Authority,
    clock: Callable[[], datetime],
) -> Revision:
    """Put a fresh timestamp over the newest file of a report, as a revision of its own.

    Raises NotFound, BlobUnknown, ReportMovedOn or TimestampUnavailable; the report stays as it was.
    """
    with database.reading(engine) as session:
        sha256, _ = revisions.current(session, report_uuid)
    stamped = stamped_again(sha256, engine=engine, blobs=blobs, authority=authority, at=clock())
    with database.writing(engine) as session:
        return revisions.add(
            session,
            report_uuid,
            stamped,
            kind=revisions.RETIMESTAMP,
            by="",
            blobs=blobs,
            at=clock(),
        )


def stamped_again(
    sha256: str,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    authority: Authority,
    at: datetime,
) -> bytes:
    """Return a file with a fresh timestamp over it. Raises BlobUnknown, TimestampUnavailable."""
    from inspection.signing import seals  # slow to load, as above

    with database.reading(engine) as session:
        revoked = credentials.revocations(session)
    return seals.retimestamp(blobs.read(sha256), authority=authority, revoked=revoked, at=at)
