"""The one door for records: a list of calls. Rules live in `domain/`, bytes in `blobs/`.

In two halves, so that nothing slow happens while the ledger is held:
`examine` verifies and reads (no lock, no write), `accept` writes in one short
transaction. What belongs to a kind of check goes into `domain/answers.py`, not here.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from inspection.accounts import devices, people
from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.blobs import FilesystemBlobs
from inspection.catalog import Catalog
from inspection.database import table_of
from inspection.domain import answers, ink, traits
from inspection.domain import record as domain
from inspection.domain.answers import Fault
from inspection.domain.checklist import Checklist
from inspection.domain.problems import (
    KeyRevoked,
    PayloadMalformed,
    RecordExcessive,
    RecordTooLarge,
    RecordUuidMismatch,
)
from inspection.domain.record import Record
from inspection.hazards import awaiting, enquiries, findings, register
from inspection.jobs import queue
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.signing import jose
from inspection.signing.jose import DeviceSignature, EnrolledKey, ServerKey
from inspection.submissions.receipts import Held, receipt
from inspection.submissions.records import (
    COMPLETE,
    HELD,
    INCOMPLETE,
    RecordBlob,
    RecordTrait,
    SubmittedRecord,
)
from inspection.upkeep import register as upkeep

LARGEST_BYTES = 1024 * 1024
REPORT_JOB = "report.issue"


@dataclass(frozen=True)
class Examined:
    """A record whose signatures verify, with everything that was found out about it."""

    record: Record
    jws: bytes
    jws_digest: str
    digest: str
    signatures: tuple[DeviceSignature, ...]
    unit_id: int | None
    checklist: Checklist | None
    faults: tuple[Fault, ...]
    inks_seen: frozenset[str]


@dataclass(frozen=True)
class Acceptance:
    """How handing in ended: `new`, `repeat` of the same bytes, or `conflict` with other bytes."""

    outcome: Literal["new", "repeat", "conflict"]
    receipt: str
    held: bool


def examine(
    session: Session, uuid: str, jws: bytes, *, catalog: Catalog, blobs: FilesystemBlobs
) -> Examined:
    """Verify the signatures and read the record; writes nothing.

    Raises RecordTooLarge, JwsMalformed, KeyUnknown, KeyRevoked, SignatureInvalid,
    PayloadMalformed, RecordExcessive or RecordUuidMismatch: the bytes are no record of ours.
    Content that does not fit is returned as faults.
    """
    if len(jws) > LARGEST_BYTES:
        raise RecordTooLarge(largest=LARGEST_BYTES)
    verified = jose.verify_record(jws, lambda kid: _usable_key(session, kid))
    try:
        record = domain.from_bytes(verified.payload)
    except domain.Excessive as error:
        raise RecordExcessive(pointer=error.pointer, most=error.most) from error
    except domain.Malformed as error:
        raise PayloadMalformed(pointer=error.pointer) from error
    if record.uuid != uuid:
        raise RecordUuidMismatch(inside=record.uuid)
    checklist, list_faults = _checklist(record, catalog)
    unit_id, unit_faults = _unit(session, record, verified.signatures)
    seen, ink_faults = _inks(record, blobs)
    return Examined(
        record=record,
        jws=jws,
        jws_digest=hashlib.sha256(jws).hexdigest(),
        digest=hashlib.sha256(verified.payload).hexdigest(),
        signatures=verified.signatures,
        unit_id=unit_id,
        checklist=checklist,
        inks_seen=seen,
        faults=(*unit_faults, *list_faults, *_unsigned(record, verified.signatures), *ink_faults),
    )


def _usable_key(session: Session, kid: str) -> EnrolledKey | None:
    known = devices.key(session, kid)
    if known is not None and known.revoked_at is not None:
        raise KeyRevoked(kid=kid)
    return known.enrolled if known else None


def _checklist(record: Record, catalog: Catalog) -> tuple[Checklist | None, tuple[Fault, ...]]:
    checklist = catalog.find(record.checklist_slug, record.checklist_revision)
    if checklist is None:
        known = any(each.slug == record.checklist_slug for each in catalog.current())
        code = "revision_unpublished" if known else "checklist_unknown"
        return None, (Fault(code, "/checklist"),)
    if checklist.digest != record.checklist_digest:
        return checklist, (Fault("checklist_digest_mismatch", "/checklist/digest"),)
    return checklist, answers.faults(record, checklist)


_SIGNED_BY = {
    "inspection": Permission.ASSIST,
    "reinspection": Permission.INSPECT,
    "self_inspection": Permission.SELF_INSPECT,
}


def _unit(
    session: Session, record: Record, signatures: tuple[DeviceSignature, ...]
) -> tuple[int | None, tuple[Fault, ...]]:
    """Find the unit, and whether every signer may sign this kind of record about it.

    Assigned is what was assigned when the visit ended: records come in later. Experts sign
    beside two officers, never instead of one.
    """
    unit = directory.whereabouts(session, record.unit_uuid)
    if unit is None:
        return None, (Fault("unit_unknown", "/unit/uuid"),)
    signers = [people.actor(session, each.person, at=record.finished_at) for each in signatures]

    def may(signer: Actor | None, permission: Permission) -> bool:
        return signer is not None and signer.scope(permission).holds(unit.path, unit.supervisor_id)

    if not all(may(signer, _SIGNED_BY[record.kind]) for signer in signers):
        return unit.id, (Fault("unit_out_of_scope", "/unit/uuid"),)
    officers = sum(may(signer, Permission.INSPECT) for signer in signers)
    experts = record.kind == "inspection" and officers < len(signers)
    if experts and officers < answers.INSPECTORS_NEEDED[record.kind] <= len(signers):
        return unit.id, (Fault("inspectors_missing", "/people"),)
    return unit.id, ()


def _unsigned(record: Record, signatures: tuple[DeviceSignature, ...]) -> list[Fault]:
    """Compare who is said to have signed with whose device signatures lie over these bytes."""
    signed = {signature.person for signature in signatures}
    roles = {(person.account, person.role) for person in record.people}
    strangers = [s for s in signatures if (s.person, s.role) not in roles]
    doubled = len(signed) < len(signatures)
    unnamed = [Fault("signature_unnamed", "/people")] if strangers or doubled else []
    return unnamed + [
        Fault("signature_missing", f"/people/{index}")
        for index, person in enumerate(record.people)
        if person.account in answers.signing_accounts(record) and person.account not in signed
    ]


def _inks(record: Record, blobs: FilesystemBlobs) -> tuple[frozenset[str], list[Fault]]:
    """Look at the ink that has arrived; what has not is looked at when it does."""
    seen, faults = set(), []
    for index, signing in enumerate(record.signings):
        if signing.ink and blobs.has(signing.ink.sha256):
            seen.add(signing.ink.sha256)
            if _is_blank(blobs.read(signing.ink.sha256)):
                faults.append(Fault("ink_blank", f"/signatures/{index}/ink"))
    return frozenset(seen), faults


def _is_blank(data: bytes) -> bool:
    try:
        return ink.is_blank(ink.from_bytes(data))
    except ValueError:
        return True


def accept(
    session: Session,
    examined: Examined,
    *,
    submitted_by: int,
    blobs: FilesystemBlobs,
    key: ServerKey,
    at: datetime,
) -> Acceptance:
    """Write an examined record, its ledger entries and its hazards in the caller's transaction.

    The same bytes again change nothing and give the same receipt. Other bytes
    under the same uuid change nothing here; the caller keeps them in quarantine.
    """
    head = journal.lock(session)  # a blob that arrives from here on waits in `note_arrival`
    # Asked under the lock: the same record may have come in twice at once.
    known = repeated(session, examined.record.uuid, examined.jws_digest)
    if known is not None:
        return known
    missing = tuple(d for d in examined.record.blob_digests if not blobs.has(d))
    examined = _with_standing(session, _with_late_inks(examined, missing, blobs))
    entries = journal.append(session, _events(examined), at=at, after=head)
    held = Held(
        examined.record.uuid,
        examined.digest,
        examined.jws_digest,
        examined.faults,
        missing,
        entries[0].seq,
        entries[0].link,
        at,
    )
    text = receipt(held, key=key)
    _insert(session, examined, held, text, submitted_by)
    register.apply(session, entries)
    upkeep.VIEW.apply(session, entries)
    awaiting.tell(session, entries, at=at)
    if not examined.faults and not missing:
        _ask_for_report(session, examined.record.uuid, at)
    return Acceptance("new", text, bool(examined.faults))


_record = table_of(SubmittedRecord)
_KNOWN = select(_record.c.jws_digest, _record.c.receipt, _record.c.state).where(
    _record.c.uuid == bindparam("uuid")
)
_ADD_RECORD = insert(_record).returning(_record.c.id)
_ADD_BLOBS = insert(table_of(RecordBlob))
_ADD_TRAITS = insert(table_of(RecordTrait))


def repeated(session: Session, uuid: str, jws_digest: str) -> Acceptance | None:
    """Return how a record with this uuid was answered before, or None when it is new.

    Asked before any check: what was once acknowledged stays acknowledged, even
    when its key has been revoked since.
    """
    known = session.execute(_KNOWN, {"uuid": uuid}).one_or_none()
    if known is None:
        return None
    same = known.jws_digest == jws_digest
    return Acceptance("repeat" if same else "conflict", known.receipt, known.state == HELD)


def _events(examined: Examined) -> list[Event]:
    record = examined.record
    body = {
        "record": record.uuid,
        "digest": examined.digest,
        "jws_digest": examined.jws_digest,
        "kind": record.kind,
        "unit": record.unit_uuid,
        "checklist": {
            "slug": record.checklist_slug,
            "revision": record.checklist_revision,
            "digest": record.checklist_digest,
        },
        "signed_by": [{"person": s.person, "kid": s.kid} for s in examined.signatures],
        "finished_at": record.finished_at.isoformat(),
        "faults": [{"code": f.code, "pointer": f.pointer} for f in examined.faults],
    }
    kind = "record.held" if examined.faults else "record.accepted"
    events = [Event(kind, body, subject=record.uuid)]
    if not examined.faults and examined.checklist is not None:
        events += findings.raised_by(record, examined.checklist)
        events += findings.looked_at_again_by(record)
    return events


def _with_late_inks(
    examined: Examined, missing: tuple[str, ...], blobs: FilesystemBlobs
) -> Examined:
    """Look at ink that arrived between examining and now."""
    inks = {s.ink.sha256 for s in examined.record.signings if s.ink}
    unseen = inks - examined.inks_seen - set(missing)
    if not unseen:
        return examined
    fresh = [each for each in _inks(examined.record, blobs)[1] if each not in examined.faults]
    return replace(examined, faults=(*examined.faults, *fresh))


def _with_standing(session: Session, examined: Examined) -> Examined:
    """Ask the register about hazards that were looked at again: the first to arrive counts."""
    looked_at = [each.hazard for each in examined.record.reinspected]
    if not looked_at:
        return examined
    faults = answers.standing_faults(examined.record, enquiries.standings(session, looked_at))
    return replace(examined, faults=(*examined.faults, *faults))


def _insert(session: Session, examined: Examined, held: Held, text: str, submitted_by: int) -> None:
    record = examined.record
    state = HELD if held.faults else INCOMPLETE if held.missing else COMPLETE
    record_id = session.execute(
        _ADD_RECORD,
        {
            "uuid": record.uuid,
            "digest": held.digest,
            "jws_digest": held.jws_digest,
            "jws": examined.jws,
            "state": state,
            "kind": record.kind,
            "faults": [{"code": f.code, "pointer": f.pointer} for f in held.faults],
            "unit_id": examined.unit_id,
            "checklist_slug": record.checklist_slug,
            "checklist_revision": record.checklist_revision,
            "findings": len(record.findings),
            "finished_at": record.finished_at,
            "received_at": held.received_at,
            "submitted_by": submitted_by,
            "seq": held.seq,
            "link": held.link,
            "receipt": text,
            "receipt_seq": held.seq,
        },
    ).scalar_one()
    if record.blob_digests:
        session.execute(
            _ADD_BLOBS,
            [
                {"record_id": record_id, "digest": d, "arrived": d not in held.missing}
                for d in record.blob_digests
            ],
        )
    if found := traits.of(record):
        session.execute(_ADD_TRAITS, [{"record_id": record_id, "trait": each} for each in found])


def report_job_key(record_uuid: str) -> str:
    """The key of the job that issues this record's report: one job, however often it is asked."""
    return f"{REPORT_JOB}:{record_uuid}"


