"""Bytes that were refused, kept exactly as they came for an administrator to look at."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant
from inspection.domain.problems import Problem


class QuarantinedBody(Base):
    """A refused body, why, and who carried it in. The same body for the same uuid is kept once."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str]
    digest: Mapped[str]
    code: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(UtcInstant)

    __table_args__ = (UniqueConstraint("uuid", "digest"),)


@dataclass(frozen=True)
class Quarantined:
    """A refused body as an administrator sees it."""

    uuid: str
    digest: str
    code: str
    details: dict[str, Any]
    body: bytes
    received_at: datetime


def keep(
    session: Session, uuid: str, body: bytes, problem: Problem, *, person_id: int, at: datetime
) -> None:
    """Keep a refused body; keeping it again changes nothing."""
    kept = QuarantinedBody(
        uuid=uuid,
        digest=hashlib.sha256(body).hexdigest(),
        code=problem.code,
        details=problem.details,
        body=body,
        person_id=person_id,
        received_at=at,
    )
    # The constraint decides, not a look beforehand: the same body may come in twice at once.
    with suppress(IntegrityError), session.begin_nested():
        session.add(kept)


def everything(session: Session, *, limit: int = 200) -> list[Quarantined]:
    """Return what is in quarantine, newest first."""
    rows = session.scalars(select(QuarantinedBody).order_by(QuarantinedBody.id.desc()).limit(limit))
    return [
        Quarantined(row.uuid, row.digest, row.code, row.details, row.body, row.received_at)
        for row in rows
    ]
