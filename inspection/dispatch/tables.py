"""The table of a month of one office: counted while it is open, frozen when it is sent.

Sending is an entry of the ledger (`dispatch.sent`) with all values, beside the signed sheet; there
is no table. Until the outer limit a table may be corrected, with a note: the earlier sheet is
annulled. After that the next month's table shows the difference.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.blobs import FilesystemBlobs
from inspection.catalog import Catalog
from inspection.dispatch import counting
from inspection.dispatch.counting import Period
from inspection.dispatch.entries import DispatchEntry
from inspection.domain import dispatch as domain
from inspection.domain import sheet
from inspection.domain.dispatch import Cells, State, Terms, Values
from inspection.domain.dispatch_rows import BY_CODE
from inspection.domain.office_problems import (
    DispatchLocked,
    DispatchMonthOpen,
    DispatchMovedOn,
    DispatchNoteMissing,
    DispatchTermsOdd,
)
from inspection.domain.problems import NotFound
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import Unit
from inspection.paperwork import serving, sheets
from inspection.paperwork.sheets import Frozen

SETTLED, SENT = "dispatch.settled", "dispatch.sent"
FORMAT = "zhencha.dispatch/1"
LONGEST_NOTE = 500


@dataclass(frozen=True)
class SentTable:
    """A table as it was sent; `version` 1 is the first of its month, later ones correct it."""

    month: date
    version: int
    terms: Terms
    values: Values
    things_sha256: str
    sheet: str
    """uuid of its signed sheet."""
    note: str
    ledger_seq: int
    """How long the ledger was that it was counted from."""
    seq: int
    sent_by: str
    sent_at: datetime
    late: bool


@dataclass(frozen=True)
class Keeper:
    """Who entered a row by hand last, for which office, and when."""

    name: str
    office: str
    at: datetime


@dataclass(frozen=True)
class MonthTable:
    """The table of a month: of the newest version that was sent, or as it counts now."""

    office: UnitFacts
    month: date
    terms: Terms
    state: State
    cells: Cells
    values: Values
    ledger_seq: int
    versions: tuple[SentTable, ...]
    """All that were sent for this month, oldest first."""
    before: SentTable | None
    """The newest of the latest month before that was sent."""
    keepers: Mapping[str, Keeper]
    """Row → who entered it by hand last."""

    @property
    def period(self) -> Period:
        """What it counts."""
        return Period(self.terms.start_on, self.terms.cut_off(self.month))

    @property
    def fallen(self) -> tuple[str, ...]:
        """Codes of values that are less than in the month before."""
        return domain.fallen(self.values, self.before.values) if self.before else ()

    @property
    def needs_note(self) -> bool:
        """Whether it may be sent only with a note: it corrects another, or a value falls."""
        return bool(self.versions or self.fallen)


def terms(session: Session, office_uuid: str, *, today: date) -> Terms:
    """Return the terms that an office set last; until then it counts from the start of the year."""
    said = journal.about(session, office_uuid, kind=SETTLED)
    return _terms(json.loads(said[-1].body)) if said else Terms(date(today.year, 1, 1))


def settle(session: Session, actor: Actor, new: Terms, *, today: date, at: datetime) -> None:
    """Set the terms of the actor's office for what is sent from now on. Raises DispatchTermsOdd."""
    office = directory.unit(session, actor.unit_uuid, actor.scope(Permission.DISPATCH_KEEP))
    if faults := new.faults(today=today):
        raise DispatchTermsOdd(fields=faults)
    body = {"office": office.uuid, **_said(new), "by": actor.author}
    journal.append(session, [Event(SETTLED, body, subject=office.uuid)], at=at)


def sent(session: Session, office_uuid: str) -> dict[date, tuple[SentTable, ...]]:
    """Return all that an office sent, by month, each oldest first."""
    found: dict[date, tuple[SentTable, ...]] = {}
    for entry in journal.about(session, office_uuid, kind=SENT):
        table = _sent(entry)
        found[table.month] = (*found.get(table.month, ()), table)
    return found


def month_of_sheet(session: Session, office_uuid: str, sheet_uuid: str) -> date | None:
    """Return the month whose table a signed sheet is, or None."""
    every = (each for versions in sent(session, office_uuid).values() for each in versions)
    return next((each.month for each in every if each.sheet == sheet_uuid), None)


def months(session: Session, office_uuid: str, *, today: date) -> list[tuple[date, State]]:
    """Return the months that an office tells of, the newest first, and where each stands."""
    known = sent(session, office_uuid)
    agreed = terms(session, office_uuid, today=today)
    first = min([domain.month_of(agreed.start_on), *known])
    month, found = domain.month_of(today), []
    while month >= first:
        found.append((month, domain.state(agreed, month, sent=month in known, today=today)))
        month = domain.month_before(month)
    return found


