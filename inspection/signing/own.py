"""The organisation's own credentials (自有证书): a seal, an issuing authority, a time server.

Each takes the place of a built-in one, by settings. Everything is opened and tried once, at the
start, so that a wrong password or a chain without its root is told in a sentence then and not by a
report that never comes. What is found here is plain values; using them is `authority` and `seals`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import pkcs12

from inspection.domain.problems import SettingsIncomplete
from inspection.settings import OwnSettings
from inspection.signing import certificates
from inspection.signing.certificates import SigningKey

_LIST = re.compile(b"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)
_T = TypeVar("_T")
_SHORTEST_RSA_BITS = 2048
_LONGEST_CHAIN = 6


@dataclass(frozen=True)
class TokenKey:
    """A key that never leaves its device (PKCS#11), and what opens that device."""

    module: str
    token: str
    label: str
    pin: str = field(repr=False)


@dataclass(frozen=True)
class OwnSeal:
    """The organisation's own seal; `key` is DER, or empty when the key lies in a token."""

    certificate: bytes
    chain: tuple[bytes, ...]
    """Issuers, the root last."""
    key: bytes = field(default=b"", repr=False)
    token: TokenKey | None = None


@dataclass(frozen=True)
class OwnIssuer:
    """The organisation's own authority for people's certificates."""

    certificate: bytes
    chain: tuple[bytes, ...]
    issuer: SigningKey = field(repr=False)


@dataclass(frozen=True)
class TimeServer:
    """A time-stamping server (RFC 3161) and whom to believe when it answers."""

    url: str
    roots: tuple[bytes, ...]
    intermediates: tuple[bytes, ...] = ()

    @property
    def host(self) -> str:
        """The server's name, as people are told it."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True)
class Own:
    """All there is of the organisation's own; nothing at all by default."""

    seal: OwnSeal | None = None
    issuer: OwnIssuer | None = None
    time: TimeServer | None = None
    list_files: tuple[Path, ...] = ()
    """PEM files that may hold revocation lists; read anew whenever they are needed."""

    @property
    def chains(self) -> tuple[bytes, ...]:
        """Certificates of every authority above the own seal and the own issuer."""
        issuer = (self.issuer.certificate, *self.issuer.chain) if self.issuer else ()
        return (*(self.seal.chain if self.seal else ()), *issuer)

    def revocation_lists(self) -> tuple[bytes, ...]:
        """What the files hold by now; a file that cannot be read holds nothing."""
        return tuple(each for path in self.list_files for each in _lists_of(path))


class _Unusable(Exception):
    """A setting cannot be used: its name, and a sentence for the operator."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name, self.why = name, why


def load(told: OwnSettings, *, at: datetime) -> Own:
    """Open and try everything that was told. Raises SettingsIncomplete, naming all at once."""
    why: dict[str, str] = {}

    def tried(load_one: Callable[[OwnSettings, datetime], _T], wanted: str) -> _T | None:
        try:
            return load_one(told, at) if wanted else None
        except _Unusable as error:
            why[error.name] = error.why
            return None

    files = [each for each in (told.seal_chain, told.ca_chain, told.tsa_roots) if each]
    found = Own(
        seal=tried(_seal, told.seal_p12 or told.seal_pkcs11),
        issuer=tried(_issuer, told.ca_key),
        time=tried(_time_server, told.tsa_url),
        list_files=tuple(map(Path, files)),
    )
    if why:
        raise SettingsIncomplete(names=list(why), why=why)
    return found


def _seal(told: OwnSettings, at: datetime) -> OwnSeal:
    extra = _certificates_in("INSPECTION_SEAL_CHAIN", told.seal_chain) if told.seal_chain else []
    if told.seal_pkcs11:
        return _seal_in_token(told, extra, at)
    name = "INSPECTION_SEAL_P12"
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(
            _read(name, told.seal_p12), told.seal_password.encode() or None
        )
    except ValueError as error:
        why = "密码打不开这个文件，或文件不是 PKCS#12 · wrong password, or not a PKCS#12 file"
        raise _Unusable(name, why) from error
    if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise _Unusable(
            name, "里面没有证书或没有能用的私钥 · no certificate or no usable key in it"
        )
    if key.public_key() != certificate.public_key():
        raise _Unusable(name, "私钥与证书不是一对 · the key is not the certificate's")
    _refuse_unfit(name, certificate, at)
    chain = _chain_of(name, certificate, [*others, *extra])
    return OwnSeal(certificates.der(certificate), chain, key=certificates.key_der(key))


def _seal_in_token(told: OwnSettings, extra: list[x509.Certificate], at: datetime) -> OwnSeal:
    token = TokenKey(told.seal_pkcs11, told.seal_token, told.seal_label, told.seal_pin)
    leaves = [each for each in extra if not _is_authority(each)]
    certificate = _tried_in_token(token, leaves)
    _refuse_unfit("INSPECTION_SEAL_LABEL", certificate, at)
    chain = _chain_of("INSPECTION_SEAL_CHAIN", certificate, extra)
    return OwnSeal(certificates.der(certificate), chain, token=token)


def _tried_in_token(token: TokenKey, leaves: list[x509.Certificate]) -> x509.Certificate:
    """Return the seal's certificate after its key has signed something on trial."""
    import pkcs11
    from pkcs11 import Attribute, ObjectClass

    try:
        library = pkcs11.lib(token.module)
    except (RuntimeError, pkcs11.PKCS11Error) as error:
        why = "这个模块打不开 · this module cannot be loaded"
        raise _Unusable("INSPECTION_SEAL_PKCS11", why) from error
    try:
        opened = library.get_token(token_label=token.token)
    except pkcs11.PKCS11Error as error:
        why = f"模块里没有叫 {token.token} 的令牌 · the module knows no token of this name"
        raise _Unusable("INSPECTION_SEAL_TOKEN", why) from error
    try:
        with opened.open(user_pin=token.pin) as session:
            keys = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: token.label}
            stored = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: token.label}
            key = next(iter(session.get_objects(keys)), None)
            data = [bytes(each[Attribute.VALUE]) for each in session.get_objects(stored)]
            on_token = [x509.load_der_x509_certificate(each) for each in data]
            for each in (*on_token, *leaves):
                if key is not None and _signs_for(key, each):
                    return each
    except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinLocked) as error:
        raise _Unusable("INSPECTION_SEAL_PIN", "PIN 不对 · the PIN is wrong") from error
    except pkcs11.PKCS11Error as error:
        why = f"令牌不能签名 · the token does not sign: {type(error).__name__}"
        raise _Unusable("INSPECTION_SEAL_TOKEN", why) from error
    why = "令牌里没有这个名字的私钥和与它成对的证书 · no key of this label with its certificate"
    raise _Unusable("INSPECTION_SEAL_LABEL", why)


