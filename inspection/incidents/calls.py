"""Call and acknowledge (叫应): an office calls units at key dates; each answers with one tap.

Who has not answered stands first. Whoever answers by telephone is noted by the office, as such.
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission, Role
from inspection.domain.problems import NotFound
from inspection.incidents import register
from inspection.incidents.register import Call, CalledUnit
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations.unit import Unit, UnitKind

MOST_UNITS = 500
ANSWERING = (Role.HEAD, Role.ENTERPRISE)


@dataclass(frozen=True)
class NewCall:
    """What is called out, to enterprises of these conditions; "" and False ask for nothing."""

    occasion: str
    words: str
    due_at: datetime
    sector: str
    high_risk: bool


@dataclass(frozen=True)
class Answered:
    """One unit that was called; `reachable` is whether anybody there has an account."""

    unit_uuid: str
    unit_name: str
    phone: str
    answered_at: datetime | None
    answered_by: str
    by_phone: bool
    late: bool
    reachable: bool


@dataclass(frozen=True)
class CallRow:
    """A call in a list."""

    uuid: str
    occasion: str
    office_name: str
    called_at: datetime
    due_at: datetime
    called: int
    answered: int


@dataclass(frozen=True)
class CallCard:
    """One call and the answers that the reader may see, those still missing first."""

    uuid: str
    occasion: str
    words: str
    office_name: str
    called_by: str
    called_at: datetime
    due_at: datetime
    units: tuple[Answered, ...]


def matching(session: Session, actor: Actor, new: NewCall) -> list[str]:
    """Return the uuids of the enterprises that a call would reach, at most one too many."""
    here = [Unit.kind == UnitKind.ENTERPRISE, actor.scope(Permission.CALL_MAKE).condition()]
    if new.sector:
        here.append(Unit.sector == new.sector)
    if new.high_risk:
        here.append(Unit.high_risk.is_(True))
    wanted = select(Unit.uuid).where(*here).order_by(Unit.name).limit(MOST_UNITS + 1)
    return list(session.scalars(wanted))


def make(
    session: Session, actor: Actor, new: NewCall, units: Sequence[str], *, at: datetime
) -> str:
    """Call these units and return the call's uuid; their people find it in inbox and by push."""
    made = str(uuid.uuid4())
    body = {
        "call": made,
        "office": actor.unit_uuid,
        "occasion": new.occasion,
        "words": new.words,
        "units": list(units),
        "due_at": journal.instant_text(new.due_at),
        "by": actor.author,
    }
    (entry,) = journal.append(session, [Event("call.made", body, subject=made)], at=at)
    register.VIEW.apply(session, [entry])
    called = session.execute(select(Unit.id, Unit.name).where(Unit.uuid.in_(units)))
    for unit_id, name in called.all():
        message = Message(
            kind="call.made",
            subject=made,
            basis_seq=entry.seq,
            number="",
            unit_name=name,
            deadline_on=None,
            title={"zh": f"叫应：{new.occasion}", "en": f"Call: {new.occasion}"},
            words={
                "zh": f"{actor.unit_name}：{new.words} 请打开并点“收到”。",
                "en": f"{actor.unit_name}: {new.words} Please open it and tap “Received”.",
            },
            link=f"/calls/{made}",
        )
        inbox.send(session, message, people.holding(session, unit_id, ANSWERING), at=at)
    return made


def answer(session: Session, actor: Actor, call: str, *, at: datetime) -> None:
    """Answer a call for the actor's own enterprise; a second answer changes nothing.

    Whoever answers has read of it: the notice asks for nothing more.
    """
    _answer(session, actor, call, Permission.CALL_ANSWER, by=actor.name, by_phone=False, at=at)
    with suppress(NotFound):
        inbox.open_all(session, actor, call, at=at)


def note_answer(
    session: Session, actor: Actor, call: str, unit_uuid: str, by: str, *, at: datetime
) -> None:
    """Note that a unit answered by telephone, and who spoke."""
    _answer(
        session,
        actor,
        call,
        Permission.CALL_MAKE,
        by=by,
        by_phone=True,
        unit_uuid=unit_uuid,
        at=at,
    )


