"""Reads the chain with code of its own: raw SQL and hashlib, nothing from chain or journal.

Two people who make the same mistake agree with each other. So this module
shares no line with the code that writes the ledger, on purpose; do not make it
"reuse" anything.
"""

import hashlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """The first thing wrong: the entry's seq and what does not fit."""

    seq: int
    reason: str


@dataclass(frozen=True)
class Audit:
    """How many entries were read, the last link, and the first thing wrong, if any."""

    entries: int
    last_link: str
    finding: Finding | None


def audit(connection: Any) -> Audit:
    """Walk every entry of an open DB-API connection and recompute each link.

    Also compares the end with the head row and with every signed checkpoint's
    length and link, so that a removed tail and a replaced history are found.
    """
    marks = dict(_rows(connection, "SELECT seq, link FROM ledger_checkpoint"))
    before, count = "0" * 64, 0
    for seq, kind, body, at, prev_link, link in _rows(
        connection,
        "SELECT seq, kind, body, recorded_at, prev_link, link FROM ledger_entry ORDER BY seq",
    ):
        count += 1
        wrong = _wrong(count, before, (seq, kind, body, at, prev_link, link))
        if wrong is None and seq in marks and marks[seq] != link:
            wrong = "a signed checkpoint names another link here"
        if wrong:
            return Audit(count - 1, before, Finding(count, wrong))
        before = link
    return Audit(count, before, _end_finding(connection, count, before, marks))


def _wrong(expected: int, before: str, row: tuple[Any, ...]) -> str | None:
    seq, kind, body, at, prev_link, link = row
    if seq != expected:
        return f"entry {expected} is missing"
    if prev_link != before:
        return "does not follow the entry before it"
    raw = body.encode("utf-8")
    framed = "\n".join(["zhencha-ledger-1", prev_link, str(seq), kind, at, str(len(raw)), ""])
    if hashlib.sha256(framed.encode("utf-8") + raw).hexdigest() != link:
        return "its content does not give its link"
    return None


def _end_finding(
    connection: Any, count: int, last_link: str, marks: dict[int, str]
) -> Finding | None:
    head = list(_rows(connection, "SELECT seq, link FROM ledger_head WHERE id = 1"))
    if head != [(count, last_link)]:
        return Finding(count + 1, "the head names another end: entries were cut off or added")
    if marks and max(marks) > count:
        return Finding(count + 1, "a signed checkpoint is longer than the ledger")
    return None


def _rows(connection: Any, query: str) -> Any:
    cursor = connection.cursor()
    cursor.execute(query)
    while batch := cursor.fetchmany(1000):
        yield from (tuple(row) for row in batch)
