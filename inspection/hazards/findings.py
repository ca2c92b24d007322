"""What a signed record says of hazards, as ledger events: raised, fixed, looked at again."""

import uuid

from inspection.domain import answers
from inspection.domain.checklist import CheckItem, Checklist
from inspection.domain.hazard import Source, Step
from inspection.domain.record import Finding, Record, Reinspected
from inspection.ledger.journal import Event

_SOURCE_OF_KIND = {
    "inspection": Source.DEPARTMENT,
    "reinspection": Source.DEPARTMENT,
    "self_inspection": Source.SELF,
}


def raised_by(record: Record, checklist: Checklist) -> list[Event]:
    """Return the events by which an accepted record's findings become hazards.

    A finding that was fixed on the spot is registered and closed in the same visit.
    """
    events = []
    for finding in record.findings:
        subject = hazard_uuid(record.uuid, finding.uuid)
        events.append(_registered(record, checklist, finding, subject))
        if finding.fixed_on_spot:
            events.append(_fixed_on_spot(record, finding, subject))
    return events


def looked_at_again_by(record: Record) -> list[Event]:
    """Return the events by which an accepted re-inspection closes or returns its hazards."""
    return [_reinspected(record, each) for each in record.reinspected]


def hazard_uuid(record_uuid: str, finding_uuid: str) -> str:
    """A hazard's uuid follows from its record and finding: the same record raises it once."""
    return str(uuid.uuid5(uuid.UUID(record_uuid), finding_uuid))


def summary(finding: Finding, item: CheckItem | None) -> str:
    """What was found, in one line: the tags that were tapped, then the words."""
    tags = [tag for code in finding.tags if item and (tag := item.tag(code))]
    spoken = [tag.text.zh for tag in tags] + ([finding.words] if finding.words.strip() else [])
    return "；".join(spoken)


def _registered(record: Record, checklist: Checklist, finding: Finding, subject: str) -> Event:
    body = {
        "hazard": subject,
        "record": record.uuid,
        "finding": finding.uuid,
        "unit": record.unit_uuid,
        "place": record.place.text,
        "source": _SOURCE_OF_KIND[record.kind],
        "checklist": {"slug": checklist.slug, "revision": checklist.revision},
        "item": finding.item,
        "level": finding.level,
        "tags": list(finding.tags),
        "words": finding.words,
        "summary": summary(finding, checklist.item(finding.item)),
        "requirement": finding.requirement,
        "deadline_on": finding.deadline_on.isoformat() if finding.deadline_on else None,
        "found_at": record.finished_at.isoformat(),
        "finders": _inspectors(record),
        "finder_accounts": sorted(answers.signing_accounts(record)),
        "photos": [photo.sha256 for photo in record.photos_of(finding.uuid, "before")],
    }
    return Event(f"hazard.{Step.REGISTER}", body, subject=subject)


def _inspectors(record: Record) -> list[str]:
    return [person.name for person in record.people if person.role == "inspector"]


def _reinspected(record: Record, looked_at: Reinspected) -> Event:
    step = answers.STEP_OF_OUTCOME[looked_at.outcome]
    body = {
        "hazard": looked_at.hazard,
        "record": record.uuid,
        "reinspected_at": record.finished_at.isoformat(),
        "reinspectors": _inspectors(record),
        "words": looked_at.words,
        "deadline_on": looked_at.deadline_on.isoformat() if looked_at.deadline_on else None,
        "photos": [photo.sha256 for photo in record.photos_of(looked_at.hazard, "after")],
    }
    return Event(f"hazard.{step}", body, subject=looked_at.hazard)


def _fixed_on_spot(record: Record, finding: Finding, subject: str) -> Event:
    body = {
        "hazard": subject,
        "record": record.uuid,
        "fixed_at": record.finished_at.isoformat(),
        "photos": [photo.sha256 for photo in record.photos_of(finding.uuid, "after")],
    }
    return Event(f"hazard.{Step.FIX_ON_SPOT}", body, subject=subject)
