"""What readers of orders are shown: lists, one order with what happened to it, counts. Reads.

Who may see the office that issued an order, or any unit responsible for it, may read it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.database.pages import Page, page_of
from inspection.domain import order as domain
from inspection.domain.order import ENDED, Deadline, Kind, Side, State, Step
from inspection.domain.problems import NotFound
from inspection.ledger import journal
from inspection.orders import register
from inspection.orders.register import AssignmentOrder, OrderUnit
from inspection.organisations.unit import Unit

SOON_DAYS = 7
OWED = (State.ISSUED, State.WORKING)
"""States in which a deadline presses; what is claimed waits for the office."""


@dataclass(frozen=True)
class Wanted:
    """What narrows the list; "" asks for nothing."""

    state: str = ""
    kind: str = ""
    due: str = ""
    """`overdue`, `soon`, or `standing` for what has no day."""
    unit: str = ""
    """Part of the name of a responsible unit."""
    text: str = ""
    whose: str = ""
    """`issued` by the reader's office, or `ours` to answer."""
    list_uuid: str = ""


@dataclass(frozen=True)
class Row:
    """One order in a list; `days_left` until what is owed next, None when nothing presses."""

    uuid: str
    number: str
    kind: Kind
    title: str
    office: str
    lead: str
    joint: tuple[str, ...]
    deadline: Deadline
    due_on: date | None
    days_left: int | None
    state: State
    returned: int
    grade: str
    list_uuid: str
    list_title: str
    source: dict[str, str]
    issued_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Responsible:
    """A unit that answers for an order."""

    uuid: str
    name: str
    side: Side
    received_at: datetime | None
    received_by: str


@dataclass(frozen=True)
class Happened:
    """An entry about an order: what was said, with what evidence."""

    kind: str
    by: str
    unit: str
    at: datetime
    words: str
    photos: tuple[str, ...]
    documents: tuple[tuple[str, str], ...]
    """Digest and name of each."""
    grade: str


@dataclass(frozen=True)
class Card:
    """One order with all that happened; `steps` are what this reader may do, as `side`."""

    row: Row
    words: str
    issued_by: str
    office_uuid: str
    units: tuple[Responsible, ...]
    history: tuple[Happened, ...]
    side: Side | None
    steps: tuple[Step, ...]
    last_seq: int


def readable(actor: Actor) -> ColumnElement[bool]:
    """A condition on `AssignmentOrder` that holds for those this actor may read."""
    inside = select(Unit.id).where(actor.scope(Permission.ORDER_READ).condition())
    answers = select(OrderUnit.order_id).where(OrderUnit.unit_id.in_(inside))
    return or_(AssignmentOrder.office_id.in_(inside), AssignmentOrder.id.in_(answers))


