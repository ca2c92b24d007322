"""The built-in certificate authority (内置CA): who may seal, sign and give the time.

A root signs one issuing authority, and that signs the organisation's seal, the
time-stamping authority and each person's PDF certificate. It proves integrity
and whom this system authenticated; a licensed CA puts its own certificates in
the same places. Private keys lie encrypted in one directory. Nothing here
knows PDFs or the database: which certificates are revoked is told from outside.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from inspection.signing import certificates
from inspection.signing.certificates import Holder, SigningKey
from inspection.signing.vault import Vault

_AUTHORITY_LIFE = timedelta(days=20 * 365)
_ISSUED_LIFE = timedelta(days=10 * 365)
_PERSON_LIFE = timedelta(days=2 * 365)
_LIST_LIFE = timedelta(days=10 * 365)
"""Long on purpose: an archived report is judged by the list that it carries (PDF.md §4)."""

_NAMES = ("root", "issuing", "seal", "tsa")


@dataclass(frozen=True)
class Revocation:
    """One certificate that must not be trusted for anything signed after `at`."""

    serial: int
    at: datetime


@dataclass(frozen=True)
class Trust:
    """What a verifier needs, as DER: whom to believe, and what they have taken back."""

    roots: tuple[bytes, ...]
    intermediates: tuple[bytes, ...]
    revocation_lists: tuple[bytes, ...]


@dataclass(frozen=True)
class Identity:
    """A certificate and its private key, both DER; the key never leaves signing/."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True)
class PersonCertificate:
    """What the authority made for a person: the certificate, and the key still locked."""

    certificate: bytes
    serial: int
    locked_key: bytes
    expires_at: datetime


@dataclass(frozen=True)
class PersonKey:
    """A person's certificate and still locked key, as `credentials` keeps them."""

    person: str
    name: str
    serial: str
    certificate: bytes
    locked_key: bytes


class Authority:
    """The authority of one directory. Get one with `Authority.open`."""

    def __init__(self, directory: Path, vault: Vault) -> None:
        self._directory = directory
        self._vault = vault

    @classmethod
    def open(
        cls, directory: Path, secret: bytes, *, organisation: str, at: datetime
    ) -> "Authority":
        """Open the authority in `directory`; make it first if it is not there.

        Of several processes that make it at the same moment one wins, whole,
        and all use the winner's. `organisation` is written into the
        certificates when they are made and is not looked at again.
        """
        vault = Vault(secret)
        if not (directory / "issuing.pem").exists():
            _create(directory, vault, organisation=organisation, at=at)
        authority = cls(directory, vault)
        _ = authority.seal  # a wrong secret is told at start-up, not at the first report
        return authority

    @cached_property
    def root_certificate(self) -> bytes:
        """The certificate (DER) that verifiers have to trust."""
        return self._certificate("root")

    @cached_property
    def issuing_certificate(self) -> bytes:
        """The certificate (DER) of the authority that signs all others."""
        return self._certificate("issuing")

    @cached_property
    def seal(self) -> Identity:
        """The organisation's seal (电子封印)."""
        return self._identity("seal")

    @cached_property
    def tsa(self) -> Identity:
        """The time-stamping authority."""
        return self._identity("tsa")

    @cached_property
    def tsa_key(self) -> rsa.RSAPrivateKey:
        """The time-stamping key, loaded once: each loading checks the primes for 34 ms."""
        key = load_der_private_key(self.tsa.key, password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    @property
    def organisation(self) -> str:
        """The organisation that the seal names."""
        seal = x509.load_der_x509_certificate(self.seal.certificate)
        return str(seal.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value)

    def certify(self, holder: Holder, *, at: datetime) -> PersonCertificate:
        """Make a key and a certificate for a person; the key comes back locked."""
        key = ec.generate_private_key(ec.SECP256R1())
        life = min(at + _PERSON_LIFE, self._issuing_end)
        made = certificates.person(holder, key.public_key(), self._issuer, at=at, until=life)
        certificate = certificates.der(made)
        return PersonCertificate(
            certificate=certificate,
            serial=made.serial_number,
            locked_key=self._vault.lock(_key_name(holder.person), certificates.key_der(key)),
            expires_at=life,
        )

    def unlock(self, key: PersonKey) -> Identity:
        """Open a person's key. Only `seals`, with the person's warrant in hand, calls this."""
        return Identity(key.certificate, self._vault.unlock(_key_name(key.person), key.locked_key))

    def trust(self, *, revoked: Iterable[Revocation] = (), at: datetime) -> Trust:
        """Return what verifies documents of this authority, with fresh revocation lists."""
        taken_back = [(each.serial, each.at) for each in revoked]
        fresh = certificates.revocation_list(self._issuer, taken_back, at=at, until=at + _LIST_LIFE)
        return Trust(
            roots=(self.root_certificate,),
            intermediates=(self.issuing_certificate,),
            revocation_lists=((self._directory / "root.crl").read_bytes(), fresh),
        )

    @cached_property
    def _issuer(self) -> SigningKey:
        key = load_der_private_key(self._identity("issuing").key, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return SigningKey(x509.load_der_x509_certificate(self.issuing_certificate).subject, key)

    @cached_property
    def _issuing_end(self) -> datetime:
        return x509.load_der_x509_certificate(self.issuing_certificate).not_valid_after_utc

    def _certificate(self, name: str) -> bytes:
        text = (self._directory / f"{name}.pem").read_bytes()
        return certificates.der(x509.load_pem_x509_certificate(text))

    def _identity(self, name: str) -> Identity:
        locked = (self._directory / f"{name}.key").read_bytes()
        return Identity(self._certificate(name), self._vault.unlock(name, locked))


def _key_name(person: str) -> str:
    return f"person:{person}"


def _create(directory: Path, vault: Vault, *, organisation: str, at: datetime) -> None:
    """Make all files in a directory of their own and put it in place in one rename."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        for name, data in _first_files(vault, organisation, at).items():
            _write(fresh / name, data)
        _sync(fresh)
        try:
            fresh.rename(directory)
            _sync(directory.parent)
        except OSError:
            if not (directory / "issuing.pem").exists():
                raise
            # another process was first; its authority is the one to use
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _first_files(vault: Vault, organisation: str, at: datetime) -> dict[str, bytes]:
    keys: dict[str, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey] = {
        "root": (root_key := ec.generate_private_key(ec.SECP256R1())),
        "issuing": (issuing_key := ec.generate_private_key(ec.SECP256R1())),
        "seal": (seal_key := ec.generate_private_key(ec.SECP256R1())),
        "tsa": (tsa_key := rsa.generate_private_key(65537, 2048)),
    }
    end, soon = at + _AUTHORITY_LIFE, at + _ISSUED_LIFE
    root = certificates.root(organisation, root_key, at=at, until=end)
    by_root = SigningKey(root.subject, root_key)
    public = issuing_key.public_key()
    issuing = certificates.issuing(organisation, public, by_root, at=at, until=end)
    issuer = SigningKey(issuing.subject, issuing_key)
    made = {
        "root": root,
        "issuing": issuing,
        "seal": certificates.seal(organisation, seal_key.public_key(), issuer, at=at, until=soon),
        "tsa": certificates.tsa(organisation, tsa_key.public_key(), issuer, at=at, until=soon),
    }
    files = {f"{name}.pem": certificates.pem(made[name]) for name in _NAMES}
    files |= {f"{name}.key": vault.lock(name, certificates.key_der(keys[name])) for name in _NAMES}
    files["root.crl"] = certificates.revocation_list(by_root, [], at=at, until=end)
    return files


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
