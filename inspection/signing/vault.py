"""Private keys at rest: encrypted under one secret, bound to the name of what they are.

Knows no certificates and no files. Losing the secret means losing the keys;
that is the point of it.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MAGIC = b"ZK1"
_NONCE_SIZE = 12
_SHORTEST_SECRET = 16


class VaultLocked(Exception):
    """The secret does not open this key, or the key is not the one its name says."""


class Vault:
    """Locks and unlocks private keys with AES-256-GCM under a key derived from `secret`."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _SHORTEST_SECRET:
            raise ValueError(f"the secret needs at least {_SHORTEST_SECRET} bytes")
        derived = HKDF(SHA256(), length=32, salt=None, info=b"zhencha.vault/1").derive(secret)
        self._cipher = AESGCM(derived)

    def lock(self, name: str, key: bytes) -> bytes:
        """Encrypt `key`; only the same name opens it again."""
        nonce = os.urandom(_NONCE_SIZE)
        return _MAGIC + nonce + self._cipher.encrypt(nonce, key, name.encode())

    def unlock(self, name: str, locked: bytes) -> bytes:
        """Decrypt what `lock` made under this name. Raises VaultLocked."""
        start = len(_MAGIC) + _NONCE_SIZE
        if not locked.startswith(_MAGIC):
            raise VaultLocked(name)
        try:
            return self._cipher.decrypt(locked[len(_MAGIC) : start], locked[start:], name.encode())
        except InvalidTag as error:
            raise VaultLocked(name) from error
