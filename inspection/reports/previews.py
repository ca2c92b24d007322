"""Reads from the database what a paper is composed of (执法文书).

Writes nothing: no number, no checkpoint, no ledger entry, no use of a key.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from inspection.catalog import Catalog, Library
from inspection.domain.problems import PaperUnfit
from inspection.domain.record import Record
from inspection.ledger import journal
from inspection.organisations import directory
from inspection.reports import content, earlier, outcomes
from inspection.reports.content import InspectedUnit, Issuance, LedgerProof, ReportContent
from inspection.reports.issuing import report_uuid
from inspection.submissions import records
from inspection.submissions.records import HELD, StoredRecord


@dataclass(frozen=True)
class Ground:
    """What papers are composed of: the record, and what its report says."""

    record: Record
    report: ReportContent


def ground(
    session: Session,
    stored: StoredRecord,
    *,
    catalog: Catalog,
    library: Library,
    organisation: str,
    public_url: str,
    at: datetime,
) -> Ground:
    """Read what papers on this record are composed of. Raises PaperUnfit for a held record."""
    record = records.payload_of(stored)
    entry = journal.entry(session, stored.seq) if stored.seq else None
    if stored.state == HELD or stored.unit_uuid is None or entry is None:
        raise PaperUnfit(fitting=[])
    unit = directory.unit(session, stored.unit_uuid)
    checklist = library.narrowed(
        catalog.revision(record.checklist_slug, record.checklist_revision), unit.sector
    )
    itself = report_uuid(stored.uuid)
    report = content.compose(
        record,
        checklist,
        InspectedUnit(unit.address, unit.principal, unit.phone, unit.sector),
        proof=LedgerProof(entry, "", entry.seq, entry.link, ()),
        issuance=Issuance(
            uuid=itself,
            number=content.report_number(entry.seq, entry.at),
            issued_at=at,
            organisation=organisation,
            verify_url=f"{public_url}/verify/{itself}",
            record_digest=stored.digest,
            jws_digest="",
        ),
        signed_by=frozenset(),
        certified=frozenset(),
    )
    if record.reinspected:
        known = earlier.formers(session, record, before_seq=stored.seq)
        report = outcomes.with_outcomes(report, record, checklist, known)
    return Ground(record, report)
