"""Identifiers as devices make them: UUID version 7 (RFC 9562) and digests."""

import hashlib
import secrets
import time
import uuid


def uuid7() -> str:
    """A new UUID version 7: milliseconds first, so that later ones sort later."""
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    number |= 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=number))


def sha256(data: bytes) -> str:
    """The digest under which blobs lie."""
    return hashlib.sha256(data).hexdigest()