def _answer(
    session: Session,
    actor: Actor,
    call: str,
    permission: Permission,
    *,
    by: str,
    by_phone: bool,
    unit_uuid: str = "",
    at: datetime,
) -> None:
    head = journal.lock(session)
    query = (
        select(Unit.uuid, CalledUnit.answered_at)
        .join(CalledUnit, CalledUnit.unit_id == Unit.id)
        .join(Call, Call.id == CalledUnit.call_id)
        .where(Call.uuid == call, actor.scope(permission).condition())
        .order_by(Unit.id)
    )
    if unit_uuid:
        query = query.where(Unit.uuid == unit_uuid)
    found = session.execute(query).all()
    if not found:
        raise NotFound(call=call)
    events = [
        Event(
            "call.answered",
            {
                "call": call,
                "unit": unit,
                "answered_by": by,
                "by_phone": by_phone,
                "by": actor.author,
            },
            subject=call,
        )
        for unit, answered_at in found
        if answered_at is None
    ]
    if events:
        register.VIEW.apply(session, journal.append(session, events, at=at, after=head))


def calls(session: Session, actor: Actor, *, most: int) -> list[CallRow]:
    """Return the newest calls by or to units in scope, with how many of these answered."""
    rows = session.execute(
        select(Call, CalledUnit.answered_at)
        .join(CalledUnit, CalledUnit.call_id == Call.id)
        .join(Unit, Unit.id == CalledUnit.unit_id)
        .where(actor.scope(Permission.CALL_READ).condition(), Call.id.in_(_newest(actor, most)))
        .order_by(Call.id.desc())
    ).all()
    grouped: dict[int, tuple[Call, list[datetime | None]]] = {}
    for call, answered_at in rows:
        grouped.setdefault(call.id, (call, []))[1].append(answered_at)
    names = dict(
        session.execute(
            select(Unit.id, Unit.name).where(
                Unit.id.in_({call.office_id for call, _answers in grouped.values()})
            )
        )
        .tuples()
        .all()
    )
    return [
        CallRow(
            call.uuid,
            call.occasion,
            names[call.office_id],
            call.called_at,
            call.due_at,
            len(answers),
            sum(each is not None for each in answers),
        )
        for call, answers in grouped.values()
    ]


def _newest(actor: Actor, most: int) -> Select[tuple[int]]:
    return (
        select(CalledUnit.call_id)
        .join(Unit, Unit.id == CalledUnit.unit_id)
        .where(actor.scope(Permission.CALL_READ).condition())
        .group_by(CalledUnit.call_id)
        .order_by(CalledUnit.call_id.desc())
        .limit(most)
    )


def waiting(session: Session, actor: Actor) -> list[CallRow]:
    """Return the calls that the actor's enterprise has not answered."""
    unanswered = (
        select(Call, Unit.name)
        .join(CalledUnit, CalledUnit.call_id == Call.id)
        .join(Unit, Unit.id == CalledUnit.unit_id)
        .where(actor.scope(Permission.CALL_ANSWER).condition(), CalledUnit.answered_at.is_(None))
        .order_by(Call.due_at)
    )
    return [
        CallRow(call.uuid, call.occasion, name, call.called_at, call.due_at, 1, 0)
        for call, name in session.execute(unanswered)
    ]


def call(session: Session, actor: Actor, call_uuid: str, *, at: datetime) -> CallCard:
    """Return one call. Raises NotFound when no unit in scope was called."""
    row = session.scalars(select(Call).where(Call.uuid == call_uuid)).one_or_none()
    if row is None:
        raise NotFound(call=call_uuid)
    found = session.execute(
        select(CalledUnit, Unit)
        .join(Unit, Unit.id == CalledUnit.unit_id)
        .where(CalledUnit.call_id == row.id, actor.scope(Permission.CALL_READ).condition())
        .order_by(CalledUnit.answered_at.is_not(None), Unit.name)
    ).all()
    if not found:
        raise NotFound(call=call_uuid)
    office = session.get_one(Unit, row.office_id)
    return CallCard(
        uuid=row.uuid,
        occasion=row.occasion,
        words=row.words,
        office_name=office.name,
        called_by=row.called_by,
        called_at=row.called_at,
        due_at=row.due_at,
        units=tuple(
            Answered(
                unit.uuid,
                unit.name,
                unit.phone,
                called.answered_at,
                called.answered_by,
                called.by_phone,
                late=(called.answered_at or at) > row.due_at,
                reachable=bool(people.holding(session, unit.id, ANSWERING)),
            )
            for called, unit in found
        ),
    )
