"""Bulletins (通报) that offices issued: of a period once, corrected by another that names it.

Issuing is an entry of the ledger (`bulletin.issued`) beside the signed sheet; there is no table.
Those below are told by a job, some people at a time (`bulletin.sent`), each in their inbox, whose
opening is the receipt.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor, MembershipRow, PersonAccount
from inspection.accounts.policy import Permission, Role
from inspection.analysis import figures
from inspection.analysis.periods import Span, View
from inspection.database import reading, writing
from inspection.domain import sheet
from inspection.domain.office_problems import (
    BulletinMovedOn,
    BulletinNoteMissing,
    BulletinPeriodOpen,
)
from inspection.domain.problems import NotFound
from inspection.hazards.statistics import Period
from inspection.jobs import queue
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message, NoticeRow
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import Unit, UnitKind
from inspection.paperwork import serving, sheets, shelf
from inspection.paperwork.sheets import Frozen

ISSUED, SENT = "bulletin.issued", "bulletin.sent"
TELL_JOB = "bulletin.tell"
AT_ONCE = 50
"""People in one transaction: whoever hands in a record does not wait long for the ledger."""
LONGEST_NOTE = 500
READERS = (Role.HEAD, Role.ENTERPRISE)
"""Who is told at an enterprise, where enterprises are told."""
NAMES = {
    Span.WEEK: {"zh": "隐患排查治理周报", "en": "Weekly bulletin"},
    Span.MONTH: {"zh": "隐患排查治理月通报", "en": "Monthly bulletin"},
    Span.QUARTER: {"zh": "隐患排查治理季通报", "en": "Quarterly bulletin"},
}
"""Bulletins by the span of their period; a year is told in tables (DOMAIN §1 row 97)."""


@dataclass(frozen=True)
class Bulletin:
    """A bulletin as it was issued; `version` 1 is the first of its period, later ones correct."""

    sheet: str
    """uuid of its signed sheet, by which it is known."""
    office: str
    span: Span
    period: Period
    version: int
    replaces: str
    """uuid of the sheet it corrects, "" for the first."""
    note: str
    to_enterprises: bool
    issued_by: str
    issued_at: datetime


@dataclass(frozen=True)
class Draft:
    """A bulletin that is to be issued; `versions` are those of its period that stood before."""

    office: UnitFacts
    view: View
    versions: tuple[Bulletin, ...]
    note: str
    to_enterprises: bool


def of_office(session: Session, office_uuid: str) -> tuple[Bulletin, ...]:
    """Return what an office issued, oldest first."""
    return tuple(map(_bulletin, journal.about(session, office_uuid, kind=ISSUED)))


def of_period(session: Session, office_uuid: str, view: View) -> tuple[Bulletin, ...]:
    """Return what an office issued for a period, oldest first."""
    every = of_office(session, office_uuid)
    return tuple(each for each in every if (each.span, each.period) == (view.span, view.period))


def refuse_unfit(draft: Draft) -> None:
    """Raise BulletinPeriodOpen or BulletinNoteMissing for what may not be issued."""
    if not draft.view.is_over:
        raise BulletinPeriodOpen(until=draft.view.period.until.isoformat())
    if (draft.versions and not draft.note) or len(draft.note) > LONGEST_NOTE:
        raise BulletinNoteMissing(version=len(draft.versions))


def issue(
    session: Session, actor: Actor, draft: Draft, *, content_sha256: str, at: datetime
) -> Bulletin:
    """Issue the sheet of a bulletin, annul the one it corrects, and have those below told.

    Whoever issues has just entered their password. Raises what `refuse_unfit` raises, or
    BulletinMovedOn when somebody else issued one meanwhile.
    """
    journal.lock(session)
    view, office = draft.view, draft.office
    known = of_period(session, office.uuid, view)
    if len(known) != len(draft.versions):
        raise BulletinMovedOn(version=len(known))
    refuse_unfit(draft)
    frozen = Frozen(sheet.BULLETINS[view.span], office.uuid, content_sha256)
    issued = sheets.issue(session, actor, frozen, at=at)
    if known:
        scope = actor.scope(Permission.BULLETIN_ISSUE)
        serving.annul(session, actor, scope, known[-1].sheet, draft.note, at=at)
    body = {
        "office": office.uuid,
        "sheet": issued,
        "span": view.span,
        "since": view.period.since.isoformat(),
        "until": view.period.until.isoformat(),
        "version": len(known) + 1,
        "replaces": known[-1].sheet if known else "",
        "note": draft.note,
        "to_enterprises": draft.to_enterprises,
        "by": actor.author,
    }
    (entry,) = journal.append(session, [Event(ISSUED, body, subject=office.uuid)], at=at)
    queue.enqueue(session, TELL_JOB, {"sheet": issued}, key=f"bulletin:{issued}", at=at)
    return _bulletin(entry)


def find(session: Session, sheet_uuid: str) -> Bulletin:
    """Return a bulletin by its sheet, whoever asks. Raises NotFound."""
    found = shelf.find(session, sheet_uuid)
    every = of_office(session, found.issuer_uuid) if found else ()
    for each in every:
        if each.sheet == sheet_uuid:
            return each
    raise NotFound(bulletin=sheet_uuid)


def readable(session: Session, actor: Actor, sheet_uuid: str) -> Bulletin:
    """Return a bulletin of an office in the actor's scope, or above the actor's own units.

    Raises NotFound for any other: a bulletin is told to those below who issued it.
    """
    found = find(session, sheet_uuid)
    if _reads(session, actor, [found]):
        return found
    raise NotFound(bulletin=sheet_uuid)


def readable_ones(session: Session, actor: Actor, *, most: int) -> list[tuple[Bulletin, str]]:
    """Return the newest bulletins that the actor may read, with the names of their offices."""
    above = [int(part) for each in _own(session, actor) for part in each.path.split("/") if part]
    supervisors = [each.supervisor_id for each in _own(session, actor) if each.supervisor_id]
    in_scope = actor.scope(Permission.BULLETIN_READ).condition()
    offices = dict(
        session.execute(
            select(Unit.uuid, Unit.name).where(
                Unit.kind != UnitKind.ENTERPRISE,
                or_(in_scope, Unit.id.in_({*above, *supervisors})),
            )
        )
        .tuples()
        .all()
    )
    entries = journal.about_any(session, list(offices), kind=ISSUED)
    newest = [_bulletin(entry) for entry in reversed(entries)]
    return [(each, offices[each.office]) for each in _reads(session, actor, newest)][:most]


def _reads(session: Session, actor: Actor, several: Iterable[Bulletin]) -> list[Bulletin]:
    """Those of several bulletins that the actor may read."""
    scope, own = actor.scope(Permission.BULLETIN_READ), _own(session, actor)
    found, offices = [], dict[str, UnitFacts]()
    for each in several:
        if each.office not in offices:
            offices[each.office] = directory.unit(session, each.office)
        office = offices[each.office]
        area = figures.area_of(office)
        is_told = any(
            area.holds(unit.path, unit.supervisor_id)
            and (each.to_enterprises or unit.kind != UnitKind.ENTERPRISE)
            for unit in own
        )
        if is_told or scope.holds(office.path, office.supervisor_id):
            found.append(each)
    return found


def _own(session: Session, actor: Actor) -> list[UnitFacts]:
    posts = {each.unit_id for each in actor.memberships if not each.assigned}
    return [directory.by_id(session, unit) for unit in sorted(posts)]


def _bulletin(entry: Entry) -> Bulletin:
    body = json.loads(entry.body)
    return Bulletin(
        sheet=body["sheet"],
        office=body["office"],
        span=Span(body["span"]),
        period=Period(date.fromisoformat(body["since"]), date.fromisoformat(body["until"])),
        version=body["version"],
        replaces=body["replaces"],
        note=body["note"],
        to_enterprises=body["to_enterprises"],
        issued_by=body["by"]["name"],
        issued_at=entry.at,
    )


def tell(args: dict[str, Any], *, engine: Engine, clock: Callable[[], datetime]) -> None:
    """Tell everybody below of a bulletin; done twice it tells nobody twice."""
    with reading(engine) as session:
        bulletin = find(session, args["sheet"])
        office = directory.unit(session, bulletin.office)
        paper = shelf.find(session, bulletin.sheet)
        readers = _readers(session, office, to_enterprises=bulletin.to_enterprises)
    assert paper is not None, "it was found by its sheet"
    for start in range(0, len(readers), AT_ONCE):
        with writing(engine) as session:
            _tell(
                session, bulletin, paper.number, office, readers[start : start + AT_ONCE], clock()
            )


@dataclass(frozen=True)
class _Reader:
    person_id: int
    person: str
    name: str
    unit: str
    unit_name: str


def _readers(session: Session, office: UnitFacts, *, to_enterprises: bool) -> list[_Reader]:
    """Offices below, and people of enterprises where they are told; nobody twice."""
    is_office = and_(Unit.kind != UnitKind.ENTERPRISE, MembershipRow.role == Role.OFFICE)
    at_enterprise = and_(Unit.kind == UnitKind.ENTERPRISE, MembershipRow.role.in_(READERS))
    rows = session.execute(
        select(PersonAccount.id, PersonAccount.uuid, PersonAccount.name, Unit.uuid, Unit.name)
        .join(MembershipRow, MembershipRow.person_id == PersonAccount.id)
        .join(Unit, Unit.id == MembershipRow.unit_id)
        .where(figures.area_of(office).condition(), Unit.id != office.id, PersonAccount.active)
        .where(or_(is_office, at_enterprise) if to_enterprises else is_office)
        .order_by(Unit.name, PersonAccount.id)
    )
    return list({row[0]: _Reader(*row) for row in rows}.values())


def _tell(
    session: Session,
    bulletin: Bulletin,
    number: str,
    office: UnitFacts,
    readers: Sequence[_Reader],
    at: datetime,
) -> None:
    head = journal.lock(session)
    ids = [reader.person_id for reader in readers]
    told = set(
        session.scalars(
            select(NoticeRow.person_id).where(
                NoticeRow.subject == bulletin.sheet, NoticeRow.person_id.in_(ids)
            )
        )
    )
    left = [reader for reader in readers if reader.person_id not in told]
    if not left:
        return
    body = {
        "bulletin": bulletin.sheet,
        "number": number,
        "recipients": [
            {"person": each.person, "name": each.name, "unit": each.unit} for each in left
        ],
    }
    (entry,) = journal.append(
        session, [Event(SENT, body, subject=bulletin.sheet)], at=at, after=head
    )
    for reader in left:
        message = _message(bulletin, number, office, reader, entry.seq)
        inbox.send(session, message, [reader.person_id], at=at)


def _message(
    bulletin: Bulletin, number: str, office: UnitFacts, reader: _Reader, seq: int
) -> Message:
    name, period = NAMES[bulletin.span], bulletin.period
    again = bulletin.version > 1
    return Message(
        kind=SENT,
        subject=bulletin.sheet,
        basis_seq=seq,
        number=number,
        unit_name=reader.unit_name,
        deadline_on=None,
        title={
            "zh": f"{office.name}{name['zh']}（{period.since} 至 {period.until}）",
            "en": f"{name['en']} of {office.name}, {period.since} to {period.until}",
        },
        words={
            "zh": f"{office.name}印发{number}{'（更正，原通报已撤销）' if again else ''}，请阅。"
            + (f"更正原因：{bulletin.note}" if again else ""),
            "en": f"{office.name} issued {number}"
            f"{', which replaces an earlier one' if again else ''}. Please read it."
            + (f" Reason: {bulletin.note}" if again else ""),
        },
        link=f"/bulletins/{bulletin.sheet}",
    )
