"""The inbox (收件箱): what somebody was told, when, and when they opened it.

A notice is put in with the entry it tells of, in one transaction; opening it is an entry of its
own (`notice.read`), so that nobody can say later that they were never told. What is said, and to
whom, is decided by whoever sends.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    UniqueConstraint,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts.people import Actor, PersonAccount
from inspection.database import Base, UtcInstant, table_of
from inspection.domain.problems import NotFound
from inspection.jobs import queue
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import contacts, subscriptions

MAIL_JOB = "notice.mail"
PUSH_JOB = "notice.push"
READ = "notice.read"
ROWS_A_PAGE = 30


class NoticeRow(Base):
    """One thing that one person was told."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    subject: Mapped[str]
    """uuid of the thing it is about, in whose history the receipt stands."""
    basis_seq: Mapped[int]
    """The ledger entry that it tells of; nobody is told of one twice."""
    number: Mapped[str]
    unit_name: Mapped[str]
    deadline_on: Mapped[date | None]
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    link: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(UtcInstant)
    read_at: Mapped[datetime | None] = mapped_column(UtcInstant)

    __table_args__ = (
        UniqueConstraint("person_id", "basis_seq"),
        Index("ix_notice_person_sent", "person_id", "sent_at"),
        Index("ix_notice_subject", "subject"),
        Index(
            "ix_notice_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )


@dataclass(frozen=True)
class Message:
    """What is said; `title` and `words` by language (zh, en)."""

    kind: str
    subject: str
    basis_seq: int
    number: str
    unit_name: str
    deadline_on: date | None
    title: dict[str, str]
    words: dict[str, str]
    link: str


@dataclass(frozen=True)
class Notice:
    """A message in somebody's inbox."""

    uuid: str
    person_id: int
    said: Message
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class InboxPage:
    """One page of an inbox, unread first, then newest first."""

    rows: tuple[Notice, ...]
    unread: int
    total: int
    page: int
    pages: int


_notice = table_of(NoticeRow)


def send(session: Session, message: Message, person_ids: Iterable[int], *, at: datetime) -> None:
    """Put a message into inboxes, and have it mailed and pushed where somebody wants that.

    The jobs belong to the caller's transaction: nobody hears of what was rolled back.
    """
    for person_id in person_ids:
        notice = str(uuid.uuid4())
        row = {**vars(message), "uuid": notice, "person_id": person_id, "sent_at": at}
        session.execute(insert(_notice).values(row))
        if contacts.of(session, person_id).by_mail:
            queue.enqueue(session, MAIL_JOB, {"notice": notice}, key=f"mail:{notice}", at=at)
        for browser in subscriptions.of(session, person_id):
            what = {"notice": notice, "browser": browser.uuid}
            queue.enqueue(session, PUSH_JOB, what, key=f"push:{notice}:{browser.uuid}", at=at)


def page(session: Session, actor: Actor, *, number: int) -> InboxPage:
    """Return a page of the actor's inbox."""
    own = NoticeRow.person_id == actor.person_id
    total = session.scalar(select(func.count()).where(own)) or 0
    pages = max(1, -(-total // ROWS_A_PAGE))
    at_page = min(max(number, 1), pages)
    rows = session.scalars(
        select(NoticeRow)
        .where(own)
        .order_by(NoticeRow.read_at.is_not(None), NoticeRow.sent_at.desc(), NoticeRow.id.desc())
        .limit(ROWS_A_PAGE)
        .offset((at_page - 1) * ROWS_A_PAGE)
    )
    return InboxPage(tuple(map(_notice_of, rows)), unread(session, actor), total, at_page, pages)


def unread(session: Session, actor: Actor) -> int:
    """How many notices the actor has not opened."""
    waiting = select(func.count()).where(
        NoticeRow.person_id == actor.person_id, NoticeRow.read_at.is_(None)
    )
    return session.scalar(waiting) or 0


def notice(session: Session, actor: Actor, notice_uuid: str) -> Notice:
    """Return one of the actor's notices. Raises NotFound for those of others too."""
    row = session.scalars(
        select(NoticeRow).where(
            NoticeRow.uuid == notice_uuid, NoticeRow.person_id == actor.person_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound(notice=notice_uuid)
    return _notice_of(row)


def open_notice(session: Session, actor: Actor, notice_uuid: str, *, at: datetime) -> Notice:
    """Mark one of the actor's notices as read: the first time that is an entry of the ledger."""
    head = journal.lock(session)
    found = notice(session, actor, notice_uuid)
    if found.read_at is not None:
        return found
    body: dict[str, Any] = {
        "notice": found.uuid,
        "told": found.said.kind,
        "subject": found.said.subject,
        "basis_seq": found.said.basis_seq,
        "sent_at": journal.instant_text(found.sent_at),
        "by": {"person": actor.uuid, "name": actor.name, "unit": actor.unit_uuid},
    }
    journal.append(session, [Event(READ, body, subject=found.said.subject)], at=at, after=head)
    session.execute(update(_notice).where(_notice.c.uuid == notice_uuid).values(read_at=at))
    return found


def on_its_way(session: Session, notice_uuid: str) -> Notice | None:
    """Return a notice that is to be delivered; None when its reader has opened it or left."""
    row = session.scalars(
        select(NoticeRow)
        .join(PersonAccount, PersonAccount.id == NoticeRow.person_id)
        .where(NoticeRow.uuid == notice_uuid, NoticeRow.read_at.is_(None), PersonAccount.active)
    ).one_or_none()
    return _notice_of(row) if row else None


def _notice_of(row: NoticeRow) -> Notice:
    message = Message(
        kind=row.kind,
        subject=row.subject,
        basis_seq=row.basis_seq,
        number=row.number,
        unit_name=row.unit_name,
        deadline_on=row.deadline_on,
        title=row.title,
        words=row.words,
        link=row.link,
    )
    return Notice(row.uuid, row.person_id, message, row.sent_at, row.read_at)