def table(
    session: Session,
    office: UnitFacts,
    month: date,
    *,
    catalog: Catalog,
    blobs: FilesystemBlobs,
    today: date,
    fresh: bool = False,
) -> MonthTable:
    """Return the table of a month; `fresh`: as it counts now, even when one was sent.

    Raises NotFound for a month to come, or one before the office began to count.
    """
    known = sent(session, office.uuid)
    versions = known.get(month, ())
    agreed = terms(session, office.uuid, today=today)
    if month > domain.month_of(today) or (
        not versions and month < domain.month_of(agreed.start_on)
    ):
        raise NotFound(month=month.isoformat())
    if versions and not fresh:
        agreed = versions[-1].terms
        cells: Cells = things(blobs, versions[-1])
        values, seq = versions[-1].values, versions[-1].ledger_seq
    else:
        cells = _counted(session, office, agreed, month, catalog)
        values, seq = domain.values(cells), journal.head(session)[0]
    earlier = [each for each in known if each < month]
    return MonthTable(
        office=office,
        month=month,
        terms=agreed,
        state=domain.state(agreed, month, sent=bool(versions), today=today),
        cells=cells,
        values=values,
        ledger_seq=seq,
        versions=versions,
        before=known[max(earlier)][-1] if earlier else None,
        keepers=_keepers(session, office, Period(agreed.start_on, agreed.cut_off(month))),
    )


def _counted(
    session: Session, office: UnitFacts, agreed: Terms, month: date, catalog: Catalog
) -> Cells:
    until = agreed.cut_off(month)
    if agreed.start_on > until:
        return {}
    facts = counting.facts(session, office, Period(agreed.start_on, until), catalog=catalog)
    return domain.counted(facts)


def things_text(made: MonthTable) -> bytes:
    """Write down what each value counts: what the sheet's digest of things is of."""
    said = {
        "format": FORMAT,
        "office": made.office.uuid,
        "month": made.month.isoformat(),
        "since": made.period.since.isoformat(),
        "until": made.period.until.isoformat(),
        "cells": {code: dict(sorted(each.items())) for code, each in made.cells.items()},
    }
    return json.dumps(said, sort_keys=True).encode()


def things(blobs: FilesystemBlobs, table: SentTable) -> Cells:
    """Read what each value of a sent table counts."""
    said = json.loads(blobs.read(table.things_sha256))
    assert said["format"] == FORMAT, "only we write these"
    cells: Cells = said["cells"]
    return cells


def refuse_unfit(made: MonthTable, note: str, *, today: date) -> None:
    """Raise DispatchMonthOpen, DispatchLocked or DispatchNoteMissing for what may not be sent."""
    if today < made.terms.cut_off(made.month):
        raise DispatchMonthOpen(cut_off=made.terms.cut_off(made.month).isoformat())
    if made.versions and today > made.terms.due_on(made.month):
        raise DispatchLocked(due_on=made.terms.due_on(made.month).isoformat())
    if (made.needs_note and not note) or len(note) > LONGEST_NOTE:
        raise DispatchNoteMissing(fallen=list(made.fallen))


def send(
    session: Session,
    actor: Actor,
    made: MonthTable,
    *,
    content_sha256: str,
    things_sha256: str,
    note: str,
    today: date,
    at: datetime,
) -> SentTable:
    """Freeze a fresh table: issue its sheet, annul the one it corrects, write `dispatch.sent`.

    Whoever sends has just entered their password. Raises what `refuse_unfit` raises, or
    DispatchMovedOn when somebody else sent one meanwhile.
    """
    journal.lock(session)
    known = sent(session, made.office.uuid).get(made.month, ())
    if len(known) != len(made.versions):
        raise DispatchMovedOn(version=len(known))
    refuse_unfit(made, note, today=today)
    frozen = Frozen(sheet.DISPATCH, made.office.uuid, content_sha256)
    issued = sheets.issue(session, actor, frozen, at=at)
    if known:
        scope = actor.scope(Permission.DISPATCH_KEEP)
        serving.annul(session, actor, scope, known[-1].sheet, note, at=at)
    body = {
        "office": made.office.uuid,
        "month": made.month.isoformat(),
        "version": len(known) + 1,
        **_said(made.terms),
        "values": dict(made.values),
        "things_sha256": things_sha256,
        "sheet": issued,
        "note": note,
        "ledger_seq": made.ledger_seq,
        "late": today > made.terms.due_on(made.month),
        "by": actor.author,
    }
    (entry,) = journal.append(session, [Event(SENT, body, subject=made.office.uuid)], at=at)
    return _sent(entry)


def _sent(entry: Entry) -> SentTable:
    body = json.loads(entry.body)
    return SentTable(
        month=date.fromisoformat(body["month"]),
        version=body["version"],
        terms=_terms(body),
        values={code: body["values"].get(code, 0) for code in BY_CODE},
        things_sha256=body["things_sha256"],
        sheet=body["sheet"],
        note=body["note"],
        ledger_seq=body["ledger_seq"],
        seq=entry.seq,
        sent_by=body["by"]["name"],
        sent_at=entry.at,
        late=body["late"],
    )


def _said(agreed: Terms) -> dict[str, Any]:
    return {
        "start_on": agreed.start_on.isoformat(),
        "lock_day": agreed.lock_day,
        "due_day": agreed.due_day,
    }


def _terms(body: dict[str, Any]) -> Terms:
    return Terms(date.fromisoformat(body["start_on"]), body["lock_day"], body["due_day"])


def _keepers(session: Session, office: UnitFacts, period: Period) -> dict[str, Keeper]:
    rows = session.execute(
        select(DispatchEntry.row, DispatchEntry.noted_by, Unit.name, DispatchEntry.noted_at)
        .join(Unit, Unit.id == DispatchEntry.unit_id)
        .where(counting.noted_by(office, period))
        .order_by(DispatchEntry.id)
    ).tuples()
    return {row: Keeper(name, unit, at) for row, name, unit, at in rows}
