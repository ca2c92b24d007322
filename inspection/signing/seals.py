"""Seals a report (盖章与签名): every signature that a finished PDF carries, in one order.

The organisation's certification seal comes first and allows nothing but
filling the signature fields. Then each person's key signs that person's field,
under the warrant of the person's own verified device signature. Then
validation data and a timestamp over the whole file. The order, the locks and
the traps are measured in PDF.md §4. What the page looks like is not known
here: pictures of signatures arrive as small PDFs.
"""

# mypy: disallow-untyped-calls=False, disallow-subclassing-any=False

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import crl, x509
from pyhanko.pdf_utils import content, layout
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigner, PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import StaticStampStyle

from inspection.domain.problems import WarrantMissing
from inspection.signing import asn1
from inspection.signing.authority import Authority, Identity, PersonKey, Revocation
from inspection.signing.jose import DeviceSignature
from inspection.signing.keys import signer_of
from inspection.signing.reader import IndexedReader
from inspection.signing.timestamps import DIGEST, BuiltIn, Server, clock_of

SEAL_FIELD = "seal"
ARCHIVE_FIELD = "archive-timestamp"
Clock = BuiltIn | Server
_ROOM = 1_300
"""Hexadecimal digits for what is signed with a signature: about 1 050 are needed."""

asn1.mend()


@dataclass(frozen=True)
class Signer:
    """One person's signature on the report: the field, the picture, the key and its warrant."""

    field: str
    appearance: bytes
    key: PersonKey
    warrant: DeviceSignature | None


@dataclass(frozen=True)
class Attested:
    """Ink of somebody without an account: a key made for this once, and who stands for the ink.

    `warrants` are the verified device signatures over the record that holds the ink.
    """

    field: str
    appearance: bytes
    identity: Identity
    warrants: tuple[DeviceSignature, ...]


@dataclass(frozen=True)
class EntryWarrant:
    """The ledger entry in which this person said, with their password, what they put their name to.

    That the entry is the ledger's own and says so is for the caller to check (docs/decisions/0005).
    """

    person: str
    seq: int
    kind: str
    link: str


@dataclass(frozen=True)
class Confirmed:
    """Signature of somebody at a desk, who has no device key there."""

    field: str
    appearance: bytes
    key: PersonKey
    warrant: EntryWarrant


def seal_report(
    base: bytes,
    people: Sequence[Signer | Attested | Confirmed],
    *,
    authority: Authority,
    revoked: Sequence[Revocation] = (),
    at: datetime,
) -> bytes:
    """Sign the drawn report: the seal, each person in this order, then time over everything.

    Raises WarrantMissing when a person's verified device signature is absent or
    belongs to somebody else, or ink has none to stand for it: those signatures alone
    allow the use of a key. Raises TimestampUnavailable or SealUnavailable when the
    organisation's own server or token does not answer.
    """
    for each in people:
        _demand_warrant(each)
    stamper = clock_of(authority, at)
    sealed = _sign(base, SEAL_FIELD, authority.seal, authority, stamper, at=at, certify=True)
    signed_with = []
    for each in people:
        identity = each.identity if isinstance(each, Attested) else authority.unlock(each.key)
        sealed = _sign(
            sealed,
            each.field,
            identity,
            authority,
            stamper,
            at=at,
            reason=_reason(each),
            appearance=each.appearance,
        )
        signed_with.append(identity.certificate)
    return _archive(sealed, signed_with, authority, revoked, stamper, at)


def add_signature(
    current: bytes,
    *,
    field: str,
    identity: Identity,
    appearance: bytes | None,
    reason: str,
    authority: Authority,
    revoked: Sequence[Revocation] = (),
    at: datetime,
) -> bytes:
    """Sign one empty field of a sealed report, and put time over everything again.

    The result begins with `current`, byte for byte. Whether this person may sign this
    field is for the caller to know, who also writes the ledger entry for the key's use.
    `appearance` is a PDF of exactly the size of the box, or None where the field has none.
    Raises ValueError when there is no empty field of this name.
    """
    if field not in _empty_fields(current):
        raise ValueError(f"no empty signature field {field}")
    stamper = clock_of(authority, at)
    signed = _sign(
        current,
        field,
        identity,
        authority,
        stamper,
        at=at,
        reason=reason,
        appearance=appearance,
    )
    return _archive(signed, [identity.certificate], authority, revoked, stamper, at)


def retimestamp(
    current: bytes,
    *,
    authority: Authority,
    revoked: Sequence[Revocation] = (),
    at: datetime,
) -> bytes:
    """Put fresh validation data and a fresh timestamp over a sealed report.

    Done yearly, so that a report outlives the keys and the digests of its own time
    (ETSI EN 319 142-1 §5.5, B-LTA). The result begins with `current`, byte for byte.
    """
    return _archive(current, (), authority, revoked, clock_of(authority, at), at)


def _demand_warrant(signer: Signer | Attested | Confirmed) -> None:
    if isinstance(signer, Attested):
        if not signer.warrants:
            raise WarrantMissing(field=signer.field, person="")
    elif signer.warrant is None or signer.warrant.person != signer.key.person:
        raise WarrantMissing(field=signer.field, person=signer.key.person)


