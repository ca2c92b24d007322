"""Links ledger entries to each other, and checks the links. Pure: no database, no clock.

The framing below is for ten years and more: test vectors in tests/vectors/ledger.json,
and docs/verifying-by-hand.md recomputes it with sha256sum. A new rule gets a new
version line beside this one; this one never changes. Each part but the body ends
with a line feed:

    link = SHA-256( VERSION, prev_link, seq, kind, recorded_at, bytes in body, body )
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

VERSION = "zhencha-ledger-1"
GENESIS = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One entry. `body` is the exact text that was hashed; `recorded_at` the exact time text."""

    seq: int
    kind: str
    body: str
    recorded_at: str
    prev_link: str
    link: str

    @property
    def at(self) -> datetime:
        """When it was recorded."""
        return datetime.fromisoformat(self.recorded_at)


def body_text(body: dict[str, Any]) -> str:
    """Turn a body into the text that is hashed and stored: UTF-8 JSON, sorted keys, no floats."""
    _refuse_floats(body)
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def follow(prev_link: str, seq: int, kind: str, body: str, recorded_at: str) -> Entry:
    """Make the entry that follows `prev_link`."""
    raw = body.encode()
    head = f"{VERSION}\n{prev_link}\n{seq}\n{kind}\n{recorded_at}\n{len(raw)}\n"
    return Entry(
        seq, kind, body, recorded_at, prev_link, hashlib.sha256(head.encode() + raw).hexdigest()
    )


def first_break(entries: Iterable[Entry]) -> int | None:
    """Return the seq of the first entry that does not follow, or None when all do."""
    prev_link = GENESIS
    for seq, entry in enumerate(entries, start=1):
        if entry != follow(prev_link, seq, entry.kind, entry.body, entry.recorded_at):
            return seq
        prev_link = entry.link
    return None


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r} has no canonical form: two languages print it in two ways")
    for item in (
        value.values()
        if isinstance(value, dict)
        else value
        if isinstance(value, list | tuple)
        else ()
    ):
        _refuse_floats(item)