def _ask_for_report(session: Session, record_uuid: str, at: datetime) -> None:
    key = report_job_key(record_uuid)
    queue.enqueue(session, REPORT_JOB, {"record": record_uuid}, key=key, at=at)


@dataclass(frozen=True)
class _Completion:
    """A waiting record and what became of it when its last blob arrived."""

    row: SubmittedRecord
    record: Record
    missing: tuple[str, ...]
    faults: tuple[Fault, ...]


def is_awaited(session: Session, digest: str) -> bool:
    """Whether a record still waits for this file, although its bytes may be here already.

    A server that dies after keeping the last piece has not said so to the records yet;
    tablets ask before they send, so asking has to lead to `note_arrival` as well.
    """
    waiting = select(RecordBlob.record_id).where(
        RecordBlob.digest == digest, RecordBlob.arrived.is_(False)
    )
    return session.execute(waiting.limit(1)).first() is not None


def note_arrival(
    session: Session, digest: str, *, blobs: FilesystemBlobs, key: ServerKey, at: datetime
) -> None:
    """A blob is whole: renew the receipts of the records that waited for it.

    A record whose last file this was is complete, unless its ink turns out to be
    blank: then it is held, and says so.
    """
    journal.lock(session)  # after any `accept` that did not see the blob, see there
    waiting = session.scalars(
        select(SubmittedRecord)
        .join(RecordBlob, RecordBlob.record_id == SubmittedRecord.id)
        .where(RecordBlob.digest == digest, RecordBlob.arrived.is_(False))
    ).all()
    session.execute(
        update(RecordBlob)
        .where(RecordBlob.digest == digest)
        .values(arrived=True)
        .execution_options(synchronize_session=False)
    )
    for row in waiting:
        _renew(session, _completion(session, row, blobs), key=key, at=at)


