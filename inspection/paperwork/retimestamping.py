"""Fresh timestamps for papers and sheets (补盖时间戳): the later files on their shelf.

When one is due, and why, is `reports.retimestamping`.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection import database
from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import NotFound, PaperMovedOn
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.paperwork import shelf
from inspection.paperwork.shelf import PaperRow, PaperStampRow
from inspection.reports.retimestamping import Stamped, stamped_again
from inspection.signing.authority import Authority


def newest(session: Session, *, number: str = "") -> tuple[Stamped, ...]:
    """Return the newest file of each paper and sheet, annulled ones too: they were in force once.

    Only of the one that bears `number`, when that is given.
    """
    last = (
        select(PaperStampRow.paper_id, func.max(PaperStampRow.number).label("number"))
        .group_by(PaperStampRow.paper_id)
        .subquery()
    )
    later = (PaperStampRow.paper_id == last.c.paper_id) & (PaperStampRow.number == last.c.number)
    query = (
        select(PaperRow, PaperStampRow)
        .outerjoin(last, last.c.paper_id == PaperRow.id)
        .outerjoin(PaperStampRow, later)
        .where(PaperRow.sha256.is_not(None))
    )
    if number:
        query = query.where(PaperRow.number == number)
    return tuple(
        Stamped(paper.uuid, paper.number, added.sha256, added.made_at)
        if added
        else Stamped(paper.uuid, paper.number, paper.sha256, paper.issued_at)
        for paper, added in session.execute(query)
    )


def retimestamp(
    paper_uuid: str,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    authority: Authority,
    clock: Callable[[], datetime],
) -> None:
    """Put a fresh timestamp over the newest file of a paper or sheet.

    Raises NotFound, BlobUnknown, PaperMovedOn or TimestampUnavailable; the paper stays as it was.
    """
    with database.reading(engine) as session:
        found = shelf.find(session, paper_uuid)
    if found is None or not found.sha256:
        raise NotFound(paper=paper_uuid)
    before = found.newest_sha256
    stamped = stamped_again(before, engine=engine, blobs=blobs, authority=authority, at=clock())
    digest = blobs.keep(stamped)
    with database.writing(engine) as session:
        end = journal.lock(session)
        found = shelf.find(session, paper_uuid)
        if found is None or found.newest_sha256 != before:
            raise PaperMovedOn(paper=paper_uuid)  # of two runs at once the second
        body = {
            "paper": paper_uuid,
            "revision": len(found.stamps) + 1,
            "sha256": digest,
            "size": len(stamped),
            "before": before,
        }
        event = Event(f"{found.family}.stamped", body, subject=paper_uuid)
        shelf.VIEW.apply(session, journal.append(session, [event], at=clock(), after=end))
