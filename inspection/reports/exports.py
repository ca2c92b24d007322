"""Lists that somebody carries away as a workbook: short ones at once, long ones by a job.

A long list is asked for, made by the worker from one view of the register, kept in the
blobs, and fetched by whoever asked for it. Each is told in the ledger (DOMAIN §5.5): who took
which list, under which conditions, how long. What a workbook looks like is in `workbooks`.
"""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, Engine, ForeignKey, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection import database
from inspection.accounts import people
from inspection.accounts.people import Actor, PersonAccount
from inspection.accounts.policy import Permission
from inspection.blobs import FilesystemBlobs
from inspection.database import Base, UtcInstant
from inspection.domain import campaign
from inspection.domain.problems import ListTooLong, NotFound
from inspection.hazards import lists
from inspection.hazards.lists import DutyLine, ProblemLine
from inspection.hazards.narrowing import RegisterFilter
from inspection.jobs import queue
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations.scope import Scope
from inspection.reports import workbooks
from inspection.reports.wording import SECTORS, minute_stamp
from inspection.reports.workbooks import MOST_ROWS, Layout

EXPORT_JOB = "list.export"
ENTRY = "list.exported"
AT_ONCE = 3000
"""So many lines are written while the reader waits."""


class ListKind(StrEnum):
    """Which of the two lists."""

    PROBLEMS = "problems"
    DUTIES = "duties"


class ListExport(Base):
    """A long list that somebody asked for; without `sha256` it is not made yet."""

    __tablename__ = "list_export"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The filter of the register, days as ISO text."""
    asked_on: Mapped[date]
    asked_at: Mapped[datetime] = mapped_column(UtcInstant)
    expected: Mapped[int]
    written: Mapped[int]
    ledger_seq: Mapped[int | None] = mapped_column(BigInteger)
    """How long the ledger was that the list was read from."""
    sha256: Mapped[str | None]
    size: Mapped[int | None]


@dataclass(frozen=True)
class Export:
    """How far a long list is; `sha256` is "" until it can be fetched."""

    uuid: str
    kind: ListKind
    asked_at: datetime
    expected: int
    written: int
    ledger_seq: int | None
    sha256: str
    size: int


def ask(
    session: Session,
    actor: Actor,
    kind: ListKind,
    wanted: RegisterFilter,
    *,
    today: date,
    at: datetime,
) -> str:
    """Ask for a list to be made; returns the uuid under which it is fetched.

    Raises ListTooLong when no sheet holds it.
    """
    scope = actor.scope(Permission.HAZARD_READ)
    asked = wanted if kind is ListKind.PROBLEMS else lists.to_be_done(wanted)
    expected = lists.length(session, scope, asked, today=today)
    if expected > MOST_ROWS:
        raise ListTooLong(most=MOST_ROWS, lines=expected)
    row = ListExport(
        uuid=str(uuid.uuid4()),
        person_id=actor.person_id,
        kind=kind,
        wanted=_as_json(wanted),
        asked_on=today,
        asked_at=at,
        expected=expected,
        written=0,
    )
    session.add(row)
    queue.enqueue(session, EXPORT_JOB, {"export": row.uuid}, key=f"export:{row.uuid}", at=at)
    return row.uuid


def export(session: Session, actor: Actor, export_uuid: str) -> Export:
    """Return how far a list is. Raises NotFound unless this person asked for it."""
    row = session.scalars(
        select(ListExport).where(
            ListExport.uuid == export_uuid, ListExport.person_id == actor.person_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound(export=export_uuid)
    return Export(
        uuid=row.uuid,
        kind=ListKind(row.kind),
        asked_at=row.asked_at,
        expected=row.expected,
        written=row.written,
        ledger_seq=row.ledger_seq,
        sha256=row.sha256 or "",
        size=row.size or 0,
    )


def make(
    export_uuid: str,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    clock: Callable[[], datetime],
) -> None:
    """Make a list that was asked for, as far as whoever asked may see now."""
    with database.reading(engine) as session:
        kind, kept, today, person = session.execute(
            select(ListExport.kind, ListExport.wanted, ListExport.asked_on, PersonAccount.uuid)
            .join(PersonAccount, PersonAccount.id == ListExport.person_id)
            .where(ListExport.uuid == export_uuid)
        ).one()
        actor = people.actor(session, person)
    scope = actor.scope(Permission.HAZARD_READ) if actor else Scope()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        count, seq = write(
            path,
            ListKind(kind),
            scope,
            _from_json(kept),
            engine=engine,
            today=today,
            at=clock(),
            so_far=lambda rows: _note(engine, export_uuid, written=rows),
        )
        digest, size = blobs.keep_file(path), path.stat().st_size
    if actor:
        with database.writing(engine) as session:
            told(session, actor, ListKind(kind), _from_json(kept), rows=count, seq=seq, at=clock())
    _note(engine, export_uuid, written=count, ledger_seq=seq, sha256=digest, size=size)


def write(
    path: Path,
    kind: ListKind,
    scope: Scope,
    wanted: RegisterFilter,
    *,
    engine: Engine,
    today: date,
    at: datetime,
    so_far: Callable[[int], None] = lambda _rows: None,
) -> tuple[int, int]:
    """Write a list from one view of the register; returns its lines and the ledger's length."""
    with database.reading_one_view(engine) as session:
        seq, _ = journal.head(session)
        layout, lines = _read(session, kind, scope, wanted, today)
        about = _about(wanted, seq, at)
        return workbooks.write(path, layout, lines, about=about, so_far=so_far), seq


