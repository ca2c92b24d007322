"""Rescue packages read and written by `cryptography` alone, from docs/rescue-format.md.

What the tablet exports opens here without any code of the product, and what is made here opens in
the product: whoever holds the file and a key needs nobody's program.
"""

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from tests.builders.devices import base64url, compact
from tests.builders.identifiers import sha256, uuid7
from tests.builders.records import Filled
from tests.builders.recovery import RecoveryKey, unpacked
from tests.builders.times import NOON, stamp

FIRST, MARK = b"zhencha.rescue/1\n", b"ZENT"


@dataclass(frozen=True)
class Entry:
    """What one entry says of itself, and its bytes."""

    facts: dict[str, Any]
    data: bytes


@dataclass(frozen=True)
class Opened:
    """A package whose key is at hand."""

    file: bytes
    header: dict[str, Any]
    start: int
    key: bytes

    def entries(self) -> Iterator[Entry]:
        """Every entry, in order. Raises InvalidTag at the first that is damaged."""
        at = self.start
        while at < len(self.file):
            mark, number, length = struct.unpack_from(">4sII", self.file, at)
            assert mark == MARK, at
            sealed = self.file[at + 12 : at + 12 + length]
            bound = f"{self.header['package']}:{number}".encode()
            plain = AESGCM(self.key).decrypt(sealed[:12], sealed[12:], bound)
            (said,) = struct.unpack_from(">I", plain)
            yield Entry(json.loads(plain[4 : 4 + said]), plain[4 + said :])
            at += 12 + length

    def of_type(self, name: str) -> list[Entry]:
        """The entries of one type."""
        return [entry for entry in self.entries() if entry.facts["type"] == name]


def header_of(file: bytes) -> tuple[dict[str, Any], int]:
    """The header and where the entries begin."""
    assert file.startswith(FIRST)
    (length,) = struct.unpack_from(">I", file, len(FIRST))
    start = len(FIRST) + 4 + length
    return json.loads(file[len(FIRST) + 4 : start]), start


def opened_by_recovery(file: bytes, recovery: RecoveryKey) -> Opened:
    """Open a package with the organisation's private half."""
    header, start = header_of(file)
    assert header["recovery"]["kid"] == recovery.kid
    return Opened(file, header, start, recovery.unwrap(header["recovery"]["key"]))


def opened_by_code(file: bytes, code: str) -> Opened:
    """Open a package with the twelve digits. Raises InvalidTag."""
    header, start = header_of(file)
    under = header["code"]
    lid = _lid(code, unpacked(under["salt"]), under["rounds"])
    key = AESGCM(lid).decrypt(
        unpacked(under["iv"]), unpacked(under["key"]), header["package"].encode()
    )
    return Opened(file, header, start, key)


def opens(file: bytes, code: str) -> bool:
    """Whether these digits open the package."""
    try:
        opened_by_code(file, code)
    except InvalidTag:
        return False
    return True


@dataclass
class Package:
    """A package in the making."""

    recovery: RecoveryKey | None = None
    code: str = "012345678901"
    label: str = "检查平板 07"
    name: str = field(default_factory=uuid7)
    key: bytes = field(default_factory=lambda: os.urandom(32))
    entries: list[bytes] = field(default_factory=list)
    rounds: int = 1000

    def add(self, facts: dict[str, Any], data: bytes = b"") -> None:
        """Seal one more entry."""
        said, nonce, number = compact(facts), os.urandom(12), len(self.entries)
        plain = struct.pack(">I", len(said)) + said + data
        sealed = nonce + AESGCM(self.key).encrypt(nonce, plain, f"{self.name}:{number}".encode())
        self.entries.append(struct.pack(">4sII", MARK, number, len(sealed)) + sealed)

    def add_records(self, *records: tuple[Filled, bytes]) -> None:
        """Contents, each record with its signed bytes, all files: as a tablet packs them."""
        contents = [_listed(made) for made, _ in records]
        device = {"device": uuid7(), "label": self.label, "made_at": stamp(NOON)}
        self.add({"type": "contents", "records": contents, "drafts": [], **device})
        for made, body in records:
            self.add({"type": "record", "item": _item(made, body)}, body)
        for made, _ in records:
            for digest, data in made.blobs.items():
                mime = "image/jpeg" if data[:2] == b"\xff\xd8" else "application/json"
                self.add({"type": "file", "sha256": digest, "size": len(data), "mime": mime}, data)

    @property
    def file(self) -> bytes:
        """All of it."""
        salt, nonce = os.urandom(16), os.urandom(12)
        lid = _lid(self.code, salt, self.rounds)
        sealed = AESGCM(lid).encrypt(nonce, self.key, self.name.encode())
        recovery = self.recovery and {
            "kid": self.recovery.kid,
            "key": self.recovery.wrap(self.key),
        }
        header = compact(
            {
                "format": "zhencha.rescue/1",
                "package": self.name,
                "made_at": stamp(NOON),
                "code": {
                    "rounds": self.rounds,
                    "salt": base64url(salt),
                    "iv": base64url(nonce),
                    "key": base64url(sealed),
                },
                "recovery": recovery,
            }
        )
        return FIRST + struct.pack(">I", len(header)) + header + b"".join(self.entries)


def _lid(code: str, salt: bytes, rounds: int) -> bytes:
    return PBKDF2HMAC(SHA256(), length=32, salt=salt, iterations=rounds).derive(code.encode())


def _listed(made: Filled) -> dict[str, Any]:
    payload = made.payload
    return {
        "uuid": made.uuid,
        "unit": payload["unit"]["name"],
        "title": "动火作业",
        "by": payload["people"][0]["name"],
        "signed_at": payload["finished_at"],
        "findings": len(payload["findings"]),
        "photos": len(payload["photos"]),
        "files": len(made.blobs),
    }


def _item(made: Filled, body: bytes) -> dict[str, Any]:
    payload = made.payload
    photos = {photo["sha256"] for photo in payload["photos"]}
    files = [
        {"sha256": digest, "size": len(data), "type": "image/jpeg"}
        for digest, data in made.blobs.items()
    ]
    accounts = [person["account"] for person in payload["people"] if person["account"]]
    return {
        "uuid": made.uuid,
        "person": accounts[0],
        "signers": accounts,
        "unit_name": payload["unit"]["name"],
        "title": "动火作业",
        "findings": len(payload["findings"]),
        "digest": made.digest,
        "jws_digest": sha256(body),
        "inks": [file for file in files if file["sha256"] not in photos],
        "photos": [file for file in files if file["sha256"] in photos],
        "signed_at": payload["finished_at"],
        "sealed_at": payload["finished_at"],
    }
