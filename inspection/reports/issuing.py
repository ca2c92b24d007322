"""Issues the report of a complete record (出具报告): the story from stored bytes to the shelf.

May be killed at any point and called again: bytes are kept first, and the row
with its ledger entry is the last thing written, in one transaction. Until then
nothing that was done before counts. How a report looks is `content` and
`pdf`; how it is signed is `signing.seals`.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection import database
from inspection.accounts import devices, people
from inspection.blobs import FilesystemBlobs
from inspection.catalog import Catalog, Library
from inspection.domain.checklist import Checklist
from inspection.domain.problems import NotFound, RecordIncomplete
from inspection.domain.record import Record
from inspection.jobs.confinement import run_confined
from inspection.ledger import chain, checkpoints, journal
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.reports import earlier, outcomes, pdf, proving, shelf
from inspection.reports.content import (
    TITLES,
    InspectedUnit,
    Issuance,
    LedgerProof,
    ReportContent,
    compose,
    report_number,
)
from inspection.reports.engine import Attachment
from inspection.reports.outcomes import Former
from inspection.reports.pdf import Drawing, Material
from inspection.reports.shelf import IssuedReport, ShelvedReport
from inspection.signing import credentials, jose
from inspection.signing.authority import Authority, Identity, PersonKey, Revocation
from inspection.signing.certificates import Attestation, Holder
from inspection.signing.jose import DeviceSignature, EnrolledKey, ServerKey
from inspection.submissions import records
from inspection.submissions.records import COMPLETE, StoredRecord

RECORD_NAME, PROOF_NAME = "record.jws", "ledger-proof.json"
DRAW_SECONDS = 120
DRAW_MEMORY_MB = 1024


@dataclass(frozen=True)
class _Case:
    """Everything that the database knows of one record, read once."""

    stored: StoredRecord
    record: Record
    checklist: Checklist
    unit: UnitFacts
    warrants: dict[str, DeviceSignature]
    keys: dict[str, PersonKey]
    attestations: dict[str, Attestation]
    """Ref of somebody without an account → what stands for the ink."""
    revoked: tuple[Revocation, ...]
    entry: chain.Entry
    checkpoint: checkpoints.Checkpoint
    proof: bytes
    formers: dict[str, Former]


def issue(
    record_uuid: str,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    catalog: Catalog,
    library: Library,
    authority: Authority,
    server_key: ServerKey,
    public_url: str,
    clock: Callable[[], datetime],
) -> ShelvedReport:
    """Issue the report of this record, or return the one that was issued before.

    Raises NotFound, RecordIncomplete, GlyphMissing, WarrantMissing or WorkOverrun.
    """
    with database.reading(engine) as session:
        issued = shelf.of_record(session, record_uuid)
    if issued is not None:
        return issued
    issued_at = clock()
    with database.writing(engine) as session:
        case = _opened(
            session,
            record_uuid,
            catalog=catalog,
            library=library,
            authority=authority,
            key=server_key,
            at=issued_at,
        )
    issuance = _issuance(case, authority, public_url, issued_at)
    material = _material(case, issuance, server_key, blobs)
    drawing: Drawing = run_confined(
        pdf.draw, material, seconds=DRAW_SECONDS, memory_mb=DRAW_MEMORY_MB
    )
    used_at = clock()
    inks = _certified_inks(case, material.content, authority, at=used_at)
    with database.writing(engine) as session:
        uses = _not_told_before(session, case, _uses(case, material.content, issuance, inks))
        if uses:
            journal.append(session, uses, at=used_at)
    sealed = _sealed(case, material.content, drawing, authority, inks, at=clock())
    digest = blobs.keep(sealed)
    with database.writing(engine) as session:
        return _shelved(session, case, issuance, digest, len(sealed), drawing.pages, at=clock())


def _opened(
    session: Session,
    record_uuid: str,
    *,
    catalog: Catalog,
    library: Library,
    authority: Authority,
    key: ServerKey,
    at: datetime,
) -> _Case:
    """Read the record and what belongs to it; take the checkpoint that the report carries."""
    stored = records.any_record(session, record_uuid)
    if stored is None:
        raise NotFound(record=record_uuid)
    if stored.state != COMPLETE or stored.unit_uuid is None:
        raise RecordIncomplete(state=stored.state, missing=list(stored.missing))
    verified = jose.verify_record(stored.jws, lambda kid: _key_ever_enrolled(session, kid))
    warrants = {each.person: each for each in verified.signatures}
    record = records.payload_of(stored)
    entry = journal.entry(session, stored.seq)
    assert entry is not None, "a stored record has its ledger entry"
    checkpoint = checkpoints.take(session, key=key, at=at)
    unit = directory.unit(session, stored.unit_uuid)
    checklist = catalog.revision(record.checklist_slug, record.checklist_revision)
    return _Case(
        stored=stored,
        record=record,
        checklist=library.narrowed(checklist, unit.sector),
        unit=unit,
        warrants=warrants,
        keys=_pdf_keys(session, warrants, authority, at),
        attestations=_attestations(record, stored.digest, verified.signatures),
        revoked=credentials.revocations(session),
        entry=entry,
        checkpoint=checkpoint,
        proof=proving.proof_text(session, stored, checkpoint=checkpoint, key=key),
        formers=earlier.formers(session, record, before_seq=stored.seq),
    )


def _key_ever_enrolled(session: Session, kid: str) -> EnrolledKey | None:
    """A key revoked since still signed what it signed: intake decided that, once."""
    known = devices.key(session, kid)
    return known.enrolled if known else None


def _pdf_keys(
    session: Session, persons: Iterable[str], authority: Authority, at: datetime
) -> dict[str, PersonKey]:
    """Return each person's PDF key; one that has run out is replaced while the account is active.

    Without one the report shows the person's ink and grade, and has no field for them.
    """
    keys = {}
    for person in persons:
        known = credentials.find(session, person, at=at)
        actor = None if known else people.actor(session, person)
        if actor is not None:
            holder = Holder(actor.uuid, actor.name, actor.badge, actor.unit_name)
            known = credentials.enrol(session, holder, authority=authority, at=at)
        if known is not None:
            keys[person] = known
    return keys


def _attestations(
    record: Record, digest: str, signatures: Iterable[DeviceSignature]
) -> dict[str, Attestation]:
    """Return what stands for the ink of each person without an account who signed, or had it done.

    An inspector is never among them: an inspector's own device key signs, or nothing does.
    """
    witnesses = tuple(each.kid for each in signatures)
    found = {}
    for signing in record.signings:
        person = record.person(signing.person)
        if person is None or person.account is not None or person.role == "inspector":
            continue
        if signing.ink is not None and signing.outcome in ("signed", "deputy"):
            hand = signing.deputy_name or person.name
            found[person.ref] = Attestation(hand, digest, signing.ink.sha256, witnesses)
    return found


def report_uuid(record_uuid: str) -> str:
    """The report's uuid follows from the record's, so that a second try gives the same QR code."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:zhencha:report:{record_uuid}"))


