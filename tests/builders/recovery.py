"""A recovery key whose private half the test holds, and data keys wrapped as tablets wrap them.

Written with `cryptography` alone, so that what browsers and the product make is judged by
somebody else's code.
"""

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import load_der_private_key

from tests.builders.devices import base64url

_PADDING = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)


def unpacked(text: str) -> bytes:
    """Bytes of base64url text."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class RecoveryKey:
    """Both halves of an organisation's recovery key."""

    private: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 3072))

    @property
    def jwk(self) -> dict[str, str]:
        """The public half, as RFC 7517 writes it."""
        numbers = self.private.public_key().public_numbers()
        modulus = base64url(numbers.n.to_bytes(384))
        return {"kty": "RSA", "n": modulus, "e": base64url(numbers.e.to_bytes(3))}

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint."""
        thumb = Hash(SHA256())
        thumb.update(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode())
        return base64url(thumb.finalize())

    def wrap(self, data_key: bytes) -> str:
        """A key that only the private half opens."""
        return base64url(self.private.public_key().encrypt(data_key, _PADDING))

    def unwrap(self, wrapped: str) -> bytes:
        """What `wrap` closed."""
        return self.private.decrypt(unpacked(wrapped), _PADDING)

    @classmethod
    def opened(cls, file: dict[str, Any], passphrase: str) -> "RecoveryKey":
        """The key from the file that an administrator keeps. Raises InvalidTag."""
        salt, rounds = unpacked(file["salt"]), file["rounds"]
        derived = PBKDF2HMAC(SHA256(), length=32, salt=salt, iterations=rounds)
        opened = AESGCM(derived.derive(passphrase.encode())).decrypt(
            unpacked(file["iv"]), unpacked(file["key"]), file["kid"].encode()
        )
        private = load_der_private_key(opened, password=None)
        assert isinstance(private, RSAPrivateKey)
        return cls(private)


@dataclass(frozen=True)
class DataKey:
    """What a person's drafts on one tablet are sealed with."""

    recovery: RecoveryKey
    key: bytes = field(default_factory=lambda: os.urandom(32))
    kid: str = field(default_factory=lambda: base64url(os.urandom(16)))

    @property
    def wrapped(self) -> dict[str, str]:
        """As the tablet sends it when the PIN is lost."""
        return {
            "data_kid": self.kid,
            "recovery_kid": self.recovery.kid,
            "key": self.recovery.wrap(self.key),
        }


def resealed(old: DataKey, new: DataKey, recovery: RecoveryKey) -> dict[str, str]:
    """What the administrator's browser answers: the old data key under the new one."""
    opened, sealing = (recovery.unwrap(each.wrapped["key"]) for each in (old, new))
    nonce = os.urandom(12)
    bound = f"recovery:{old.kid}:{new.kid}".encode()
    return {
        "iv": base64url(nonce),
        "key": base64url(AESGCM(sealing).encrypt(nonce, opened, bound)),
    }


def recovered(answer: dict[str, str], old_kid: str, new: DataKey) -> bytes:
    """What the tablet opens from the change feed. Raises InvalidTag."""
    bound = f"recovery:{old_kid}:{new.kid}".encode()
    return AESGCM(new.key).decrypt(unpacked(answer["iv"]), unpacked(answer["key"]), bound)
