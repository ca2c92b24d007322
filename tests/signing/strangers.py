"""Signing tools that are not ours: pyHanko as one, OpenSSL as another, and others' certificates."""

import asyncio
import functools
import io
import subprocess
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import keys, x509
from cryptography import x509 as crypto
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers.pdf_signer import PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.builders.times import NOON

UNTIL = NOON.replace(year=2030)


class Holder:
    """Somebody with a certificate of an authority that this system has nothing to do with."""

    def __init__(self, root: "Root", name: str, until: datetime) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = root.certify(name, self.key.public_key(), until)
        self.root = root

    @property
    def signer(self) -> signers.SimpleSigner:
        return signers.SimpleSigner(
            x509.Certificate.load(self.certificate.public_bytes(Encoding.DER)),
            keys.PrivateKeyInfo.load(
                self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            ),
            SimpleCertificateStore(),
        )


class Root:
    """A certificate authority of the world outside."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = crypto.Name([crypto.NameAttribute(NameOID.COMMON_NAME, "外面的机构")])
        self.certificate = self._made(self.name, self.key.public_key(), NOON.replace(year=2040), 0)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def certify(self, name: str, public_key, until: datetime) -> crypto.Certificate:
        subject = crypto.Name([crypto.NameAttribute(NameOID.COMMON_NAME, name)])
        return self._made(subject, public_key, until, None)

    def _made(self, subject, public_key, until, depth) -> crypto.Certificate:
        usage = {
            "digital_signature": depth is None,
            "content_commitment": depth is None,
            "key_cert_sign": depth is not None,
            "crl_sign": depth is not None,
        }
        unused = ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
        usage |= dict.fromkeys((*unused, "decipher_only"), False)
        builder = (
            crypto.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(crypto.random_serial_number())
            .not_valid_before(NOON - timedelta(days=400))
            .not_valid_after(until)
            .add_extension(crypto.BasicConstraints(depth is not None, depth), critical=True)
            .add_extension(crypto.KeyUsage(**usage), critical=True)
        )
        return builder.sign(self.key, hashes.SHA256())


@functools.cache
def holder(name: str = "李某", *, until: datetime = UNTIL) -> Holder:
    """Somebody of this name; the same one for every test of a session."""
    return Holder(root(), name, until)


@functools.cache
def root() -> Root:
    """Their authority."""
    return Root()


def signed(data: bytes, field: str, by: Holder | None = None, *, new: bool = False, box=None):
    """Sign with pyHanko in this field, or in a new one as tools for the mouse do it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if new:
        append_signature_field(writer, SigFieldSpec(field, on_page=0, box=box))
    output = io.BytesIO()
    metadata = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    PdfSigner(metadata, (by or holder()).signer).sign_pdf(
        writer, output=output, existing_fields_only=not new
    )
    return output.getvalue()


def signed_by_openssl(data: bytes, field: str, by: Holder | None = None) -> bytes:
    """Leave room for a signature, as any tool does, and let OpenSSL make what goes into it."""
    by = by or holder()
    metadata = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256")
    signing = PdfSigner(metadata, by.signer).async_digest_doc_for_signing(
        IncrementalPdfFileWriter(io.BytesIO(data)), bytes_reserved=16_384
    )
    room, _, output = asyncio.run(signing)
    whole = output.getvalue()
    gap = (room.reserved_region_start, room.reserved_region_end)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "content").write_bytes(whole[: gap[0]] + whole[gap[1] :])
        (here / "key").write_bytes(
            by.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        (here / "cert").write_bytes(by.certificate.public_bytes(Encoding.PEM))
        command = ["openssl", "cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER"]
        command += ["-in", "content", "-signer", "cert", "-inkey", "key", "-out", "cms"]
        subprocess.run(command, cwd=here, check=True, capture_output=True)
        room.fill_with_cms(output, (here / "cms").read_bytes())
    return output.getvalue()