def _issuance(case: _Case, authority: Authority, public_url: str, at: datetime) -> Issuance:
    itself = report_uuid(case.stored.uuid)
    return Issuance(
        uuid=itself,
        number=report_number(case.entry.seq, case.entry.at),
        issued_at=at,
        organisation=authority.organisation,
        verify_url=f"{public_url}/verify/{itself}",
        record_digest=case.stored.digest,
        jws_digest=hashlib.sha256(case.stored.jws).hexdigest(),
        **_clock(authority),
    )


def _clock(authority: Authority) -> dict[str, str]:
    """Name the time server, where it is not the built-in one that reports name by default."""
    server = authority.time_server
    return {"clock": f"第三方时间戳服务 {server.host} "} if server else {}


def _material(
    case: _Case, issuance: Issuance, server_key: ServerKey, blobs: FilesystemBlobs
) -> Material:
    proof = LedgerProof(
        case.entry,
        case.checkpoint.jws,
        case.checkpoint.seq,
        case.checkpoint.link,
        tuple(server_key.public_jwk.items()),
    )
    content = compose(
        case.record,
        case.checklist,
        InspectedUnit(case.unit.address, case.unit.principal, case.unit.phone, case.unit.sector),
        proof=proof,
        issuance=issuance,
        signed_by=frozenset(case.warrants),
        certified=frozenset(case.keys),
        attested=frozenset(case.attestations),
    )
    if case.record.reinspected:
        content = outcomes.with_outcomes(content, case.record, case.checklist, case.formers)
    inks = {each.ink for each in content.signatures if each.ink}
    return Material(
        content=content,
        attachments=(
            Attachment(RECORD_NAME, "各签名人签署的原始记录（JWS）", case.stored.jws),
            Attachment(PROOF_NAME, "台账凭证", case.proof),
        ),
        inks={digest: blobs.read(digest) for digest in sorted(inks)},
        # Earlier photos of a hazard may still be on another tablet.
        photos={
            each.digest: blobs.read(each.digest)
            for each in content.pictures
            if blobs.has(each.digest)
        },
    )


