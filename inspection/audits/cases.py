"""One report with everything that belongs to it: what an auditor reads side by side.

Its files, its record, the entries that tell its history, the papers that were given out on the
record, and what became of the hazards that it raised. Only reads.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inspection.audits import opinions
from inspection.audits.opinions import Opinion
from inspection.domain.record import Record
from inspection.hazards.register import Hazard
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.organisations.scope import Scope
from inspection.paperwork import shelf as paper_shelf
from inspection.paperwork.shelf import ShelvedPaper
from inspection.reports import revisions, shelf
from inspection.reports.revisions import Revision
from inspection.reports.shelf import ShelvedReport
from inspection.submissions import records
from inspection.submissions.records import StoredRecord

KEY_USED = "key.used"


@dataclass(frozen=True)
class HistoryEntry:
    """One ledger entry of the case."""

    seq: int
    kind: str
    at: datetime
    body: dict[str, Any]
    link: str


@dataclass(frozen=True)
class RaisedHazard:
    """A hazard that the record raised or looked at again, and where it stands now."""

    uuid: str
    number: str
    summary: str
    level: str
    state: str
    source: str
    deadline_on: date | None


@dataclass(frozen=True)
class Case:
    """A report and what belongs to it. `sha256`, `size` are those of its newest file."""

    report: ShelvedReport
    stored: StoredRecord
    record: Record
    revisions: tuple[Revision, ...]
    sha256: str
    size: int
    opinions: tuple[Opinion, ...]
    hazards: tuple[RaisedHazard, ...]
    entries: tuple[Entry, ...]
    papers: tuple[ShelvedPaper, ...] = ()
    """Papers with a sealed file, the first issued first; annulled ones say so."""

    @property
    def files(self) -> tuple[tuple[int, str], ...]:
        """Revision number and digest of each file, the issued one first."""
        later = ((each.number, each.sha256) for each in self.revisions)
        return ((0, self.report.sha256), *later)

    @property
    def history(self) -> tuple[HistoryEntry, ...]:
        """The entries, to be read."""
        return tuple(
            HistoryEntry(
                entry.seq,
                entry.kind,
                entry.at,
                json.loads(entry.body),
                entry.link,
            )
            for entry in self.entries
        )


def case(session: Session, scope: Scope, report_uuid: str) -> Case:
    """Return a report's case. Raises NotFound when there is none in scope."""
    report = shelf.report(session, scope, report_uuid)
    stored = records.record(session, scope, report.record_uuid)
    record = records.payload_of(stored)
    sha256, size = revisions.current(session, report.uuid)
    return Case(
        report=report,
        stored=stored,
        record=record,
        revisions=revisions.of(session, report.uuid),
        sha256=sha256,
        size=size,
        opinions=opinions.of_report(session, report.uuid),
        hazards=_hazards(session, record),
        entries=_entries(session, record, report.uuid),
        papers=_papers(session, record.uuid),
    )


def _papers(session: Session, record_uuid: str) -> tuple[ShelvedPaper, ...]:
    found = paper_shelf.of_record(session, record_uuid, drafts=False)
    return tuple(each for each in reversed(found) if each.sha256)


def entries_of(session: Session, paper: ShelvedPaper) -> list[Entry]:
    """What the ledger says of a paper, and each use of an officer's key for its file."""
    used = journal.about_any(
        session, sorted({each.person for each in paper.confirmations}), kind=KEY_USED
    )
    of_its_file = [each for each in used if json.loads(each.body).get("paper") == paper.uuid]
    return [*journal.about(session, paper.uuid), *of_its_file]


def _entries(session: Session, record: Record, report_uuid: str) -> tuple[Entry, ...]:
    """What the ledger says of the record, and each use of a person's key for its files."""
    found = journal.about(session, record.uuid)
    used = [
        entry
        for cause, signed in _signings(found)
        for entry in journal.about_any(
            session,
            _signers(record, found),
            kind=KEY_USED,
            after=cause.seq,
            before=signed.seq,
        )
        if json.loads(entry.body).get("report") == report_uuid
    ]
    return tuple(sorted({entry.seq: entry for entry in (*found, *used)}.values(), key=_place))


def _signings(found: list[Entry]) -> list[tuple[Entry, Entry]]:
    """What gave cause to sign, and the signed file: keys were used between these two.

    Anything may stand between them, even another opinion or somebody's export.
    """
    issued = [each for each in found if each.kind == "report.issued"]
    given = [each for each in found if each.kind == opinions.ENTRY]
    signed = [
        each
        for each in found
        if each.kind == "report.revised" and json.loads(each.body)["kind"] == revisions.OPINION
    ]
    return [*zip(found[:1], issued, strict=False), *zip(given, signed, strict=False)]


def _signers(record: Record, found: list[Entry]) -> list[str]:
    """Accounts whose keys may have signed: people of the record, and authors of opinions."""
    named = {person.account for person in record.people if person.account}
    authors = {json.loads(each.body)["person"] for each in found if each.kind == opinions.ENTRY}
    return sorted(named | authors)


def _place(entry: Entry) -> int:
    return entry.seq


def _hazards(session: Session, record: Record) -> tuple[RaisedHazard, ...]:
    looked_at = [each.hazard for each in record.reinspected]
    rows = session.scalars(
        select(Hazard)
        .where(or_(Hazard.record_uuid == record.uuid, Hazard.uuid.in_(looked_at)))
        .order_by(Hazard.id)
    )
    return tuple(
        RaisedHazard(
            uuid=row.uuid,
            number=row.number,
            summary=row.summary,
            level=row.level,
            state=row.state,
            source=row.source,
            deadline_on=row.deadline_on,
        )
        for row in rows
    )
