"""Enqueue, claim, finish and retry jobs.

A job is enqueued in the transaction whose outcome it depends on, so it exists
exactly when there is something to do. A claim expires: a worker that was
killed loses its job to the next one. What a job does is in `worker.py`.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant, table_of
from inspection.domain.problems import Problem

CLAIM_EXPIRES_AFTER = timedelta(minutes=5)
FIRST_RETRY_AFTER = timedelta(seconds=2)
LONGEST_RETRY_AFTER = timedelta(minutes=15)


class Job(Base):
    """One piece of work; `key` makes enqueuing the same work twice one job."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    due_at: Mapped[datetime] = mapped_column(UtcInstant)
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    last_error: Mapped[str | None]

    __table_args__ = (
        Index(
            "ix_job_due",
            "due_at",
            "id",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )


@dataclass(frozen=True)
class Claim:
    """A job in the hands of one worker until the claim expires."""

    id: int
    kind: str
    args: dict[str, Any]
    attempts: int


_job = table_of(Job)
_KNOWN = select(_job.c.id).where(_job.c.key == bindparam("key"))
_ADD = insert(_job)


def enqueue(session: Session, kind: str, args: dict[str, Any], *, key: str, at: datetime) -> None:
    """Add a job to the caller's transaction; a job with this key already there is left alone."""
    if session.execute(_KNOWN, {"key": key}).first() is None:
        row = {"kind": kind, "key": key, "args": args, "due_at": at, "attempts": 0}
        session.execute(_ADD, row)


def claim(session: Session, *, at: datetime) -> Claim | None:
    """Take the oldest due job for CLAIM_EXPIRES_AFTER; another worker gets another job."""
    oldest_due = (
        select(Job.id)
        .where(Job.finished_at.is_(None), Job.due_at <= at)
        .order_by(Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # ignored by SQLite: one writer at a time
        .scalar_subquery()
    )
    row = session.execute(
        update(Job)
        .where(Job.id == oldest_due)
        .values(attempts=Job.attempts + 1, due_at=at + CLAIM_EXPIRES_AFTER)
        .returning(Job.id, Job.kind, Job.args, Job.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Claim(*row) if row else None


def finish(session: Session, job_id: int, *, at: datetime) -> None:
    """Mark a job as done."""
    session.execute(update(Job).where(Job.id == job_id).values(finished_at=at, last_error=None))


def give_up(session: Session, job_id: int, error: str, *, at: datetime) -> None:
    """End a job that no further try can help; why stays with it."""
    session.execute(
        update(Job).where(Job.id == job_id).values(finished_at=at, last_error=error[:2000])
    )


def retry_later(session: Session, claimed: Claim, error: str, *, at: datetime) -> datetime:
    """Put a failed job back, waiting twice as long each time; returns when it is due again.

    A claim that ran out counts no more: whoever has taken the job since tells how it went.
    """
    wait = min(FIRST_RETRY_AFTER * 2 ** min(claimed.attempts - 1, 20), LONGEST_RETRY_AFTER)
    ours = (Job.id == claimed.id, Job.attempts == claimed.attempts, Job.finished_at.is_(None))
    session.execute(update(Job).where(*ours).values(due_at=at + wait, last_error=error[:2000]))
    return at + wait


@dataclass(frozen=True)
class Trouble:
    """Why a job is not done yet: a problem's code and details, and when it is tried again.

    `code` is "" when it failed for a reason that is a programming mistake.
    """

    code: str
    details: dict[str, Any]
    attempts: int
    due_at: datetime


def told(error: Exception) -> str:
    """Write down an error so that `trouble` can read it."""
    if isinstance(error, Problem):
        return json.dumps({"code": error.code, "details": error.details}, ensure_ascii=False)
    return f"{type(error).__name__}: {error}"


def trouble(session: Session, key: str) -> Trouble | None:
    """Return why the job with this key failed last; None when it did not, or is done."""
    row = session.execute(
        select(Job.last_error, Job.attempts, Job.due_at).where(
            Job.key == key, Job.finished_at.is_(None), Job.last_error.is_not(None)
        )
    ).one_or_none()
    if row is None:
        return None
    try:
        said = json.loads(row.last_error)
        return Trouble(said["code"], said["details"], row.attempts, row.due_at)
    except (ValueError, TypeError, KeyError):
        return Trouble("", {}, row.attempts, row.due_at)


@dataclass(frozen=True)
class Fate:
    """What became of a job so far; `error` is what the last try said, "" when it went well."""

    finished: bool
    error: str


def outcomes(session: Session, prefix: str) -> tuple[Fate, ...]:
    """Return what became of the jobs whose key begins like this, in the order they were added."""
    rows = session.execute(
        select(Job.finished_at, Job.last_error)
        .where(Job.key.startswith(prefix, autoescape=True))
        .order_by(Job.id)
    )
    return tuple(Fate(row.finished_at is not None, row.last_error or "") for row in rows)


def waiting(session: Session) -> int:
    """How many jobs are not finished."""
    return session.scalar(select(func.count()).where(Job.finished_at.is_(None))) or 0
