"""Counts a table a second time from the raw ledger, with code of its own: SQL over a copy.

Two people who make the same mistake agree with each other. So this module shares no line with the
code that counts, on purpose: it reads entries, the tree of units and the checklists as they lie,
into a temporary SQLite database, and asks that. Do not make it "reuse" anything.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

_KINDS = (
    "record.accepted",
    "record.held",
    "measure.taken",
    "penalty.imposed",
    "dispatch.noted",
    "dispatch.withdrawn",
    "tipoff.rewarded",
    "tipoff.paid",
)
_SCHEMA = """
CREATE TABLE entry (seq INTEGER PRIMARY KEY, kind TEXT, day TEXT, body TEXT);
CREATE TABLE unit (uuid TEXT PRIMARY KEY, path TEXT, kind TEXT, supervisor TEXT);
CREATE TABLE feeds (slug TEXT, revision INTEGER, item TEXT, line TEXT);
CREATE TABLE asked (office TEXT, since TEXT, until TEXT);
"""
_FOLDED = """
CREATE TABLE reach AS
  SELECT unit.uuid, unit.kind FROM unit, asked
  JOIN unit AS office ON office.uuid = asked.office
  WHERE substr(unit.path, 1, length(office.path)) = office.path
     OR (office.kind = 'department' AND unit.supervisor = office.uuid);
CREATE TABLE below AS
  SELECT unit.uuid FROM unit, asked JOIN unit AS office ON office.uuid = asked.office
  WHERE substr(unit.path, 1, length(office.path)) = office.path;

CREATE TABLE step AS
  SELECT seq, day, substr(kind, 8) AS step, body ->> '$.hazard' AS hazard,
         body ->> '$.state' AS state, body ->> '$.said.level' AS level
  FROM entry
  WHERE kind LIKE 'hazard.%'
    AND kind NOT IN ('hazard.registered', 'hazard.ordered', 'hazard.escalated');
CREATE INDEX step_of ON step (hazard, seq);
CREATE TABLE hazard AS
  SELECT body ->> '$.hazard' AS uuid, body ->> '$.unit' AS unit, body ->> '$.source' AS source,
         body ->> '$.level' AS level, body ->> '$.item' AS item,
         body ->> '$.checklist.slug' AS slug, body ->> '$.checklist.revision' AS revision
  FROM entry, asked
  WHERE kind = 'hazard.registered' AND day BETWEEN since AND until
    AND body ->> '$.unit' IN (SELECT uuid FROM reach);
CREATE TABLE left_as AS
  SELECT step.hazard, step.day,
    CASE step.step
      WHEN 'fixed_on_spot' THEN 'closed'
      WHEN 'reinspected_returned' THEN 'rectifying'
      WHEN 'reinspected_passed' THEN
        CASE (SELECT earlier.step FROM step AS earlier
              WHERE earlier.hazard = step.hazard AND earlier.seq < step.seq
                AND earlier.step IN ('listed', 'lifted', 'reopened')
              ORDER BY earlier.seq DESC LIMIT 1)
          WHEN 'listed' THEN 'verified' ELSE 'closed' END
      ELSE step.state END AS state
  FROM step JOIN (SELECT hazard, max(seq) AS seq FROM step GROUP BY hazard) AS last
    ON last.hazard = step.hazard AND last.seq = step.seq;
CREATE INDEX left_of ON left_as (hazard);
CREATE TABLE major AS
  SELECT hazard.uuid, hazard.source,
    coalesce(left_as.state = 'closed' AND left_as.day <= asked.until, 0) AS closed,
    EXISTS (SELECT 1 FROM step WHERE step.hazard = hazard.uuid AND step.step = 'listed'
            AND step.day <= asked.until) AS listed
  FROM asked, hazard LEFT JOIN left_as ON left_as.hazard = hazard.uuid
  WHERE coalesce((SELECT level FROM step WHERE step.hazard = hazard.uuid AND step.step = 'graded'
                  ORDER BY seq DESC LIMIT 1), hazard.level) = 'major'
    AND coalesce(left_as.state, '') NOT IN ('duplicate', 'not_a_hazard');

