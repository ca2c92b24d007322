"""Bytes that were refused, kept exactly as they came for an administrator to look at."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import starmap
from typing import Any

from sqlalchemy import JSON, LargeBinary, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts.people import PersonAccount
from inspection.database import Base, Page, UtcInstant, page_of
from inspection.domain.problems import JwsMalformed, NotFound, Problem
from inspection.signing import jose
from inspection.submissions.records import SubmittedRecord


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
class RefusedRow:
    """One line of the list: what was refused, without its bytes."""

    uuid: str
    digest: str
    code: str
    carried_by: str
    size: int
    received_at: datetime
    superseded: bool
    """Whether a record of this uuid has been accepted, before or since."""


@dataclass(frozen=True)
class Kept:
    """The record that was accepted under the same uuid, to compare with."""

    received_at: datetime
    digest: str
    jws_digest: str


@dataclass(frozen=True)
class Quarantined:
    """A refused body as an administrator sees it."""

    uuid: str
    digest: str
    code: str
    details: dict[str, Any]
    body: bytes
    carried_by: str
    received_at: datetime
    kept: Kept | None

    @property
    def payload(self) -> bytes | None:
        """What the signatures are said to cover, unverified; None when this is no JWS."""
        try:
            return jose.payload_of(self.body)
        except JwsMalformed:
            return None


def keep(
    session: Session, uuid: str, body: bytes, problem: Problem, *, person_id: int, at: datetime
) -> None:
    """Keep a refused body; keeping it again changes nothing."""
    kept = QuarantinedBody(
        uuid=uuid,
        digest=digest_of(body),
        code=problem.code,
        details=problem.details,
        body=body,
        person_id=person_id,
        received_at=at,
    )
    # The constraint decides, not a look beforehand: the same body may come in twice at once.
    with suppress(IntegrityError), session.begin_nested():
        session.add(kept)


def digest_of(data: bytes) -> str:
    """The SHA-256 by which refused bytes are named."""
    return hashlib.sha256(data).hexdigest()


def search(session: Session, page: int = 1) -> Page[RefusedRow]:
    """Return a page of what is in quarantine, newest first."""
    total = session.scalar(select(func.count()).select_from(QuarantinedBody)) or 0
    newest_first = (
        select(
            QuarantinedBody.uuid,
            QuarantinedBody.digest,
            QuarantinedBody.code,
            func.coalesce(PersonAccount.name, "").label("carried_by"),
            func.length(QuarantinedBody.body).label("size"),
            QuarantinedBody.received_at,
            SubmittedRecord.id.is_not(None).label("superseded"),
        )
        .outerjoin(PersonAccount, PersonAccount.id == QuarantinedBody.person_id)
        .outerjoin(SubmittedRecord, SubmittedRecord.uuid == QuarantinedBody.uuid)
        .order_by(QuarantinedBody.id.desc())
    )
    return page_of(session, newest_first, partial(starmap, RefusedRow), total=total, page=page)


def refused(session: Session, uuid: str, digest: str) -> Quarantined:
    """Return one refused body with its bytes. Raises NotFound."""
    found = session.execute(
        select(QuarantinedBody, PersonAccount.name, SubmittedRecord)
        .outerjoin(PersonAccount, PersonAccount.id == QuarantinedBody.person_id)
        .outerjoin(SubmittedRecord, SubmittedRecord.uuid == QuarantinedBody.uuid)
        .where(QuarantinedBody.uuid == uuid, QuarantinedBody.digest == digest)
    ).one_or_none()
    if found is None:
        raise NotFound(record=uuid)
    row, name, record = found
    return Quarantined(
        uuid=row.uuid,
        digest=row.digest,
        code=row.code,
        details=row.details,
        body=row.body,
        carried_by=name or "",
        received_at=row.received_at,
        kept=Kept(record.received_at, record.digest, record.jws_digest) if record else None,
    )
