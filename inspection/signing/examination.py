"""Examines a signed PDF (验签): what each signature in it is worth, as facts in three values.

Reads bytes from outside, so it runs confined. Knows certificates and PDF
revisions; whether the document is a report of ours, and what its attachments
say, is `verification`. A document that was rolled back to an earlier revision
is valid by itself: only comparing with the issued bytes finds that.
"""

# mypy: disallow-untyped-calls=False

import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from asn1crypto import crl, parser, x509
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from inspection.domain.reserved import is_reserved
from inspection.signing import asn1
from inspection.signing.authority import Trust
from inspection.signing.certificates import INK_URN, RECORD_URN
from inspection.signing.facts import Examination, Outcome, SignatureFacts, worst
from inspection.signing.reader import IndexedReader

_PERSON_URN = "urn:uuid:"
_LARGEST_ATTACHMENTS = 8 * 1024 * 1024
"""All together: a record and its proof have less than one, and who asks gets them into memory."""
_MOST_SIGNATURES = 60
"""Signers, opinions and their own certificates, and a new timestamp each year for decades."""

asn1.mend()
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
        found = _from_the_last(pdf, embedded, trust, at)
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


def _from_the_last(
    pdf: bytes, embedded: Sequence[EmbeddedPdfSignature], trust: Trust, at: datetime
) -> list[SignatureFacts]:
    """Judge from the last to the first: a timestamp over the file that holds proves what it covers.

    Whatever it covers existed by then, so that later the certificates of earlier timestamps may
    run out or be revoked: they are judged as of that time (ETSI EN 319 102-1 §5.6.2.3).
    """
    found: list[SignatureFacts] = []
    known_by = at
    for n, each in reversed(list(enumerate(embedded, start=1))):
        facts = _facts(each, trust, known_by, revision=n, clean=gap_is_clean(pdf, each))
        holds = worst(facts.intact, facts.trusted, facts.timed) == Outcome.PASSED
        if facts.kind == "timestamp" and holds and facts.stamped_at is not None:
            known_by = min(known_by, facts.stamped_at)
        found.insert(0, facts)
    return found


def gap_is_clean(pdf: bytes, embedded: EmbeddedPdfSignature) -> bool:
    """Whether the bytes that the signature leaves out are itself, written one way, and zeros.

    No signature covers its own gap, so nothing else may stand there: neither other objects
    (shadow attacks) nor a message in the padding, nor another spelling of the same digits.
    """
    try:
        start, length, resume, _ = (int(each) for each in embedded.byte_range)
        held = embedded.pkcs7_content
        # Not by writing it out again: asn1crypto looks through all of it once for every level.
        size = parser.peek(held)
    except (TypeError, ValueError):
        return False
    gap, digits = pdf[start + length : resume], held.hex().encode()
    spellings = (b"<" + digits + b">", b"<" + digits.upper() + b">")
    return start == 0 and gap in spellings and not held[size:].strip(b"\0")


def _companions_known(embedded: EmbeddedPdfSignature, trust: Trust) -> bool:
    """Whether a trusted signature of ours brings only its own and the authority's certificates.

    Nothing signs the copies that travel in the gap and nobody needs them, so a reader that
    finds its way without them would never notice one that was altered.
    """
    ours = {*trust.roots, *trust.intermediates}
    known = [x509.Certificate.load(each).subject for each in trust.intermediates]
    if embedded.signer_cert.issuer not in known:
        return True
    others = (each.dump() for each in embedded.other_embedded_certs)
    return ours.issuperset(others)


def _facts(
    embedded: EmbeddedPdfSignature, trust: Trust, at: datetime, *, revision: int, clean: bool
) -> SignatureFacts:
    certificate = embedded.signer_cert
    is_timestamp = embedded.sig_object_type == "/DocTimeStamp"
    judged = _judgement(embedded, trust, at)
    intact, trusted, timed, unchanged, stamped_at, covers_all, clock, listed = judged
    alone = trusted != Outcome.PASSED or _companions_known(embedded, trust)
    person, ink = _named(certificate, _PERSON_URN), _named(certificate, INK_URN)
    subject = certificate.subject.native
    return SignatureFacts(
        # its own text: the library's string holds on to the whole file, and would travel with it
        field=str(embedded.field_name),
        kind="timestamp" if is_timestamp else _kind(person, ink),
        name=str(subject.get("name") or subject.get("common_name", "")),
        organisation=str(subject.get("organization_name", "")),
        person=person,
        serial=f"{certificate.serial_number:x}",
        reason=str(embedded.sig_object.get("/Reason", "")),
        stamped_at=stamped_at,
        intact=intact if clean and alone else Outcome.FAILED,
        trusted=trusted,
        timed=timed,
        unchanged=unchanged,
        covers_all=covers_all,
        revision=revision,
        covers_bytes=_end_of_range(embedded),
        built_in_clock=clock is not None and clock.dump() in trust.built_in_clocks,
        revocation_known=listed,
        record_digest=_named(certificate, RECORD_URN),
        ink_digest=ink,
    )


def _end_of_range(embedded: EmbeddedPdfSignature) -> int:
    try:
        start, length = list(embedded.byte_range)[-2:]
        return int(start) + int(length)
    except (TypeError, ValueError):  # somebody wrote something else there; `intact` says so
        return 0


def _kind(person: str, ink: str) -> str:
    if person:
        return "person"
    return "attested" if ink else "seal"