def _signs_for(key: object, certificate: x509.Certificate) -> bool:
    from pkcs11 import Mechanism

    probe, public = b"zhencha", certificate.public_key()
    sign = key.sign  # type: ignore[attr-defined]
    try:
        if isinstance(public, rsa.RSAPublicKey):
            made = bytes(sign(probe, mechanism=Mechanism.SHA256_RSA_PKCS))
            public.verify(made, probe, PKCS1v15(), hashes.SHA256())
        elif isinstance(public, ec.EllipticCurvePublicKey):
            digest = hashes.Hash(hashes.SHA256())
            digest.update(probe)
            made = bytes(sign(digest.finalize(), mechanism=Mechanism.ECDSA))
            half = len(made) // 2
            der = encode_dss_signature(int.from_bytes(made[:half]), int.from_bytes(made[half:]))
            public.verify(der, probe, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _issuer(told: OwnSettings, at: datetime) -> OwnIssuer:
    name = "INSPECTION_CA_KEY"
    first, *others = _certificates_in("INSPECTION_CA_CHAIN", told.ca_chain)
    try:
        key = serialization.load_pem_private_key(
            _read(name, told.ca_key), told.ca_password.encode() or None
        )
    except (ValueError, TypeError) as error:
        why = "密码打不开这个文件，或文件不是 PEM 私钥 · wrong password, or not a key in PEM"
        raise _Unusable(name, why) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise _Unusable(
            name, "只能用 RSA 或椭圆曲线私钥 · only RSA and elliptic curve keys can be used"
        )
    if key.public_key() != first.public_key():
        why = "与 INSPECTION_CA_CHAIN 的第一张证书不是一对 · not the first certificate's key"
        raise _Unusable(name, why)
    if not _is_authority(first):
        why = "第一张证书不能签发证书 · the first certificate may not issue certificates"
        raise _Unusable("INSPECTION_CA_CHAIN", why)
    _refuse_expired("INSPECTION_CA_CHAIN", first, at)
    chain = _chain_of("INSPECTION_CA_CHAIN", first, others) if not _is_root(first) else ()
    return OwnIssuer(certificates.der(first), chain, SigningKey(first.subject, key))


def _time_server(told: OwnSettings, at: datetime) -> TimeServer:
    name = "INSPECTION_TSA_ROOTS"
    found = _certificates_in(name, told.tsa_roots)
    roots = [each for each in found if _is_root(each)]
    if not roots:
        raise _Unusable(name, "里面没有根证书 · there is no root certificate in it")
    if all(each.not_valid_after_utc < at for each in roots):
        _refuse_expired(name, roots[-1], at)  # earlier ones may stay: old reports lead to them
    others = [each for each in found if each not in roots]
    return TimeServer(
        told.tsa_url,
        tuple(map(certificates.der, roots)),
        tuple(map(certificates.der, others)),
    )


def _refuse_unfit(name: str, certificate: x509.Certificate, at: datetime) -> None:
    """Refuse a seal whose certificate would make no reader believe it."""
    _refuse_expired(name, certificate, at)
    public = certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey) and public.key_size < _SHORTEST_RSA_BITS:
        raise _Unusable(name, "RSA 密钥不足 2048 位 · an RSA key of less than 2048 bits")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise _Unusable(name, "证书的用途不含签名 · the certificate is not meant for signing")


