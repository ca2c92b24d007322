"""The inbox (收件箱): what somebody was told, when, and when they opened it, by what it is about.

A notice is put in with the entry it tells of, in one transaction; opening it is an entry of its
own (`notice.read`), so that nobody can say later that they were never told. What is said, and to
whom, is decided by whoever sends.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    case,
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
from inspection.domain.workdays import CHINA
from inspection.jobs import queue
from inspection.ledger import journal
from inspection.ledger.journal import Event, Head
from inspection.notices import contacts, subscriptions
from inspection.notices.contacts import Rhythm

MAIL_JOB = "notice.mail"
DIGEST_JOB = "notice.digest"
CONFIRM_JOB = "notice.confirm"
PUSH_JOB = "notice.push"
READ = "notice.read"
GROUPS_A_PAGE = 30
MOST_OF_ONE = 200
"""So many notices about one thing are shown, the newest."""
DIGEST_HOUR = 8
MOST_CONFIRMATIONS_A_DAY = 5
"""Nobody has mail sent to more addresses than this: they may be strangers'."""


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
    settled_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    """When what it asks for was done, by whomever: it waits no longer, opened or not."""

    __table_args__ = (
        UniqueConstraint("person_id", "basis_seq"),
        Index("ix_notice_person_sent", "person_id", "sent_at"),
        Index("ix_notice_subject", "subject"),
        # Holds all that an inbox is grouped and ordered by.
        Index("ix_notice_person_subject", "person_id", "subject", "id", "read_at", "settled_at"),
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
    settled_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether it is still to be opened: nobody did what it asks for meanwhile."""
        return self.read_at is None and self.settled_at is None


@dataclass(frozen=True)
class Group:
    """What somebody was told about one thing: how often, how much is unread, and the newest."""

    newest: Notice
    notices: int
    unread: int


@dataclass(frozen=True)
class InboxPage:
    """One page of an inbox: things with unread notices first, then those told of last."""

    groups: tuple[Group, ...]
    unread: int
    total: int
    page: int
    pages: int


_notice = table_of(NoticeRow)
_WAITS = and_(NoticeRow.read_at.is_(None), NoticeRow.settled_at.is_(None))


def send(session: Session, message: Message, person_ids: Iterable[int], *, at: datetime) -> None:
    """Put a message into inboxes, and have it mailed and pushed where somebody wants that.

    The jobs belong to the caller's transaction: nobody hears of what was rolled back.
    """
    for person_id in person_ids:
        notice = str(uuid.uuid4())
        row = {**vars(message), "uuid": notice, "person_id": person_id, "sent_at": at}
        session.execute(insert(_notice).values(row))
        contact = contacts.of(session, person_id)
        if contact.takes_mail(Rhythm.EACH):
            queue.enqueue(session, MAIL_JOB, {"notice": notice}, key=f"mail:{notice}", at=at)
        elif contact.takes_mail(Rhythm.DAILY):
            _mail_next_morning(session, person_id, at)
        for browser in subscriptions.of(session, person_id):
            what = {"notice": notice, "browser": browser.uuid}
            queue.enqueue(session, PUSH_JOB, what, key=f"push:{notice}:{browser.uuid}", at=at)


def _mail_next_morning(session: Session, person_id: int, at: datetime) -> None:
    until = at.astimezone(CHINA).replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    until += timedelta(days=1) if until <= at else timedelta()
    said = {"person": person_id, "until": until.isoformat()}
    key = f"digest:{person_id}:{until.date()}"
    queue.enqueue(session, DIGEST_JOB, said, key=key, at=until)


def ask_to_confirm(session: Session, person_id: int, *, at: datetime) -> bool:
    """Have somebody's address asked whether it is theirs, once an hour at most.

    Returns False when they had too many addresses asked today.
    """
    today = f"confirm:{person_id}:{at.date()}:"
    email = contacts.of(session, person_id).email
    key = f"{today}{at.hour}:{email}"
    asked = len(queue.outcomes(session, today))
    if asked >= MOST_CONFIRMATIONS_A_DAY:
        return False
    said = {"person": person_id, "email": email}
    queue.enqueue(session, CONFIRM_JOB, said, key=key, at=at)
    return True


def page(session: Session, actor: Actor, *, number: int) -> InboxPage:
    """Return a page of the actor's inbox."""
    own = NoticeRow.person_id == actor.person_id
    total = session.scalar(select(func.count(NoticeRow.subject.distinct())).where(own)) or 0
    pages = max(1, -(-total // GROUPS_A_PAGE))
    at_page = min(max(number, 1), pages)
    is_unread = case((_WAITS, 1), else_=0)
    newest = func.max(NoticeRow.id)
    of_groups = session.execute(
        select(newest.label("newest"), func.count().label("notices"), func.sum(is_unread))
        .where(own)
        .group_by(NoticeRow.subject)
        .order_by(func.max(is_unread).desc(), newest.desc())
        .limit(GROUPS_A_PAGE)
        .offset((at_page - 1) * GROUPS_A_PAGE)
    ).all()
    ids = [row.newest for row in of_groups]
    rows = {row.id: row for row in session.scalars(select(NoticeRow).where(NoticeRow.id.in_(ids)))}
    groups = tuple(
        Group(_notice_of(rows[at]), notices, int(waiting)) for at, notices, waiting in of_groups
    )
    return InboxPage(groups, unread(session, actor), total, at_page, pages)


def about(session: Session, actor: Actor, subject: str) -> tuple[Notice, ...]:
    """Return the actor's notices about one thing, newest first. Raises NotFound without any."""
    rows = session.scalars(
        select(NoticeRow)
        .where(NoticeRow.person_id == actor.person_id, NoticeRow.subject == subject)
        .order_by(NoticeRow.id.desc())
        .limit(MOST_OF_ONE)
    ).all()
    if not rows:
        raise NotFound(subject=subject)
    return tuple(map(_notice_of, rows))


def unread(session: Session, actor: Actor) -> int:
    """How many notices the actor has not opened."""
    waiting = select(func.count()).where(NoticeRow.person_id == actor.person_id, _WAITS)
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
    _receipt(session, actor, [found], after=head, at=at)
    return found


def open_all(session: Session, actor: Actor, subject: str, *, at: datetime) -> None:
    """Mark all that the actor was told about one thing as read: an entry for each. NotFound."""
    head = journal.lock(session)
    _receipt(session, actor, about(session, actor, subject), after=head, at=at)


def settle(session: Session, kind: str, subject: str, *, at: datetime) -> None:
    """What notices of a kind about a thing ask for was done: they wait for nobody any more.

    No receipt: whether somebody opened one stays what the ledger says.
    """
    asked = (_notice.c.subject == subject) & (_notice.c.kind == kind)
    waiting = _notice.c.settled_at.is_(None)
    session.execute(update(_notice).where(asked, waiting).values(settled_at=at))


def _receipt(
    session: Session, actor: Actor, notices: Iterable[Notice], *, after: Head, at: datetime
) -> None:
    waiting = [each for each in notices if each.read_at is None]
    if waiting:
        events = [Event(READ, _body(actor, each), subject=each.said.subject) for each in waiting]
        journal.append(session, events, at=at, after=after)
        read = _notice.c.uuid.in_([each.uuid for each in waiting])
        session.execute(update(_notice).where(read).values(read_at=at))


def _body(actor: Actor, opened: Notice) -> dict[str, Any]:
    return {
        "notice": opened.uuid,
        "told": opened.said.kind,
        "subject": opened.said.subject,
        "basis_seq": opened.said.basis_seq,
        "sent_at": journal.instant_text(opened.sent_at),
        "by": actor.author,
    }


def on_its_way(session: Session, notice_uuid: str) -> Notice | None:
    """Return a notice that is to be delivered; None when it waits no longer or its reader left."""
    row = session.scalars(
        select(NoticeRow)
        .join(PersonAccount, PersonAccount.id == NoticeRow.person_id)
        .where(NoticeRow.uuid == notice_uuid, _WAITS, PersonAccount.active)
    ).one_or_none()
    return _notice_of(row) if row else None


def unread_of_day(session: Session, person_id: int, *, until: datetime) -> tuple[Notice, ...]:
    """Return what somebody who is still here was told in the day before `until` and did not open.

    By the thing it is about, in the order in which it was told.
    """
    rows = session.scalars(
        select(NoticeRow)
        .join(PersonAccount, PersonAccount.id == NoticeRow.person_id)
        .where(NoticeRow.person_id == person_id, PersonAccount.active)
        .where(_WAITS)
        .where(NoticeRow.sent_at >= until - timedelta(days=1), NoticeRow.sent_at < until)
        .order_by(NoticeRow.number, NoticeRow.id)
    )
    return tuple(map(_notice_of, rows))


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
    return Notice(row.uuid, row.person_id, message, row.sent_at, row.read_at, row.settled_at)