def _conditions(actor: Actor, wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    order, found = AssignmentOrder, [readable(actor)]
    own = select(Unit.id).where(Unit.uuid == actor.unit_uuid).scalar_subquery()
    if wanted.kind:
        found.append(order.kind == wanted.kind)
    if wanted.list_uuid:
        found.append(order.list_uuid == wanted.list_uuid)
    if wanted.whose == "issued":
        found.append(order.office_id == own)
    if wanted.whose == "ours":
        found.append(order.id.in_(select(OrderUnit.order_id).where(OrderUnit.unit_id == own)))
    if wanted.text:
        like = (each.contains(wanted.text, autoescape=True) for each in (order.title, order.number))
        found.append(or_(*like))
    if wanted.unit:
        named = select(Unit.id).where(Unit.name.contains(wanted.unit, autoescape=True))
        found.append(order.id.in_(select(OrderUnit.order_id).where(OrderUnit.unit_id.in_(named))))
    presses = order.state.in_(OWED)
    if wanted.due == "overdue":
        found += [presses, order.due_on < today]
    if wanted.due == "soon":
        found += [presses, order.due_on.between(today, today + timedelta(days=SOON_DAYS))]
    if wanted.due == "standing":
        found += [order.due_on.is_(None), order.state.not_in(ENDED)]
    return found


def search(session: Session, actor: Actor, wanted: Wanted, *, today: date, page: int) -> Page[Row]:
    """Return a page of the orders that this actor may read: what presses first, ended last."""
    here = _narrowed(actor, wanted, today)
    total = session.scalar(select(func.count()).select_from(AssignmentOrder).where(*here)) or 0
    query = _ordered().where(*here)
    return page_of(
        session, query, lambda found: _rows(session, found, today), total=total, page=page
    )


def all_rows(
    session: Session, actor: Actor, wanted: Wanted, *, today: date, most: int
) -> list[Row]:
    """Return the whole list, as far as `most`, for a workbook."""
    query = _ordered().where(*_narrowed(actor, wanted, today)).limit(most)
    return _rows(session, session.execute(query).all(), today)


def _narrowed(actor: Actor, wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    state = [AssignmentOrder.state == wanted.state] if wanted.state else []
    return [*_conditions(actor, wanted, today), *state]


def _ordered() -> Any:
    order = AssignmentOrder
    return (
        select(order, Unit.name)
        .join(Unit, Unit.id == order.office_id)
        .order_by(
            order.state.in_(ENDED),
            order.due_on.is_(None),
            order.due_on,
            order.id,
        )
    )


def counts(session: Session, actor: Actor, wanted: Wanted, *, today: date) -> dict[str, int]:
    """Return how many orders of these conditions stand where."""
    here = _conditions(actor, wanted, today)
    grouped = select(AssignmentOrder.state, func.count()).where(*here)
    return dict(session.execute(grouped.group_by(AssignmentOrder.state)).tuples().all())


def _rows(session: Session, found: Sequence[Any], today: date) -> list[Row]:
    units: dict[int, list[str]] = {}
    named = (
        select(OrderUnit.order_id, Unit.name)
        .join(Unit, Unit.id == OrderUnit.unit_id)
        .where(OrderUnit.order_id.in_([order.id for order, _office in found]))
        .order_by(OrderUnit.order_id, OrderUnit.place)
    )
    for order_id, name in session.execute(named):
        units.setdefault(order_id, []).append(name)
    return [_row(order, office, units[order.id], today) for order, office in found]


def _row(order: AssignmentOrder, office: str, units: list[str], today: date) -> Row:
    presses = order.state in OWED and order.due_on is not None
    return Row(
        uuid=order.uuid,
        number=order.number,
        kind=Kind(order.kind),
        title=order.title,
        office=office,
        lead=units[0],
        joint=tuple(units[1:]),
        deadline=Deadline.of(order.deadline),
        due_on=order.due_on,
        days_left=(order.due_on - today).days if presses and order.due_on else None,
        state=State(order.state),
        returned=order.returned,
        grade=order.grade,
        list_uuid=order.list_uuid,
        list_title=order.list_title,
        source=order.source,
        issued_at=order.issued_at,
        ended_at=order.ended_at,
    )


def order(session: Session, actor: Actor, uuid: str, *, today: date) -> Card:
    """Return one order. Raises NotFound when the actor may not read it."""
    office = aliased(Unit)
    found = session.execute(
        select(AssignmentOrder, office.uuid, office.name)
        .join(office, office.id == AssignmentOrder.office_id)
        .where(AssignmentOrder.uuid == uuid, readable(actor))
    ).one_or_none()
    if found is None:
        raise NotFound(order=uuid)
    row, office_uuid, office_name = found
    units = responsible(session, row.id)
    side = side_of(actor, office_uuid, units)
    mine = next((each for each in units if each.uuid == actor.unit_uuid), None)
    shown = _row(row, office_name, [each.name for each in units], today)
    return Card(
        row=shown,
        words=row.words,
        issued_by=row.issued_by,
        office_uuid=office_uuid,
        units=units,
        history=_history(session, uuid, office_uuid, office_name, units),
        side=side,
        steps=domain.steps(
            shown.state,
            side,
            received=mine is None or mine.received_at is not None,
            goes_on=shown.deadline.goes_on,
        )
        if side
        else (),
        last_seq=row.last_seq,
    )


def responsible(session: Session, order_id: int) -> tuple[Responsible, ...]:
    """Return the units that answer for an order, the lead unit first."""
    found = session.execute(
        select(Unit.uuid, Unit.name, OrderUnit)
        .join(OrderUnit, OrderUnit.unit_id == Unit.id)
        .where(OrderUnit.order_id == order_id)
        .order_by(OrderUnit.place)
    )
    return tuple(
        Responsible(
            uuid,
            name,
            Side.JOINT if each.place else Side.LEAD,
            each.received_at,
            each.received_by,
        )
        for uuid, name, each in found
    )


def side_of(actor: Actor, office_uuid: str, units: Sequence[Responsible]) -> Side | None:
    """As whom somebody acts on an order: by their own unit, never for a unit below."""
    if office_uuid == actor.unit_uuid and actor.may(Permission.ORDER_ISSUE):
        return Side.OFFICE
    if not actor.may(Permission.ORDER_ANSWER):
        return None
    return next((each.side for each in units if each.uuid == actor.unit_uuid), None)


def _history(
    session: Session,
    uuid: str,
    office_uuid: str,
    office_name: str,
    units: Sequence[Responsible],
) -> tuple[Happened, ...]:
    names = {each.uuid: each.name for each in units} | {office_uuid: office_name}
    found = []
    for entry in journal.about(session, uuid):
        if entry.kind in register.STEP_OF or entry.kind == register.REMINDED:
            body = json.loads(entry.body)
            found.append(
                Happened(
                    kind=entry.kind,
                    by=body.get("by", {}).get("name", ""),
                    unit=names.get(body.get("unit", ""), ""),
                    at=entry.at,
                    words=body.get("words") or body.get("told", ""),
                    photos=tuple(body.get("photos", ())),
                    documents=tuple(
                        (each["sha256"], each["name"]) for each in body.get("documents", ())
                    ),
                    grade=body.get("grade", ""),
                )
            )
    return tuple(found)
