"""Authorities that settings named once (先前的认证机构): kept, for what they signed stays provable.

Whoever changes the seal's provider, the own authority or the time server changes settings, and
the certificates above what was signed before would go with them. So each start writes them down
beside the built-in authority, with the newest lists of what they revoked. Nothing new is signed
under them; an operator who trusts one no longer deletes its file.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from inspection.signing import certificates
from inspection.signing.own import Own

_SIGNERS, _CLOCKS, _LISTS = "signers", "clocks", "lists"


@dataclass(frozen=True)
class Kept:
    """Certificates of authorities above signers and above clocks, and their last lists, as DER."""

    signers: tuple[bytes, ...]
    clocks: tuple[bytes, ...]
    lists: tuple[bytes, ...]


def keep(directory: Path, own: Own, *, lists: tuple[bytes, ...] = ()) -> None:
    """Write down whom the settings name now, and for each issuer its newest list."""
    for each in own.chains:
        _write(directory / _SIGNERS / f"{_digest(each)}.pem", _pem(each))
    time = own.time
    for each in (*time.roots, *time.intermediates) if time else ():
        _write(directory / _CLOCKS / f"{_digest(each)}.pem", _pem(each))
    for each in (*lists, *own.revocation_lists()):
        issuer = x509.load_der_x509_crl(each).issuer.public_bytes()
        _write(directory / _LISTS / f"{_digest(issuer)}.crl", each)


def kept(directory: Path) -> Kept:
    """Return all that were ever written down; nothing where there is no such directory."""
    return Kept(
        tuple(_certificates(directory / _SIGNERS)),
        tuple(_certificates(directory / _CLOCKS)),
        tuple(path.read_bytes() for path in sorted((directory / _LISTS).glob("*.crl"))),
    )


def _certificates(directory: Path) -> Iterator[bytes]:
    for path in sorted(directory.glob("*.pem")):
        yield certificates.der(x509.load_pem_x509_certificate(path.read_bytes()))


def _pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Put it in place whole: several processes start at once and write the same."""
    if path.exists() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
