"""JSON Web Signatures: those of devices over records, and those of the server over statements.

Records come as general JSON serialisation (RFC 7515 §7.2.1), ES256, each
signature by one person's device key named by its RFC 7638 thumbprint. Server
statements (receipts, checkpoints) are compact.

The record's own format is evidence, which is what this project exists for: one
algorithm, one curve, one serialisation, checked here with `cryptography` alone
so that every rule can be read (docs/decisions/0002). joserfc names the keys.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from joserfc.jwk import ECKey

from inspection.domain.problems import JwsMalformed, KeyMalformed, KeyUnknown, SignatureInvalid

RECORD_TYPE = "zhencha.record+jws"
_ES256 = ec.ECDSA(hashes.SHA256())
MOST_SIGNATURES = 10
"""Of one record; a proof names no more keys than could have made them."""
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True)
class EnrolledKey:
    """A device key as it was enrolled: whose it is, and its public half as a JWK."""

    kid: str
    person: str
    public_jwk: Mapping[str, str]


@dataclass(frozen=True)
class DeviceSignature:
    """A verified signature: this person's key signed these bytes, and what the header said."""

    kid: str
    person: str
    role: str
    signed_at: datetime


@dataclass(frozen=True)
class VerifiedRecord:
    """Bytes of a record, with every signature over them verified."""

    payload: bytes
    signatures: tuple[DeviceSignature, ...]


def verify_record(jws: bytes, key_of: Callable[[str], EnrolledKey | None]) -> VerifiedRecord:
    """Verify every signature of a record's JWS.

    Raises JwsMalformed, KeyUnknown (details: kid) or SignatureInvalid (details: kid).
    One bad signature among good ones refuses the whole: it was put there to deceive.
    """
    payload_text, signatures = _parts(jws)
    verified = tuple(_verified(payload_text, each, key_of) for each in signatures)
    return VerifiedRecord(_decoded(payload_text), verified)


def payload_of(jws: bytes) -> bytes:
    """Return the payload without verifying anything. Raises JwsMalformed."""
    return _decoded(_parts(jws)[0])


