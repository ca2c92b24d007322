"""What was carried away (导出记录): lists, batches of reports and whole cases, as the ledger tells.

Read only; each export writes its entry where it is made.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import PersonAccount
from inspection.audits import batches, bundles
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.reports import exports, upkeep_lists

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class Carried:
    """One thing that somebody carried away.

    `what` is a kind of list, "reports" or "case"; `conditions` is what narrowed it, in words;
    `count` is how many lines, reports or files it holds.
    """

    seq: int
    at: datetime
    person: str
    unit: str
    what: str
    conditions: str
    count: int


def newest(session: Session, *, before: int) -> tuple[Carried, ...]:
    """Return a page of what was carried away before a place in the ledger, newest first."""
    entries = journal.newest(session, tuple(_READ), before=before, limit=ROWS_A_PAGE)
    found = [_READ[entry.kind](entry, json.loads(entry.body)) for entry in entries]
    names = _names(session, [each.person for each in found])
    return tuple(
        Carried(**{**vars(each), "person": names.get(each.person, each.person)}) for each in found
    )


def _names(session: Session, people: list[str]) -> dict[str, str]:
    rows = session.execute(
        select(PersonAccount.uuid, PersonAccount.name).where(PersonAccount.uuid.in_(people))
    )
    return {row.uuid: row.name for row in rows}


def _list(entry: Entry, body: dict[str, Any]) -> Carried:
    words, by = exports.words_of(body["filter"]), body["by"]
    return _carried(entry, by["person"], by["unit"], body["list"], words, body["rows"])


def _upkeep(entry: Entry, body: dict[str, Any]) -> Carried:
    by = body["by"]
    return _carried(entry, by["person"], by["unit"], "upkeep", body["conditions"], body["rows"])


def _reports(entry: Entry, body: dict[str, Any]) -> Carried:
    return _carried(entry, body["person"], "", "reports", "", len(body["reports"]))


def _case(entry: Entry, body: dict[str, Any]) -> Carried:
    return _carried(entry, body["person"], body["unit"], "case", "", body["files"])


def _carried(
    entry: Entry, person: str, unit: str, what: str, conditions: str, count: int
) -> Carried:
    at = entry.at
    return Carried(entry.seq, at, person, unit, what, conditions, count)


_READ: dict[str, Callable[[Entry, dict[str, Any]], Carried]] = {
    exports.ENTRY: _list,
    upkeep_lists.ENTRY: _upkeep,
    batches.ENTRY: _reports,
    bundles.ENTRY: _case,
}