def _certified_inks(
    case: _Case, content: ReportContent, authority: Authority, *, at: datetime
) -> dict[str, Identity]:
    """Make the certificate and key for each ink that signs; they are kept nowhere."""
    return {
        block.field: authority.attest(case.attestations[block.ref], at=at)
        for block in content.signers
        if not block.person
    }


def _sealed(
    case: _Case,
    content: ReportContent,
    drawing: Drawing,
    authority: Authority,
    inks: Mapping[str, Identity],
    *,
    at: datetime,
) -> bytes:
    # pyHanko and what it brings take half a second to load, and only the worker seals.
    from inspection.signing import seals

    witnesses = tuple(case.warrants.values())
    signers = [
        seals.Signer(
            field=block.field,
            appearance=drawing.appearances[block.field],
            key=case.keys[block.person],
            warrant=case.warrants.get(block.person),
        )
        if block.person
        else seals.Attested(
            field=block.field,
            appearance=drawing.appearances[block.field],
            identity=inks[block.field],
            warrants=witnesses,
        )
        for block in content.signers
    ]
    return seals.seal_report(drawing.pdf, signers, authority=authority, revoked=case.revoked, at=at)


def _uses(
    case: _Case, content: ReportContent, issuance: Issuance, inks: Mapping[str, Identity]
) -> list[Event]:
    """Each use of a key for somebody, written down before the key is used."""
    about = {
        "record": case.stored.uuid,
        "record_digest": case.stored.digest,
        "report": issuance.uuid,
    }
    of_people = [
        Event(
            "key.used",
            {
                "person": block.person,
                "certificate": case.keys[block.person].serial,
                "warrant": case.warrants[block.person].kid,
                **about,
            },
            subject=block.person,
        )
        for block in content.signers
        if block.person
    ]
    return of_people + [
        Event(
            "ink.attested",
            {
                "field": block.field,
                "ink": block.ink,
                "certificate": inks[block.field].serial,
                "warrants": list(case.attestations[block.ref].attested_by),
                **about,
            },
            subject=case.stored.uuid,
        )
        for block in content.signers
        if not block.person
    ]


def _not_told_before(session: Session, case: _Case, uses: Sequence[Event]) -> list[Event]:
    """Leave out what an earlier try of this report wrote down: one report is one use of a key."""
    people = [each.subject for each in uses]
    before = journal.head(session)[0] + 1
    told = journal.about_any(session, people, kind="key.used", after=case.entry.seq, before=before)
    bodies = {each.body for each in told}
    return [each for each in uses if chain.body_text(each.body) not in bodies]


def _shelved(
    session: Session,
    case: _Case,
    issuance: Issuance,
    digest: str,
    size: int,
    pages: int,
    *,
    at: datetime,
) -> ShelvedReport:
    """Write the row and the entry report.issued; the report counts from here on."""
    journal.lock(session)
    first = shelf.of_record(session, case.stored.uuid)
    if first is not None:
        return first  # another worker, after our claim had expired
    body = {
        "report": issuance.uuid,
        "number": issuance.number,
        "record": case.stored.uuid,
        "record_digest": case.stored.digest,
        "sha256": digest,
        "size": size,
        "checkpoint": case.checkpoint.seq,
    }
    entry = journal.append(session, [Event("report.issued", body, subject=case.stored.uuid)], at=at)
    session.add(
        IssuedReport(
            uuid=issuance.uuid,
            record_uuid=case.stored.uuid,
            record_digest=case.stored.digest,
            number=issuance.number,
            unit_id=case.unit.id,
            title=TITLES[case.record.kind],
            checklist_title=case.checklist.title.zh,
            organisation=issuance.organisation,
            issued_at=issuance.issued_at,
            sha256=digest,
            size=size,
            pages=pages,
            seq=entry[0].seq,
            reserved=True,
        )
    )
    session.flush()
    shelved = shelf.of_record(session, case.stored.uuid)
    assert shelved is not None
    return shelved
