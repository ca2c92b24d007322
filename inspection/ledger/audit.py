"""Reads chain and checkpoints with code of its own: raw SQL, hashlib, and ECDSA from cryptography.

Two people who make the same mistake agree with each other. So this module
shares no line with the code that writes the ledger, on purpose; do not make it
"reuse" anything.

A ledger that somebody rewrote whole, checkpoints included, agrees with itself; so does one that
was put back from an older backup. Against those there is only what others have kept: `mirror`.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

_NOTHING = "0" * 64


@dataclass(frozen=True)
class Finding:
    """The first thing wrong: the entry's seq and what does not fit."""

    seq: int
    reason: str


@dataclass(frozen=True)
class Audit:
    """How much was read, the last link, and the first thing wrong, if any."""

    entries: int
    last_link: str
    finding: Finding | None
    checkpoints: int = 0
    mirrored: int = 0


@dataclass(frozen=True)
class _Mark:
    """A checkpoint: what its signature covers, or why it says nothing."""

    seq: int
    said: Mapping[str, Any]
    wrong: str


def audit(
    connection: Any, *, keys: Sequence[Mapping[str, str]], mirror: Iterable[str] = ()
) -> Audit:
    """Walk every entry of an open DB-API connection and recompute each link.

    Every checkpoint must be signed by one of `keys` (JWKs) and must name length, link and tree
    as they are; a removed tail, a replaced history and a forged checkpoint are found by it. So
    must every line of a mirror of /ledger/checkpoints.jsonl.
    """
    own = [
        _mark(jws, keys, (seq, link))
        for seq, link, jws in _rows(
            connection, "SELECT seq, link, jws FROM ledger_checkpoint ORDER BY id"
        )
    ]
    kept = [_mirrored(line, keys) for line in mirror if line.strip()]
    marks: dict[int, list[_Mark]] = {}
    for mark in [*own, *kept]:
        marks.setdefault(mark.seq, []).append(mark)
    found = _walk(connection, marks)
    return Audit(found.entries, found.last_link, found.finding, len(own), len(kept))


def _walk(connection: Any, marks: dict[int, list[_Mark]]) -> Audit:
    before, count, peaks = _NOTHING, 0, _Peaks()
    wrong = _unmarked(peaks, before, marks.get(0, ()))
    if wrong:
        return Audit(0, before, Finding(1, wrong))
    for row in _rows(
        connection,
        "SELECT seq, kind, body, recorded_at, prev_link, link FROM ledger_entry ORDER BY seq",
    ):
        count, link = count + 1, row[5]
        wrong = _broken(count, before, row)
        if not wrong:
            peaks.add(link)
            wrong = _unmarked(peaks, link, marks.get(count, ()))
        if wrong:
            return Audit(count - 1, before, Finding(count, wrong))
        before = link
    return Audit(count, before, _end_finding(connection, count, before, marks))


def _broken(expected: int, before: str, row: tuple[Any, ...]) -> str:
    seq, kind, body, at, prev_link, link = row
    if seq != expected:
        return f"entry {expected} is missing"
    if prev_link != before:
        return "does not follow the entry before it"
    raw = body.encode("utf-8")
    framed = "\n".join(["zhencha-ledger-1", prev_link, str(seq), kind, at, str(len(raw)), ""])
    if hashlib.sha256(framed.encode("utf-8") + raw).hexdigest() != link:
        return "its content does not give its link"
    return ""


