"""The last inspection (上次检查) of a unit with a list: what an inspector reads beside the form.

Read from the bytes that were signed; nothing is kept twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from inspection.catalog import Catalog
from inspection.domain import record as domain
from inspection.domain.record import Record
from inspection.hazards import findings
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit
from inspection.signing import jose
from inspection.submissions.records import HELD, SubmittedRecord

_KINDS = ("inspection", "self_inspection")


@dataclass(frozen=True)
class LastInspection:
    """What was found at each item, and in what words; `words` only where something was found."""

    unit_uuid: str
    checklist_slug: str
    checklist_revision: int
    record_uuid: str
    finished_at: datetime
    answers: Mapping[str, str]
    words: Mapping[str, str]


def last_inspections(
    session: Session,
    scope: Scope,
    *,
    after_seq: int,
    catalog: Catalog,
    limit: int,
    kinds: Sequence[str] = _KINDS,
) -> list[LastInspection]:
    """Return the last inspections in scope that came after `after_seq`, newest arrival first."""
    newer = aliased(SubmittedRecord)
    overtaken = (
        select(newer.id)
        .where(
            newer.unit_id == SubmittedRecord.unit_id,
            newer.checklist_slug == SubmittedRecord.checklist_slug,
            *_counts(newer, kinds),
            or_(
                _ended(newer) > _ended(SubmittedRecord),
                and_(_ended(newer) == _ended(SubmittedRecord), newer.seq > SubmittedRecord.seq),
            ),
        )
        .exists()
    )
    rows = session.execute(
        select(SubmittedRecord.jws)
        .join(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(
            scope.condition(),
            SubmittedRecord.seq > after_seq,
            *_counts(SubmittedRecord, kinds),
            ~overtaken,
        )
        .order_by(SubmittedRecord.seq.desc())
        .limit(limit)
    )
    return [_read(domain.from_bytes(jose.payload_of(row.jws)), catalog) for row in rows]


def _counts(row: Any, kinds: Sequence[str]) -> list[ColumnElement[bool]]:
    return [row.kind.in_(kinds), row.state != HELD]


def _ended(row: Any) -> ColumnElement[Any]:
    """When it ended; a clock that runs ahead would otherwise stay the last for ever."""
    return case((row.finished_at < row.received_at, row.finished_at), else_=row.received_at)


def _read(record: Record, catalog: Catalog) -> LastInspection:
    checklist = catalog.find(record.checklist_slug, record.checklist_revision)
    words: dict[str, list[str]] = {}
    for finding in record.findings:
        item = checklist.item(finding.item) if checklist else None
        words.setdefault(finding.item, []).append(findings.summary(finding, item))
    return LastInspection(
        unit_uuid=record.unit_uuid,
        checklist_slug=record.checklist_slug,
        checklist_revision=record.checklist_revision,
        record_uuid=record.uuid,
        finished_at=record.finished_at,
        answers={code: answer.value for code, answer in record.answers.items()},
        words={code: "；".join(said) for code, said in words.items()},
    )
