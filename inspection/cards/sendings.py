"""Cards that an office sent to enterprises (发放), and who has opened them.

A sending is told by a job, some people at a time: each lot is one entry of the ledger
(`card.sent`, later `card.reminded`) with its recipients, and a notice in each inbox, whose opening
is the receipt. A job that is done twice tells nobody twice.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, func, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts import people
from inspection.accounts.people import Actor, MembershipRow, PersonAccount
from inspection.accounts.policy import Permission, Role
from inspection.catalog import Catalog
from inspection.database import Base, Page, UtcInstant, page_of, reading, writing
from inspection.domain.checklist import Checklist, Text
from inspection.domain.problems import NotFound
from inspection.jobs import queue
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message, NoticeRow
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind

TELL_JOB = "card.tell"
SENT, REMINDED = "card.sent", "card.reminded"
READERS = (Role.HEAD, Role.ENTERPRISE)
"""Who is told at an enterprise: its principal person in charge and its safety officers."""
AT_ONCE = 50
"""People in one transaction: whoever hands in a record does not wait long for the ledger."""


class CardSending(Base):
    """One card sent by one office; `reminders` counts how often the unread were reminded."""

    __tablename__ = "card_sending"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    """The office that sent it."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    slug: Mapped[str]
    revision: Mapped[int]
    sector: Mapped[str]
    """To enterprises of this sector in the sender's scope; "" = all."""
    note: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(UtcInstant)
    reminders: Mapped[int]
    enterprises: Mapped[int | None]
    """How many it was meant for; None until they were told."""
    missed: Mapped[list[str]] = mapped_column(JSON)
    """Names of enterprises where nobody has an account to be told by."""


@dataclass(frozen=True)
class Sending:
    """A sending with how many were told and how many of them have opened it."""

    uuid: str
    office: str
    slug: str
    revision: int
    sector: str
    note: str
    sent_at: datetime
    reminders: int
    enterprises: int | None
    missed: tuple[str, ...]
    told: int
    opened: int


def send(
    session: Session, actor: Actor, checklist: Checklist, *, sector: str, note: str, at: datetime
) -> str:
    """Send a list's card to the enterprises in the actor's scope; returns the sending's uuid."""
    unit_id = session.scalars(select(Unit.id).where(Unit.uuid == actor.unit_uuid)).one()
    row = CardSending(
        uuid=str(uuid.uuid4()),
        unit_id=unit_id,
        person_id=actor.person_id,
        slug=checklist.slug,
        revision=checklist.revision,
        sector=sector,
        note=note,
        sent_at=at,
        reminders=0,
        missed=[],
    )
    session.add(row)
    session.flush()
    _enqueue(session, row.uuid, 0, at=at)
    return row.uuid


def remind(session: Session, actor: Actor, sending_uuid: str, *, at: datetime) -> None:
    """Tell those again who have not opened it. Raises NotFound out of scope."""
    found = sending(session, actor, sending_uuid)
    times = found.reminders + 1
    session.execute(
        update(CardSending).where(CardSending.uuid == found.uuid).values(reminders=times)
    )
    _enqueue(session, found.uuid, times, at=at)


def _enqueue(session: Session, sending_uuid: str, times: int, *, at: datetime) -> None:
    args = {"sending": sending_uuid, "times": times}
    queue.enqueue(session, TELL_JOB, args, key=f"card:{sending_uuid}:{times}", at=at)


def sending(session: Session, actor: Actor, sending_uuid: str) -> Sending:
    """Return one sending of an office in scope. Raises NotFound."""
    wanted = _sendings(actor.scope(Permission.CARD_SEND)).where(CardSending.uuid == sending_uuid)
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(sending=sending_uuid)
    return _sending(*found)


def sendings(session: Session, actor: Actor, *, page: int) -> Page[Sending]:
    """Return what the offices in scope have sent, newest first."""
    scope = actor.scope(Permission.CARD_SEND)
    newest = _sendings(scope).order_by(CardSending.sent_at.desc(), CardSending.id.desc())
    ours = select(func.count()).select_from(CardSending).join(Unit, Unit.id == CardSending.unit_id)
    total = session.scalar(ours.where(scope.condition())) or 0
    return page_of(
        session, newest, lambda rows: [_sending(*row) for row in rows], total=total, page=page
    )


def _sendings(scope: Scope) -> Select[Any]:
    of_it = NoticeRow.subject == CardSending.uuid
    people_told = func.count(NoticeRow.person_id.distinct())
    told_ = select(people_told).where(of_it).scalar_subquery()
    opened = select(people_told).where(of_it, NoticeRow.read_at.is_not(None)).scalar_subquery()
    return (
        select(CardSending, Unit.name, told_, opened)
        .join(Unit, Unit.id == CardSending.unit_id)
        .where(scope.condition())
    )


def _sending(row: CardSending, office: str, told: int, opened: int) -> Sending:
    return Sending(
        uuid=row.uuid,
        office=office,
        slug=row.slug,
        revision=row.revision,
        sector=row.sector,
        note=row.note,
        sent_at=row.sent_at,
        reminders=row.reminders,
        enterprises=row.enterprises,
        missed=tuple(row.missed),
        told=told,
        opened=opened,
    )


@dataclass(frozen=True)
class _Reader:
    person_id: int
    person: str
    name: str
    unit: str
    unit_name: str


