"""What a report carries inside (内附材料): the signed record, its device signatures, its photos.

The place of the record in the ledger is `place`.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from inspection.accounts import devices
from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import (
    BlobUnknown,
    JwsMalformed,
    KeyMalformed,
    KeyUnknown,
    SignatureInvalid,
)
from inspection.domain.record import Person, Record
from inspection.reports.issuing import RECORD_NAME
from inspection.reports.shelf import ShelvedReport
from inspection.signing import jose
from inspection.signing.facts import Examination, SignatureFacts
from inspection.signing.jose import EnrolledKey
from inspection.submissions import records
from inspection.verification import signatures
from inspection.verification.document import record_in
from inspection.verification.facts import (
    FAILED,
    INDETERMINATE,
    PASSED,
    Fact,
    SignerLine,
    either,
)

_SIGNER_FIELD = "sig-"


class Inside:
    """The record inside one file, examined against what this server accepted."""

    about = "record"

    def __init__(self, session: Session, found: Examination, report: ShelvedReport | None) -> None:
        self._session = session
        self._found = found
        self._report = report
        self._jws = found.attachment(RECORD_NAME)
        self.record: Record | None = record_in(self._jws) if self._jws else None
        self._times: dict[str, datetime] = {}

    @property
    def digest(self) -> str:
        """SHA-256 of the signed payload; "" when there is none."""
        if self._jws is None or self.record is None:
            return ""
        return hashlib.sha256(jose.payload_of(self._jws)).hexdigest()

    def facts(self, blobs: FilesystemBlobs) -> Iterator[Fact]:
        """Examine the record, its device signatures and its photos."""
        if self._jws is None or self.record is None:
            yield Fact("record_missing", FAILED)
            return
        accepted = self._as_accepted(self.record)
        yield accepted
        yield from self._device_signatures(self._jws)
        if accepted.outcome == PASSED:  # else a stranger's record would choose what is read here
            yield from _photos(self.record, blobs)

    def _as_accepted(self, record: Record) -> Fact:
        details = {"record": record.uuid, "digest": self.digest}
        accepted = self._accepted_digest(record)
        if accepted is None:
            return Fact("record_unknown", INDETERMINATE, details)
        same = self.digest == accepted
        return Fact("record_as_accepted" if same else "record_differs", either(same), details)

    def _accepted_digest(self, record: Record) -> str | None:
        """What the shelf says, or where it lost its row, what intake stored."""
        if self._report is not None:
            return self._report.record_digest
        stored = records.any_record(self._session, record.uuid)
        return stored.digest if stored else None

    def _device_signatures(self, jws: bytes) -> Iterator[Fact]:
        try:
            verified = jose.verify_record(jws, self._key)
        except KeyUnknown as problem:
            yield Fact("device_key_unknown", FAILED, {"kid": problem.details.get("kid", "")})
            return
        except (JwsMalformed, SignatureInvalid, KeyMalformed) as problem:
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
        yield from self._warrants()

    def _warrants(self) -> Iterator[Fact]:
        """Every person whose PDF key signed has signed the record on a device of their own.

        The server holds the PDF keys; this is what keeps it from signing in somebody's name.
        """
        signing = [
            each
            for each in self._found.signatures
            if each.kind != "timestamp" and each.field.startswith(_SIGNER_FIELD)
        ]
        for each in signing:
            if each.kind == "attested":
                yield self._attestation(each)
        people = [each for each in signing if each.kind != "attested"]
        without = [each for each in people if each.person not in self._times]
        for each in without:
            yield Fact("warrant_missing", FAILED, {"field": each.field, "name": each.name})
        if people and not without:
            yield Fact("warrants_match", PASSED, {"signatures": len(people)})

    def _attestation(self, signature: SignatureFacts) -> Fact:
        """Ink of somebody without an account belongs to this record, at this very place."""
        ref = signature.field.removeprefix(_SIGNER_FIELD)
        person = self.record.person(ref) if self.record else None
        inks = {each.person: each.ink for each in self.record.signings} if self.record else {}
        ink = inks.get(ref)
        fits = (
            person is not None
            and person.account is None
            and ink is not None
            and signature.ink_digest == ink.sha256
            and signature.record_digest == self.digest
            and bool(self._times)
        )
        details = {"field": signature.field, "name": signature.name}
        return Fact("ink_attested" if fits else "ink_unfit", either(fits), details)

    def _key(self, kid: str) -> EnrolledKey | None:
        known = devices.key(self._session, kid)
        return known.enrolled if known else None

    def _name(self, account: str) -> str:
        return next((p.name for p in self._people if p.account == account), "")

    @property
    def _people(self) -> tuple[Person, ...]:
        return self.record.people if self.record else ()

    def signer(self, signature: SignatureFacts) -> SignerLine:
        """Describe one signature of the PDF, with the role that the record gives the person."""
        person = self._person(signature)
        return SignerLine(
            field=signature.field,
            kind=signature.kind,
            name=person.name if person and signature.person else signature.name,
            organisation=signature.organisation,
            role=person.role if person else signature.kind,
            stamped_at=signature.stamped_at,
            built_in_clock=signature.built_in_clock,
            device_signed_at=self._times.get(signature.person),
            revision=signature.revision,
            covers_bytes=signature.covers_bytes,
            covers_all=signature.covers_all,
            outcome=signatures.worth(signature),
        )

    def _person(self, signature: SignatureFacts) -> Person | None:
        """Whom of the record the certificate is for: by account, or ink by its place."""
        if signature.kind == "attested":
            ref = signature.field.removeprefix(_SIGNER_FIELD)
            return self.record.person(ref) if self.record else None
        account = signature.person or None
        return next((each for each in self._people if account and each.account == account), None)


def _photos(record: Record, blobs: FilesystemBlobs) -> Iterator[Fact]:
    wanted = record.blob_digests
    bad = [digest for digest in wanted if not _sound(blobs, digest)]
    if bad:
        yield Fact("photos_differ", FAILED, {"digests": bad, "files": len(wanted)})
    else:
        yield Fact("photos_match", PASSED, {"files": len(wanted)})


def _sound(blobs: FilesystemBlobs, digest: str) -> bool:
    try:
        return hashlib.sha256(blobs.read(digest)).hexdigest() == digest
    except BlobUnknown:
        return False
