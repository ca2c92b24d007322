"""What somebody outside added to a file of ours (外部签名): one signature, and nothing else.

Reads bytes from outside, so it runs confined. `before` is how much of the file
is known to be ours, to the byte; whether the file is a report, and whose field
is whose, the caller knows. Each refusal is a problem of its own.
"""

# mypy: disallow-untyped-calls=False

import io
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from inspection.domain.problems import (
    OwnCertificateExpired,
    OwnFieldWrong,
    OwnFileAltered,
    OwnFileUnsigned,
    OwnSignatureBroken,
    OwnSignatureLocks,
    OwnSignatureMany,
    Problem,
)
from inspection.signing import asn1
from inspection.signing.examination import gap_is_clean, signature_fields
from inspection.signing.facts import Outcome
from inspection.signing.reader import IndexedReader

asn1.mend()
_log = logging.getLogger(__name__)
_UNTOUCHED = ("/DSS", "/Perms", "/Names", "/AF", "/Metadata", "/Pages", "/StructTreeRoot")


@dataclass(frozen=True)
class Addition:
    """The one signature that was added: whose certificate says who made it, and who says so."""

    field: str
    name: str
    issuer: str
    serial: str
    """Hexadecimal."""
    expires_at: datetime
    trusted: Outcome
    """PASSED: leads to a root we were told of. INDETERMINATE: we know of none. FAILED: revoked."""


def examine_addition(
    data: bytes, before: int, field: str, roots: tuple[bytes, ...], at: datetime
) -> Addition:
    """Examine what follows the first `before` bytes of a file.

    Accepts exactly one update with exactly one signature, in this field, that is
    whole, covers the file from first to last byte and leaves everything else as
    it was. `roots` (DER) are those whom the operator trusts to name people.
    Raises OwnSignatureMany, OwnFileUnsigned, OwnFieldWrong, OwnFileAltered,
    OwnSignatureBroken, OwnSignatureLocks or OwnCertificateExpired.
    """
    try:
        ours = IndexedReader(io.BytesIO(data[:before]))
        theirs = IndexedReader(io.BytesIO(data))
        signature = _the_new_signature(ours, theirs, field)
        _refuse_other_changes(ours, theirs)
        _refuse_locks(ours, signature)
        return _judged(signature, data, roots, at)
    except Problem:
        raise
    except Exception as error:  # bytes from outside break a parser in any way they like
        _log.info("an addition could not be read", exc_info=True)
        raise OwnFileAltered(why="unreadable") from error


def _the_new_signature(
    ours: IndexedReader, theirs: IndexedReader, field: str
) -> EmbeddedPdfSignature:
    added = theirs.total_revisions - ours.total_revisions
    known = {each.field_name for each in ours.embedded_signatures}
    new = [each for each in theirs.embedded_signatures if each.field_name not in known]
    if added > 1 or len(new) > 1:
        raise OwnSignatureMany(updates=added, signatures=len(new))
    if not new or new[0].sig_object_type == "/DocTimeStamp":
        raise OwnFileUnsigned()
    if new[0].field_name != field:
        raise OwnFieldWrong(field=field, found=new[0].field_name)
    return new[0]


def _refuse_other_changes(ours: IndexedReader, theirs: IndexedReader) -> None:
    """Compare with our last signature, which covered all of it, and with what it lay beside."""
    last = list(theirs.embedded_signatures)[len(list(ours.embedded_signatures)) - 1]
    last.compute_integrity_info()
    level = getattr(last.diff_result, "modification_level", ModificationLevel.OTHER)
    if level not in (ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING):
        raise OwnFileAltered(why="content")
    if [name for name, _ in signature_fields(ours.root)] != [
        name for name, _ in signature_fields(theirs.root)
    ]:
        raise OwnFileAltered(why="fields")
    for key in _UNTOUCHED:
        if _raw(ours.root, key) != _raw(theirs.root, key):
            raise OwnFileAltered(why=key)


def _refuse_locks(ours: IndexedReader, signature: EmbeddedPdfSignature) -> None:
    """Whoever signs may lock their own field: the others are kept free for those who come later."""
    lock = signature.fieldmdp
    others = (name for name, _ in signature_fields(ours.root) if name != signature.field_name)
    locked = lock is not None and any(lock.is_locked(name) for name in others)
    told = (each.get("/TransformParams", {}) for each in signature.sig_object.get("/Reference", ()))
    if locked or any(each.get("/P") == MDPPerm.NO_CHANGES.value for each in told):
        raise OwnSignatureLocks(field=signature.field_name)


def _raw(root: Any, key: str) -> Any:
    return root.raw_get(key) if key in root else None


def _judged(
    signature: EmbeddedPdfSignature, data: bytes, roots: tuple[bytes, ...], at: datetime
) -> Addition:
    certificate = signature.signer_cert
    status = validate_pdf_signature(signature, signer_validation_context=_context(roots, at))
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and whole and gap_is_clean(data, signature)):
        raise OwnSignatureBroken(covers_all=whole)
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        raise OwnCertificateExpired(expired_at=certificate.not_valid_after.isoformat())
    trusted = Outcome.PASSED if status.trusted else Outcome.INDETERMINATE
    return Addition(
        field=signature.field_name,
        name=_called(certificate.subject),
        issuer=_called(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        expires_at=certificate.not_valid_after,
        trusted=Outcome.FAILED if status.revoked else trusted,
    )


def _called(name: x509.Name) -> str:
    native = name.native
    said = native.get("common_name") or native.get("organization_name") or name.human_friendly
    return str(said)[:200]


def _context(roots: tuple[bytes, ...], at: datetime) -> ValidationContext:
    """Lists of revoked certificates are not fetched: an upload must not make us ask the world."""
    return ValidationContext(
        trust_roots=[x509.Certificate.load(each) for each in roots],
        allow_fetching=False,
        revocation_mode="soft-fail",
        moment=at,
    )