CREATE TABLE inspected AS
  SELECT DISTINCT body ->> '$.unit' AS unit FROM entry, asked
  WHERE entry.kind = 'record.accepted' AND body ->> '$.kind' = 'inspection'
    AND day BETWEEN since AND until
    AND body ->> '$.unit' IN (SELECT uuid FROM reach WHERE reach.kind = 'enterprise')
    AND body ->> '$.record' NOT IN
      (SELECT body ->> '$.record' FROM entry WHERE kind = 'record.held');
CREATE TABLE failing AS
  SELECT DISTINCT hazard.unit, feeds.line FROM hazard
  JOIN feeds ON feeds.slug = hazard.slug AND feeds.revision = hazard.revision
    AND feeds.item = hazard.item
  LEFT JOIN left_as ON left_as.hazard = hazard.uuid
  WHERE hazard.source = 'department' AND coalesce(left_as.state, '') <> 'not_a_hazard'
    AND hazard.unit IN (SELECT unit FROM inspected);

CREATE TABLE penalty AS
  SELECT body ->> '$.penalty' AS uuid, body ->> '$.unit' AS unit,
    (SELECT sum(value ->> '$.amount') FROM json_each(body, '$.parts')) AS amount,
    (SELECT count(DISTINCT value ->> '$.subject') FROM json_each(body, '$.parts')) AS subjects,
    EXISTS (SELECT 1 FROM json_each(body, '$.parts') AS part, json_each(part.value, '$.kinds') AS k
            WHERE k.value = 'suspend') AS suspends
  FROM entry, asked
  WHERE kind = 'penalty.imposed' AND body ->> '$.decided_on' BETWEEN since AND until
    AND body ->> '$.unit' IN (SELECT uuid FROM reach);
CREATE TABLE suspended AS
  SELECT unit FROM penalty WHERE suspends
  UNION
  SELECT body ->> '$.unit' FROM entry, asked
  WHERE kind = 'measure.taken' AND body ->> '$.kind' = 'suspend'
    AND body ->> '$.decided_on' BETWEEN since AND until
    AND body ->> '$.unit' IN (SELECT uuid FROM reach);
CREATE TABLE noted AS
  SELECT seq, body ->> '$.row' AS line, body ->> '$.office' AS office,
    body ->> '$.about' AS about, body ->> '$.happened_on' AS day,
    body ->> '$.quantity' AS quantity, body ->> '$.second' AS second
  FROM entry, asked
  WHERE kind = 'dispatch.noted' AND body ->> '$.happened_on' BETWEEN since AND until
    AND body ->> '$.office' IN (SELECT uuid FROM below)
    AND body ->> '$.entry' NOT IN
      (SELECT body ->> '$.entry' FROM entry WHERE kind = 'dispatch.withdrawn');
CREATE TABLE paid AS
  SELECT body ->> '$.amount' AS amount,
    EXISTS (SELECT 1 FROM entry AS granted
            WHERE granted.kind = 'tipoff.rewarded' AND granted.body ->> '$.anonymous'
              AND granted.body ->> '$.tipoff' = entry.body ->> '$.tipoff') AS anonymous
  FROM entry, asked
  WHERE kind = 'tipoff.paid' AND day BETWEEN since AND until
    AND body ->> '$.by.unit' IN (SELECT uuid FROM below);
