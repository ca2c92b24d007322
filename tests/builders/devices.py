"""A tablet: one P-256 key per person, and the signing that static/js does in the browser.

Written with `cryptography` alone, so that the product's JOSE code is judged by somebody else's.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from tests.builders.identifiers import uuid7
from tests.builders.people import Person
from tests.builders.times import NOON, stamp


def base64url(data: bytes) -> str:
    """RFC 7515's encoding: URL-safe, no padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value: Any) -> bytes:
    """JSON the way a browser writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Key:
    """One person's key on one device."""

    private: EllipticCurvePrivateKey = field(
        default_factory=lambda: generate_private_key(SECP256R1())
    )

    @property
    def jwk(self) -> dict[str, str]:
        """The public half, as RFC 7517 writes it."""
        point = self.private.public_key().public_numbers()
        x, y = (base64url(number.to_bytes(32, "big")) for number in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint: SHA-256 over the required members, ordered by name."""
        thumb = Hash(SHA256())
        thumb.update(compact(dict(sorted(self.jwk.items()))))
        return base64url(thumb.finalize())

    def signature(self, data: bytes) -> str:
        """ES256: r and s side by side (RFC 7518 section 3.4)."""
        r, s = decode_dss_signature(self.private.sign(data, ECDSA(SHA256())))
        return base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def compact_jws(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """A compact JWS, as proof of possession at enrolment needs it."""
        header = base64url(compact({"alg": "ES256", "kid": self.kid, "typ": typ}))
        body = base64url(compact(claims))
        return f"{header}.{body}.{self.signature(f'{header}.{body}'.encode())}"


@dataclass
class Device:
    """A tablet with its keys; a person's key comes into being when first asked for."""

    uuid: str = field(default_factory=uuid7)
    label: str = "平板 1"
    keys: dict[str, Key] = field(default_factory=dict)

    def key_of(self, person: Person) -> Key:
        """The person's key on this device."""
        return self.keys.setdefault(person.uuid, Key())

    def sign(
        self,
        payload: Mapping[str, Any] | bytes,
        *signers: Person,
        role: str = "inspector",
        at: datetime = NOON,
        header: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The body of PUT /records/{uuid}: general JSON JWS, one signature for each signer.

        `header` overrides protected header values, for tests of what must be refused.
        """
        data = payload if isinstance(payload, bytes) else compact(payload)
        body = base64url(data)
        entries = [self._entry(body, signer, role, at, header or {}) for signer in signers]
        return compact({"payload": body, "signatures": entries})

    def proof(self, person: Person, *, at: datetime = NOON) -> str:
        """The `proof` of POST /keys: the new key signs who, where and when."""
        key = self.key_of(person)
        claims = {"person": person.uuid, "device": self.uuid, "kid": key.kid, "at": stamp(at)}
        return key.compact_jws(claims, typ="zhencha.enrolment+jws")

    def _entry(
        self, body: str, signer: Person, role: str, at: datetime, changed: Mapping[str, Any]
    ) -> dict[str, str]:
        key = self.key_of(signer)
        protected = {
            "alg": "ES256",
            "kid": key.kid,
            "typ": "zhencha.record+jws",
            "person": signer.uuid,
            "role": role,
            "signed_at": stamp(at),
        }
        protected_part = base64url(compact({**protected, **changed}))
        return {
            "protected": protected_part,
            "signature": key.signature(f"{protected_part}.{body}".encode()),
        }
