"""Reminds of tables by itself: those who owe one in time, the office above after the limit.

Each of the two is one entry of the ledger for an office and a month, so nobody is told twice, and
later one can see that they were told. Pressing an office by hand is `rollup.py`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.policy import Permission, roles_with
from inspection.database import reading, writing
from inspection.dispatch import tables
from inspection.domain import dispatch as domain
from inspection.domain.dispatch import Step
from inspection.domain.workdays import day_of
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations.unit import Unit, UnitKind

KINDS = {Step.REMIND: "dispatch.due_soon", Step.TELL_ABOVE: "dispatch.overdue"}
_TITLES = {
    Step.REMIND: {"zh": "调度表快到期了", "en": "The dispatch table is due soon"},
    Step.TELL_ABOVE: {"zh": "下级调度表逾期未报", "en": "A dispatch table was not sent in time"},
}


@dataclass(frozen=True)
class _Office:
    id: int
    uuid: str
    name: str
    parent_id: int | None


@dataclass(frozen=True)
class _Due:
    """What is to be told of an office's table, to whom, and until when it was to be sent."""

    step: Step
    month: date
    lock_on: date
    due_on: date
    readers: tuple[int, ...]


def remind(*, engine: Engine, clock: Callable[[], datetime]) -> int:
    """Tell what is due today and was not told; returns of how many offices.

    May run as often as one likes and in several processes at once: what is due is asked again
    while the ledger is locked.
    """
    with reading(engine) as session:
        offices = _offices(session)
        waiting = [each for each in offices if _due(session, each, day_of(clock()))]
    for office in waiting:
        with writing(engine) as session:
            _tell(session, office, at=clock())
    return len(waiting)


def _offices(session: Session) -> list[_Office]:
    rows = session.execute(
        select(Unit.id, Unit.uuid, Unit.name, Unit.parent_id)
        .where(Unit.kind != UnitKind.ENTERPRISE)
        .order_by(Unit.id)
    ).tuples()
    return [_Office(*row) for row in rows if _keepers(session, row[0])]


def _keepers(session: Session, unit_id: int | None) -> tuple[int, ...]:
    roles = roles_with(Permission.DISPATCH_KEEP)
    return people.holding(session, unit_id, roles) if unit_id is not None else ()


def _due(session: Session, office: _Office, today: date) -> _Due | None:
    """What is to be told of the table of this month, and was not."""
    month = domain.month_of(today)
    if month in tables.sent(session, office.uuid):
        return None
    agreed = tables.terms(session, office.uuid, today=today)
    step = domain.step(agreed, month, today=today)
    if step is None or _was_told(session, office, step, month):
        return None
    readers = _keepers(session, office.id if step is Step.REMIND else office.parent_id)
    if not readers:
        return None
    return _Due(step, month, agreed.cut_off(month), agreed.due_on(month), readers)


def _was_told(session: Session, office: _Office, step: Step, month: date) -> bool:
    told = journal.about(session, office.uuid, kind=KINDS[step])
    return any(json.loads(each.body)["month"] == month.isoformat() for each in told)


def _tell(session: Session, office: _Office, *, at: datetime) -> None:
    head = journal.lock(session)
    due = _due(session, office, day_of(at))
    if due is None:
        return
    body = {
        "office": office.uuid,
        "month": due.month.isoformat(),
        "due_on": due.due_on.isoformat(),
        "people": len(due.readers),
    }
    event = Event(KINDS[due.step], body, subject=office.uuid)
    (entry,) = journal.append(session, [event], at=at, after=head)
    inbox.send(session, _message(office, due, entry.seq), due.readers, at=at)


def _message(office: _Office, due: _Due, seq: int) -> Message:
    month = f"{due.month:%Y-%m}"
    zh = f"{due.month.year} 年 {due.month.month} 月的调度表"
    words = {
        Step.REMIND: {
            "zh": f"{zh}统计到 {due.lock_on}，最迟 {due.due_on} 报出。请补齐手工填报的各项。",
            "en": f"The table of {month} counts until {due.lock_on} and is due by {due.due_on}. "
            "Please enter what is still missing.",
        },
        Step.TELL_ABOVE: {
            "zh": f"{office.name}{zh}应在 {due.due_on} 前报出，还没有报。可以催报。",
            "en": f"{office.name} did not send the table of {month}, due by {due.due_on}. "
            "You can press for it.",
        },
    }
    return Message(
        kind=KINDS[due.step],
        subject=office.uuid,
        basis_seq=seq,
        number=month,
        unit_name=office.name,
        deadline_on=due.due_on,
        title=_TITLES[due.step],
        words=words[due.step],
        link=f"/dispatch/{month}" + ("/below" if due.step is Step.TELL_ABOVE else ""),
    )
