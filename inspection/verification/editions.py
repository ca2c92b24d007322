"""The files that ever bore one report (版本): as issued, and each revision that followed.

The shelf and `reports.revisions` keep them; here they are one row of files,
oldest first, so that a file in hand can be placed among them by its digest. What is added
to a paper (`paperwork.shelf`) are timestamps only.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from inspection.paperwork import shelf as papers
from inspection.paperwork.shelf import ShelvedPaper
from inspection.reports import revisions, shelf
from inspection.reports.shelf import ShelvedReport

ISSUED = "issued"


@dataclass(frozen=True)
class Edition:
    """One file of a report: 0 is the one that was issued, later ones begin with its bytes."""

    number: int
    kind: str
    sha256: str
    size: int
    made_at: datetime


@dataclass(frozen=True)
class Known:
    """A report or a paper of ours, and every file that ever bore it."""

    report: ShelvedReport | ShelvedPaper
    editions: tuple[Edition, ...]

    @property
    def current(self) -> Edition:
        """The file that counts today."""
        return self.editions[-1]

    def with_digest(self, sha256: str) -> Edition | None:
        """Return the file that has this digest, or None."""
        return next((each for each in self.editions if each.sha256 == sha256), None)


def by_digest(session: Session, sha256: str) -> Known | None:
    """Return the report or paper that one of our files, of whatever age, belongs to."""
    paper = papers.with_digest(session, sha256)
    if paper is not None:
        return known_paper(paper)
    issued = shelf.with_digest(session, sha256)
    if issued is None:
        later = revisions.with_digest(session, sha256)
        if later is None:
            return None
        record = revisions.standing(session, later.report).record_uuid
        issued = shelf.of_record(session, record)
    return known(session, issued) if issued else None


def known_paper(paper: ShelvedPaper) -> Known:
    """Return the paper with all its files."""
    first = Edition(0, ISSUED, paper.sha256, paper.size, paper.issued_at)
    later = (
        Edition(each.number, revisions.RETIMESTAMP, each.sha256, each.size, each.made_at)
        for each in paper.stamps
    )
    return Known(paper, (first, *later))


def known(session: Session, report: ShelvedReport) -> Known:
    """Return the report with all its files."""
    first = Edition(0, ISSUED, report.sha256, report.size, report.issued_at)
    later = (
        Edition(each.number, each.kind, each.sha256, each.size, each.made_at)
        for each in revisions.of(session, report.uuid)
    )
    return Known(report, (first, *later))
