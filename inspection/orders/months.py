"""One month, one dispatch, one bulletin (一月一调度、一月一通报).

Before the 1st each unit that is responsible for orders of an office writes how the month went
(DOMAIN §1.1 row 50); the office sees who wrote and who did not, and tells of it. Asking is an entry
(`order.month_asked`), once from the 25th and once from the 1st for those who have not written.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.database import reading, writing
from inspection.domain.office_problems import OrderIncomplete
from inspection.domain.order import ASK_DAY, State, is_late, month_after, month_asked
from inspection.domain.problems import NotFound
from inspection.domain.workdays import CHINA, day_of
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.orders import register
from inspection.orders.enquiries import OWED
from inspection.orders.issuing import heard_by
from inspection.orders.register import AssignmentOrder, OrderMonth, OrderUnit
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import Unit

LONGEST = 2000


@dataclass(frozen=True)
class Word:
    """What a unit writes of a month: what was done, what troubles it, what comes next."""

    done: str
    troubles: str = ""
    plans: str = ""


@dataclass(frozen=True)
class Written:
    """A word as it was written."""

    word: Word
    by: str
    at: datetime
    late: bool


@dataclass(frozen=True)
class Line:
    """One responsible unit in a month: its orders of this office, and its word; None without."""

    unit_uuid: str
    unit_name: str
    orders: int
    struck_off: int
    """In this month."""
    overdue: int
    """Now."""
    written: Written | None


@dataclass(frozen=True)
class Compilation:
    """A month of an office: a line for each unit that owes a word, those without one first."""

    office: UnitFacts
    month: date
    due_on: date
    lines: tuple[Line, ...]

    @property
    def missing(self) -> tuple[Line, ...]:
        """Those who have not written."""
        return tuple(each for each in self.lines if each.written is None)


@dataclass(frozen=True)
class Owed:
    """A month's word that a unit owes to an office; `written` when it is there."""

    office_uuid: str
    office_name: str
    month: date
    due_on: date
    written: bool


def _begins(month: date) -> datetime:
    return datetime.combine(month, time(), CHINA)


def _running(month: date) -> ColumnElement[bool]:
    """A condition on orders that were there in a month and had not ended before it."""
    order = AssignmentOrder
    return and_(
        order.issued_at < _begins(month_after(month)),
        or_(order.ended_at.is_(None), order.ended_at >= _begins(month)),
        order.state != State.WITHDRAWN,
    )


def compilation(
    session: Session, actor: Actor, office_uuid: str, month: date, *, today: date
) -> Compilation:
    """Return a month of an office; a responsible unit sees its own line only. Raises NotFound."""
    office = directory.unit(session, office_uuid)
    scope = actor.scope(Permission.ORDER_READ)
    whole = scope.holds(office.path, office.supervisor_id)
    lines = _lines(session, office, month, today)
    if not whole:
        lines = tuple(each for each in lines if each.unit_uuid == actor.unit_uuid)
    if month > today or (not whole and not lines):
        raise NotFound(office=office_uuid, month=month.isoformat())
    return Compilation(office, month, month_after(month), lines)


def _lines(session: Session, office: UnitFacts, month: date, today: date) -> tuple[Line, ...]:
    rows = session.execute(
        select(Unit.id, Unit.uuid, Unit.name, AssignmentOrder)
        .join(OrderUnit, OrderUnit.unit_id == Unit.id)
        .join(AssignmentOrder, AssignmentOrder.id == OrderUnit.order_id)
        .where(AssignmentOrder.office_id == office.id, _running(month))
        .order_by(Unit.name, Unit.id)
    ).all()
    words = {
        each.unit_id: Written(
            Word(each.done, each.troubles, each.plans), each.written_by, each.written_at, each.late
        )
        for each in session.scalars(
            select(OrderMonth).where(OrderMonth.office_id == office.id, OrderMonth.month == month)
        )
    }
    orders: dict[int, list[AssignmentOrder]] = {}
    names = {}
    for unit_id, uuid, name, order in rows:
        orders.setdefault(unit_id, []).append(order)
        names[unit_id] = (uuid, name)
    until = _begins(month_after(month))
    lines = [
        Line(
            *names[unit_id],
            orders=len(theirs),
            struck_off=sum(each.ended_at is not None and each.ended_at < until for each in theirs),
            overdue=sum(
                each.state in OWED and each.due_on is not None and each.due_on < today
                for each in theirs
            ),
            written=words.get(unit_id),
        )
        for unit_id, theirs in orders.items()
    ]
    return tuple(sorted(lines, key=lambda each: each.written is not None))


