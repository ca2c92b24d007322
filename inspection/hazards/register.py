"""The register (台账): a view over ledger entries, kept in the same transaction, rebuildable.

`apply` is the only writer, for new entries and for `flask ledger rebuild` alike.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import starmap
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, Page, UtcInstant, page_of, table_of
from inspection.domain import hazard as domain
from inspection.domain.answers import Standing
from inspection.domain.hazard import State, Step
from inspection.domain.problems import NotFound
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit


class Hazard(Base):
    """One hazard as the ledger's entries left it; `last_seq` is the newest of them."""

    __tablename__ = "hazard"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    record_uuid: Mapped[str] = mapped_column(index=True)
    checklist_slug: Mapped[str]
    checklist_revision: Mapped[int]
    item_code: Mapped[str]
    level: Mapped[str]
    state: Mapped[str]
    source: Mapped[str]
    place: Mapped[str]
    summary: Mapped[str]
    words: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(JSON)
    requirement: Mapped[str]
    finders: Mapped[list[str]] = mapped_column(JSON)
    finder_accounts: Mapped[list[str]] = mapped_column(JSON)
    """uuids of the inspectors who signed for it: they look at it again."""
    photos_before: Mapped[list[str]] = mapped_column(JSON)
    photos_after: Mapped[list[str]] = mapped_column(JSON)
    deadline_on: Mapped[date | None]
    registered_at: Mapped[datetime] = mapped_column(UtcInstant)
    closed_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    last_record_uuid: Mapped[str]
    """The record that spoke of it last: it holds `photos_after`."""
    returned: Mapped[int]
    """How often it was looked at again and not found in order."""
    last_seq: Mapped[int] = mapped_column(index=True)

    __table_args__ = (
        Index("ix_hazard_unit_state", "unit_id", "state"),
        Index("ix_hazard_state_deadline", "state", "deadline_on"),
        Index("ix_hazard_registered_at", "registered_at"),
    )


@dataclass(frozen=True)
class RegisterFilter:
    """What the reader of the register asked for; empty means any."""

    unit_text: str = ""
    sector: str = ""
    level: str = ""
    state: str = ""
    overdue: bool = False
    text: str = ""
    page: int = 1


@dataclass(frozen=True)
class HazardRow:
    """One line of the register. `days_left` is negative when late, None without a deadline."""

    uuid: str
    number: str
    unit_name: str
    unit_uuid: str
    sector: str
    item_code: str
    summary: str
    level: str
    state: str
    deadline_on: date | None
    days_left: int | None
    source: str
    finders: tuple[str, ...]
    registered_at: datetime


@dataclass(frozen=True)
class RegisterPage(Page[HazardRow]):
    """One page of the register, and how many hazards each chip would show."""

    counts_by_state: dict[str, int]
    counts_by_level: dict[str, int]
    overdue: int


@dataclass(frozen=True)
class HazardCard:
    """Everything the register knows of one hazard."""

    uuid: str
    number: str
    unit_uuid: str
    unit_name: str
    sector: str
    record_uuid: str
    checklist_slug: str
    checklist_revision: int
    item_code: str
    level: str
    state: str
    source: str
    place: str
    summary: str
    words: str
    tags: tuple[str, ...]
    requirement: str
    finders: tuple[str, ...]
    finder_accounts: tuple[str, ...]
    photos_before: tuple[str, ...]
    photos_after: tuple[str, ...]
    deadline_on: date | None
    registered_at: datetime
    closed_at: datetime | None
    last_record_uuid: str
    returned: int
    last_seq: int


@dataclass(frozen=True)
class HistoryEntry:
    """One ledger entry about a hazard."""

    seq: int
    kind: str
    at: datetime
    body: dict[str, Any]
    link: str


def apply(session: Session, entries: Iterable[Entry]) -> None:
    """Bring the register up to date with entries of the ledger; other kinds are passed over."""
    for entry in entries:
        take = _STEPS.get(entry.kind)
        if take is not None:
            take(session, entry, json.loads(entry.body))


def rebuild(session: Session) -> int:
    """Empty the register and build it again from the whole ledger; returns the entries read."""
    session.execute(delete(Hazard))
    seq = 0
    while entries := journal.read(session, after=seq):
        apply(session, entries)
        seq = entries[-1].seq
    return seq


_ADD = insert(table_of(Hazard)).values(
    unit_id=select(table_of(Unit).c.id)
    .where(table_of(Unit).c.uuid == bindparam("of_unit"))
    .scalar_subquery()
)