def tell(
    args: dict[str, Any], *, engine: Engine, catalog: Catalog, clock: Callable[[], datetime]
) -> None:
    """Tell whom a sending is meant for, or remind those who have not opened it.

    The sender's scope is asked now: an office that lost an enterprise tells it nothing.
    """
    with reading(engine) as session:
        row, office, person = session.execute(
            select(CardSending, Unit.name, PersonAccount.uuid)
            .join(Unit, Unit.id == CardSending.unit_id)
            .join(PersonAccount, PersonAccount.id == CardSending.person_id)
            .where(CardSending.uuid == args["sending"])
        ).one()
        title = catalog.revision(row.slug, row.revision).title
        lot = _Lot(row.uuid, row.slug, row.revision, row.note, office, title, args["times"])
        actor = people.actor(session, person)
        scope = actor.scope(Permission.CARD_SEND) if actor else Scope()
        readers = _readers(session, scope, row.sector)
        names = _enterprises(session, scope, row.sector)
    for start in range(0, len(readers), AT_ONCE):
        with writing(engine) as session:
            lot.tell(session, readers[start : start + AT_ONCE], at=clock())
    if not lot.times:
        reached = {reader.unit for reader in readers}
        missed = [name for unit, name in names.items() if unit not in reached]
        with writing(engine) as session:
            session.execute(
                update(CardSending)
                .where(CardSending.uuid == lot.sending)
                .values(enterprises=len(names), missed=missed)
            )


@dataclass(frozen=True)
class _Lot:
    """What is said to some people at a time; `times` is 0 for the sending, then each reminder."""

    sending: str
    slug: str
    revision: int
    note: str
    office: str
    title: Text
    times: int

    def tell(self, session: Session, readers: Sequence[_Reader], *, at: datetime) -> None:
        head = journal.lock(session)
        left = list(self._left(session, readers))
        if not left:
            return
        body = {
            "sending": self.sending,
            "checklist": self.slug,
            "revision": self.revision,
            "office": self.office,
            "times": self.times,
            "note": self.note,
            "recipients": [
                {"person": each.person, "name": each.name, "unit": each.unit} for each in left
            ],
        }
        event = Event(REMINDED if self.times else SENT, body, subject=self.sending)
        (entry,) = journal.append(session, [event], at=at, after=head)
        for reader in left:
            message = self._message(reader, entry.seq)
            inbox.send(session, message, [reader.person_id], at=at)

    def _left(self, session: Session, readers: Sequence[_Reader]) -> Iterator[_Reader]:
        """Whom this round still has to tell; a reminder is only for those told and not reading."""
        ids = [reader.person_id for reader in readers]
        counted = session.execute(
            select(NoticeRow.person_id, func.count(), func.count(NoticeRow.read_at))
            .where(NoticeRow.subject == self.sending, NoticeRow.person_id.in_(ids))
            .group_by(NoticeRow.person_id)
        )
        notices = {person_id: (times, opened) for person_id, times, opened in counted}
        for reader in readers:
            times, opened = notices.get(reader.person_id, (0, 0))
            if times <= self.times and not opened and (times or not self.times):
                yield reader

    def _message(self, reader: _Reader, seq: int) -> Message:
        again = bool(self.times)
        asked = {
            "zh": f"{self.office}提醒您：这张提示卡还没有签收。" if again else "",
            "en": f"{self.office} reminds you: this hint card has not been opened. "
            if again
            else "",
        }
        note = {"zh": f"\n{self.office}附言：{self.note}", "en": f"\nNote: {self.note}"}
        return Message(
            kind=REMINDED if again else SENT,
            subject=self.sending,
            basis_seq=seq,
            number="",
            unit_name=reader.unit_name,
            deadline_on=None,
            title={"zh": f"提示卡：{self.title.zh}", "en": f"Hint card: {self.title.en}"},
            words={
                "zh": f"{asked['zh']}{self.office}发来“{self.title.zh}”提示卡："
                "一页纸写明要做到什么、常见的问题和可能的处罚。请对照自查，有问题马上改。"
                + (note["zh"] if self.note else ""),
                "en": f"{asked['en']}{self.office} sent the hint card “{self.title.en}”: one page "
                "on what to do, what often goes wrong and the penalties that may follow. Please "
                "check yourselves against it and put right what is wrong at once."
                + (note["en"] if self.note else ""),
            },
            link=f"/cards/{self.slug}",
        )


def _meant(scope: Scope, sector: str) -> list[Any]:
    conditions = [Unit.kind == UnitKind.ENTERPRISE, scope.condition()]
    return [*conditions, Unit.sector == sector] if sector else conditions


def _enterprises(session: Session, scope: Scope, sector: str) -> dict[str, str]:
    """The uuid and name of each enterprise that a sending is meant for."""
    wanted = select(Unit.uuid, Unit.name).where(*_meant(scope, sector)).order_by(Unit.name)
    return {row.uuid: row.name for row in session.execute(wanted)}


def _readers(session: Session, scope: Scope, sector: str) -> list[_Reader]:
    """Whom a sending is meant for; somebody at two enterprises is told once."""
    rows = session.execute(
        select(PersonAccount.id, PersonAccount.uuid, PersonAccount.name, Unit.uuid, Unit.name)
        .join(MembershipRow, MembershipRow.person_id == PersonAccount.id)
        .join(Unit, Unit.id == MembershipRow.unit_id)
        .where(*_meant(scope, sector), MembershipRow.role.in_(READERS), PersonAccount.active)
        .order_by(Unit.name, PersonAccount.id)
    )
    return list({row[0]: _Reader(*row) for row in rows}.values())
