"""Looking back (倒查): what earlier checks of a unit answered, and what was found after them.

Read from the bytes that were signed, a page at a time: an answer is kept once. What was found
later comes from the register, which knows unit, list and item of every hazard. Writes nothing.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.domain import answers
from inspection.domain import record as domain
from inspection.domain.record import Record
from inspection.hazards import past
from inspection.hazards.past import FoundHazard
from inspection.signing import jose
from inspection.submissions.records import RecordBlob, SubmittedRecord

ROWS_A_PAGE = 20


@dataclass(frozen=True)
class ItemName:
    """An item through all lists that ask it (`Catalog.kin`) and all their revisions."""

    slugs: tuple[str, ...]
    code: str


@dataclass(frozen=True)
class EarlierCheck:
    """One record, with the hazards it raised and those that were found later where it passed.

    `missed` holds the first later hazard of each item that was answered 合格 (漏查).
    """

    record: Record
    state: str
    received_at: datetime
    missing: tuple[str, ...]
    raised: tuple[FoundHazard, ...]
    missed: Mapping[str, FoundHazard]


@dataclass(frozen=True)
class LookBackPage:
    """One page of earlier checks, newest first."""

    checks: tuple[EarlierCheck, ...]
    total: int
    page: int
    pages: int


def look_back(
    session: Session,
    unit_id: int,
    *,
    item: ItemName | None = None,
    before: datetime | None = None,
    page: int = 1,
) -> LookBackPage:
    """Return the checks of a unit, or those with one list for one item, that ended by `before`.

    The caller has seen to it that the unit lies in the reader's scope.
    """
    conditions: list[Any] = [SubmittedRecord.unit_id == unit_id]
    if item:
        conditions.append(SubmittedRecord.checklist_slug.in_(item.slugs))
    if before:
        conditions.append(SubmittedRecord.finished_at < before)
    total = (
        session.scalar(select(func.count()).select_from(SubmittedRecord).where(*conditions)) or 0
    )
    pages = max(1, -(-total // ROWS_A_PAGE))
    page = min(max(page, 1), pages)
    # Ids first: rows hold the signed bytes, and those of the pages before are not opened.
    ids = session.scalars(
        select(SubmittedRecord.id)
        .where(*conditions)
        .order_by(SubmittedRecord.finished_at.desc(), SubmittedRecord.id.desc())
        .limit(ROWS_A_PAGE)
        .offset((page - 1) * ROWS_A_PAGE)
    ).all()
    return LookBackPage(_checks(session, unit_id, ids, item), total, page, pages)


def _checks(
    session: Session, unit_id: int, ids: Sequence[int], item: ItemName | None
) -> tuple[EarlierCheck, ...]:
    rows = {
        row.id: row
        for row in session.scalars(select(SubmittedRecord).where(SubmittedRecord.id.in_(ids)))
    }
    said = {each: domain.from_bytes(jose.payload_of(rows[each].jws)) for each in ids}
    raised = past.raised_by(session, [record.uuid for record in said.values()])
    missing = _missing(session, ids)
    found = _found_after(session, unit_id, said.values(), item)
    return tuple(
        EarlierCheck(
            record=said[each],
            state=rows[each].state,
            received_at=rows[each].received_at,
            missing=tuple(missing[each]),
            raised=tuple(
                hazard
                for hazard in raised
                if hazard.record_uuid == said[each].uuid and (not item or hazard.item == item.code)
            ),
            missed=_missed(said[each], found, item),
        )
        for each in ids
    )


def _missing(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    missing: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(RecordBlob.record_id, RecordBlob.digest).where(
            RecordBlob.record_id.in_(ids), RecordBlob.arrived.is_(False)
        )
    )
    for record_id, digest in rows:
        missing[record_id].append(digest)
    return missing


_ByItem = dict[str, list[FoundHazard]]
"""By the item's code, which no other list's items have but those of its own family."""


def _found_after(
    session: Session, unit_id: int, records: Iterable[Record], item: ItemName | None
) -> _ByItem:
    """The unit's hazards since the oldest of these records, by item, oldest first."""
    found: _ByItem = defaultdict(list)
    since = min((record.finished_at for record in records), default=None)
    if since is not None:
        known = past.found_in(
            session,
            unit_id,
            since=since,
            item=item.code if item else "",
        )
        for hazard in known:
            found[hazard.item].append(hazard)
    return found


def _missed(record: Record, found: _ByItem, item: ItemName | None) -> dict[str, FoundHazard]:
    """The first hazard found after this record at each item that it passed."""
    missed = {}
    for code, answer in record.answers.items():
        if answer.value != answers.PASS or (item and code != item.code):
            continue
        hazards = found.get(code, [])
        place = bisect_right(hazards, record.finished_at, key=lambda hazard: hazard.found_at)
        if place < len(hazards):
            missed[code] = hazards[place]
    return missed
