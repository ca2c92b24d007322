"""Orders and the months' written words as the ledger's entries left them: views, rebuildable.

`VIEW` is the only writer, for new entries and for `flask ledger rebuild` alike. What was fed back
stays in the entries; a page reads it there.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant, table_of
from inspection.domain.order import ENDED, TABLE, Deadline, Side, State, Step
from inspection.ledger.chain import Entry
from inspection.ledger.views import View
from inspection.organisations.unit import id_of

ISSUED, REMINDED = "order.issued", "order.reminded"
WRITTEN, ASKED, TOLD = "order.month_written", "order.month_asked", "order.month_told"
STEP_OF: dict[str, Step] = {
    "order.received": Step.RECEIVE,
    "order.progress": Step.PROGRESS,
    "order.claimed": Step.CLAIM,
    "order.sustained": Step.SUSTAIN,
    "order.returned": Step.RETURN,
    "order.struck_off": Step.STRIKE_OFF,
    "order.withdrawn": Step.WITHDRAW,
}
KIND_OF = {step: kind for kind, step in STEP_OF.items()}


class AssignmentOrder(Base):
    """One order, and where it stands."""

    __tablename__ = "assignment_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str]
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    title: Mapped[str]
    words: Mapped[str]
    source: Mapped[dict[str, str]] = mapped_column(JSON)
    """Of an instruction: who gave it (`who`), when (`on`), in which words; else empty."""
    list_uuid: Mapped[str] = mapped_column(index=True)
    """Orders made in one act (a task list, 五个一) have this in common; "" alone."""
    list_title: Mapped[str]
    deadline: Mapped[dict[str, Any]] = mapped_column(JSON)
    due_on: Mapped[date | None]
    """The day that is owed next, as `Deadline.due` says."""
    state: Mapped[str]
    shown: Mapped[bool]
    """Whether the lead unit has fed anything back."""
    sustained: Mapped[bool]
    """Whether a result was accepted and the task went on: nothing is owed by a day after that."""
    returned: Mapped[int]
    grade: Mapped[str]
    issued_by: Mapped[str]
    issued_at: Mapped[datetime] = mapped_column(UtcInstant)
    ended_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    told: Mapped[list[str]] = mapped_column(JSON)
    """Reminders that were sent: `soon:` or `late:` and the day that was owed."""
    last_seq: Mapped[int]

    __table_args__ = (
        Index("ix_assignment_order_office", "office_id", "state"),
        Index("ix_assignment_order_due", "state", "due_on"),
    )


class OrderUnit(Base):
    """A responsible unit of an order; the one at place 0 leads (牵头), others are joint (配合)."""

    __tablename__ = "order_unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("assignment_order.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    place: Mapped[int]
    received_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    received_by: Mapped[str]

    __table_args__ = (UniqueConstraint("order_id", "unit_id"),)


class OrderMonth(Base):
    """What a responsible unit wrote to an office of one month; the newest word counts."""

    __tablename__ = "order_month"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    month: Mapped[date]
    done: Mapped[str]
    troubles: Mapped[str]
    plans: Mapped[str]
    written_by: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(UtcInstant)
    late: Mapped[bool]
    last_seq: Mapped[int]

    __table_args__ = (UniqueConstraint("office_id", "unit_id", "month"),)


_order, _ordered, _month = table_of(AssignmentOrder), table_of(OrderUnit), table_of(OrderMonth)


def _issued(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    deadline = Deadline.of(body["deadline"])
    session.execute(
        insert(_order).values(
            uuid=body["order"],
            number=body["number"],
            office_id=id_of(body["office"]),
            kind=body["kind"],
            title=body["title"],
            words=body["words"],
            source=body["source"],
            list_uuid=body["list"],
            list_title=body["list_title"],
            deadline=body["deadline"],
            due_on=deadline.due(shown=False, sustained=False),
            state=State.ISSUED,
            shown=False,
            sustained=False,
            returned=0,
            grade="",
            issued_by=body["by"]["name"],
            issued_at=entry.at,
            told=[],
            last_seq=entry.seq,
        )
    )
    order = select(_order.c.id).where(_order.c.uuid == body["order"]).scalar_subquery()
    for place, unit in enumerate(body["units"]):
        session.execute(
            insert(_ordered).values(
                order_id=order, unit_id=id_of(unit), place=place, received_by=""
            )
        )


def _stepped(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    order = session.execute(select(_order).where(_order.c.uuid == body["order"])).one()
    step, side = STEP_OF[entry.kind], Side(body["side"])
    state = TABLE[State(order.state), step, side]
    shown = order.shown or (side is Side.LEAD and step in (Step.PROGRESS, Step.CLAIM))
    sustained = order.sustained or state is State.SUSTAINED
    session.execute(
        update(_order)
        .where(_order.c.id == order.id)
        .values(
            state=state,
            shown=shown,
            sustained=sustained,
            due_on=Deadline.of(order.deadline).due(shown=shown, sustained=sustained),
            returned=order.returned + (step is Step.RETURN),
            grade=body.get("grade", ""),
            ended_at=entry.at if state in ENDED else None,
            last_seq=entry.seq,
        )
    )
    if step is Step.RECEIVE:
        session.execute(
            update(_ordered)
            .where(_ordered.c.order_id == order.id, _ordered.c.unit_id == id_of(body["unit"]))
            .values(received_at=entry.at, received_by=body["by"]["name"])
        )


def _reminded(session: Session, _entry: Entry, body: dict[str, Any]) -> None:
    where = _order.c.uuid == body["order"]
    told = session.scalar(select(_order.c.told).where(where)) or []
    session.execute(update(_order).where(where).values(told=[*told, body["told"]]))


def _written(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    office, unit = id_of(body["office"]), id_of(body["unit"])
    month = date.fromisoformat(body["month"])
    here = (_month.c.office_id == office, _month.c.unit_id == unit, _month.c.month == month)
    session.execute(delete(_month).where(*here))
    session.execute(
        insert(_month).values(
            office_id=office,
            unit_id=unit,
            month=month,
            done=body["done"],
            troubles=body["troubles"],
            plans=body["plans"],
            written_by=body["by"]["name"],
            written_at=entry.at,
            late=body["late"],
            last_seq=entry.seq,
        )
    )


VIEW = View(
    (OrderMonth, OrderUnit, AssignmentOrder),
    {
        ISSUED: _issued,
        REMINDED: _reminded,
        WRITTEN: _written,
        **dict.fromkeys(STEP_OF, _stepped),
    },
)
