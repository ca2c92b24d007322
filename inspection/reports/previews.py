"""Reads from the database what a paper is composed of (执法文书草稿).

A preview writes nothing: no number, no checkpoint, no ledger entry, no use of a key.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from inspection.catalog import Catalog
from inspection.domain.problems import PaperUnfit
from inspection.ledger import journal
from inspection.organisations import directory
from inspection.reports import content, earlier, outcomes, papers
from inspection.reports.content import InspectedUnit, Issuance, LedgerProof
from inspection.reports.issuing import report_uuid
from inspection.reports.papers import Paper
from inspection.submissions import records
from inspection.submissions.records import HELD, StoredRecord


def draft(
    session: Session,
    stored: StoredRecord,
    kind: str,
    *,
    catalog: Catalog,
    organisation: str,
    public_url: str,
    at: datetime,
) -> Paper:
    """Compose the draft of one paper from an accepted record. Raises PaperUnfit."""
    record = records.payload_of(stored)
    entry = journal.entry(session, stored.seq) if stored.seq else None
    if stored.state == HELD or stored.unit_uuid is None or entry is None:
        raise PaperUnfit(kind=kind, fitting=[])
    unit = directory.unit(session, stored.unit_uuid)
    checklist = catalog.revision(record.checklist_slug, record.checklist_revision)
    itself = report_uuid(stored.uuid)
    report = content.compose(
        record,
        checklist,
        InspectedUnit(unit.address, unit.principal, unit.phone, unit.sector),
        proof=LedgerProof(entry, "", entry.seq, entry.link, ()),
        issuance=Issuance(
            uuid=itself,
            number=content.report_number(entry.seq, datetime.fromisoformat(entry.recorded_at)),
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
    return papers.compose(record, report, kind, at=at)
