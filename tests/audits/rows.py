"""Reports on the shelf without a file behind them: what lists, filters and samples need."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from inspection.audits.opinions import OpinionRow
from inspection.database import writing
from inspection.domain import record as domain
from inspection.domain import traits
from inspection.organisations.unit import Unit as UnitRow
from inspection.reports.revisions import ReportRevision
from inspection.reports.shelf import IssuedReport
from inspection.submissions.records import RecordTrait, SubmittedRecord
from tests.builders.identifiers import sha256, uuid7
from tests.builders.records import Filled
from tests.builders.times import NOON
from tests.builders.units import Unit
from tests.scene import Scene

_numbers: Iterator[int] = count(1001)


def shelve(
    scene: Scene, made: Filled, *, unit: Unit | None = None, at: datetime | None = None
) -> str:
    """A complete record and its report, written as rows; answers the report's uuid."""
    number = next(_numbers)
    record = domain.from_bytes(made.data)
    unit = unit or scene.settled.enterprise
    at = at or NOON + timedelta(minutes=number)
    with writing(scene.engine) as session:
        unit_id = session.scalar(select(UnitRow.id).where(UnitRow.uuid == unit.uuid))
        row = SubmittedRecord(
            uuid=made.uuid, digest=made.digest, jws_digest="0" * 64, jws=made.body(),
            state="complete", faults=[], kind=record.kind, unit_id=unit_id,
            checklist_slug=record.checklist_slug, checklist_revision=1,
            findings=len(record.findings), finished_at=at, received_at=at, submitted_by=1,
            seq=number, link="0" * 64, receipt="", receipt_seq=number,
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add_all(RecordTrait(record_id=row.id, trait=each) for each in traits.of(record))
        report = IssuedReport(
            uuid=uuid7(), record_uuid=made.uuid, record_digest=made.digest,
            number=f"检记〔2026〕{number:06d}号", unit_id=unit_id, title="检查记录",
            checklist_title="动火等危险作业", organisation="云岚区", issued_at=at,
            sha256=sha256(str(number).encode()), size=1000 + number, pages=3, seq=number,
            reserved=True,
        )  # fmt: skip
        session.add(report)
        return report.uuid


def opine(scene: Scene, report: str, *conclusions: str) -> None:
    """Opinions, as rows."""
    with writing(scene.engine) as session:
        report_id = session.scalar(select(IssuedReport.id).where(IssuedReport.uuid == report))
        for number, conclusion in enumerate(conclusions, start=1):
            session.add(
                OpinionRow(
                    uuid=uuid7(),
                    report_id=report_id,
                    number=number,
                    person="p",
                    name="孙正平",
                    unit="云岚区",
                    conclusion=conclusion,
                    text="",
                    read_sha256="",
                    given_at=NOON,
                    seq=1,
                    link="",
                    signed_sha256=None,
                )
            )


def revise(scene: Scene, report: str) -> str:
    """A later file, as a row; answers its digest."""
    digest = sha256(report.encode())
    with writing(scene.engine) as session:
        report_id = session.scalar(select(IssuedReport.id).where(IssuedReport.uuid == report))
        session.add(
            ReportRevision(
                report_id=report_id,
                number=1,
                kind="retimestamp",
                sha256=digest,
                size=5000,
                made_at=NOON,
                made_by="",
                note="",
                seq=1,
            )
        )
    return digest


def refused(made: Filled) -> Filled:
    """Make the party refuse to sign."""
    signing: dict[str, Any] = made.payload["signatures"][-1]
    signing.update(outcome="refused", reason="对问题有异议")
    return made