class _Peaks:
    """Roots of the full trees over the links read so far, and what they were at each length."""

    def __init__(self) -> None:
        self.count = 0
        self._stack: list[tuple[int, bytes]] = []
        self._at: dict[int, list[str]] = {0: []}

    def add(self, link: str) -> None:
        """Read one more link."""
        self.count += 1
        size, top = 1, hashlib.sha256(b"\0" + bytes.fromhex(link)).digest()
        while self._stack and self._stack[-1][0] == size:
            top = hashlib.sha256(b"\1" + self._stack.pop()[1] + top).digest()
            size *= 2
        self._stack.append((size, top))

    def now(self) -> list[str]:
        """The peaks, remembered for whoever says that he follows this length."""
        peaks = [top.hex() for _, top in self._stack]
        self._at[self.count] = peaks
        return peaks

    def follows(self, after: int, nodes: Sequence[str]) -> bool:
        """Whether these nodes lead from a remembered length to this one."""
        if after not in self._at:
            return False
        sizes = [1 << bit for bit in range(after.bit_length(), -1, -1) if after >> bit & 1]
        stack = list(zip(sizes, map(bytes.fromhex, self._at[after]), strict=True))
        at = after
        for each in nodes:
            size = 1
            while at % (2 * size) == 0 and at + 2 * size <= self.count:
                size *= 2
            at, top = at + size, bytes.fromhex(each)
            while stack and stack[-1][0] == size:
                top = hashlib.sha256(b"\1" + stack.pop()[1] + top).digest()
                size *= 2
            stack.append((size, top))
        return stack == self._stack


def _unmarked(peaks: _Peaks, link: str, marks: Iterable[_Mark]) -> str:
    """What does not fit between the ledger up to here and the checkpoints that end here."""
    for mark in marks:
        if mark.wrong:
            return mark.wrong
        if mark.said["link"] != link:
            return "a signed checkpoint names another link here"
        if mark.said["format"] == "zhencha.checkpoint/1":
            continue
        if mark.said["peaks"] != peaks.now():
            return "a signed checkpoint names another tree here"
        if not peaks.follows(mark.said["after"], mark.said["grown"]):
            return "the checkpoint here follows one that is missing"
    return ""


def _mirrored(line: str, keys: Sequence[Mapping[str, str]]) -> _Mark:
    try:
        said = json.loads(line)
        return _mark(said["jws"], keys, (said["seq"], said["link"]))
    except (ValueError, KeyError, TypeError):
        return _Mark(0, {}, f"the mirror has a line that is no checkpoint: {line[:60]}")


def _mark(jws: str, keys: Sequence[Mapping[str, str]], row: tuple[int, str]) -> _Mark:
    """What a checkpoint says, once its signature was checked and its columns say the same."""
    seq, link = row
    signed = any(_signed(jws, key) for key in keys)
    if not signed:
        return _Mark(seq, {}, "the checkpoint here was signed by no key of this server")
    said = json.loads(_bytes(jws.split(".")[1]))
    if said.get("format") not in ("zhencha.checkpoint/1", "zhencha.checkpoint/2"):
        return _Mark(seq, {}, "what stands here as a checkpoint is another statement")
    if (said["seq"], said["link"]) != (seq, link):
        return _Mark(seq, {}, "the checkpoint here was signed for another place")
    return _Mark(seq, said, "")


def _signed(jws: str, key: Mapping[str, str]) -> bool:
    try:
        header, payload, signature = jws.split(".")
        raw = _bytes(signature)
        if json.loads(_bytes(header))["alg"] != "ES256" or len(raw) != 64:
            return False
        x, y = (int.from_bytes(_bytes(key[name])) for name in ("x", "y"))
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        der = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public.verify(der, f"{header}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        return False
    return True


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _end_finding(
    connection: Any, count: int, last_link: str, marks: dict[int, list[_Mark]]
) -> Finding | None:
    head = list(_rows(connection, "SELECT seq, link FROM ledger_head WHERE id = 1"))
    if head != [(count, last_link)]:
        return Finding(count + 1, "the head names another end: entries were cut off or added")
    beyond = [mark for seq, each in sorted(marks.items()) if seq > count for mark in each]
    if beyond:
        wrong = beyond[0].wrong
        return Finding(count + 1, wrong or "a signed checkpoint is longer than the ledger")
    return None


def _rows(connection: Any, query: str) -> Iterator[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.execute(query)
    while batch := cursor.fetchmany(1000):
        yield from (tuple(row) for row in batch)