def owed(session: Session, actor: Actor, *, today: date) -> tuple[Owed, ...]:
    """Return the words of the month asked for now that the actor's unit owes, by office."""
    if not actor.may(Permission.ORDER_ANSWER):
        return ()
    month = month_asked(today)
    rows = session.execute(
        select(Unit.uuid, Unit.name, func.count(OrderMonth.id))
        .join(AssignmentOrder, AssignmentOrder.office_id == Unit.id)
        .join(OrderUnit, OrderUnit.order_id == AssignmentOrder.id)
        .outerjoin(
            OrderMonth,
            and_(
                OrderMonth.office_id == Unit.id,
                OrderMonth.unit_id == OrderUnit.unit_id,
                OrderMonth.month == month,
            ),
        )
        .where(OrderUnit.unit_id == _own(actor), _running(month))
        .group_by(Unit.uuid, Unit.name)
        .order_by(Unit.name)
    )
    due_on = month_after(month)
    return tuple(Owed(uuid, name, month, due_on, count > 0) for uuid, name, count in rows)


def _own(actor: Actor) -> object:
    return select(Unit.id).where(Unit.uuid == actor.unit_uuid).scalar_subquery()


def months(session: Session, office_uuid: str, *, today: date) -> list[date]:
    """Return the months of an office since its first order, the newest first."""
    first = session.scalar(
        select(func.min(AssignmentOrder.issued_at))
        .join(Unit, Unit.id == AssignmentOrder.office_id)
        .where(Unit.uuid == office_uuid)
    )
    found: list[date] = []
    if first is not None:
        month = day_of(first).replace(day=1)
        while month <= today:
            found.insert(0, month)
            month = month_after(month)
    return found


def write(
    session: Session, actor: Actor, office_uuid: str, month: date, word: Word, *, at: datetime
) -> None:
    """Write of a month to an office, again until it is told of; the newest word counts.

    Raises NotFound where the actor's unit owes none or the month is not yet asked for, or
    OrderIncomplete.
    """
    today = day_of(at)
    head = journal.lock(session)
    made = compilation(session, actor, office_uuid, month, today=today)
    if month > month_asked(today) or actor.unit_uuid not in {each.unit_uuid for each in made.lines}:
        raise NotFound(office=office_uuid, month=month.isoformat())
    faults = {name: "too_long" for name, words in vars(word).items() if len(words) > LONGEST}
    if not word.done:
        faults["done"] = "missing"
    if faults:
        raise OrderIncomplete(fields=faults)
    body = {
        "office": office_uuid,
        "unit": actor.unit_uuid,
        "month": month.isoformat(),
        **vars(word),
        "late": is_late(month, on=today),
        "by": actor.author,
    }
    event = Event(register.WRITTEN, body, subject=office_uuid)
    register.VIEW.apply(session, journal.append(session, [event], at=at, after=head))