def told(
    session: Session,
    actor: Actor,
    kind: ListKind,
    wanted: RegisterFilter,
    *,
    rows: int,
    seq: int,
    at: datetime,
) -> None:
    """Tell in the ledger who carries which list away; `seq`: the ledger that it was read from."""
    conditions = _as_json(wanted)
    given = _as_json(RegisterFilter())
    body = {
        "by": {"person": actor.uuid, "name": actor.name, "unit": actor.unit_name},
        "list": kind,
        "filter": {
            name: value
            for name, value in conditions.items()
            if value != given[name] and name not in ("page", "at")
        },
        "rows": rows,
        "basis_seq": seq,
    }
    journal.append(session, [Event(ENTRY, body, subject=actor.uuid)], at=at)


def _read(
    session: Session, kind: ListKind, scope: Scope, wanted: RegisterFilter, today: date
) -> tuple[Layout, Iterator[ProblemLine] | Iterator[DutyLine]]:
    if kind is ListKind.PROBLEMS:
        return workbooks.PROBLEMS, lists.problems(session, scope, wanted, today=today)
    return workbooks.DUTIES, lists.duties(session, scope, wanted, today=today)


def _note(engine: Engine, export_uuid: str, **values: object) -> None:
    with database.writing(engine) as session:
        session.execute(update(ListExport).where(ListExport.uuid == export_uuid).values(**values))


def words_of(conditions: dict[str, Any]) -> str:
    """The conditions of an entry in words, as they stand on the workbook."""
    return _words(_from_json(conditions))


def _words(wanted: RegisterFilter) -> str:
    return "；".join(_conditions(wanted)) or "全部"


def _about(wanted: RegisterFilter, seq: int, at: datetime) -> str:
    conditions = _words(wanted)
    return f"条件：{conditions}。导出时间：{minute_stamp(at)}（北京时间）。取自台账第 {seq} 条。"


def _conditions(wanted: RegisterFilter) -> Iterator[str]:
    said = (
        ("单位", wanted.unit_text),
        ("辖区", wanted.area),
        ("检查项", wanted.item),
        ("行业", SECTORS.get(wanted.sector, wanted.sector)),
        ("等级", workbooks.LEVELS.get(wanted.level, "")),  # type: ignore[call-overload]
        ("状态", workbooks.STATES.get(wanted.state, "")),
        ("来源", workbooks.SOURCES.get(wanted.source, "")),  # type: ignore[call-overload]
        ("专项行动", wanted.campaign.words if wanted.campaign else ""),
        ("文字", wanted.text),
        ("发现日期", _span(wanted.found_since, wanted.found_until)),
        ("销号日期", _span(wanted.closed_since, wanted.closed_until)),
        ("当日未销号", wanted.open_on.isoformat() if wanted.open_on else ""),
    )
    yield from (f"{name} {value}" for name, value in said if value)
    flags = (
        ("未销号", wanted.open),
        ("已逾期", wanted.overdue),
        ("挂牌督办", wanted.listed),
        ("按期销号", wanted.on_time),
    )
    yield from (name for name, is_asked in flags if is_asked)


def _span(since: date | None, until: date | None) -> str:
    if since is None and until is None:
        return ""
    return f"{since or ''} 至 {until or ''}".strip()


_DAYS = ("found_since", "found_until", "closed_since", "closed_until", "open_on")


def _as_json(wanted: RegisterFilter) -> dict[str, Any]:
    rule = campaign.written(wanted.campaign) if wanted.campaign else None
    said = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in vars(wanted).items()
    }
    return {**said, "campaign": rule}


def _from_json(kept: dict[str, Any]) -> RegisterFilter:
    days = {name: date.fromisoformat(kept[name]) for name in _DAYS if kept.get(name)}
    rule = campaign.read(kept["campaign"]) if kept.get("campaign") else None
    return RegisterFilter(**{**kept, **days, "campaign": rule})