"""
_NEWEST = (
    "SELECT {0}(quantity) FROM noted WHERE line = '{1}' AND NOT EXISTS"
    " (SELECT 1 FROM noted AS later WHERE later.line = noted.line AND later.office = noted.office"
    " AND (later.day, later.seq) > (noted.day, noted.seq))"
)
_PAID = (
    "SELECT coalesce((SELECT sum({0}) FROM noted WHERE line = '4.5'), 0)"
    " + coalesce((SELECT sum(amount) FROM paid {1}), 0)"
)
_ASKED: dict[str, str] = {
    "1.1": "SELECT count(*) FROM major WHERE source = 'self'",
    "1.2": "SELECT count(*) FROM major WHERE source = 'self' AND closed",
    "1.3": "SELECT count(*) FROM major WHERE source = 'department'",
    "1.4": "SELECT count(*) FROM major WHERE source = 'department' AND closed",
    "1.5": "SELECT count(*) FROM major WHERE listed",
    "1.6": "SELECT count(*) FROM major WHERE listed AND closed",
    "2.1": "SELECT count(*) FROM inspected",
    **{
        f"2.{row}": f"SELECT count(*) FROM failing WHERE line = '2.{row}'"  # noqa: S608
        for row in range(2, 9)
    },
    "3.3": "SELECT count(*) FROM penalty",
    "3.3b": "SELECT sum(amount) FROM penalty",
    "3.4": "SELECT count(*) FROM penalty WHERE subjects = 2",
    "3.6": "SELECT count(*) FROM suspended",
    "3.7": "SELECT count(DISTINCT about) FROM noted WHERE line = '3.7'",
    "3.8b": "SELECT sum(second) FROM noted WHERE line = '3.8'",
    "4.5": _PAID.format("quantity", ""),
    "4.5b": _PAID.format("second", "WHERE anonymous"),
    "4.6": _NEWEST.format("max", "4.6"),
    "4.7": _NEWEST.format("sum", "4.7"),
    **{
        row: f"SELECT sum(quantity) FROM noted WHERE line = '{row}'"  # noqa: S608
        for row in (
            *("3.1", "3.2", "3.5", "3.8", "3.9", "3.10"),
            *("4.1", "4.2", "4.3", "4.4", "4.8"),
        )
    },
}
"""Code of each value → how the copy is asked for it; money in 分."""
_AT_ONCE = 10_000
"""So many entries are read with one statement."""
_PORTION = "SELECT seq, kind, recorded_at, body FROM ledger_entry WHERE seq BETWEEN {:d} AND {:d}"
_BLANK = frozenset({"4.6"})
"""What is neither yes nor no while nobody said which; elsewhere nothing is 0."""


@dataclass(frozen=True)
class Asked:
    """Which table: of an office, with the days it counts, from so many entries of the ledger."""

    office: str
    since: date
    until: date
    entries: int


def recount(connection: Any, asked: Asked, *, checklists: Path) -> dict[str, int | None]:
    """Return the values of a table, by code, from an open DB-API connection to the app's database.

    `checklists` is the folder of the shipped lists; lists made here lie in the database.
    """
    copy = sqlite3.connect("")  # a temporary file, gone when it is closed
    try:
        copy.executescript(_SCHEMA)
        _load(copy, connection, asked, checklists)
        copy.executescript(_FOLDED)
        found = {code: copy.execute(query).fetchone()[0] for code, query in _ASKED.items()}
        return {
            code: None if value is None and code in _BLANK else int(value or 0)
            for code, value in found.items()
        }
    finally:
        copy.close()


def _load(copy: sqlite3.Connection, connection: Any, asked: Asked, checklists: Path) -> None:
    copy.execute(
        "INSERT INTO asked VALUES (?, ?, ?)",
        (asked.office, asked.since.isoformat(), asked.until.isoformat()),
    )
    copy.executemany(
        "INSERT INTO entry VALUES (?, ?, date(?, '+8 hours'), ?)",
        (
            row
            for row in _entries(connection, asked.entries)
            if row[1] in _KINDS or row[1].startswith("hazard.")
        ),
    )
    copy.executemany(
        "INSERT INTO unit VALUES (?, ?, ?, ?)",
        _rows(
            connection,
            "SELECT unit.uuid, unit.path, unit.kind, supervisor.uuid FROM unit"
            " LEFT JOIN unit AS supervisor ON supervisor.id = unit.supervisor_id",
        ),
    )
    made_here = _rows(connection, "SELECT document FROM authored_revision")
    copy.executemany("INSERT INTO feeds VALUES (?, ?, ?, ?)", _feeds(checklists, made_here))
    copy.commit()


def _feeds(checklists: Path, made_here: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    shipped = (path.read_text(encoding="utf-8") for path in sorted(checklists.glob("*/*.json")))
    for text in (*shipped, *(document for (document,) in made_here)):
        made = json.loads(text)
        for section in made.get("sections", ()):
            for item in section["items"]:
                for line in item["dispatch_rows"]:
                    yield made["slug"], made["revision"], item["code"], line


def _entries(connection: Any, count: int) -> Iterator[tuple[Any, ...]]:
    """The ledger in portions: a driver may hold all that one statement finds."""
    for seq in range(0, count, _AT_ONCE):
        yield from _rows(connection, _PORTION.format(seq + 1, min(seq + _AT_ONCE, count)))


def _rows(connection: Any, query: str) -> Iterator[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.execute(query)
    yield from (tuple(row) for row in cursor.fetchall())
