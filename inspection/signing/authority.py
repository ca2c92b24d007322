"""The certificate authority (内置CA): who may seal, sign and give the time.

A root signs one issuing authority, and that signs the organisation's seal, the
time-stamping authority and each person's PDF certificate. It proves integrity
and whom this system authenticated; the organisation's own credentials (`own`)
take the same places, and what was issued before stays trusted, by us or by a provider that
was changed since (`earlier`); seal and clock are renewed by themselves. Private keys lie
encrypted in one directory. Nothing here knows PDFs or the database: which certificates are
revoked is told from outside.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from inspection.signing import certificates, earlier
from inspection.signing.certificates import Attestation, Holder, SigningKey
from inspection.signing.own import Own, TimeServer, TokenKey, issuers_above
from inspection.signing.vault import Vault

_AUTHORITY_LIFE = timedelta(days=20 * 365)
_ISSUED_LIFE = timedelta(days=10 * 365)
RENEW_BEFORE_END = timedelta(days=365)
"""A report sealed on the last day before has a year for its next timestamp."""
_PERSON_LIFE = timedelta(days=2 * 365)
_ATTESTED_LIFE = timedelta(days=1)
_LIST_LIFE = timedelta(days=10 * 365)
"""Long on purpose: an archived report is judged by the list that it carries (PDF.md §4)."""

LISTS = ("root", "issuing", "own")
"""Authorities that publish what they took back; `own` is there when the settings name one."""
_NAMES = ("root", "issuing", "seal", "tsa")
RENEWED = ("seal", "tsa")
"""What is renewed by itself: nobody outside has to be told to trust the new ones."""


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
    time_roots: tuple[bytes, ...] = ()
    """Believed about the time only: roots of a time server that is not ours."""
    built_in_clocks: tuple[bytes, ...] = ()
    """Certificates of our own time-stamping authority: such a time is only our word."""
    revoked: tuple[Revocation, ...] = ()
    """What we took back ourselves, also when its issuer is ours no more and gives no list."""


@dataclass(frozen=True)
class Identity:
    """A certificate and its private key, both DER; the key never leaves signing/.

    `key` is empty when it lies in a token that signs by itself.
    """

    certificate: bytes
    key: bytes = field(repr=False)
    token: TokenKey | None = None

    @property
    def serial(self) -> str:
        """The certificate's serial number in hexadecimal."""
        return f"{x509.load_der_x509_certificate(self.certificate).serial_number:x}"


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

    def __init__(self, directory: Path, vault: Vault, lists_url: str, own: Own) -> None:
        self._directory = directory
        self._vault = vault
        self._lists_url = lists_url
        self._own = own
        self._opened: dict[Path, Identity] = {}
        self._tsa_keys: dict[bytes, rsa.RSAPrivateKey] = {}

    @classmethod
    def open(
        cls,
        directory: Path,
        secret: bytes,
        *,
        organisation: str,
        at: datetime,
        lists_url: str = "",
        own: Own | None = None,
    ) -> "Authority":
        """Open the authority in `directory`; make it first if it is not there.

        Of several processes that make it at the same moment one wins, whole,
        and all use the winner's. `organisation` is written into the
        certificates when they are made and is not looked at again. Certificates
        say that their revocation list is to be had below `lists_url`.
        """
        vault = Vault(secret)
        if not (directory / "issuing.pem").exists():
            files = _first_files(vault, organisation, lists_url, at)
            _put_in_place(files, directory, made="issuing.pem")
        authority = cls(directory, vault, lists_url, own or Own())
        authority._remember(at=at)
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

    @property
    def seal(self) -> Identity:
        """The organisation's seal (电子封印): its own, or the newest built-in one."""
        own = self._own.seal
        return Identity(own.certificate, own.key, own.token) if own else self._newest("seal")

    @property
    def time_server(self) -> TimeServer | None:
        """The server that is asked for the time; None when the built-in authority gives it."""
        return self._own.time

    @property
    def tsa(self) -> Identity:
        """The time-stamping authority."""
        return self._newest("tsa")

    @property
    def tsa_key(self) -> rsa.RSAPrivateKey:
        """The time-stamping key, loaded once: each loading checks the primes for 34 ms."""
        locked = self.tsa.key
        if locked not in self._tsa_keys:
            key = load_der_private_key(locked, password=None)
            assert isinstance(key, rsa.RSAPrivateKey)
            self._tsa_keys = {locked: key}
        return self._tsa_keys[locked]

    def renew(self, *, at: datetime) -> None:
        """Give the built-in seal and clock new certificates in the last year of the old ones.

        The old ones stay: what they sealed is judged by them. None lasts longer than the
        issuing authority. Of several processes at once one renews, whole. What others have
        revoked by now is written down at the same time.
        """
        self._remember(at=at)
        for name in RENEWED:
            places = self._places(name)  # read once: of two processes both make the same place
            old = x509.load_pem_x509_certificate((places[-1] / f"{name}.pem").read_bytes())
            until = min(at + _ISSUED_LIFE, self._built_in_end)
            if old.not_valid_after_utc <= min(at + RENEW_BEFORE_END, until - RENEW_BEFORE_END):
                files = _successor(name, old, self._built_in_issuer, self._vault, at, until)
                place = self._directory / f"{name}-{len(places) + 1}"
                _put_in_place(files, place, made=f"{name}.pem")

    def _remember(self, *, at: datetime) -> None:
        """Keep whom the settings name, and a list of the own authority while its key is here."""
        listed = self.revocation_list("own", at=at)
        earlier.keep(self._earlier, self._own, lists=(listed,) if listed else ())

    def built_in(self, name: str) -> tuple[bytes, ...]:
        """Return every certificate (DER) that one of RENEWED ever had, oldest first."""
        return tuple(_certificate(place / f"{name}.pem") for place in self._places(name))

    @property
    def organisation(self) -> str:
        """The organisation that the seal names."""
        seal = x509.load_der_x509_certificate(self.seal.certificate)
        for kind in (x509.NameOID.ORGANIZATION_NAME, x509.NameOID.COMMON_NAME):
            for attribute in seal.subject.get_attributes_for_oid(kind):
                return str(attribute.value)
        return seal.subject.rfc4514_string()

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

    def attest(self, evidence: Attestation, *, at: datetime) -> Identity:
        """Make a key and a one-day certificate for ink of somebody without an account.

        The key is kept nowhere: it signs what the caller has in hand and is gone with it.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        until = min(at + _ATTESTED_LIFE, self._issuing_end)
        made = certificates.attested(evidence, key.public_key(), self._issuer, at=at, until=until)
        return Identity(certificates.der(made), certificates.key_der(key))

    def unlock(self, key: PersonKey) -> Identity:
        """Open a person's key. Only `seals`, with the person's warrant in hand, calls this."""
        return Identity(key.certificate, self._vault.unlock(_key_name(key.person), key.locked_key))

    def trust(self, *, revoked: Iterable[Revocation] = (), at: datetime) -> Trust:
        """Return what verifies documents of this authority, with fresh revocation lists.

        Also those that were signed under authorities which the settings name no more.
        """
        now, kept = self.trust_today(revoked=revoked, at=at), earlier.kept(self._earlier)
        roots, others = _parted(kept.signers)
        time_roots, time_others = _parted(kept.clocks)
        return replace(
            now,
            roots=_once(*now.roots, *roots),
            intermediates=_once(*now.intermediates, *others, *time_others),
            # A newer list of the same issuer comes after the older one and counts.
            revocation_lists=_once(*kept.lists, *now.revocation_lists),
            time_roots=_once(*now.time_roots, *time_roots),
        )

    def trust_today(self, *, revoked: Iterable[Revocation] = (), at: datetime) -> Trust:
        """Return what verifies what is signed now: this is what a document carries in itself."""
        taken_back = tuple(revoked)
        lists = [self.revocation_list(name, taken_back, at=at) for name in LISTS]
        roots, others = _parted(self._own.chains)
        time = self._own.time
        return Trust(
            roots=_once(self.root_certificate, *roots),
            intermediates=_once(
                self.issuing_certificate, *others, *(time.intermediates if time else ())
            ),
            revocation_lists=(
                *(each for each in lists if each is not None),
                *self._own.revocation_lists(),
            ),
            time_roots=time.roots if time else (),
            built_in_clocks=self.built_in("tsa"),
            revoked=taken_back,
        )

    def revocation_list(
        self, name: str, revoked: Iterable[Revocation] = (), *, at: datetime
    ) -> bytes | None:
        """Return one of LISTS as it is now (DER), or None when there is no such authority.

        Serial numbers are random over 160 bits, so that each list may name all that was revoked.
        """
        if name == "root":
            return (self._directory / "root.crl").read_bytes()
        issuer = self._built_in_issuer if name == "issuing" else None
        if name == "own" and self._own.issuer is not None:
            issuer = self._own.issuer.issuer
        if issuer is None:
            return None
        taken_back = [(each.serial, each.at) for each in revoked]
        return certificates.revocation_list(issuer, taken_back, at=at, until=at + _LIST_LIFE)

    def certificate_of(self, name: str) -> bytes | None:
        """Return the certificate (DER) of the authority whose list is called so, or None."""
        if name == "own":
            return self._own.issuer.certificate if self._own.issuer else None
        return self._certificate(name) if name in LISTS else None

    def chain_of(self, certificate: bytes) -> tuple[bytes, ...]:
        """Return the issuers above a certificate of ours (DER), the root last."""
        seal, issuer = self._own.seal, self._own.issuer
        if seal is not None and certificate == seal.certificate:
            return seal.chain
        named = x509.load_der_x509_certificate(certificate).issuer
        if issuer is not None and named == issuer.issuer.name:
            return (issuer.certificate, *issuer.chain)
        if named == x509.load_der_x509_certificate(self.issuing_certificate).subject:
            return (self.issuing_certificate, self.root_certificate)
        return issuers_above(certificate, earlier.kept(self._earlier).signers)

    @cached_property
    def _issuer(self) -> SigningKey:
        """Who signs people's certificates from now on."""
        own = self._own.issuer
        if own is None:
            return self._built_in_issuer
        return replace(own.issuer, list_url=_list_url(self._lists_url, "own"))

    @cached_property
    def _built_in_issuer(self) -> SigningKey:
        key = load_der_private_key(self._newest("issuing").key, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        name = x509.load_der_x509_certificate(self.issuing_certificate).subject
        return SigningKey(name, key, _list_url(self._lists_url, "issuing"))

    @cached_property
    def _issuing_end(self) -> datetime:
        own = self._own.issuer
        return _end(own.certificate) if own else self._built_in_end

    @property
    def _earlier(self) -> Path:
        """Where authorities are kept that the settings named once."""
        return self._directory / "earlier"

    @property
    def _built_in_end(self) -> datetime:
        return _end(self.issuing_certificate)

    def _certificate(self, name: str) -> bytes:
        return _certificate(self._directory / f"{name}.pem")

    def _places(self, name: str) -> list[Path]:
        """Where this pair and those that renewed it lie, oldest first: name-2, name-3 …"""
        renewed = self._directory.glob(f"{name}-*")
        numbered = sorted(renewed, key=lambda place: int(place.name.rpartition("-")[2]))
        return [self._directory, *numbered]

    def _newest(self, name: str) -> Identity:
        """Look on the disk each time: another process may just have renewed it."""
        place = self._places(name)[-1]
        path = place / f"{name}.pem"
        if path not in self._opened:
            locked = (place / f"{name}.key").read_bytes()
            self._opened[path] = Identity(_certificate(path), self._vault.unlock(name, locked))
        return self._opened[path]


def _key_name(person: str) -> str:
    return f"person:{person}"


def _list_url(below: str, name: str) -> str:
    return f"{below}/{name}.crl" if below else ""


def _certificate(path: Path) -> bytes:
    return certificates.der(x509.load_pem_x509_certificate(path.read_bytes()))


def _end(certificate: bytes) -> datetime:
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def _parted(found: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Roots, and the authorities below them."""
    parts: tuple[list[bytes], list[bytes]] = ([], [])
    for each in found:
        parts[0 if _is_self_signed(each) else 1].append(each)
    return parts


def _once(*found: bytes) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(found))


def _is_self_signed(certificate: bytes) -> bool:
    loaded = x509.load_der_x509_certificate(certificate)
    return loaded.issuer == loaded.subject


def _put_in_place(files: Mapping[str, bytes], place: Path, *, made: str) -> None:
    """Write all files into a directory of their own and put it in place in one rename."""
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        for name, data in files.items():
            _write(fresh / name, data)
        _sync(fresh)
        try:
            fresh.rename(place)
            _sync(place.parent)
        except OSError:
            if not (place / made).exists():
                raise
            # another process was first; what it made is what to use
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _first_files(vault: Vault, organisation: str, lists_url: str, at: datetime) -> dict[str, bytes]:
    keys: dict[str, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey] = {
        "root": (root_key := ec.generate_private_key(ec.SECP256R1())),
        "issuing": (issuing_key := ec.generate_private_key(ec.SECP256R1())),
        "seal": (seal_key := ec.generate_private_key(ec.SECP256R1())),
        "tsa": (tsa_key := rsa.generate_private_key(65537, 2048)),
    }
    end, soon = at + _AUTHORITY_LIFE, at + _ISSUED_LIFE
    root = certificates.root(organisation, root_key, at=at, until=end)
    by_root = SigningKey(root.subject, root_key, _list_url(lists_url, "root"))
    public = issuing_key.public_key()
    issuing = certificates.issuing(organisation, public, by_root, at=at, until=end)
    issuer = SigningKey(issuing.subject, issuing_key, _list_url(lists_url, "issuing"))
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


def _successor(
    name: str,
    old: x509.Certificate,
    issuer: SigningKey,
    vault: Vault,
    at: datetime,
    until: datetime,
) -> dict[str, bytes]:
    """A new key and a new certificate with the name of the old one."""
    (organisation,) = old.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    called, span = str(organisation.value), {"at": at, "until": until}
    if name == "tsa":
        clock = rsa.generate_private_key(65537, 2048)
        made = certificates.tsa(called, clock.public_key(), issuer, **span)
        private = certificates.key_der(clock)
    else:
        key = ec.generate_private_key(ec.SECP256R1())
        made = certificates.seal(called, key.public_key(), issuer, **span)
        private = certificates.key_der(key)
    return {f"{name}.key": vault.lock(name, private), f"{name}.pem": certificates.pem(made)}


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
