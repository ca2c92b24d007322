"""The organisation's recovery key, and data keys that came back through it after a lost PIN.

Only public halves stand here. A forgotten PIN costs the person's signing key,
never the drafts: their data key is also wrapped for the recovery key, whose
private half an administrator keeps in a file. The administrator's browser
opens the old data key and seals it under the person's new one; what passes
through here is closed before, on the way and after.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from inspection.accounts import people
from inspection.accounts.devices import DeviceKey
from inspection.accounts.people import Actor, PersonAccount
from inspection.database import Base, UtcInstant
from inspection.domain.problems import KeyMalformed, NotFound
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.signing import recovery_keys

_NAME = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_WRAPPED_BYTES = recovery_keys.BITS // 8
_NONCE_BYTES, _SEALED_BYTES = 12, 32 + 16


class RecoveryKey(Base):
    """Public half of a recovery key; the one that nothing replaced is in force."""

    __tablename__ = "recovery_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    kid: Mapped[str] = mapped_column(unique=True)
    public_jwk: Mapped[dict[str, str]] = mapped_column(JSON)
    set_at: Mapped[datetime] = mapped_column(UtcInstant)
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    replaced_at: Mapped[datetime | None] = mapped_column(UtcInstant)


class Recovery(Base):
    """A person's data key of a lost PIN on its way to the data key of their new one."""

    __tablename__ = "recovery"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    device: Mapped[str]
    old_data_kid: Mapped[str]
    old_recovery_kid: Mapped[str]
    old_key: Mapped[str]
    new_data_kid: Mapped[str]
    new_recovery_kid: Mapped[str]
    new_key: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UtcInstant)
    answered_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    iv: Mapped[str | None]
    key: Mapped[str | None]

    __table_args__ = (UniqueConstraint("person_id", "old_data_kid", "new_data_kid"),)


@dataclass(frozen=True)
class PublicKey:
    """A recovery key as everybody may know it."""

    kid: str
    jwk: Mapping[str, str]
    set_at: datetime
    set_by: str
    """Name of whoever set it."""
    replaced_at: datetime | None


@dataclass(frozen=True)
class WrappedDataKey:
    """A data key that only the recovery key opens."""

    data_kid: str
    recovery_kid: str
    key: str


@dataclass(frozen=True)
class Request:
    """What an administrator compares with the person who stands before them."""

    uuid: str
    person: str
    badge: str
    unit: str
    device: str
    device_label: str
    old: WrappedDataKey
    new: WrappedDataKey
    asked_at: datetime
    answered_at: datetime | None
    answered_by: str


# --- the key -----------------------------------------------------------------


def key_in_force(session: Session) -> PublicKey | None:
    """The key that tablets wrap data keys for, or None before an administrator made one."""
    return next((each for each in keys(session) if each.replaced_at is None), None)


def keys(session: Session) -> list[PublicKey]:
    """Every key there was, newest first."""
    rows = session.execute(
        select(RecoveryKey, PersonAccount.name)
        .join(PersonAccount, PersonAccount.id == RecoveryKey.set_by_id)
        .order_by(RecoveryKey.set_at.desc(), RecoveryKey.id.desc())
    )
    return [
        PublicKey(key.kid, key.public_jwk, key.set_at, name, key.replaced_at) for key, name in rows
    ]


def put_in_force(session: Session, actor: Actor, jwk: Mapping[str, Any], *, at: datetime) -> str:
    """Put a key in force and return its kid; the one in force already changes nothing.

    Whatever was wrapped for earlier keys stays theirs: tablets wrap anew when they next ask.
    Raises KeyMalformed.
    """
    public, kid = recovery_keys.public_half(jwk), recovery_keys.thumbprint(jwk)
    head = journal.lock(session)  # two administrators at once take turns
    former = session.scalar(select(RecoveryKey).where(RecoveryKey.replaced_at.is_(None)))
    if former is not None and former.kid == kid:
        return kid
    if former is not None:
        former.replaced_at = at
    known = session.scalar(select(RecoveryKey).where(RecoveryKey.kid == kid))
    if known is None:
        known = RecoveryKey(kid=kid, public_jwk=public)
        session.add(known)
    known.set_at, known.set_by_id, known.replaced_at = at, actor.person_id, None
    session.flush()
    body = {"kid": kid, "jwk": public, "by": actor.uuid, "replaces": former.kid if former else None}
    journal.append(session, [Event("recovery_key.set", body, subject=kid)], at=at, after=head)
    return kid


# --- what was asked of it ------------------------------------------------------


