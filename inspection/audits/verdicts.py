"""Verdicts kept by digest (核验结论): examined by the worker once, read by the desk often.

A verdict takes seconds, so no request waits for one. It says what was true when it was
reached, and pages say when that was; it may be asked for again.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from sqlalchemy import JSON
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection import database
from inspection.blobs import FilesystemBlobs
from inspection.database import Base, UtcInstant
from inspection.jobs import queue
from inspection.signing.authority import Authority
from inspection.signing.jose import ServerKey
from inspection.verification import verdict
from inspection.verification.facts import Verdict

VERDICT_JOB = "verdict.examine"


class DocumentVerdict(Base):
    """The verdict on the file with this digest."""

    __tablename__ = "document_verdict"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    verdict: Mapped[dict[str, Any]] = mapped_column(JSON)
    examined_at: Mapped[datetime] = mapped_column(UtcInstant)


@dataclass(frozen=True)
class KnownVerdict:
    """A verdict and when it was reached."""

    verdict: Verdict
    examined_at: datetime

    @property
    def overran(self) -> bool:
        """Whether time or memory did not suffice: a busy hour's, perhaps, and no last word."""
        return self.verdict.has("examination_overrun")


def known(session: Session, sha256: str) -> KnownVerdict | None:
    """Return the verdict on this file, or None while nobody has examined it."""
    row = session.get(DocumentVerdict, sha256)
    if row is None:
        return None
    try:
        return KnownVerdict(_thawed(Verdict, row.verdict), row.examined_at)
    except (KeyError, TypeError, ValueError):
        return None  # kept by an older edition; the file is simply examined again


def ask(session: Session, sha256: str, *, again: bool = False, at: datetime) -> None:
    """Have the file examined: once for each verdict kept, or `again`, at most once a minute."""
    row = session.get(DocumentVerdict, sha256)
    kept = f":after {row.examined_at.isoformat()}" if row else ""
    key = f"{VERDICT_JOB}:{sha256}" + (f":{at:%Y%m%d%H%M}" if again else kept)
    queue.enqueue(session, VERDICT_JOB, {"sha256": sha256}, key=key, at=at)


def examine(
    sha256: str,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    authority: Authority,
    server_key: ServerKey,
    clock: Callable[[], datetime],
) -> None:
    """Examine the file and keep the verdict. Raises BlobUnknown."""
    data, at = blobs.read(sha256), clock()
    found = verdict.examine_document(
        data, engine=engine, blobs=blobs, authority=authority, server_key=server_key, at=at
    )
    row = DocumentVerdict(
        sha256=sha256, outcome=found.outcome, verdict=_frozen(found), examined_at=at
    )
    with database.writing(engine) as session:
        session.merge(row)


def _frozen(found: Any) -> Any:
    """Make plain JSON of it; texts are copied out of whatever object a PDF library gave them."""
    if isinstance(found, str):
        return str(found)
    if isinstance(found, datetime):
        return found.isoformat()
    if isinstance(found, dict):
        return {str(name): _frozen(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [_frozen(value) for value in found]
    if is_dataclass(found):
        return {each.name: _frozen(getattr(found, each.name)) for each in fields(found)}
    return found


def _thawed(kind: Any, value: Any) -> Any:
    """Make a value of this type again. Raises KeyError when it was kept in another shape."""
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        names = [each.name for each in fields(kind)]
        return kind(**{name: _thawed(hints[name], value[name]) for name in names})
    inner = get_args(kind)
    if get_origin(kind) is tuple:
        return tuple(_thawed(inner[0], each) for each in value)
    if NoneType in inner:
        return None if value is None else _thawed(inner[0], value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value
