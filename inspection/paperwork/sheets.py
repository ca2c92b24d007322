"""Issuing a sheet (出具清单和报表): frozen as it is, signed by one person with the password.

The bytes are kept first, then `sheet.issued` names their digest, the person and the number; that
entry is the warrant by which `sealing` uses the person's key. An office signs its lists and its
half month; an enterprise's figures are signed by its principal person in charge.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.domain import sheet as domain
from inspection.domain.problems import NotFound, SheetTooLong
from inspection.domain.workdays import day_of
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.paperwork import shelf
from inspection.paperwork.issuing import ask_seal, confirming
from inspection.reports.sheets import Sheet


@dataclass(frozen=True)
class Frozen:
    """A sheet whose bytes are kept under `content_sha256`, about a unit and what is below it."""

    kind: str
    unit_uuid: str
    content_sha256: str


def permission_for(kind: str) -> Permission:
    """What lets somebody sign a sheet of this kind. Raises NotFound for an unknown one."""
    if kind not in domain.TITLES:
        raise NotFound(sheet=kind)
    if kind == domain.DISPATCH:
        return Permission.DISPATCH_KEEP
    if kind in domain.BULLETINS.values():
        return Permission.BULLETIN_ISSUE
    if kind == domain.ORDER_BULLETIN:
        return Permission.ORDER_ISSUE
    enterprise = kind in domain.OF_ENTERPRISE
    return Permission.FIGURES_SIGN if enterprise else Permission.SHEET_SIGN


def refuse_long(sheet: Sheet) -> None:
    """Raise SheetTooLong for what one PDF does not hold."""
    rows = len(sheet.rows) + sum(len(part.rows) for part in sheet.parts)
    characters = sum(map(len, sheet.texts()))
    if rows > domain.MOST_ROWS or characters > domain.MOST_CHARACTERS:
        raise SheetTooLong(most=domain.MOST_ROWS)


def issue(session: Session, actor: Actor, given: Frozen, *, at: datetime) -> str:
    """Issue a sheet and return its uuid; whoever signs has just entered their password."""
    end = journal.lock(session)
    scope = actor.scope(permission_for(given.kind))
    unit = directory.unit(session, given.unit_uuid, scope)
    itself = str(uuid.uuid4())
    body = {
        "paper": itself,
        "kind": given.kind,
        "title": domain.TITLES[given.kind],
        "unit": unit.uuid,
        "issuer": actor.unit_uuid,
        "organisation": actor.unit_name,
        "content_sha256": given.content_sha256,
        "number": domain.number(given.kind, day_of(at).year, end.seq + 1),
        **confirming(actor),
    }
    entries = journal.append(
        session, [Event("sheet.issued", body, subject=itself)], at=at, after=end
    )
    shelf.VIEW.apply(session, entries)
    ask_seal(session, itself, at=at)
    return itself
