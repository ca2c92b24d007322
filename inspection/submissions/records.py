"""Records as they were handed in: the exact signed bytes, their state, and reading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import starmap
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, func, join, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts.people import PersonAccount
from inspection.database import Base, Page, UtcInstant, page_of
from inspection.domain import record as domain
from inspection.domain.answers import Fault
from inspection.domain.problems import NotFound
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit
from inspection.signing import jose

HELD, INCOMPLETE, COMPLETE = "held", "incomplete", "complete"


class SubmittedRecord(Base):
    """One record. `jws` holds the bytes that arrived; `unit_id` is None for an unknown unit."""

    __tablename__ = "record"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(index=True)
    jws_digest: Mapped[str]
    jws: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str]
    faults: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    kind: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    checklist_slug: Mapped[str]
    checklist_revision: Mapped[int]
    findings: Mapped[int]
    finished_at: Mapped[datetime] = mapped_column(UtcInstant)
    received_at: Mapped[datetime] = mapped_column(UtcInstant)
    submitted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    """Whoever carried the record in; who answers for it is in its signatures."""
    seq: Mapped[int]
    link: Mapped[str]
    receipt: Mapped[str]
    receipt_seq: Mapped[int]
    """Length of the ledger when the receipt was last renewed: where the change feed finds it."""

    __table_args__ = (
        Index("ix_record_unit_received", "unit_id", "received_at"),
        Index("ix_record_submitted_by", "submitted_by", "receipt_seq"),
        Index("ix_record_unit_list", "unit_id", "checklist_slug", "finished_at"),
        Index("ix_record_unit_finished", "unit_id", "finished_at"),
        Index("ix_record_seq", "seq"),
        # What lists of reports ask of their records, whose rows hold the signed bytes: not opened.
        Index("ix_record_desk", "uuid", "kind", "checklist_slug", "findings"),
    )


class RecordBlob(Base):
    """A file that a record refers to, and whether it has arrived."""

    __tablename__ = "record_blob"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    arrived: Mapped[bool]

    __table_args__ = (Index("ix_record_blob_digest", "digest", "arrived"),)


class RecordTrait(Base):
    """What marks a record out (`domain.traits`); most records have no row here."""

    __tablename__ = "record_trait"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    trait: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (Index("ix_record_trait_trait", "trait", "record_id"),)


@dataclass(frozen=True)
class StoredRecord:
    """A record as it stands."""

    uuid: str
    digest: str
    jws: bytes
    state: str
    faults: tuple[Fault, ...]
    missing: tuple[str, ...]
    received_at: datetime
    seq: int
    link: str
    unit_uuid: str | None
    receipt: str

    @property
    def payload(self) -> bytes:
        """The signed bytes."""
        return jose.payload_of(self.jws)


@dataclass(frozen=True)
class RecordRow:
    """One line of the list of records."""

    uuid: str
    unit_name: str
    unit_uuid: str | None
    checklist_slug: str
    checklist_revision: int
    kind: str
    state: str
    finished_at: datetime
    received_at: datetime
    findings: int


@dataclass(frozen=True)
class UnplacedRow:
    """A held record whose unit is not in the register: the unit is as the record names it."""

    uuid: str
    unit_name: str
    credit_code: str
    carried_by: str
    finished_at: datetime
    received_at: datetime


def search(session: Session, scope: Scope, text: str = "", page: int = 1) -> Page[RecordRow]:
    """Return a page of the records in scope, newest first."""
    conditions = [scope.condition()]
    if text:
        conditions.append(
            or_(Unit.name.contains(text, autoescape=True), SubmittedRecord.uuid == text.lower())
        )
    in_scope = join(SubmittedRecord, Unit, Unit.id == SubmittedRecord.unit_id)
    total = session.scalar(select(func.count()).select_from(in_scope).where(*conditions)) or 0
    newest_first = (
        select(SubmittedRecord, Unit.name, Unit.uuid)
        .select_from(in_scope)
        .where(*conditions)
        .order_by(SubmittedRecord.received_at.desc(), SubmittedRecord.id.desc())
    )
    return page_of(session, newest_first, partial(starmap, _row), total=total, page=page)


def of_unit(session: Session, unit_id: int, *, limit: int) -> list[RecordRow]:
    """Return the newest records of one unit; the caller has seen that it is in scope."""
    newest = (
        select(SubmittedRecord.id)
        .where(SubmittedRecord.unit_id == unit_id)
        .order_by(SubmittedRecord.finished_at.desc(), SubmittedRecord.id.desc())
        .limit(limit)
    )
    rows = session.execute(
        select(SubmittedRecord, Unit.name, Unit.uuid)
        .join(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(SubmittedRecord.id.in_(newest.scalar_subquery()))
        .order_by(SubmittedRecord.finished_at.desc(), SubmittedRecord.id.desc())
    )
    return [_row(*row) for row in rows]


def _row(row: SubmittedRecord, unit_name: str, unit_uuid: str) -> RecordRow:
    return RecordRow(
        row.uuid,
        unit_name,
        unit_uuid,
        row.checklist_slug,
        row.checklist_revision,
        row.kind,
        row.state,
        row.finished_at,
        row.received_at,
        row.findings,
    )


def without_unit(session: Session, *, limit: int) -> list[UnplacedRow]:
    """Return the newest records about units that are in nobody's scope: they are on no list."""
    rows = session.execute(
        select(SubmittedRecord, PersonAccount.name)
        .outerjoin(PersonAccount, PersonAccount.id == SubmittedRecord.submitted_by)
        .where(SubmittedRecord.unit_id.is_(None))
        .order_by(SubmittedRecord.id.desc())
        .limit(limit)
    )
    return [_unplaced(row, name or "") for row, name in rows]


