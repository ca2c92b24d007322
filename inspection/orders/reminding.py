"""Reminders of orders: some days before what is owed next, and once more when it is overdue.

Each is an entry (`order.reminded`) that names the day; no day is reminded of twice.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.policy import Permission, roles_with
from inspection.database import reading, writing
from inspection.domain.workdays import day_of
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.orders import register
from inspection.orders.enquiries import OWED, SOON_DAYS
from inspection.orders.issuing import heard_by
from inspection.orders.register import AssignmentOrder, OrderUnit

AT_ONCE = 20
"""Orders in one transaction: others do not wait long for the ledger."""


def remind(*, engine: Engine, clock: Callable[[], datetime]) -> int:
    """Remind of every order that is due soon or overdue; returns how many.

    May run as often as one likes and in several processes at once.
    """
    today = day_of(clock())
    with reading(engine) as session:
        due = [row.uuid for row in session.scalars(_pressing(today)) if _unsaid(row, today)]
    for start in range(0, len(due), AT_ONCE):
        with writing(engine) as session:
            _tell(session, due[start : start + AT_ONCE], today, at=clock())
    return len(due)


def _pressing(today: date) -> Select[Any]:
    order = AssignmentOrder
    return (
        select(order)
        .where(order.state.in_(OWED), order.due_on <= today + timedelta(days=SOON_DAYS))
        .order_by(order.due_on, order.id)
    )


def _unsaid(row: AssignmentOrder, today: date) -> str:
    """What has to be said now and was not: `soon:` or `late:` and the day; "" for nothing."""
    assert row.due_on is not None, "only what is owed by a day presses"
    telling = f"{'late' if row.due_on < today else 'soon'}:{row.due_on}"
    return "" if telling in row.told else telling


def _tell(session: Session, uuids: list[str], today: date, *, at: datetime) -> None:
    head = journal.lock(session)
    rows = session.scalars(_pressing(today).where(AssignmentOrder.uuid.in_(uuids))).all()
    due = [(row, telling) for row in rows if (telling := _unsaid(row, today))]
    if not due:
        return
    events = [
        Event(register.REMINDED, {"order": row.uuid, "told": telling}, subject=row.uuid)
        for row, telling in due
    ]
    entries = journal.append(session, events, at=at, after=head)
    register.VIEW.apply(session, entries)
    for (row, telling), entry in zip(due, entries, strict=True):
        late = telling.startswith("late")
        inbox.send(session, _message(row, entry, late=late), _told(session, row, late=late), at=at)


def _told(session: Session, row: AssignmentOrder, *, late: bool) -> tuple[int, ...]:
    """Those who answer for it; when it is overdue the office as well."""
    units = session.scalars(select(OrderUnit.unit_id).where(OrderUnit.order_id == row.id))
    told = [person for unit in units.all() for person in heard_by(session, unit)]
    if late:
        told += people.holding(session, row.office_id, roles_with(Permission.ORDER_ISSUE))
    return tuple(dict.fromkeys(told))


def _message(row: AssignmentOrder, entry: Entry, *, late: bool) -> Message:
    zh, en = ("已逾期", "is overdue") if late else ("快到期", "is due soon")
    return Message(
        kind=register.REMINDED,
        subject=row.uuid,
        basis_seq=entry.seq,
        number=row.number,
        unit_name="",
        deadline_on=row.due_on,
        title={"zh": f"交办{zh}：{row.title}", "en": f"Order {en}: {row.title}"},
        words={
            "zh": f"{row.number}{zh}（{row.due_on}），请尽快办理并反馈。",
            "en": f"{row.number} {en} ({row.due_on}). Please act and report back.",
        },
        link=f"/orders/{row.uuid}",
    )
