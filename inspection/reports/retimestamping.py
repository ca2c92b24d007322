"""Fresh timestamps for issued reports (补盖时间戳), so that they outlive the keys of their day.

A timestamp proves something only as long as its certificate and its algorithms
do; a fresh one over the whole file, taken in time, carries that on (ETSI EN
319 142-1 §5.5; 电子签名法 §5 asks that content stays whole and unaltered).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection import database
from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import NotFound
from inspection.reports import revisions
from inspection.reports.revisions import ReportRevision, Revision
from inspection.reports.shelf import IssuedReport
from inspection.signing import credentials
from inspection.signing.authority import Authority

YEARLY = timedelta(days=365)


@dataclass(frozen=True)
class Due:
    """A report whose last timestamp is as old as was asked for."""

    report: str
    """uuid"""
    number: str
    stamped_at: datetime


def due(
    session: Session, *, older_than: timedelta, at: datetime, number: str = ""
) -> tuple[Due, ...]:
    """Return reports without a timestamp younger than this, the oldest first; of `number` only.

    Every revision ends with a timestamp, so that the newest counts. Raises NotFound
    when a number is given that no report bears.
    """
    newest = (
        select(ReportRevision.report_id, func.max(ReportRevision.made_at).label("made_at"))
        .group_by(ReportRevision.report_id)
        .subquery()
    )
    query = select(IssuedReport.uuid, IssuedReport.number, IssuedReport.issued_at, newest.c.made_at)
    query = query.outerjoin(newest, newest.c.report_id == IssuedReport.id)
    if number:
        query = query.where(IssuedReport.number == number)
    rows = session.execute(query).all()
    if number and not rows:
        raise NotFound(report=number)
    found = (Due(row.uuid, row.number, row.made_at or row.issued_at) for row in rows)
    old = (each for each in found if each.stamped_at <= at - older_than)
    return tuple(sorted(old, key=lambda each: (each.stamped_at, each.number)))


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
    # pyHanko takes half a second to load, and most commands need nothing of it.
    from inspection.signing import seals

    with database.reading(engine) as session:
        sha256, _ = revisions.current(session, report_uuid)
        revoked = credentials.revocations(session)
    current = blobs.read(sha256)
    stamped = seals.retimestamp(current, authority=authority, revoked=revoked, at=clock())
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