def _reason(signer: Signer | Attested | Confirmed) -> str:
    if isinstance(signer, Confirmed):
        entry = signer.warrant
        return (
            f"确认本文件的全部内容；依据台账第 {entry.seq} 条 {entry.kind}，链值 {entry.link}，"
            "由本人重新输入密码确认"
        )
    if isinstance(signer, Attested):
        kids = "、".join(each.kid for each in signer.warrants)
        return f"手写笔迹，执笔人身份未经核实；由检查人员的设备签名见证 {kids}"
    warrant = signer.warrant
    assert warrant is not None
    signed_at = warrant.signed_at.isoformat(timespec="seconds")
    return f"确认检查记录属实；依据本人设备签名 {warrant.kid}（{signed_at}）"


def _sign(
    pdf: bytes,
    field: str,
    identity: Identity,
    authority: Authority,
    stamper: Clock,
    *,
    at: datetime,
    certify: bool = False,
    reason: str = "电子封印：由本系统出具",
    appearance: bytes | None = None,
) -> bytes:
    writer = _writer(pdf)
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=_permission(writer, field),
        reason=reason,
    )
    chain = authority.chain_of(identity.certificate)[:-1]  # whoever trusts the root has it
    output = io.BytesIO()
    with signer_of(identity, chain) as key:
        signer = _SignerAt(
            metadata,
            key,
            timestamper=stamper,
            stamp_style=_picture(appearance) if appearance else None,
        )
        signer.at = at
        signer.sign_pdf(
            writer,
            output=output,
            existing_fields_only=not certify,
            bytes_reserved=_room(identity.certificate, chain) + stamper.room,
        )
    return output.getvalue()


def _room(certificate: bytes, chain: Sequence[bytes]) -> int:
    """Hexadecimal digits for one signature without its timestamp; what is too much is padding."""
    signature = 2 * int(x509.Certificate.load(certificate).public_key.byte_size)
    return _ROOM + 2 * (signature + len(certificate) + sum(map(len, chain)))


def _permission(writer: IncrementalPdfFileWriter, field: str) -> MDPPerm:
    """What may still change after this signature: as its field's lock says (reports.fields)."""
    found = _signature_fields(writer).get(field)
    lock = found.get("/Lock") if found is not None else None
    return MDPPerm(int(lock["/P"])) if lock is not None else MDPPerm.FILL_FORMS


def _signature_fields(file: IncrementalPdfFileWriter | IndexedReader) -> dict[str, Any]:
    """Signature fields by name; ours are all at the top of the form."""
    if "/AcroForm" not in file.root:
        return {}
    fields = [each.get_object() for each in file.root["/AcroForm"]["/Fields"]]
    return {str(each["/T"]): each for each in fields if each.get("/FT") == "/Sig"}


def _empty_fields(pdf: bytes) -> set[str]:
    found = _signature_fields(IndexedReader(io.BytesIO(pdf)))
    return {name for name, field in found.items() if "/V" not in field}


def _archive_field(writer: IncrementalPdfFileWriter) -> str:
    """A name that no earlier timestamp of this file has."""
    taken = sum(name.startswith(ARCHIVE_FIELD) for name in _signature_fields(writer))
    return f"{ARCHIVE_FIELD}-{taken + 1}" if taken else ARCHIVE_FIELD


def _archive(
    pdf: bytes,
    signed_with: Sequence[bytes],
    authority: Authority,
    revoked: Sequence[Revocation],
    stamper: Clock,
    at: datetime,
) -> bytes:
    """Add validation data and the timestamp over it as the last update of the file."""
    writer = _writer(pdf)
    trust = authority.trust_today(revoked=revoked, at=at)
    chain = (
        *trust.roots,
        *trust.intermediates,
        authority.seal.certificate,
        authority.tsa.certificate,
        *signed_with,
    )
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[x509.Certificate.load(each) for each in dict.fromkeys(chain)],
        crls=[crl.CertificateList.load(each) for each in trust.revocation_lists],
    )
    output = io.BytesIO()
    PdfTimeStamper(stamper, field_name=_archive_field(writer)).timestamp_pdf(
        writer, DIGEST, output=output, bytes_reserved=stamper.room
    )
    return output.getvalue()


def _writer(pdf: bytes) -> IncrementalPdfFileWriter:
    return _Addition.from_reader(IndexedReader(io.BytesIO(pdf)))


class _Addition(IncrementalPdfFileWriter):
    """An update that adds a signature and leaves what the file says of itself as it was drawn.

    pyHanko would write the metadata anew with the machine's time, 3 KB for each signature.
    """

    def _update_meta(self) -> None:
        pass


class _SignerAt(PdfSigner):
    """Writes the time it is given into the signature, instead of asking the machine."""

    at: datetime

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def _picture(pdf: bytes) -> StaticStampStyle:
    """Turn a one-page PDF into an appearance that fills the box exactly.

    pyHanko's own text stamps would set an unembedded font and break PDF/A.
    """
    corner = layout.SimpleBoxLayoutRule(
        x_align=layout.AxisAlignment.ALIGN_MIN,
        y_align=layout.AxisAlignment.ALIGN_MIN,
        margins=layout.Margins.uniform(0),
    )
    return StaticStampStyle(
        background=_PageFromMemory(pdf),
        background_opacity=1.0,
        border_width=0,
        background_layout=corner,
    )


class _PageFromMemory(content.ImportedPdfPage):
    """The first page of a PDF in memory, as a form XObject."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__("")
        self._pdf = pdf

    def render(self) -> bytes:
        writer = self._ensure_writer
        page = writer.import_page_as_xobject(IndexedReader(io.BytesIO(self._pdf)), page_ix=0)
        name = f"/Signature{uuid.uuid4().hex}"
        self.resources.xobject[name] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = layout.BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return f"{name} Do".encode()
