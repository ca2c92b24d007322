"""Whether a document in hand is a report of ours, whole and unaltered (核验结论).

Compares what the file says of itself with what was issued and with the ledger,
and gives facts with stable codes and three values; sentences are made at the
edge (`edge.verdicts`). Never a bare tick: what was not checked is listed too.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inspection.accounts import devices
from inspection.blobs import FilesystemBlobs
from inspection.domain import record as domain
from inspection.domain.problems import (
    BlobUnknown,
    DocumentTooLarge,
    JwsMalformed,
    KeyMalformed,
    KeyUnknown,
    SignatureInvalid,
    WorkOverrun,
)
from inspection.domain.record import Record
from inspection.jobs.confinement import run_confined
from inspection.ledger import chain, journal
from inspection.reports import shelf
from inspection.reports.issuing import PROOF_NAME, RECORD_NAME
from inspection.reports.shelf import ShelvedReport
from inspection.signing import credentials, jose
from inspection.signing.authority import Authority
from inspection.signing.facts import Examination, Outcome, SignatureFacts, worst
from inspection.signing.jose import EnrolledKey, ServerKey

LARGEST_BYTES = 50 * 1024 * 1024
EXAMINE_SECONDS = 60
EXAMINE_MEMORY_MB = 768
NOT_CHECKED = ("hand_identity", "device_clock", "truth_of_content")
_NUMBER = re.compile("检记〔[0-9]{4}〕[0-9]{6,12}号")

PASSED, FAILED, INDETERMINATE = Outcome.PASSED, Outcome.FAILED, Outcome.INDETERMINATE


@dataclass(frozen=True)
class Fact:
    """One thing found out: a stable code, its outcome, and values for the sentence."""

    code: str
    outcome: Outcome
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SignerLine:
    """One signature of the PDF, as the verify page lists it."""

    field: str
    kind: str
    name: str
    organisation: str
    role: str
    stamped_at: datetime | None
    device_signed_at: datetime | None
    covers_all: bool
    outcome: Outcome


@dataclass(frozen=True)
class Verdict:
    """The outcome, the facts that led to it, and what nobody looked at.

    `covers` says how much of the file the signatures speak for: `entire_file`,
    `part` or `nothing`.
    """

    outcome: Outcome
    facts: tuple[Fact, ...]
    signers: tuple[SignerLine, ...]
    covers: str
    not_checked: tuple[str, ...]
    sha256: str
    report: shelf.PublicReport | None


def examine_document(
    session: Session,
    data: bytes,
    *,
    blobs: FilesystemBlobs,
    authority: Authority,
    server_key: ServerKey,
    at: datetime,
) -> Verdict:
    """Examine a file from outside. Raises DocumentTooLarge; everything else is a fact."""
    if len(data) > LARGEST_BYTES:
        raise DocumentTooLarge(largest=LARGEST_BYTES)
    from inspection.signing.examination import examine  # slow to load: see signing/facts.py

    digest = hashlib.sha256(data).hexdigest()
    trust = authority.trust(revoked=credentials.revocations(session), at=at)
    try:
        found: Examination = run_confined(
            examine, data, trust, at, seconds=EXAMINE_SECONDS, memory_mb=EXAMINE_MEMORY_MB
        )
    except WorkOverrun:
        return _verdict([Fact("examination_overrun", INDETERMINATE)], (), "nothing", digest, None)
    if found.trouble == "not_a_pdf":
        return _verdict([Fact("not_a_pdf", FAILED)], (), "nothing", digest, None)
    report = _report_of(session, data, digest, found)
    inside = _Inside(session, found, report)
    facts = [
        _issued(report, found),
        *_bytes(data, digest, report, blobs),
        *_signatures(found),
        *inside.facts(blobs, server_key),
    ]
    signers = tuple(inside.signer(each) for each in found.signatures)
    return _verdict(facts, signers, _covers(found), digest, _public(session, report))


def _verdict(
    facts: list[Fact],
    signers: tuple[SignerLine, ...],
    covers: str,
    digest: str,
    report: shelf.PublicReport | None,
) -> Verdict:
    outcome = worst(*(fact.outcome for fact in facts))
    return Verdict(outcome, tuple(facts), signers, covers, NOT_CHECKED, digest, report)


def _public(session: Session, report: ShelvedReport | None) -> shelf.PublicReport | None:
    return shelf.public_facts(session, report.uuid) if report else None


def _covers(found: Examination) -> str:
    if not found.signatures:
        return "nothing"
    return "entire_file" if found.covered_to_the_end else "part"


def _report_of(
    session: Session, data: bytes, digest: str, found: Examination
) -> ShelvedReport | None:
    """Find the report that this file is, or claims to be: by bytes, by record, by number."""
    exact = shelf.with_digest(session, digest)
    if exact is not None:
        return exact
    jws = found.attachment(RECORD_NAME)
    record = _record(jws) if jws else None
    if record is not None:
        return shelf.of_record(session, record.uuid)
    # a damaged file: its number still stands in the metadata, as plain text
    stated = _NUMBER.search(data.decode("utf-8", errors="ignore"))
    return shelf.with_number(session, stated.group()) if stated else None


def _record(jws: bytes) -> Record | None:
    try:
        return domain.from_bytes(jose.payload_of(jws))
    except (JwsMalformed, domain.Malformed):
        return None


def _issued(report: ShelvedReport | None, found: Examination) -> Fact:
    if report is not None:
        details = {
            "number": report.number,
            "organisation": report.organisation,
            "issued_at": report.issued_at.isoformat(),
            "report": report.uuid,
            "title": report.title,
        }
        return Fact("issued_here", PASSED, details)
    ours = any(each.kind == "seal" and each.outcome == PASSED for each in found.signatures)
    if ours:  # our seal, but the shelf does not know it: a lost row, or another server's shelf
        return Fact("seal_without_report", INDETERMINATE)
    return Fact("not_issued_here", FAILED)


def _bytes(
    data: bytes, digest: str, report: ShelvedReport | None, blobs: FilesystemBlobs
) -> Iterator[Fact]:
    """Compare with the bytes that were issued: the only way to see a roll-back."""
    if report is None:
        return
    if digest == report.sha256:
        yield Fact("bytes_as_issued", PASSED, {"sha256": digest, "size": report.size})
        return
    details = {"expected": report.sha256, "found": digest}
    try:
        issued = blobs.read(report.sha256)
    except BlobUnknown:
        yield Fact("issued_bytes_lost", INDETERMINATE, details)
        return
    if issued.startswith(data):
        yield Fact("rolled_back", FAILED, {**details, "missing": len(issued) - len(data)})
    elif data.startswith(issued):
        yield Fact("bytes_after_end", FAILED, {**details, "extra": len(data) - len(issued)})
    else:
        first_at = _first_difference(issued, data)
        yield Fact("bytes_altered", FAILED, {**details, "first_at": first_at})


def _first_difference(issued: bytes, data: bytes) -> int:
    low, high = 0, min(len(issued), len(data))
    while low < high:  # the longest common prefix, by halves
        middle = (low + high + 1) // 2
        if issued[:middle] == data[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _signatures(found: Examination) -> Iterator[Fact]:
    if found.trouble:
        yield Fact("unreadable", FAILED)
        return
    if not found.signatures:
        yield Fact("unsigned", FAILED)
        return
    for each in found.signatures:
        yield from _questions(each)
    if found.unsigned_fields:
        yield Fact("fields_unsigned", FAILED, {"fields": list(found.unsigned_fields)})
    last = found.signatures[-1]
    code = "whole_file_covered" if found.covered_to_the_end else "whole_file_not_covered"
    yield Fact(code, PASSED if found.covered_to_the_end else FAILED, {"field": last.field})


def _questions(signature: SignatureFacts) -> Iterator[Fact]:
    details = {
        "field": signature.field,
        "name": signature.name,
        "stamped_at": signature.stamped_at.isoformat() if signature.stamped_at else None,
        "covers": "entire_file" if signature.covers_all else "revision",
    }
    if signature.outcome == PASSED:
        yield Fact(f"{signature.kind}_signature_valid", PASSED, details)
        return
    asked = {
        "signature_broken": signature.intact,
        "certificate_not_trusted": signature.trusted,
        "time_not_trusted": signature.timed,
        "changed_after_signature": signature.unchanged,
    }
    if signature.intact == FAILED:
        yield Fact("signature_broken", FAILED, details)
        return
    for code, outcome in asked.items():
        if outcome != PASSED:
            yield Fact(code, outcome, details)


class _Inside:
    """What the report carries inside: the signed record, the ledger proof, photos by digest."""

    def __init__(self, session: Session, found: Examination, report: ShelvedReport | None) -> None:
        self._session = session
        self._found = found
        self._report = report
        self._jws = found.attachment(RECORD_NAME)
        self._record = _record(self._jws) if self._jws else None
        self._times: dict[str, datetime] = {}

    def facts(self, blobs: FilesystemBlobs, server_key: ServerKey) -> Iterator[Fact]:
        """Examine the record, its device signatures, its place in the ledger and its photos."""
        if self._found.trouble or self._report is None:
            return
        if self._jws is None or self._record is None:
            yield Fact("record_missing", FAILED)
            return
        digest = hashlib.sha256(jose.payload_of(self._jws)).hexdigest()
        same = digest == self._report.record_digest
        yield Fact(
            "record_as_accepted" if same else "record_differs",
            _either(same),
            {"record": self._record.uuid, "digest": digest},
        )
        yield from self._device_signatures()
        yield from self._ledger(digest, server_key)
        yield from self._photos(blobs)

    def _device_signatures(self) -> Iterator[Fact]:
        assert self._jws is not None
        try:
            verified = jose.verify_record(self._jws, self._key)
        except (JwsMalformed, KeyUnknown, SignatureInvalid, KeyMalformed) as problem:
            yield Fact("device_signature_broken", FAILED, {"kid": problem.details.get("kid", "")})
            return
        for each in verified.signatures:
            self._times[each.person] = each.signed_at
            yield Fact(
                "device_signature_valid",
                PASSED,
                {
                    "name": self._name(each.person),
                    "role": each.role,
                    "kid": each.kid,
                    "signed_at": each.signed_at.isoformat(),
                },
            )

    def _key(self, kid: str) -> EnrolledKey | None:
        known = devices.key(self._session, kid)
        return known.enrolled if known else None

    def _name(self, account: str) -> str:
        return next((p.name for p in self._people if p.account == account), "")

    @property
    def _people(self) -> tuple[domain.Person, ...]:
        return self._record.people if self._record else ()

    def _ledger(self, digest: str, server_key: ServerKey) -> Iterator[Fact]:
        entry, checkpoint = _proof(self._found.attachment(PROOF_NAME))
        if entry is None:
            yield Fact("ledger_proof_missing", FAILED)
            return
        again = chain.follow(entry.prev_link, entry.seq, entry.kind, entry.body, entry.recorded_at)
        sound = (
            again.link == entry.link
            and entry == journal.entry(self._session, entry.seq)
            and json.loads(entry.body).get("digest") == digest
        )
        yield Fact(
            "ledger_entry_matches" if sound else "ledger_entry_differs",
            _either(sound),
            {"seq": entry.seq, "link": entry.link, "recorded_at": entry.recorded_at},
        )
        yield self._checkpoint(checkpoint, server_key)

    def _checkpoint(self, checkpoint: str, server_key: ServerKey) -> Fact:
        try:
            claims = jose.verify_compact(checkpoint, server_key.public_jwk)
        except (JwsMalformed, SignatureInvalid, KeyMalformed):
            return Fact("checkpoint_broken", FAILED)
        ours = journal.entry(self._session, claims["seq"])
        same = ours is not None and ours.link == claims["link"]
        return Fact(
            "checkpoint_matches" if same else "checkpoint_differs",
            _either(same),
            {"seq": claims["seq"], "taken_at": claims["taken_at"]},
        )

    def _photos(self, blobs: FilesystemBlobs) -> Iterator[Fact]:
        assert self._record is not None
        wanted = self._record.blob_digests
        bad = [digest for digest in wanted if not _sound(blobs, digest)]
        if bad:
            yield Fact("photos_differ", FAILED, {"digests": bad})
        else:
            yield Fact("photos_match", PASSED, {"files": len(wanted)})

    def signer(self, signature: SignatureFacts) -> SignerLine:
        """Describe one signature of the PDF, with the role that the record gives the person."""
        account = signature.person or None
        known = (each for each in self._people if account and each.account == account)
        person = next(known, None)
        return SignerLine(
            field=signature.field,
            kind=signature.kind,
            name=person.name if person else signature.name,
            organisation=signature.organisation,
            role=person.role if person else signature.kind,
            stamped_at=signature.stamped_at,
            device_signed_at=self._times.get(signature.person),
            covers_all=signature.covers_all,
            outcome=signature.outcome,
        )


def _either(good: bool) -> Outcome:
    return PASSED if good else FAILED


def _sound(blobs: FilesystemBlobs, digest: str) -> bool:
    try:
        return hashlib.sha256(blobs.read(digest)).hexdigest() == digest
    except BlobUnknown:
        return False


def _proof(data: bytes | None) -> tuple[chain.Entry | None, str]:
    """Read the proof file; (None, "") when it is not one."""
    try:
        parsed = json.loads(data or b"")
        entry = chain.Entry(**parsed["entry"])
        json.loads(entry.body)
        return entry, str(parsed["checkpoint"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, ""
