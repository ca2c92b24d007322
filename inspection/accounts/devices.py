"""Signing keys of people on tablets: enrolled, looked up, revoked. The private half never comes.

A revoked key keeps what arrived before and refuses what arrives after: device
clocks can lie, the server's receipt cannot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts.people import Actor, PersonAccount
from inspection.database import Base, UtcInstant, table_of
from inspection.domain.problems import KeyMalformed, KeyTaken, NotFound
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.signing import jose


class DeviceKey(Base):
    """A person's public key on one tablet."""

    __tablename__ = "device_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    kid: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    device: Mapped[str] = mapped_column(index=True)
    device_label: Mapped[str] = mapped_column(default="")
    public_jwk: Mapped[dict[str, str]] = mapped_column(JSON)
    enrolled_at: Mapped[datetime] = mapped_column(UtcInstant)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcInstant)


@dataclass(frozen=True)
class Enrolment:
    """What a tablet offers: a public key and the proof that it holds the private one."""

    jwk: Mapping[str, str]
    device: str
    device_label: str
    proof: str
    """Compact JWS over {"person", "device", "kid"} by the offered key."""


def enrol(session: Session, actor: Actor, offer: Enrolment, *, at: datetime) -> str:
    """Enrol a key for the actor and return its kid; offering it again changes nothing.

    Raises KeyMalformed when the proof is not the key's own, KeyTaken when it is
    somebody else's key.
    """
    kid = jose.thumbprint(offer.jwk)
    claims = jose.verify_compact(offer.proof, offer.jwk)
    if claims.get("person") != actor.uuid or claims.get("device") != offer.device:
        raise KeyMalformed()
    known = session.scalar(select(DeviceKey).where(DeviceKey.kid == kid))
    if known is not None:
        if known.person_id != actor.person_id or known.revoked_at is not None:
            raise KeyTaken(kid=kid)
        return kid
    public = {name: offer.jwk[name] for name in ("kty", "crv", "x", "y")}
    session.add(
        DeviceKey(
            kid=kid,
            person_id=actor.person_id,
            device=offer.device,
            device_label=offer.device_label[:100],
            public_jwk=public,
            enrolled_at=at,
        )
    )
    body = {"kid": kid, "person": actor.uuid, "device": offer.device, "jwk": public}
    journal.append(session, [Event("key.enrolled", body, subject=actor.uuid)], at=at)
    return kid


def revoke(session: Session, kid: str, *, reason: str, at: datetime, by: str = "") -> None:
    """Revoke a key from now on; `by` is the person who did it, "" an operator. Raises NotFound."""
    key = session.scalar(select(DeviceKey).where(DeviceKey.kid == kid))
    if key is None:
        raise NotFound(kid=kid)
    if key.revoked_at is None:
        key.revoked_at = at
        person = session.get_one(PersonAccount, key.person_id)
        body = {"kid": kid, "person": person.uuid, "reason": reason, "by": by}
        journal.append(session, [Event("key.revoked", body, subject=person.uuid)], at=at)


@dataclass(frozen=True)
class KnownKey:
    """An enrolled key with its owner and whether it was revoked."""

    enrolled: jose.EnrolledKey
    device: str
    revoked_at: datetime | None


_device_key, _person = table_of(DeviceKey), table_of(PersonAccount)
_KEY = (
    select(
        _device_key.c.kid,
        _device_key.c.public_jwk,
        _device_key.c.device,
        _device_key.c.revoked_at,
        _person.c.uuid,
    )
    .select_from(_device_key.join(_person))
    .where(_device_key.c.kid == bindparam("kid"))
)


def key(session: Session, kid: str) -> KnownKey | None:
    """Return an enrolled key, or None."""
    row = session.execute(_KEY, {"kid": kid}).one_or_none()
    if row is None:
        return None
    return KnownKey(jose.EnrolledKey(row.kid, row.uuid, row.public_jwk), row.device, row.revoked_at)


def kids_of(session: Session, person_id: int) -> list[str]:
    """Names of a person's keys that are not revoked."""
    return list(
        session.scalars(
            select(DeviceKey.kid).where(
                DeviceKey.person_id == person_id, DeviceKey.revoked_at.is_(None)
            )
        )
    )


def revoked_keys(session: Session, device: str) -> list[str]:
    """Names of the revoked keys of one tablet."""
    return list(
        session.scalars(
            select(DeviceKey.kid).where(
                DeviceKey.device == device, DeviceKey.revoked_at.is_not(None)
            )
        )
    )


def dismissed_people(session: Session, device: str) -> list[str]:
    """Uuids of those with a key on one tablet whose account was closed."""
    return list(
        session.scalars(
            select(PersonAccount.uuid)
            .join(DeviceKey, DeviceKey.person_id == PersonAccount.id)
            .where(DeviceKey.device == device, PersonAccount.active.is_(False))
            .distinct()
            .order_by(PersonAccount.uuid)
        )
    )
