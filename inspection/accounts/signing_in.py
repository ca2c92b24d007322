"""Signing in and out: passwords to sessions, with a limit on tries.

Sessions live in the database and can be revoked; the browser holds a random
token of which only the digest is stored.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts import people
from inspection.accounts.people import Actor, PersonAccount
from inspection.database import Base, UtcInstant, table_of
from inspection.domain.problems import CredentialsWrong, DemonstrationRefused, TooManyTries

SESSION_LASTS = timedelta(days=7)
TRIES, TRIES_WITHIN = 8, timedelta(minutes=10)


class SignInSession(Base):
    """One signed-in browser or tablet."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    begun_at: Mapped[datetime] = mapped_column(UtcInstant)
    expires_at: Mapped[datetime] = mapped_column(UtcInstant)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcInstant)


class FailedTry(Base):
    """A refused sign-in, by what was typed and from where; kept only as long as the limit looks."""

    __tablename__ = "failed_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    address: Mapped[str]
    tried_at: Mapped[datetime] = mapped_column(UtcInstant)

    __table_args__ = (
        Index("ix_failed_try_username", "username", "tried_at"),
        Index("ix_failed_try_address", "address", "tried_at"),
    )


_session, _person = table_of(SignInSession), table_of(PersonAccount)


def may_try(session: Session, username: str, *, address: str, at: datetime) -> None:
    """Raise TooManyTries when this name or this address was refused too often lately."""
    _refuse_many(session, FailedTry.username == username, TRIES, at=at)
    address_may_try(session, address=address, at=at)


def address_may_try(session: Session, *, address: str, at: datetime) -> None:
    """Raise TooManyTries when this address was refused too often lately, whatever it typed."""
    _refuse_many(session, FailedTry.address == address, 5 * TRIES, at=at)


def _refuse_many(
    session: Session, condition: ColumnElement[bool], most: int, *, at: datetime
) -> None:
    recent = session.scalars(
        select(FailedTry.tried_at)
        .where(condition, FailedTry.tried_at > at - TRIES_WITHIN)
        .order_by(FailedTry.tried_at.desc())
        .limit(most)
    ).all()
    if len(recent) >= most:
        wait = (recent[-1] + TRIES_WITHIN - at).total_seconds()
        raise TooManyTries(retry_after_seconds=max(1, round(wait)))


@dataclass(frozen=True)
class Account:
    """Whose session may begin."""

    id: int
    uuid: str


def account_for(session: Session, username: str, password: str, *, production: bool) -> Account:
    """Return the account. Raises CredentialsWrong, or DemonstrationRefused in production."""
    row = session.execute(
        select(
            _person.c.id, _person.c.uuid, _person.c.password_hash, _person.c.demonstration
        ).where(_person.c.username == username, _person.c.active)
    ).one_or_none()
    if not people.password_fits(row.password_hash if row else None, password) or row is None:
        raise CredentialsWrong()
    if production and row.demonstration:
        raise DemonstrationRefused()
    return Account(row.id, row.uuid)


def note_failure(session: Session, username: str, *, address: str, at: datetime) -> None:
    """Remember a refused try, and forget those that no longer count."""
    session.execute(delete(FailedTry).where(FailedTry.tried_at < at - TRIES_WITHIN))
    session.add(FailedTry(username=username[:100], address=address, tried_at=at))


def begin(session: Session, account: Account, *, at: datetime) -> str:
    """Begin a session and return the token for the browser's cookie."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            token_digest=_digest(token),
            person_id=account.id,
            begun_at=at,
            expires_at=at + SESSION_LASTS,
        )
    )
    return token


_HOLDER = (
    select(_session.c.id, _session.c.expires_at, _person.c.uuid, _person.c.demonstration)
    .select_from(_session.join(_person))
    .where(_session.c.token_digest == bindparam("digest"), _session.c.revoked_at.is_(None))
)


def actor_of(session: Session, token: str, *, production: bool, at: datetime) -> Actor | None:
    """Return whoever holds this token, or None when it is unknown, revoked or expired.

    In production that is also a demonstration's session that outlived the demonstration.
    """
    row = session.execute(_HOLDER, {"digest": _digest(token)}).one_or_none()
    if row is None or row.expires_at <= at or (production and row.demonstration):
        return None
    return people.actor(session, row.uuid, at=at, session_id=row.id)


def end(session: Session, session_id: int, *, at: datetime) -> None:
    """End one session."""
    session.execute(
        update(SignInSession).where(SignInSession.id == session_id).values(revoked_at=at)
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