def _parts(jws: bytes) -> tuple[str, list[dict[str, Any]]]:
    try:
        data = json.loads(jws)
        payload, signatures = data["payload"], data["signatures"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise JwsMalformed() from error
    if not isinstance(payload, str) or not payload.isascii() or not isinstance(signatures, list):
        raise JwsMalformed()
    if not 1 <= len(signatures) <= MOST_SIGNATURES:
        raise JwsMalformed(pointer="/signatures")
    return payload, signatures


def _verified(
    payload: str, signature: Any, key_of: Callable[[str], EnrolledKey | None]
) -> DeviceSignature:
    try:
        protected = signature["protected"]
        header = json.loads(_decoded(protected))
        raw = _decoded(signature["signature"])
        kid, claims = header["kid"], (header["person"], header["role"])
        signed_at = datetime.fromisoformat(header["signed_at"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise JwsMalformed(pointer="/signatures") from error
    if header.get("alg") != "ES256" or header.get("typ") != RECORD_TYPE or "crit" in header:
        raise JwsMalformed(pointer="/signatures")
    if signed_at.tzinfo is None or len(raw) != 64:
        raise JwsMalformed(pointer="/signatures")
    if not isinstance(kid, str) or not _THUMBPRINT.match(kid):
        raise JwsMalformed(pointer="/signatures")
    key = key_of(kid)
    if key is None:
        raise KeyUnknown(kid=kid)
    if key.person != claims[0]:
        raise SignatureInvalid(kid=kid)
    _check(public_key(key.public_jwk), raw, f"{protected}.{payload}".encode("ascii"), kid)
    return DeviceSignature(kid, key.person, str(claims[1]), signed_at)


def _check(key: ec.EllipticCurvePublicKey, raw: bytes, message: bytes, kid: str) -> None:
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    try:
        key.verify(der, message, _ES256)
    except InvalidSignature:
        raise SignatureInvalid(kid=kid) from None


def public_key(jwk: Mapping[str, str]) -> ec.EllipticCurvePublicKey:
    """Build a P-256 public key from a JWK. Raises KeyMalformed."""
    try:
        if jwk["kty"] != "EC" or jwk["crv"] != "P-256" or "d" in jwk:
            raise KeyMalformed()
        x, y = (int.from_bytes(_decoded(jwk[name])) for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (KeyError, TypeError, ValueError, JwsMalformed) as error:
        raise KeyMalformed() from error


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The key's name: RFC 7638 thumbprint of its public half. Raises KeyMalformed."""
    public_key(jwk)
    return str(ECKey.import_key({k: jwk[k] for k in ("kty", "crv", "x", "y")}).thumbprint())


def verify_compact(token: str, jwk: Mapping[str, str]) -> dict[str, Any]:
    """Verify a compact ES256 JWS and return its JSON payload.

    Raises JwsMalformed or SignatureInvalid.
    """
    try:
        protected, payload, signature = token.split(".")
        header = json.loads(_decoded(protected))
        raw, claims = _decoded(signature), json.loads(_decoded(payload))
    except (ValueError, AttributeError, RecursionError) as error:
        raise JwsMalformed() from error
    if not isinstance(header, dict) or header.get("alg") != "ES256" or len(raw) != 64:
        raise JwsMalformed()
    if not isinstance(claims, dict):
        raise JwsMalformed()
    _check(public_key(jwk), raw, f"{protected}.{payload}".encode("ascii"), header.get("kid", ""))
    return claims


@dataclass(frozen=True)
class KnownKey:
    """The public half of a key that this server signs with or once signed with."""

    jwk: dict[str, str]
    since: str
    """When the server first found it in its place, as an ISO instant."""


class ServerKey:
    """The server's own P-256 key: signs receipts and checkpoints."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, known: tuple[KnownKey, ...]) -> None:
        self._key = key
        self.known = known
        """This key, then those before it, the newest first."""
        self.public_jwk = known[0].jwk
        self.kid = self.public_jwk["kid"]
        self._header = _encoded(json.dumps({"alg": "ES256", "kid": self.kid}).encode())

    @classmethod
    def open(cls, path: Path, secret: bytes, *, at: datetime) -> "ServerKey":
        """Read the key from `path`, encrypted with `secret`; make it on first use.

        Its public half is kept beside it for ever: what an earlier key signed must be
        checkable when that key is gone.
        """
        key = kept_key(path, secret)
        return cls(key, _known(path.with_name(f"{path.stem}s"), _public_jwk(key.public_key()), at))

    @property
    def public_jwks(self) -> list[dict[str, str]]:
        """The public half of this key and of every one before it."""
        return [each.jwk for each in self.known]

    def sign(self, statement: dict[str, Any]) -> str:
        """Return a compact JWS over the statement."""
        body = _encoded(json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode())
        message = f"{self._header}.{body}"
        r, s = decode_dss_signature(self._key.sign(message.encode("ascii"), _ES256))
        return f"{message}.{_encoded(r.to_bytes(32) + s.to_bytes(32))}"


def _known(directory: Path, present: dict[str, str], at: datetime) -> tuple[KnownKey, ...]:
    path = directory / f"{present['kid']}.json"
    if not path.exists():
        told = {"jwk": present, "since": at.isoformat(timespec="seconds")}
        _write_once(path, json.dumps(told).encode())
    known = [KnownKey(**json.loads(each.read_bytes())) for each in directory.glob("*.json")]
    known.sort(key=lambda each: (each.jwk == present, each.since), reverse=True)
    return tuple(known)


def kept_key(path: Path, secret: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a P-256 key of the server's own, encrypted with `secret`; make it on first use."""
    from cryptography.hazmat.primitives import serialization

    if not path.exists():
        fresh = ec.generate_private_key(ec.SECP256R1())
        pem = fresh.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(secret),
        )
        _write_once(path, pem)
    key = serialization.load_pem_private_key(path.read_bytes(), secret)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyMalformed()
    return key


def _public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": _encoded(numbers.x.to_bytes(32)),
        "y": _encoded(numbers.y.to_bytes(32)),
    }
    return {**jwk, "kid": thumbprint(jwk)}


def _write_once(path: Path, data: bytes) -> None:
    """Write a file that several processes may try to make: the first one wins, whole."""
    import os
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decoded(text: Any) -> bytes:
    if not isinstance(text, str):
        raise JwsMalformed()
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise JwsMalformed() from error
