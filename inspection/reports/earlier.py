"""Reads from the ledger what was known of hazards before a record looked at them again.

From entries before the record's own, never from the register, which moves on:
the same report is drawn whenever it is asked for.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from inspection.domain import hazard
from inspection.domain.hazard import Step
from inspection.domain.record import Photo, Record
from inspection.hazards import enquiries
from inspection.hazards.enquiries import HistoryEntry
from inspection.ledger import journal
from inspection.reports.content import report_number
from inspection.reports.outcomes import Former
from inspection.submissions import records


def formers(session: Session, record: Record, *, before_seq: int) -> dict[str, Former]:
    """Return what was known of each hazard that this record looked at again."""
    return {
        each.hazard: _former(
            session,
            [entry for entry in enquiries.history(session, each.hazard) if entry.seq < before_seq],
        )
        for each in record.reinspected
    }


def _former(session: Session, entries: list[HistoryEntry]) -> Former:
    raised = entries[0]
    deadlines = [day for entry in entries if (day := entry.body.get("deadline_on"))]
    return Former(
        number=hazard.number(raised.at.year, raised.seq),
        level=raised.body["level"],
        summary=raised.body["summary"],
        requirement=raised.body["requirement"],
        deadline_on=date.fromisoformat(deadlines[-1]) if deadlines else None,
        source=_source(session, raised.body["record"]),
        found_at=datetime.fromisoformat(raised.body["found_at"]),
        rounds=1 + sum(entry.kind == f"hazard.{Step.REINSPECT_RETURN}" for entry in entries),
        shots=tuple(_shots(session, entries)),
    )


def _source(session: Session, record_uuid: str) -> str:
    stored = records.any_record(session, record_uuid)
    accepted = journal.entry(session, stored.seq) if stored else None
    assert accepted is not None, "a hazard was raised by an accepted record"
    return report_number(accepted.seq, accepted.at)


def _shots(session: Session, entries: list[HistoryEntry]) -> list[tuple[Record, Photo]]:
    """Photos of the visit that raised it, and of the last one before this. Desks take none."""
    visits = [entry.body for entry in entries if "record" in entry.body]
    shots = []
    for place in dict.fromkeys((0, len(visits) - 1)):
        body = visits[place]
        (record,) = records.payloads(session, [body["record"]])
        shots += [(record, each) for each in record.photos if each.sha256 in body["photos"]]
    return shots
