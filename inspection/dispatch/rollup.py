"""The tables of the offices below one (汇总): who has not sent, and all that were sent as one.

Whatever two offices report, an enterprise or a hazard, counts once (DOMAIN §1.5).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.people import Actor, MembershipRow, PersonAccount
from inspection.accounts.policy import Permission, roles_with
from inspection.blobs import FilesystemBlobs
from inspection.dispatch import tables
from inspection.dispatch.tables import SentTable
from inspection.domain import dispatch as domain
from inspection.domain.dispatch import Cells, State
from inspection.domain.office_problems import DispatchMonthOpen, DispatchNobodyToRemind
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import Unit, UnitKind

REMINDED = "dispatch.reminded"


@dataclass(frozen=True)
class Below:
    """An office right below another, and where its table of the month stands."""

    uuid: str
    name: str
    keepers: int
    """How many people may send it."""
    state: State
    due_on: date
    sent: SentTable | None
    reminded_at: datetime | None
    """When it was last pressed for this table."""


def below(session: Session, office: UnitFacts, month: date, *, today: date) -> list[Below]:
    """Return the towns right below an office, and the departments that have somebody to send."""
    keepers = (
        select(MembershipRow.unit_id, MembershipRow.person_id)
        .join(PersonAccount, PersonAccount.id == MembershipRow.person_id)
        .where(MembershipRow.role.in_(roles_with(Permission.DISPATCH_KEEP)), PersonAccount.active)
        .subquery()
    )
    rows = session.execute(
        select(Unit.uuid, Unit.name, Unit.kind, func.count(keepers.c.person_id.distinct()))
        .outerjoin(keepers, keepers.c.unit_id == Unit.id)
        .where(Unit.parent_id == office.id, Unit.kind.in_((UnitKind.TOWN, UnitKind.DEPARTMENT)))
        .group_by(Unit.id, Unit.uuid, Unit.name, Unit.kind)
        .order_by(Unit.kind.desc(), Unit.name)
    ).tuples()
    return [
        _below(session, uuid, name, count, month, today)
        for uuid, name, kind, count in rows
        if kind == UnitKind.TOWN or count
    ]


def _below(session: Session, uuid: str, name: str, count: int, month: date, today: date) -> Below:
    versions = tables.sent(session, uuid).get(month, ())
    last = versions[-1] if versions else None
    agreed = last.terms if last else tables.terms(session, uuid, today=today)
    state = domain.state(agreed, month, sent=last is not None, today=today)
    reminders = [
        entry.recorded_at
        for entry in journal.about(session, uuid, kind=REMINDED)
        if json.loads(entry.body)["month"] == month.isoformat()
    ]
    reminded_at = datetime.fromisoformat(reminders[-1]) if reminders else None
    return Below(uuid, name, count, state, agreed.due_on(month), last, reminded_at)


def united(offices: Sequence[Below], *, blobs: FilesystemBlobs) -> Cells:
    """Return what the tables that were sent count together, each thing once."""
    return domain.united(tables.things(blobs, each.sent) for each in offices if each.sent)


def remind(
    session: Session, actor: Actor, office_uuid: str, month: date, *, today: date, at: datetime
) -> int:
    """Press an office for its table (催报) in the inboxes of its people; returns how many.

    Raises NotFound outside the actor's scope, DispatchMonthOpen while the month still counts or
    when the table was sent, DispatchNobodyToRemind.
    """
    head = journal.lock(session)
    scope = actor.scope(Permission.DISPATCH_KEEP)
    office = directory.unit(session, office_uuid, scope)
    standing = _below(session, office.uuid, office.name, 0, month, today)
    if standing.state in (State.OPEN, State.SENT):
        raise DispatchMonthOpen(state=standing.state)
    keepers = people.holding(session, office.id, roles_with(Permission.DISPATCH_KEEP))
    if not keepers:
        raise DispatchNobodyToRemind(office=office.uuid)
    body = {
        "office": office.uuid,
        "month": month.isoformat(),
        "people": len(keepers),
        "by": actor.author,
    }
    (entry,) = journal.append(
        session, [Event(REMINDED, body, subject=office.uuid)], at=at, after=head
    )
    inbox.send(session, _message(office, month, entry.seq, standing.due_on), keepers, at=at)
    return len(keepers)


def _message(office: UnitFacts, month: date, seq: int, due_on: date) -> Message:
    return Message(
        kind=REMINDED,
        subject=office.uuid,
        basis_seq=seq,
        number=f"{month:%Y-%m}",
        unit_name=office.name,
        deadline_on=due_on,
        title={"zh": "催报：月度调度表", "en": "Monthly dispatch table is awaited"},
        words={
            "zh": f"{month.year} 年 {month.month} 月的调度表还没有报送，请核对后签发。",
            "en": f"The dispatch table of {month:%Y-%m} was not sent. Please check and send it.",
        },
        link=f"/dispatch/{month:%Y-%m}",
    )