def ask(
    session: Session,
    actor: Actor,
    old: WrappedDataKey,
    new: WrappedDataKey,
    *,
    device: str,
    at: datetime,
) -> tuple[str, bool]:
    """Ask for the actor's own old data key under their new one; return uuid and whether it is new.

    Asking again for the same pair changes nothing. Raises KeyMalformed.
    """
    for each in (old, new):
        _check(each)
    if old.data_kid == new.data_kid:
        raise KeyMalformed()
    journal.lock(session)
    known = session.scalar(
        select(Recovery.uuid).where(
            Recovery.person_id == actor.person_id,
            Recovery.old_data_kid == old.data_kid,
            Recovery.new_data_kid == new.data_kid,
        )
    )
    if known is not None:
        return known, False
    asked = Recovery(
        uuid=str(uuid.uuid4()),
        person_id=actor.person_id,
        device=device,
        old_data_kid=old.data_kid,
        old_recovery_kid=old.recovery_kid,
        old_key=old.key,
        new_data_kid=new.data_kid,
        new_recovery_kid=new.recovery_kid,
        new_key=new.key,
        asked_at=at,
    )
    session.add(asked)
    body = {
        "recovery": asked.uuid,
        "person": actor.uuid,
        "device": device,
        "data_kid": old.data_kid,
        "new_data_kid": new.data_kid,
    }
    journal.append(session, [Event("recovery.asked", body, subject=actor.uuid)], at=at)
    return asked.uuid, True


def answer(
    session: Session, actor: Actor, recovery_uuid: str, *, iv: str, key: str, at: datetime
) -> bool:
    """Keep what the administrator's browser sealed; False when it was answered before.

    The first answer stands. Raises NotFound or KeyMalformed.
    """
    if _size(iv) != _NONCE_BYTES or _size(key) != _SEALED_BYTES:
        raise KeyMalformed()
    head = journal.lock(session)
    asked = session.scalar(select(Recovery).where(Recovery.uuid == recovery_uuid))
    if asked is None:
        raise NotFound(recovery=recovery_uuid)
    if asked.answered_at is not None:
        return False
    asked.iv, asked.key, asked.answered_at, asked.answered_by_id = iv, key, at, actor.person_id
    person = session.get_one(PersonAccount, asked.person_id)
    body = {
        "recovery": asked.uuid,
        "person": person.uuid,
        "by": actor.uuid,
        "data_kid": asked.old_data_kid,
        "new_data_kid": asked.new_data_kid,
    }
    event = Event("recovery.answered", body, subject=person.uuid)
    journal.append(session, [event], at=at, after=head)
    return True


def answers_for(session: Session, actor: Actor) -> list[dict[str, str]]:
    """Every answer to this person, as the change feed hands it to their tablets and to nobody else.

    All of them each time, like revocations: a tablet that was restored asks from the start,
    and one that knows an answer lets it pass.
    """
    rows = session.execute(
        select(Recovery.old_data_kid, Recovery.new_data_kid, Recovery.iv, Recovery.key)
        .where(Recovery.person_id == actor.person_id, Recovery.answered_at.is_not(None))
        .order_by(Recovery.id)
    )
    return [
        {
            "type": "recovery",
            "data_kid": row.old_data_kid,
            "new_data_kid": row.new_data_kid,
            "iv": row.iv,
            "key": row.key,
        }
        for row in rows
    ]


def requests(session: Session, *, most: int = 200) -> list[Request]:
    """What was asked, unanswered first, then newest first."""
    answerer = aliased(PersonAccount)
    label = (
        select(DeviceKey.device_label)
        .where(DeviceKey.device == Recovery.device, DeviceKey.person_id == Recovery.person_id)
        .order_by(DeviceKey.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Recovery, PersonAccount, answerer.name.label("answerer"), label.label("label"))
        .join(PersonAccount, PersonAccount.id == Recovery.person_id)
        .outerjoin(answerer, answerer.id == Recovery.answered_by_id)
        .order_by(Recovery.answered_at.is_not(None), Recovery.id.desc())
        .limit(most)
    )
    return [_request(session, *row) for row in rows]


def _request(
    session: Session, asked: Recovery, person: PersonAccount, answerer: str | None, label: str
) -> Request:
    known = people.actor(session, person.uuid)
    return Request(
        uuid=asked.uuid,
        person=person.name,
        badge=person.badge,
        unit=known.unit_name if known else "",
        device=asked.device,
        device_label=label or "",
        old=WrappedDataKey(asked.old_data_kid, asked.old_recovery_kid, asked.old_key),
        new=WrappedDataKey(asked.new_data_kid, asked.new_recovery_kid, asked.new_key),
        asked_at=asked.asked_at,
        answered_at=asked.answered_at,
        answered_by=answerer or "",
    )


def _check(wrapped: WrappedDataKey) -> None:
    if not _NAME.match(wrapped.data_kid) or not _NAME.match(wrapped.recovery_kid):
        raise KeyMalformed()
    if _size(wrapped.key) != _WRAPPED_BYTES:
        raise KeyMalformed()


def _size(text: str) -> int:
    try:
        return len(recovery_keys.decoded(text))
    except ValueError:
        return -1
