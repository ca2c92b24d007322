"""An independent reader of what is left: sqlite3 or psycopg, hashlib, and the files themselves.

Imports nothing of the product, so that a mistake of the product is not repeated here.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.conftest import Database


@contextlib.contextmanager
def connected(database: Database) -> Iterator[Any]:
    """A bare connection."""
    if database.kind == "sqlite":
        connection: Any = sqlite3.connect(database.url.removeprefix("sqlite:///"), timeout=20)
    else:
        connection = psycopg.connect(database.url.replace("postgresql+psycopg", "postgresql"))
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    """Ask a question."""
    with connected(database) as connection:
        return [tuple(row) for row in connection.execute(query).fetchall()]


def change(database: Database, statement: str) -> None:
    """What an operator would do by hand."""
    with connected(database) as connection:
        connection.execute(statement)


def first_break(database: Database) -> int | None:
    """Walk the chain by the framing that docs/verifying-by-hand.md gives."""
    before, place = "0" * 64, 0
    for seq, kind, body, at, prev_link, link in rows(
        database,
        "SELECT seq, kind, body, recorded_at, prev_link, link FROM ledger_entry ORDER BY seq",
    ):
        place += 1
        raw = body.encode()
        framed = f"zhencha-ledger-1\n{prev_link}\n{seq}\n{kind}\n{at}\n{len(raw)}\n".encode() + raw
        if (seq, prev_link, link) != (place, before, hashlib.sha256(framed).hexdigest()):
            return place
        before = link
    head = rows(database, "SELECT seq, link FROM ledger_head")
    return None if head == [(place, before)] else place + 1


def count_entries(database: Database, kind: str) -> dict[str, int]:
    """How many entries of one kind there are about each thing."""
    found = rows(
        database,
        f"SELECT subject, count(*) FROM ledger_entry WHERE kind = '{kind}' GROUP BY subject",
    )
    return {subject: int(count) for subject, count in found}


def kept(home: Path) -> dict[str, bytes]:
    """Every whole blob by the name of its file; a file under a wrong name fails."""
    found = {path.name: path.read_bytes() for path in (home / "blobs" / "kept").glob("*/*")}
    wrong = [name for name, data in found.items() if hashlib.sha256(data).hexdigest() != name]
    assert wrong == []
    return found