def tell(session: Session, actor: Actor, made: Compilation, sheet: str, *, at: datetime) -> None:
    """Tell every unit of a month's bulletin that was issued (一月一通报); `sheet` is its uuid."""
    month = f"{made.month:%Y-%m}"
    body = {
        "office": made.office.uuid,
        "month": made.month.isoformat(),
        "sheet": sheet,
        "missing": [each.unit_uuid for each in made.missing],
        "by": actor.author,
    }
    event = Event(register.TOLD, body, subject=made.office.uuid)
    (entry,) = journal.append(session, [event], at=at)
    for line in made.lines:
        message = Message(
            kind=register.TOLD,
            subject=made.office.uuid,
            basis_seq=entry.seq,
            number=month,
            unit_name=line.unit_name,
            deadline_on=None,
            title={"zh": f"交办事项办理情况通报：{month}", "en": f"Bulletin on orders: {month}"},
            words={
                "zh": f"{made.office.name}通报了 {made.month.year} 年 {made.month.month} 月"
                "交办事项的办理情况。",
                "en": f"{made.office.name} told of how the orders of {month} went.",
            },
            link=f"/orders/months/{month}?office={made.office.uuid}",
        )
        unit = directory.unit(session, line.unit_uuid)
        inbox.send(session, message, heard_by(session, unit.id), at=at)


def told(session: Session, office_uuid: str, month: date) -> list[str]:
    """Return the uuids of the bulletins of an office's month, the newest last."""
    entries = journal.about(session, office_uuid, kind=register.TOLD)
    bodies = (json.loads(entry.body) for entry in entries)
    return [body["sheet"] for body in bodies if body["month"] == month.isoformat()]


def ask(*, engine: Engine, clock: Callable[[], datetime]) -> int:
    """Ask every unit that owes the month's word and has not written; returns how many offices.

    May run as often as one likes: an office's month is asked for once, and pressed for once.
    """
    at = clock()
    today = day_of(at)
    with reading(engine) as session:
        offices = session.scalars(
            select(Unit.uuid)
            .where(Unit.id.in_(select(AssignmentOrder.office_id)))
            .order_by(Unit.id)
        ).all()
        waiting = [each for each in offices if _unasked(session, each, today)]
    for each in waiting:
        with writing(engine) as session:
            _ask(session, each, today, at=at)
    return len(waiting)


def _stage(today: date) -> str:
    return "ask" if today.day >= ASK_DAY else "press"


def _unasked(session: Session, office_uuid: str, today: date) -> tuple[Line, ...]:
    """Those who have not written, unless they were asked at this stage before."""
    now = (month_asked(today).isoformat(), _stage(today))
    for entry in journal.about(session, office_uuid, kind=register.ASKED):
        body = json.loads(entry.body)
        if (body["month"], body["stage"]) == now:
            return ()
    office = directory.unit(session, office_uuid)
    lines = _lines(session, office, month_asked(today), today)
    return tuple(each for each in lines if each.written is None)


def _ask(session: Session, office_uuid: str, today: date, *, at: datetime) -> None:
    head = journal.lock(session)
    lines = _unasked(session, office_uuid, today)
    if not lines:
        return
    body = {
        "office": office_uuid,
        "month": month_asked(today).isoformat(),
        "stage": _stage(today),
        "units": [each.unit_uuid for each in lines],
    }
    event = Event(register.ASKED, body, subject=office_uuid)
    (entry,) = journal.append(session, [event], at=at, after=head)
    office = directory.unit(session, office_uuid)
    for line in lines:
        unit = directory.unit(session, line.unit_uuid)
        message = _message(office, line, month_asked(today), entry)
        inbox.send(session, message, heard_by(session, unit.id), at=at)


def _message(office: UnitFacts, line: Line, month: date, entry: Entry) -> Message:
    due_on = month_after(month)
    return Message(
        kind=register.ASKED,
        subject=office.uuid,
        basis_seq=entry.seq,
        number=f"{month:%Y-%m}",
        unit_name=line.unit_name,
        deadline_on=due_on,
        title={
            "zh": f"一月一调度：请写 {month.year} 年 {month.month} 月工作情况",
            "en": f"Monthly dispatch: please write of {month:%Y-%m}",
        },
        words={
            "zh": f"{office.name}：{month.year} 年 {month.month} 月的工作情况"
            f"请于 {due_on} 前书面报送（涉及 {line.orders} 项交办）。",
            "en": f"{office.name}: please write by {due_on} how {month:%Y-%m} went"
            f" ({line.orders} orders).",
        },
        link=f"/orders/months/{month:%Y-%m}?office={office.uuid}",
    )
