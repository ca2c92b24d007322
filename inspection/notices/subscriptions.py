"""Browsers that take push messages (网页推送), and for whom; a browser belongs to one person."""

import base64
import binascii
import uuid
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import ColumnElement, ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant
from inspection.domain.problems import SubscriptionUnfit

MOST = 10
LONGEST_ENDPOINT = 1000


class SubscriptionRow(Base):
    """One browser's address at its push service, and keys that messages are sealed for."""

    __tablename__ = "push_subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    label: Mapped[str]
    since_at: Mapped[datetime] = mapped_column(UtcInstant)


@dataclass(frozen=True)
class Offered:
    """What a browser hands over when somebody allows it messages."""

    endpoint: str
    p256dh: str
    auth: str
    label: str


@dataclass(frozen=True)
class Subscription:
    """One browser that takes messages."""

    uuid: str
    person_id: int
    endpoint: str
    p256dh: str
    auth: str
    label: str
    since_at: datetime


def of(session: Session, person_id: int) -> tuple[Subscription, ...]:
    """Return somebody's browsers, oldest first."""
    return _found(session, SubscriptionRow.person_id == person_id)


def find(session: Session, subscription_uuid: str) -> Subscription | None:
    """Return one browser, or None when it was stopped meanwhile."""
    found = _found(session, SubscriptionRow.uuid == subscription_uuid)
    return found[0] if found else None


def add(session: Session, person_id: int, offered: Offered, *, at: datetime) -> str:
    """Let a browser take this person's messages, and nobody else's; returns its uuid.

    Raises SubscriptionUnfit for keys that nothing can be sealed for, and beyond MOST browsers.
    Whether the endpoint may be reached at all is asked by `push.admissible`.
    """
    if len(offered.endpoint) > LONGEST_ENDPOINT or not _seals(offered):
        raise SubscriptionUnfit()
    session.execute(delete(SubscriptionRow).where(SubscriptionRow.endpoint == offered.endpoint))
    held = select(func.count()).where(SubscriptionRow.person_id == person_id)
    if (session.scalar(held) or 0) >= MOST:
        raise SubscriptionUnfit(most=MOST)
    row = SubscriptionRow(uuid=str(uuid.uuid4()), person_id=person_id, since_at=at, **vars(offered))
    session.add(row)
    session.flush()
    return row.uuid


def remove(session: Session, subscription_uuid: str, *, person_id: int | None = None) -> None:
    """Send nothing to a browser any more; with `person_id` only when it is theirs."""
    ours = SubscriptionRow.uuid == subscription_uuid
    if person_id is not None:
        ours &= SubscriptionRow.person_id == person_id
    session.execute(delete(SubscriptionRow).where(ours))


def _found(session: Session, condition: ColumnElement[bool]) -> tuple[Subscription, ...]:
    rows = session.scalars(select(SubscriptionRow).where(condition).order_by(SubscriptionRow.id))
    return tuple(
        Subscription(
            row.uuid,
            row.person_id,
            row.endpoint,
            row.p256dh,
            row.auth,
            row.label,
            row.since_at,
        )
        for row in rows
    )


def _seals(offered: Offered) -> bool:
    """Whether the keys are a point of P-256 and a secret of sixteen bytes (RFC 8291)."""
    try:
        point, secret = _decoded(offered.p256dh), _decoded(offered.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, binascii.Error):
        return False
    return len(secret) == 16


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