def _register(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    at = datetime.fromisoformat(entry.recorded_at)
    deadline = body["deadline_on"]
    session.execute(
        _ADD,
        {
            "of_unit": body["unit"],
            "uuid": body["hazard"],
            "number": domain.number(at.year, entry.seq),
            "record_uuid": body["record"],
            "checklist_slug": body["checklist"]["slug"],
            "checklist_revision": body["checklist"]["revision"],
            "item_code": body["item"],
            "level": body["level"],
            "state": domain.after(None, Step.REGISTER),
            "source": body["source"],
            "place": body["place"],
            "summary": body["summary"],
            "words": body["words"],
            "tags": body["tags"],
            "requirement": body["requirement"],
            "finders": body["finders"],
            "finder_accounts": _finder_accounts(session, body),
            "photos_before": body["photos"],
            "photos_after": [],
            "deadline_on": date.fromisoformat(deadline) if deadline else None,
            "registered_at": at,
            "closed_at": None,
            "last_record_uuid": body["record"],
            "returned": 0,
            "last_seq": entry.seq,
        },
    )


def _finder_accounts(session: Session, body: dict[str, Any]) -> list[str]:
    """Entries of the first months do not name accounts: then whoever signed the record."""
    if "finder_accounts" in body:
        return list(body["finder_accounts"])
    for entry in journal.about(session, body["record"]):
        if entry.kind == "record.accepted":
            return sorted({signed["person"] for signed in json.loads(entry.body)["signed_by"]})
    return []


def _fix_on_spot(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    _move(
        session,
        entry,
        body,
        state=domain.after(State.REGISTERED, Step.FIX_ON_SPOT),
        closed_at=datetime.fromisoformat(entry.recorded_at),
    )


def _reinspect_pass(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    _move(
        session,
        entry,
        body,
        state=domain.after(State.REGISTERED, Step.REINSPECT_PASS),
        closed_at=datetime.fromisoformat(entry.recorded_at),
    )


def _reinspect_return(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    _move(
        session,
        entry,
        body,
        state=domain.after(State.REGISTERED, Step.REINSPECT_RETURN),
        deadline_on=date.fromisoformat(body["deadline_on"]),
        returned=Hazard.returned + 1,
    )


def _move(session: Session, entry: Entry, body: dict[str, Any], **values: Any) -> None:
    session.execute(
        update(Hazard)
        .where(Hazard.uuid == body["hazard"])
        .values(
            photos_after=body["photos"],
            last_record_uuid=body["record"],
            last_seq=entry.seq,
            **values,
        )
        .execution_options(synchronize_session=False)
    )


_STEPS = {
    f"hazard.{Step.REGISTER}": _register,
    f"hazard.{Step.FIX_ON_SPOT}": _fix_on_spot,
    f"hazard.{Step.REINSPECT_PASS}": _reinspect_pass,
    f"hazard.{Step.REINSPECT_RETURN}": _reinspect_return,
}


def search(session: Session, scope: Scope, wanted: RegisterFilter, *, today: date) -> RegisterPage:
    """Return a page of the hazards in scope, open and soonest due first."""
    everything = [scope.condition(), *_asked(wanted)]
    narrowed = [*everything, *_chips(wanted, today)]
    total = session.scalar(_joined(select(func.count())).where(*narrowed)) or 0
    soonest_due_first = (
        _joined(select(Hazard, Unit.name, Unit.uuid, Unit.sector))
        .where(*narrowed)
        .order_by(Hazard.state == State.CLOSED, Hazard.deadline_on, Hazard.id.desc())
    )
    lines = partial(starmap, partial(_row, today=today))
    shown = page_of(session, soonest_due_first, lines, total=total, page=wanted.page)
    return RegisterPage(
        **vars(shown),
        counts_by_state=_counts(session, Hazard.state, everything),
        counts_by_level=_counts(session, Hazard.level, everything),
        overdue=session.scalar(_joined(select(func.count())).where(*everything, _overdue(today)))
        or 0,
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return query.select_from(Hazard).join(Unit, Unit.id == Hazard.unit_id)


def _asked(wanted: RegisterFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit_text:
        conditions.append(
            or_(
                Unit.name.contains(wanted.unit_text, autoescape=True),
                Unit.credit_code == wanted.unit_text.upper(),
                Unit.uuid == wanted.unit_text,
            )
        )
    if wanted.sector:
        conditions.append(Unit.sector == wanted.sector)
    if wanted.text:
        conditions.append(
            or_(
                Hazard.summary.contains(wanted.text, autoescape=True),
                Hazard.requirement.contains(wanted.text, autoescape=True),
                Hazard.number == wanted.text.upper(),
                Unit.name.contains(wanted.text, autoescape=True),
            )
        )
    return conditions


def _chips(wanted: RegisterFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.level:
        conditions.append(Hazard.level == wanted.level)
    if wanted.state:
        conditions.append(Hazard.state == wanted.state)
    if wanted.overdue:
        conditions.append(_overdue(today))
    return conditions


def _overdue(today: date) -> ColumnElement[bool]:
    return (Hazard.state != State.CLOSED) & (Hazard.deadline_on < today)


def _counts(session: Session, column: Any, conditions: list[Any]) -> dict[str, int]:
    query = _joined(select(column, func.count())).where(*conditions).group_by(column)
    return dict(session.execute(query).tuples().all())


def _row(hazard: Hazard, name: str, unit_uuid: str, sector: str, *, today: date) -> HazardRow:
    is_open = hazard.state != State.CLOSED
    left = (hazard.deadline_on - today).days if hazard.deadline_on and is_open else None
    return HazardRow(
        uuid=hazard.uuid,
        number=hazard.number,
        unit_name=name,
        unit_uuid=unit_uuid,
        sector=sector,
        item_code=hazard.item_code,
        summary=hazard.summary,
        level=hazard.level,
        state=hazard.state,
        deadline_on=hazard.deadline_on,
        days_left=left,
        source=hazard.source,
        finders=tuple(hazard.finders),
        registered_at=hazard.registered_at,
    )


def hazard(session: Session, scope: Scope, uuid: str) -> HazardCard:
    """Return one hazard. Raises NotFound when there is none in scope."""
    found = session.execute(
        _joined(select(Hazard, Unit.name, Unit.uuid, Unit.sector)).where(
            Hazard.uuid == uuid, scope.condition()
        )
    ).one_or_none()
    if found is None:
        raise NotFound(hazard=uuid)
    return _card(*found)


def changed(session: Session, scope: Scope, *, after_seq: int) -> list[HazardCard]:
    """Return the hazards in scope that entries after `after_seq` touched."""
    rows = session.execute(
        _joined(select(Hazard, Unit.name, Unit.uuid, Unit.sector))
        .where(Hazard.last_seq > after_seq, scope.condition())
        .order_by(Hazard.last_seq)
    )
    return [_card(*row) for row in rows]


def raised(session: Session, record_uuid: str) -> list[tuple[str, str]]:
    """Return (uuid, number) of the hazards that a record raised, in order."""
    rows = session.execute(
        select(Hazard.uuid, Hazard.number)
        .where(Hazard.record_uuid == record_uuid)
        .order_by(Hazard.id)
    )
    return [(row.uuid, row.number) for row in rows]


def standings(session: Session, uuids: Iterable[str]) -> dict[str, Standing]:
    """Return where these hazards stand; asked while the ledger is locked, so nothing moves them."""
    rows = session.execute(
        _joined(
            select(
                Hazard.uuid,
                Unit.uuid.label("unit_uuid"),
                Hazard.checklist_slug,
                Hazard.checklist_revision,
                Hazard.item_code,
                Hazard.state,
            )
        ).where(Hazard.uuid.in_(list(uuids)))
    )
    return {
        row.uuid: Standing(
            row.unit_uuid,
            row.checklist_slug,
            row.checklist_revision,
            row.item_code,
            State(row.state),
        )
        for row in rows
    }


def _card(hazard: Hazard, name: str, unit_uuid: str, sector: str) -> HazardCard:
    return HazardCard(
        uuid=hazard.uuid,
        number=hazard.number,
        unit_uuid=unit_uuid,
        unit_name=name,
        sector=sector,
        record_uuid=hazard.record_uuid,
        checklist_slug=hazard.checklist_slug,
        checklist_revision=hazard.checklist_revision,
        item_code=hazard.item_code,
        level=hazard.level,
        state=hazard.state,
        source=hazard.source,
        place=hazard.place,
        summary=hazard.summary,
        words=hazard.words,
        tags=tuple(hazard.tags),
        requirement=hazard.requirement,
        finders=tuple(hazard.finders),
        finder_accounts=tuple(hazard.finder_accounts),
        photos_before=tuple(hazard.photos_before),
        photos_after=tuple(hazard.photos_after),
        deadline_on=hazard.deadline_on,
        registered_at=hazard.registered_at,
        closed_at=hazard.closed_at,
        last_record_uuid=hazard.last_record_uuid,
        returned=hazard.returned,
        last_seq=hazard.last_seq,
    )


def history(session: Session, uuid: str) -> tuple[HistoryEntry, ...]:
    """Return every ledger entry about a hazard, oldest first."""
    return tuple(
        HistoryEntry(
            entry.seq,
            entry.kind,
            datetime.fromisoformat(entry.recorded_at),
            json.loads(entry.body),
            entry.link,
        )
        for entry in journal.about(session, uuid)
    )
