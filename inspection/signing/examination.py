"""Examines a signed PDF (验签): what each signature in it is worth, as facts in three values.

Reads bytes from outside, so it runs confined. Knows certificates and PDF
revisions; whether the document is a report of ours, and what its attachments
say, is `verification`. A document that was rolled back to an earlier revision
is valid by itself: only comparing with the issued bytes finds that.
"""

# mypy: disallow-untyped-calls=False

import io
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from asn1crypto import crl, x509
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from inspection.domain.reserved import is_reserved
from inspection.signing.authority import Trust
from inspection.signing.facts import Examination, Outcome, SignatureFacts
from inspection.signing.reader import IndexedReader
from inspection.signing.stringprep import accept_rare_characters

_LARGEST_ATTACHMENT = 4 * 1024 * 1024
_MOST_SIGNATURES = 60
"""Signers, opinions and their own certificates, and a new timestamp each year for decades."""

accept_rare_characters()
_log = logging.getLogger(__name__)
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


def examine(pdf: bytes, trust: Trust, at: datetime) -> Examination:
    """Examine a PDF. `trouble` is `not_a_pdf` or `unreadable` when there is nothing to examine."""
    if b"%PDF-" not in pdf[:1024]:
        return Examination("not_a_pdf")
    try:
        reader = IndexedReader(io.BytesIO(pdf), strict=False)
        embedded = list(reader.embedded_signatures)[:_MOST_SIGNATURES]
        altered = _after_strangers(reader, embedded)
        found = (_facts(each, trust, at, revision=n) for n, each in enumerate(embedded, start=1))
        return Examination(
            trouble="",
            signatures=tuple(
                replace(each, unchanged=Outcome.FAILED) if each.field in altered else each
                for each in found
            ),
            unsigned_fields=_readable_unsigned_fields(reader, embedded),
            attachments=_readable_attachments(reader),
        )
    except Exception:  # bytes from outside break a parser in any way they like
        _log.info("a PDF could not be read", exc_info=True)
        return Examination("unreadable")


def _facts(
    embedded: EmbeddedPdfSignature, trust: Trust, at: datetime, *, revision: int
) -> SignatureFacts:
    certificate = embedded.signer_cert
    is_timestamp = embedded.sig_object_type == "/DocTimeStamp"
    judged = _judgement(embedded, trust, at)
    intact, trusted, timed, unchanged, stamped_at, covers_all, clock = judged
    person = _person(certificate)
    subject = certificate.subject.native
    return SignatureFacts(
        field=embedded.field_name,
        kind="timestamp" if is_timestamp else "person" if person else "seal",
        name=str(subject.get("name") or subject.get("common_name", "")),
        organisation=str(subject.get("organization_name", "")),
        person=person,
        serial=f"{certificate.serial_number:x}",
        reason=str(embedded.sig_object.get("/Reason", "")),
        stamped_at=stamped_at,
        intact=intact,
        trusted=trusted,
        timed=timed,
        unchanged=unchanged,
        covers_all=covers_all,
        revision=revision,
        covers_bytes=_end_of_range(embedded),
        built_in_clock=clock is not None and _is_ours(clock, trust),
    )


def _end_of_range(embedded: EmbeddedPdfSignature) -> int:
    try:
        start, length = list(embedded.byte_range)[-2:]
        return int(start) + int(length)
    except (TypeError, ValueError):  # somebody wrote something else there; `intact` says so
        return 0


def _is_ours(clock: x509.Certificate, trust: Trust) -> bool:
    """Whether a time-stamping certificate was issued by the built-in authority."""
    issuers = (x509.Certificate.load(each).subject for each in trust.intermediates)
    return clock.issuer in issuers


_Judgement = tuple[
    Outcome, Outcome, Outcome, Outcome, datetime | None, bool, x509.Certificate | None
]
_BROKEN: _Judgement = (
    Outcome.FAILED,
    Outcome.INDETERMINATE,
    Outcome.INDETERMINATE,
    Outcome.FAILED,
    None,
    False,
    None,
)


def _judgement(embedded: EmbeddedPdfSignature, trust: Trust, at: datetime) -> _Judgement:
    judged = _judged_timestamp if embedded.sig_object_type == "/DocTimeStamp" else _judged_signature
    try:
        return judged(embedded, trust, at)
    except Exception:  # as above: the revisions are compared object by object here
        _log.info("a signature could not be judged", exc_info=True)
        return _BROKEN


def _judged_signature(embedded: EmbeddedPdfSignature, trust: Trust, at: datetime) -> _Judgement:
    """Judge a seal or a person's signature, its certificate as of the moment it was stamped."""
    claimed = _claimed_stamp(embedded)
    status = validate_pdf_signature(
        embedded,
        signer_validation_context=_context(trust, claimed or at),
        ts_validation_context=_context(trust, at),
    )
    stamp = status.timestamp_validity
    stamped = stamp is not None and stamp.valid and stamp.intact and stamp.trusted
    return (
        _either(status.intact and status.valid),
        _trusted(status),
        Outcome.PASSED if stamped else Outcome.INDETERMINATE,
        _unchanged(status),
        stamp.timestamp if stamp is not None and stamped else None,
        status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        stamp.signing_cert if stamp is not None and stamped else None,
    )


