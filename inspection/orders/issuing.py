"""Issuing orders (交办): one, or all tasks of a list in one act; and telling who has to answer.

An office issues to units below it, whatever they are. Each order has its own number and its own
entry of the ledger; those made in one act name the same list.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission, Role
from inspection.domain.office_problems import OrderIncomplete, WorkListTooLong
from inspection.domain.order import FIVE, MOST_TASKS, Deadline, Kind, Term, responsibility_faults
from inspection.domain.workdays import day_of
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.orders import register
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import Unit, UnitKind

LONGEST_TITLE, LONGEST_WORDS = 200, 4000
MOST_UNITS = 60
"""Responsible units of one order."""


@dataclass(frozen=True)
class Source:
    """Where an instruction (批示) comes from; all "" for any other order."""

    who: str = ""
    on: str = ""
    """The day, ISO."""
    words: str = ""


@dataclass(frozen=True)
class NewOrder:
    """A task as it is handed down; units by uuid."""

    title: str
    words: str
    lead: str
    joint: tuple[str, ...]
    deadline: Deadline
    kind: Kind = Kind.ORDER
    source: Source = field(default_factory=Source)


def reachable(session: Session, actor: Actor) -> list[UnitFacts]:
    """Return the bodies below the actor's office: towns and departments that it may hand tasks."""
    bodies = directory.bodies(session, actor.scope(Permission.ORDER_ISSUE))
    return [each for each in bodies if each.uuid != actor.unit_uuid]


def faults(new: NewOrder, office: str, *, today: date) -> dict[str, str]:
    """Return what is wrong with a task, by field; who may be reached is not looked at here."""
    found = responsibility_faults(office, new.lead, new.joint) | new.deadline.faults(today=today)
    if not new.title:
        found["title"] = "missing"
    if len(new.title) > LONGEST_TITLE:
        found["title"] = "too_long"
    if len(new.words) > LONGEST_WORDS:
        found["words"] = "too_long"
    if len(new.joint) >= MOST_UNITS:
        found["joint"] = "too_many"
    if new.kind is Kind.INSTRUCTION:
        found |= _source_faults(new.source, today)
    return found


def _source_faults(source: Source, today: date) -> dict[str, str]:
    found = {} if source.who else {"source_who": "missing"}
    if not source.words:
        found["source_words"] = "missing"
    try:
        if date.fromisoformat(source.on) > today:
            found["source_on"] = "to_come"
    except ValueError:
        found["source_on"] = "missing"
    return found


def issue(
    session: Session,
    actor: Actor,
    orders: Sequence[NewOrder],
    *,
    list_title: str = "",
    at: datetime,
) -> list[str]:
    """Issue orders in one act and return their uuids; `list_title` makes them a list.

    Raises OrderIncomplete for the first that does not do, WorkListTooLong, or NotFound for a unit
    that the office cannot reach.
    """
    if len(orders) > MOST_TASKS:
        raise WorkListTooLong(most=MOST_TASKS, tasks=len(orders))
    today = day_of(at)
    for place, new in enumerate(orders):
        if wrong := faults(new, actor.unit_uuid, today=today):
            raise OrderIncomplete(fields=wrong, place=place)
    scope = actor.scope(Permission.ORDER_ISSUE)
    wanted = {unit for new in orders for unit in (new.lead, *new.joint)}
    units = {each: directory.unit(session, each, scope) for each in sorted(wanted)}
    end = journal.lock(session)
    of_list = str(uuid.uuid4()) if list_title else ""
    events = [
        _event(actor, new, f"交〔{today.year}〕{end.seq + place:06d}号", of_list, list_title)
        for place, new in enumerate(orders, start=1)
    ]
    entries = journal.append(session, events, at=at, after=end)
    register.VIEW.apply(session, entries)
    for unit in units.values():
        theirs = [
            (new, entry)
            for new, entry in zip(orders, entries, strict=True)
            if unit.uuid in (new.lead, *new.joint)
        ]
        message = _of_list if list_title else _of_one
        inbox.send(session, message(actor, unit, theirs), heard_by(session, unit.id), at=at)
    return [event.subject for event in events]