_Judgement = tuple[
    Outcome, Outcome, Outcome, Outcome, datetime | None, bool, x509.Certificate | None, bool
]
_BROKEN: _Judgement = (
    Outcome.FAILED,
    Outcome.INDETERMINATE,
    Outcome.INDETERMINATE,
    Outcome.FAILED,
    None,
    False,
    None,
    True,
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
    claimed, clock = _claimed_stamp(embedded)
    way = _Way(embedded.signer_cert, trust)
    clocks_way = _Way(clock, trust)
    status = validate_pdf_signature(
        embedded,
        signer_validation_context=_context(trust, claimed or at, way),
        ts_validation_context=_context(trust, at, clocks_way, time=True),
    )
    stamp = status.timestamp_validity
    stamped = stamp is not None and stamp.valid and stamp.intact and stamp.trusted
    return (
        _either(status.intact and status.valid),
        _trusted(status, way, claimed or at),
        Outcome.PASSED if stamped else Outcome.INDETERMINATE,
        _unchanged(status),
        stamp.timestamp if stamp is not None and stamped else None,
        status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        stamp.signing_cert if stamp is not None and stamped else None,
        way.listed and clocks_way.listed,
    )


def _judged_timestamp(embedded: EmbeddedPdfSignature, trust: Trust, at: datetime) -> _Judgement:
    way = _Way(embedded.signer_cert, trust)
    status = validate_pdf_timestamp(embedded, _context(trust, at, way, time=True))
    good = status.intact and status.valid and status.trusted
    return (
        _either(status.intact and status.valid),
        _trusted(status, way, at),
        Outcome.PASSED if good else Outcome.INDETERMINATE,
        _unchanged(status),
        status.timestamp if good else None,
        status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        embedded.signer_cert if good else None,
        way.listed,
    )


def _either(good: bool) -> Outcome:
    return Outcome.PASSED if good else Outcome.FAILED


def _trusted(status: Any, way: "_Way", moment: datetime) -> Outcome:
    """A revoked certificate is a failure; one we have no way to is not known to be bad."""
    if status.revoked or way.taken_back(moment):
        return Outcome.FAILED
    return Outcome.PASSED if status.trusted else Outcome.INDETERMINATE


class _Way:
    """A certificate and, by name, the issuers above it that we know, the root left out.

    Says beforehand how its revocation can be asked; whether the way is a true one is pyHanko's.
    """

    def __init__(self, certificate: x509.Certificate | None, trust: Trust) -> None:
        known = {each.subject.hashable: each for each in _certificates(trust.intermediates)}
        self._steps = [certificate] if certificate is not None else []
        while self._steps and len(self._steps) <= len(known):
            above = known.get(self._steps[-1].issuer.hashable)
            if above is None:
                break
            self._steps.append(above)
        self._revoked = {each.serial: each.at for each in trust.revoked}
        lists = (crl.CertificateList.load(each) for each in trust.revocation_lists)
        self._lists = {each.issuer.hashable: each for each in lists}

    @property
    def listed(self) -> bool:
        """Whether a list is at hand of what each of these issuers has revoked."""
        return all(each.issuer.hashable in self._lists for each in self._steps)

    def taken_back(self, moment: datetime) -> bool:
        """Whether one of these was revoked by this moment, by us or as a list at hand says.

        Ours by serial number alone: it is random over 160 bits, and its issuer's key may be gone.
        """
        for each in self._steps:
            ours = self._revoked.get(each.serial_number)
            if ours is not None and ours <= moment:
                return True
            found = self._lists.get(each.issuer.hashable)
            entries = found["tbs_cert_list"]["revoked_certificates"] if found else ()
            for entry in entries:
                if entry["user_certificate"].native == each.serial_number:
                    return bool(entry["revocation_date"].native <= moment)
        return False


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


def _claimed_stamp(
    embedded: EmbeddedPdfSignature,
) -> tuple[datetime | None, x509.Certificate | None]:
    """Read the embedded timestamp's time and signer: they count only if it is trusted."""
    token = next(extract_tst_data_iter(embedded.signer_info, signed=False), None)
    if token is None:
        return None, None
    stated: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return stated, extract_certificate_info(token).signer_cert


def _context(trust: Trust, moment: datetime, way: _Way, *, time: bool = False) -> ValidationContext:
    """Whom to believe at a moment; with `time` also those who are believed about the time only.

    Where an outside authority gives no list, the signature stands and `revocation_known` says that
    nobody could ask; our own authority always gives one, and there it is demanded.
    """
    roots = (*trust.roots, *(trust.time_roots if time else ()))
    return ValidationContext(
        trust_roots=_certificates(roots),
        other_certs=_certificates(trust.intermediates),
        crls=[crl.CertificateList.load(each) for each in trust.revocation_lists],
        allow_fetching=False,
        revocation_mode="require" if way.listed else "soft-fail",
        retroactive_revinfo=True,
        moment=moment,
    )


def _certificates(found: Iterable[bytes]) -> list[x509.Certificate]:
    return [x509.Certificate.load(each) for each in found]


def _named(certificate: x509.Certificate, kind: str) -> str:
    """What the certificate names by a URN of this kind, or ""."""
    names = certificate.subject_alt_name_value
    for name in names.native if names is not None else ():
        if isinstance(name, str) and name.startswith(kind):
            return name.removeprefix(kind)
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
    left = _LARGEST_ATTACHMENTS
    for specification in list(reader.root["/Names"]["/EmbeddedFiles"]["/Names"])[1::2]:
        described = specification.get_object()
        data = bytes(described["/EF"]["/F"].data)
        left -= len(data)
        if left < 0:
            return
        yield str(described["/UF"]), data