def _judged_timestamp(embedded: EmbeddedPdfSignature, trust: Trust, at: datetime) -> _Judgement:
    status = validate_pdf_timestamp(embedded, _context(trust, at))
    good = status.intact and status.valid and status.trusted
    return (
        _either(status.intact and status.valid),
        _trusted(status),
        Outcome.PASSED if good else Outcome.INDETERMINATE,
        _unchanged(status),
        status.timestamp if good else None,
        status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        embedded.signer_cert if good else None,
    )


def _either(good: bool) -> Outcome:
    return Outcome.PASSED if good else Outcome.FAILED


def _trusted(status: Any) -> Outcome:
    """A revoked certificate is a failure; one we have no way to is not known to be bad."""
    if status.trusted:
        return Outcome.PASSED
    return Outcome.FAILED if status.revoked else Outcome.INDETERMINATE


def _unchanged(status: Any) -> Outcome:
    # No level: pyHanko does not compare revisions when the bytes are not intact.
    level = status.modification_level
    if level is None or status.docmdp_ok is False:
        return Outcome.FAILED
    return _either(
        level
        in (
            ModificationLevel.NONE,
            ModificationLevel.LTA_UPDATES,
            ModificationLevel.FORM_FILLING,
        )
    )


def _claimed_stamp(embedded: EmbeddedPdfSignature) -> datetime | None:
    """Read the embedded timestamp's time, which counts only if that timestamp is trusted."""
    token = next(extract_tst_data_iter(embedded.signer_info, signed=False), None)
    if token is None:
        return None
    stated: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return stated


def _context(trust: Trust, moment: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(each) for each in trust.roots],
        other_certs=[x509.Certificate.load(each) for each in trust.intermediates],
        crls=[crl.CertificateList.load(each) for each in trust.revocation_lists],
        allow_fetching=False,
        revocation_mode="require",
        retroactive_revinfo=True,
        moment=moment,
    )


def _person(certificate: x509.Certificate) -> str:
    names = certificate.subject_alt_name_value
    for name in names.native if names is not None else ():
        if isinstance(name, str) and name.startswith("urn:uuid:"):
            return name.removeprefix("urn:uuid:")
    return ""


def _readable_unsigned_fields(
    reader: IndexedReader, embedded: Sequence[EmbeddedPdfSignature]
) -> tuple[str, ...]:
    try:
        return tuple(_unsigned_fields(reader, embedded))
    except Exception:  # as above; the signatures still say that the file is broken
        _log.info("the form could not be read", exc_info=True)
        return ()


def _unsigned_fields(
    reader: IndexedReader, embedded: Sequence[EmbeddedPdfSignature]
) -> Iterator[str]:
    """Name the fields that wait for somebody; those that were reserved may wait for ever."""
    reserved = {name for name in _first_fields(reader, embedded) if is_reserved(name)}
    for name, field in signature_fields(reader.root):
        if "/V" not in field and name not in reserved:
            yield name


def _first_fields(
    reader: IndexedReader, embedded: Sequence[EmbeddedPdfSignature]
) -> frozenset[str]:
    """Name the signature fields that the first signature, the seal, found or made."""
    try:
        seal = embedded[0].signed_revision if embedded else None
        root = reader.root if seal is None else reader.get_historical_root(seal)
        return frozenset(name for name, _ in signature_fields(root))
    except Exception:  # as above; what cannot be read was not reserved for anybody
        _log.info("the fields of the first revision could not be read", exc_info=True)
        return frozenset()


def signature_fields(root: Any) -> Iterator[tuple[str, Any]]:
    """Return name and dictionary of each signature field; ours are all at the top of the form."""
    if "/AcroForm" not in root:
        return
    for reference in root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/FT") == "/Sig":
            yield str(field.get("/T", "")), field


def _after_strangers(
    reader: IndexedReader, embedded: Sequence[EmbeddedPdfSignature]
) -> frozenset[str]:
    """Name the signatures after which somebody signed in a field of their own making, theirs too.

    The seal allows signing the fields that it found, and no others. Readers are
    less strict: to them a new invisible field is harmless (ISO 32000-2 12.8.2.2).
    """
    known = _first_fields(reader, embedded)
    last = max(
        (
            place
            for place, each in enumerate(embedded)
            if each.sig_object_type != "/DocTimeStamp" and each.field_name not in known
        ),
        default=-1,
    )
    return frozenset(each.field_name for each in embedded[: last + 1])


def _readable_attachments(reader: IndexedReader) -> tuple[tuple[str, bytes], ...]:
    try:
        return tuple(_attachments(reader))
    except Exception:  # as above; without attachments the signatures still say something
        _log.info("attachments could not be read", exc_info=True)
        return ()


def _attachments(reader: IndexedReader) -> Iterator[tuple[str, bytes]]:
    """Read the files of the catalog's name tree, as WeasyPrint writes it: one flat array."""
    if "/Names" not in reader.root or "/EmbeddedFiles" not in reader.root["/Names"]:
        return
    for specification in list(reader.root["/Names"]["/EmbeddedFiles"]["/Names"])[1::2]:
        described = specification.get_object()
        data = described["/EF"]["/F"].data
        if len(data) <= _LARGEST_ATTACHMENT:
            yield str(described["/UF"]), bytes(data)