def _completion(session: Session, row: SubmittedRecord, blobs: FilesystemBlobs) -> _Completion:
    missing = tuple(
        session.scalars(
            select(RecordBlob.digest).where(
                RecordBlob.record_id == row.id, RecordBlob.arrived.is_(False)
            )
        )
    )
    record = domain.from_bytes(jose.payload_of(row.jws))
    known = tuple(Fault(each["code"], each["pointer"]) for each in row.faults)
    fresh = [fault for fault in _inks(record, blobs)[1] if fault not in known]
    return _Completion(row, record, missing, (*known, *fresh))


def _renew(session: Session, completion: _Completion, *, key: ServerKey, at: datetime) -> None:
    row, was_held = completion.row, completion.row.state == HELD
    row.state = HELD if completion.faults else INCOMPLETE if completion.missing else COMPLETE
    row.faults = [{"code": f.code, "pointer": f.pointer} for f in completion.faults]
    event = _turning_point(completion, was_held)
    if event is not None:
        upkeep.VIEW.apply(session, journal.append(session, [event], at=at))
    if row.state == COMPLETE:
        _ask_for_report(session, row.uuid, at)
    row.receipt_seq = journal.head(session)[0]
    row.receipt = receipt(
        Held(
            row.uuid,
            row.digest,
            row.jws_digest,
            completion.faults,
            completion.missing,
            row.seq,
            row.link,
            row.received_at,
        ),
        key=key,
    )


def _turning_point(completion: _Completion, was_held: bool) -> Event | None:
    row = completion.row
    body: dict[str, Any] = {"record": row.uuid, "digest": row.digest}
    if row.state == HELD and not was_held:
        return Event("record.held", {**body, "faults": row.faults}, subject=row.uuid)
    if row.state == COMPLETE:
        return Event("record.completed", body, subject=row.uuid)
    return None
