"""Invitations (邀请码): the office vouches for a person, whose tablet signs in without a password.

Shown once on the office's screen, used once, within a quarter of an hour; a new one takes the
place of the old. Only the digest is stored. Whoever holds the code is that person to the tablet,
so who may invite whom is `roster`'s rule, and each invitation and its use is a ledger entry.
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts import people, roster
from inspection.accounts.people import Actor, PersonAccount
from inspection.accounts.policy import Permission
from inspection.database import Base, UtcInstant
from inspection.domain import invitation
from inspection.domain.problems import (
    DemonstrationRefused,
    InvitationExpired,
    InvitationLimit,
    InvitationUnknown,
    InvitationUsed,
    InvitationWithdrawn,
    NotFound,
)
from inspection.ledger import journal
from inspection.ledger.journal import Event

LASTS = timedelta(minutes=15)
WITHIN = timedelta(minutes=15)
MOST_FOR_ONE, MOST_BY_ONE = 10, 60
"""Invitations within that time: for the same person, and by the same hand."""


class Invitation(Base):
    """One code that was shown; open until it is used, withdrawn or too old."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    code_digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcInstant)
    expires_at: Mapped[datetime] = mapped_column(UtcInstant)
    used_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcInstant)

    __table_args__ = (
        Index("ix_invitation_person", "person_id", "issued_at"),
        Index("ix_invitation_issued_by", "issued_by_id", "issued_at"),
    )


@dataclass(frozen=True)
class Issued:
    """A new invitation; the code is known to nobody once this is gone."""

    uuid: str
    code: str
    expires_at: datetime


def issue(session: Session, actor: Actor, person_uuid: str, *, at: datetime) -> Issued:
    """Invite a person in the actor's care; earlier invitations of theirs end.

    Raises NotFound, or InvitationLimit when there were too many lately.
    """
    person = roster.in_care(session, actor, person_uuid)
    if not person.active:
        raise NotFound(person=person_uuid)
    # Two at once take turns here, so that the later one withdraws the earlier.
    session.execute(
        select(PersonAccount.id).where(PersonAccount.id == person.person_id).with_for_update()
    )
    _refuse_too_many(session, Invitation.person_id == person.person_id, MOST_FOR_ONE, at=at)
    _refuse_too_many(session, Invitation.issued_by_id == actor.person_id, MOST_BY_ONE, at=at)
    withdraw(session, person.person_id, at=at)
    code = "".join(secrets.choice(invitation.ALPHABET) for _ in range(invitation.LETTERS))
    issued = Issued(str(uuid.uuid4()), code, at + LASTS)
    session.add(
        Invitation(
            uuid=issued.uuid,
            code_digest=_digest(code),
            person_id=person.person_id,
            issued_by_id=actor.person_id,
            issued_at=at,
            expires_at=issued.expires_at,
        )
    )
    session.flush()
    body = {
        "invitation": issued.uuid,
        "person": person.uuid,
        "by": actor.uuid,
        "expires_at": journal.instant_text(issued.expires_at),
    }
    journal.append(session, [Event("invitation.issued", body, subject=person.uuid)], at=at)
    return issued


def withdraw(session: Session, person_id: int, *, at: datetime) -> None:
    """End whatever invitations of a person are still open."""
    session.execute(
        update(Invitation)
        .where(
            Invitation.person_id == person_id,
            Invitation.used_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=at)
    )


def holder(session: Session, text: str, *, production: bool, at: datetime) -> Actor:
    """Return whom a code invites, without using it.

    Raises InvitationUnknown, InvitationUsed, InvitationWithdrawn, InvitationExpired, or
    DemonstrationRefused in production.
    """
    return _open(session, text, production=production, at=at)[1]


def use(session: Session, text: str, *, device: str, production: bool, at: datetime) -> Actor:
    """Use a code up and return whom it invites. Raises what `holder` raises."""
    found, actor = _open(session, text, production=production, at=at)
    taken = session.execute(
        update(Invitation)
        .where(Invitation.id == found.id, Invitation.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise InvitationUsed()  # another tablet was first, between our look and our hand
    body = {"invitation": found.uuid, "person": actor.uuid, "device": device}
    journal.append(session, [Event("invitation.used", body, subject=actor.uuid)], at=at)
    return actor


def is_used(session: Session, actor: Actor, person_uuid: str, invitation_uuid: str) -> bool:
    """Whether a tablet has used this invitation. Raises NotFound outside the actor's care."""
    person = roster.in_care(session, actor, person_uuid)
    row = session.execute(
        select(Invitation.used_at).where(
            Invitation.uuid == invitation_uuid, Invitation.person_id == person.person_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound(invitation=invitation_uuid)
    return row.used_at is not None


def _open(
    session: Session, text: str, *, production: bool, at: datetime
) -> tuple[Invitation, Actor]:
    code = invitation.read(text)
    found = code and session.scalar(
        select(Invitation).where(Invitation.code_digest == _digest(code))
    )
    if not found:
        raise InvitationUnknown()
    if found.used_at is not None:
        raise InvitationUsed()
    if found.withdrawn_at is not None:
        raise InvitationWithdrawn()
    if found.expires_at <= at:
        raise InvitationExpired()
    account = session.get_one(PersonAccount, found.person_id)
    if production and account.demonstration:
        raise DemonstrationRefused()
    actor = people.actor(session, account.uuid)
    if actor is None or not actor.may(Permission.KEY_ENROL):
        raise InvitationWithdrawn()
    return found, actor


def _refuse_too_many(
    session: Session, condition: ColumnElement[bool], most: int, *, at: datetime
) -> None:
    recent = session.scalars(
        select(Invitation.issued_at)
        .where(condition, Invitation.issued_at > at - WITHIN)
        .order_by(Invitation.issued_at.desc())
        .limit(most)
    ).all()
    if len(recent) >= most:
        wait = (recent[-1] + WITHIN - at).total_seconds()
        raise InvitationLimit(retry_after_seconds=max(1, round(wait)))


def _digest(code: str) -> str:
    return hashlib.sha256(f"invitation:{code}".encode()).hexdigest()