def _event(actor: Actor, new: NewOrder, number: str, of_list: str, list_title: str) -> Event:
    made = str(uuid.uuid4())
    body = {
        "order": made,
        "number": number,
        "office": actor.unit_uuid,
        "kind": new.kind,
        "title": new.title,
        "words": new.words,
        "source": vars(new.source) if new.kind is Kind.INSTRUCTION else {},
        "list": of_list,
        "list_title": list_title,
        "units": [new.lead, *new.joint],
        "deadline": new.deadline.said(),
        "by": actor.author,
    }
    return Event(register.ISSUED, body, subject=made)


_Handed = Sequence[tuple[NewOrder, Entry]]
"""Orders of one act that one unit answers for, each with its entry; never none."""


def _of_one(actor: Actor, unit: UnitFacts, theirs: _Handed) -> Message:
    ((new, entry),) = theirs
    body = json.loads(entry.body)
    ends = new.deadline.words()
    side = ("牵头", "lead unit") if new.lead == unit.uuid else ("配合", "joint unit")
    return Message(
        kind=register.ISSUED,
        subject=body["order"],
        basis_seq=entry.seq,
        number=body["number"],
        unit_name=unit.name,
        deadline_on=new.deadline.due(shown=False, sustained=False),
        title={"zh": f"交办：{new.title}", "en": f"Order: {new.title}"},
        words={
            "zh": f"{actor.unit_name}交办，{unit.name}{side[0]}，{ends.zh}。请到交办单上签收。",
            "en": f"From {actor.unit_name}; {unit.name} is {side[1]}; {ends.en}."
            " Please acknowledge it on its page.",
        },
        link=f"/orders/{body['order']}",
    )


def _of_list(actor: Actor, unit: UnitFacts, theirs: _Handed) -> Message:
    """One message for all tasks of a list: nobody opens fifty."""
    entry = theirs[0][1]
    body = json.loads(entry.body)
    title, leads = body["list_title"], sum(new.lead == unit.uuid for new, _entry in theirs)
    return Message(
        kind=register.ISSUED,
        subject=body["list"],
        basis_seq=entry.seq,
        number=body["number"],
        unit_name=unit.name,
        deadline_on=None,
        title={"zh": f"交办：{title}", "en": f"Orders: {title}"},
        words={
            "zh": f"{actor.unit_name}交办 {len(theirs)} 项，{unit.name}牵头 {leads} 项。"
            "请到各张交办单上签收。",
            "en": f"{len(theirs)} orders from {actor.unit_name}; {unit.name} leads {leads}."
            " Please acknowledge each on its page.",
        },
        link=f"/orders?list={body['list']}&whose=ours",
    )


def heard_by(session: Session, unit_id: int) -> tuple[int, ...]:
    """Return who hears for a unit: its office or head and safety officers, else its inspectors."""
    first = people.holding(session, unit_id, {Role.OFFICE, Role.HEAD, Role.ENTERPRISE})
    return first or people.holding(session, unit_id, {Role.INSPECTOR})


def five(units: Sequence[str], occasion: str, first: date, last: date) -> list[NewOrder]:
    """Return the five tasks (五个一) of a holiday or an event for each of these units.

    What prepares it is due the day before it begins; what goes on through it, on its last day.
    """
    before = date.fromordinal(first.toordinal() - 1)
    return [
        NewOrder(
            title=f"{occasion}：{task.title}",
            words=task.words.format(occasion=occasion),
            lead=unit,
            joint=(),
            deadline=Deadline(Term.DAY, last if task.until_end else before),
            kind=Kind.FIVE,
        )
        for unit in units
        for task in FIVE
    ]


def named(session: Session, actor: Actor, text: str) -> str | None:
    """Return the uuid of the unit within reach that has this name or credit code, or None."""
    return directory.named(session, text.strip(), actor.scope(Permission.ORDER_ISSUE))


def of_kind(session: Session, actor: Actor, kind: UnitKind) -> list[str]:
    """Return the uuids of all towns, or all departments, within reach."""
    scope = actor.scope(Permission.ORDER_ISSUE)
    where = (Unit.kind == kind, scope.condition(), Unit.uuid != actor.unit_uuid)
    return list(session.scalars(select(Unit.uuid).where(*where).order_by(Unit.name)))
