"""Recovery keys: what a public half must be, its name, and the file that holds the private half.

An organisation's private half is made in its administrator's browser and never
comes here; only demonstrations and tests make one in Python, in the same file
format (docs/rescue-format.md). Which key is in force is `accounts/recovery.py`.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from inspection.domain.problems import KeyMalformed

FORMAT = "zhencha.recovery-key/1"
BITS = 3072
ROUNDS = 600_000
_EXPONENT = "AQAB"


def public_half(jwk: Mapping[str, Any]) -> dict[str, str]:
    """Return the members that make an RSA public key of 3072 bits. Raises KeyMalformed."""
    try:
        modulus = decoded(jwk["n"])
        fit = jwk["kty"] == "RSA" and jwk["e"] == _EXPONENT and "d" not in jwk
    except (KeyError, TypeError, ValueError) as error:
        raise KeyMalformed() from error
    if not fit or len(modulus) * 8 != BITS or not modulus[0] & 0x80 or not modulus[-1] & 1:
        raise KeyMalformed()
    return {"kty": "RSA", "n": encoded(modulus), "e": _EXPONENT}


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The key's name: RFC 7638 thumbprint of its public half. Raises KeyMalformed."""
    named = json.dumps(public_half(jwk), sort_keys=True, separators=(",", ":"))
    return encoded(hashlib.sha256(named.encode("ascii")).digest())


def make() -> rsa.RSAPrivateKey:
    """A fresh private key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def public_jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    """The public half of a key."""
    modulus = key.public_key().public_numbers().n
    return {"kty": "RSA", "n": encoded(modulus.to_bytes(BITS // 8)), "e": _EXPONENT}


def locked_file(key: rsa.RSAPrivateKey, passphrase: str) -> dict[str, Any]:
    """The key as a file that only the passphrase opens; an administrator's browser writes it so."""
    jwk = public_jwk(key)
    kid = thumbprint(jwk)
    salt, nonce = os.urandom(16), os.urandom(12)
    wrapping = PBKDF2HMAC(SHA256(), length=32, salt=salt, iterations=ROUNDS)
    cipher = AESGCM(wrapping.derive(passphrase.encode()))
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "format": FORMAT,
        "kid": kid,
        "jwk": jwk,
        "rounds": ROUNDS,
        "salt": encoded(salt),
        "iv": encoded(nonce),
        "key": encoded(cipher.encrypt(nonce, private, kid.encode())),
    }


def encoded(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """Bytes of base64url text. Raises ValueError or TypeError."""
    if not isinstance(text, str) or not text.isascii():
        raise ValueError(text)
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