def _refuse_expired(name: str, certificate: x509.Certificate, at: datetime) -> None:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begin <= at <= end:
        span = f"{begin:%Y-%m-%d} – {end:%Y-%m-%d}"
        raise _Unusable(name, f"证书不在有效期内 · the certificate is valid {span} only")


def _chain_of(
    name: str, certificate: x509.Certificate, pool: Sequence[x509.Certificate]
) -> tuple[bytes, ...]:
    """Return the issuers above a certificate, up to a root that must be there."""
    found = _climbed(certificate, pool)
    here = found[-1] if found else certificate
    if not _is_root(here):
        who = here.issuer.rfc4514_string()
        why = f"证书链缺少 {who} · the chain lacks this issuer; it must lead to the root"
        raise _Unusable(name, why)
    return tuple(map(certificates.der, found))


def issuers_above(certificate: bytes, pool: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the issuers above a certificate that are among these (all DER), nearest first."""
    loaded = [x509.load_der_x509_certificate(each) for each in pool]
    found = _climbed(x509.load_der_x509_certificate(certificate), loaded)
    return tuple(map(certificates.der, found))


def _climbed(
    certificate: x509.Certificate, pool: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    here = certificate
    while not _is_root(here) and len(found) < _LONGEST_CHAIN:
        above = next((each for each in pool if _issued(each, here)), None)
        if above is None:
            break
        found.append(above)
        here = above
    return found


def _issued(above: x509.Certificate, below: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject and _issued(certificate, certificate)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    return bool(constraints.ca)


def _certificates_in(name: str, path: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(name, path))
    except ValueError as error:
        raise _Unusable(name, "里面没有 PEM 证书 · there is no certificate in PEM in it") from error


def _read(name: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        why = f"读不了 {path} · the file cannot be read: {error.strerror}"
        raise _Unusable(name, why) from error


def _lists_of(path: Path) -> Iterator[bytes]:
    try:
        for text in _LIST.findall(path.read_bytes()):
            made = x509.load_pem_x509_crl(text)
            yield made.public_bytes(serialization.Encoding.DER)
    except (OSError, ValueError):
        return