def _unplaced(row: SubmittedRecord, carried_by: str) -> UnplacedRow:
    said = domain.from_bytes(jose.payload_of(row.jws))
    return UnplacedRow(
        row.uuid,
        said.unit_name,
        said.unit_credit_code,
        carried_by,
        row.finished_at,
        row.received_at,
    )


def record(session: Session, scope: Scope, uuid: str) -> StoredRecord:
    """Return one record. Raises NotFound when there is none in scope."""
    found = _stored(session, SubmittedRecord.uuid == uuid, scope.condition())
    if found is None:
        raise NotFound(record=uuid)
    return found


def any_record(session: Session, uuid: str) -> StoredRecord | None:
    """Return one record whoever asks: for jobs and verification, never for a page."""
    return _stored(session, SubmittedRecord.uuid == uuid)


def receipt_of(session: Session, scope: Scope, uuid: str, *, person: str, person_id: int) -> str:
    """Return the newest receipt of a record. Raises NotFound.

    For those in whose scope its unit lies, and for whoever carried it in or is named in it:
    a held record may be about a unit that is nobody's.
    """
    found = session.execute(
        select(
            SubmittedRecord.receipt,
            SubmittedRecord.jws,
            SubmittedRecord.submitted_by,
            scope.condition().label("in_scope"),
        )
        .outerjoin(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(SubmittedRecord.uuid == uuid)
    ).one_or_none()
    if found is None:
        raise NotFound(record=uuid)
    if not found.in_scope and found.submitted_by != person_id:
        named = domain.from_bytes(jose.payload_of(found.jws)).people
        if person not in {each.account for each in named}:
            raise NotFound(record=uuid)
    return found.receipt


def receipts_after(session: Session, person_id: int, seq: int) -> list[tuple[str, str]]:
    """Return (record uuid, receipt) of what this person carried in, renewed after `seq`."""
    rows = session.execute(
        select(SubmittedRecord.uuid, SubmittedRecord.receipt)
        .where(SubmittedRecord.submitted_by == person_id, SubmittedRecord.receipt_seq > seq)
        .order_by(SubmittedRecord.receipt_seq)
    )
    return [(row.uuid, row.receipt) for row in rows]


def payloads(session: Session, uuids: Sequence[str]) -> list[domain.Record]:
    """Read some records, for what is told of hazards that the reader may see."""
    rows = session.scalars(select(SubmittedRecord.jws).where(SubmittedRecord.uuid.in_(uuids)))
    return [domain.from_bytes(jose.payload_of(jws)) for jws in rows]


def payload_of(stored: StoredRecord) -> domain.Record:
    """Read a stored record."""
    return domain.from_bytes(stored.payload)


def _stored(session: Session, *conditions: Any) -> StoredRecord | None:
    found = session.execute(
        select(SubmittedRecord, Unit.uuid)
        .outerjoin(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(*conditions)
    ).one_or_none()
    if found is None:
        return None
    row, unit_uuid = found
    missing = session.scalars(
        select(RecordBlob.digest)
        .where(RecordBlob.record_id == row.id, RecordBlob.arrived.is_(False))
        .order_by(RecordBlob.digest)
    )
    return StoredRecord(
        uuid=row.uuid,
        digest=row.digest,
        jws=row.jws,
        state=row.state,
        faults=tuple(Fault(each["code"], each["pointer"]) for each in row.faults),
        missing=tuple(missing),
        received_at=row.received_at,
        seq=row.seq,
        link=row.link,
        unit_uuid=unit_uuid,
        receipt=row.receipt,
    )
