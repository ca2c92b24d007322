"""Values that the app cannot know (手工填报): help visits, talks, meetings, rewards …

Each is an entry of the ledger that says who, when and about whom; none is edited. What was wrong
is withdrawn with a reason and entered again. The table here is a view, rebuildable.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.database import Base, UtcInstant, table_of
from inspection.domain.dispatch_rows import BY_CODE, SECONDS
from inspection.domain.dispatch_rules import Asked, Value
from inspection.domain.office_problems import DispatchEntryOdd
from inspection.domain.problems import NotFound
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.ledger.views import View
from inspection.organisations import directory
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind, id_of

NOTED, WITHDRAWN = "dispatch.noted", "dispatch.withdrawn"
MOST_COUNT = 100_000
MOST_CENTS = 10**13
LONGEST = 500


class DispatchEntry(Base):
    """One entry by an office; `quantity` and `second` as the row counts, money in 分."""

    __tablename__ = "dispatch_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    """Its place in the ledger."""
    uuid: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    row: Mapped[str]
    happened_on: Mapped[date]
    about_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    second: Mapped[int] = mapped_column(BigInteger)
    words: Mapped[str]
    noted_by: Mapped[str]
    noted_at: Mapped[datetime] = mapped_column(UtcInstant)
    withdrawn_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    withdrawn_words: Mapped[str]

    __table_args__ = (Index("ix_dispatch_entry_unit", "unit_id", "happened_on"),)


@dataclass(frozen=True)
class NewEntry:
    """What is to be entered for a row; `about` is an enterprise's whole name or credit code."""

    row: str
    happened_on: date
    about: str
    quantity: int
    second: int
    words: str


@dataclass(frozen=True)
class EntryCard:
    """One entry as it stands; `about_name` is "" where it is about no enterprise."""

    uuid: str
    row: str
    office: str
    happened_on: date
    about_uuid: str
    about_name: str
    quantity: int
    second: int
    words: str
    noted_by: str
    noted_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_words: str


def row_of(code: str) -> Value:
    """The row that is entered by hand. Raises NotFound for any other."""
    value = BY_CODE.get(code)
    if value is None or value.asked is None:
        raise NotFound(row=code)
    return value


def read(row: str, said: Mapping[str, str], *, today: date) -> NewEntry:
    """Read what was filled in for a row. Raises NotFound, or DispatchEntryOdd with all faults."""
    value, second = row_of(row), SECONDS.get(row)
    faults: dict[str, str] = {}
    entry = NewEntry(
        row=row,
        happened_on=_day(said.get("happened_on", ""), today, faults),
        about=_about(value, said, faults),
        quantity=_quantity(value, "quantity", said, faults),
        second=_quantity(second, "second", said, faults) if second else 0,
        words=_words(said, faults),
    )
    if not faults and second and entry.second > entry.quantity:
        faults["second"] = "second_larger"
    if faults:
        raise DispatchEntryOdd(fields=faults)
    return entry


def _day(text: str, today: date, faults: dict[str, str]) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        faults["happened_on"] = "not_a_day"
        return today
    if day > today:
        faults["happened_on"] = "day_to_come"
    elif day.year < 2000:
        faults["happened_on"] = "not_a_day"
    return day


def _about(value: Value, said: Mapping[str, str], faults: dict[str, str]) -> str:
    if value.asked is not Asked.ENTERPRISE:
        return ""
    about = said.get("about", "").strip()
    if not about:
        faults["about"] = "missing"
    return about


def _words(said: Mapping[str, str], faults: dict[str, str]) -> str:
    words = said.get("words", "").strip()
    if not words:
        faults["words"] = "missing"
    elif len(words) > LONGEST:
        faults["words"] = "too_long"
    return words


def _quantity(value: Value, field: str, said: Mapping[str, str], faults: dict[str, str]) -> int:
    if value.asked in (Asked.ENTERPRISE, Asked.PLACE_VISIT):
        return 1
    text = said.get(field, "").strip()
    if field == "second" and not text:
        return 0
    if value.is_yes_no:
        if text not in ("0", "1"):
            faults[field] = "missing"
        return int(text == "1")
    least = 0 if field == "second" or value.asked is Asked.STOCK else 1
    most = MOST_CENTS if value.is_money else MOST_COUNT
    try:
        number = Decimal(text) * (1_000_000 if value.is_money else 1)
        if not number.is_finite() or number != int(number) or not least <= number <= most:
            raise ValueError
    except (InvalidOperation, ValueError):
        faults[field] = "not_an_amount" if value.is_money else "not_a_count"
        return 0
    return int(number)


def note(session: Session, actor: Actor, new: NewEntry, *, at: datetime) -> str:
    """Enter a value for the actor's office and return its uuid.

    Raises NotFound without an office, DispatchEntryOdd for an enterprise that is not the office's.
    """
    scope = actor.scope(Permission.DISPATCH_KEEP)
    office = directory.unit(session, actor.unit_uuid, scope)
    made = str(uuid.uuid4())
    body: dict[str, Any] = {
        "entry": made,
        "office": office.uuid,
        "row": new.row,
        "happened_on": new.happened_on.isoformat(),
        "about": _enterprise(session, scope, new.about) if new.about else None,
        "quantity": new.quantity,
        "second": new.second,
        "words": new.words,
        "by": actor.author,
    }
    VIEW.apply(session, journal.append(session, [Event(NOTED, body, subject=made)], at=at))
    return made


def withdraw(session: Session, actor: Actor, entry: str, words: str, *, at: datetime) -> None:
    """Take an entry of the actor's office back, with a reason; one that is, stays as it was.

    Raises NotFound for an entry of another office, DispatchEntryOdd without a reason.
    """
    journal.lock(session)
    scope = actor.scope(Permission.DISPATCH_KEEP)
    (found,) = cards(session, scope, [entry]) or (None,)
    if found is None:
        raise NotFound(entry=entry)
    if found.withdrawn_at is not None:
        return
    faults: dict[str, str] = {}
    body = {"entry": entry, "words": _words({"words": words}, faults), "by": actor.author}
    if faults:
        raise DispatchEntryOdd(fields=faults)
    VIEW.apply(session, journal.append(session, [Event(WITHDRAWN, body, subject=entry)], at=at))


def _enterprise(session: Session, scope: Scope, text: str) -> str:
    found = session.scalars(
        select(Unit.uuid).where(
            scope.condition(),
            Unit.kind == UnitKind.ENTERPRISE,
            or_(Unit.name == text, Unit.credit_code == text.upper()),
        )
    ).all()
    if len(found) != 1:
        raise DispatchEntryOdd(fields={"about": "unit_unknown" if not found else "unit_twice"})
    return found[0]


def cards(session: Session, scope: Scope, uuids: Iterable[str]) -> list[EntryCard]:
    """Return these entries of offices in scope, the newest first, withdrawn ones too."""
    return _cards(session, scope, DispatchEntry.uuid.in_(list(uuids)))


def newest(session: Session, scope: Scope, row: str, *, limit: int) -> list[EntryCard]:
    """Return the newest entries for a row by offices in scope, withdrawn ones too."""
    return _cards(session, scope, DispatchEntry.row == row, limit=limit)


def _cards(
    session: Session, scope: Scope, condition: Any, *, limit: int | None = None
) -> list[EntryCard]:
    about = aliased(Unit)
    rows = session.execute(
        select(DispatchEntry, Unit.name, about.uuid, about.name)
        .join(Unit, Unit.id == DispatchEntry.unit_id)
        .outerjoin(about, about.id == DispatchEntry.about_id)
        .where(scope.condition(), condition)
        .order_by(DispatchEntry.happened_on.desc(), DispatchEntry.id.desc())
        .limit(limit)
    ).tuples()
    return [
        EntryCard(
            uuid=row.uuid,
            row=row.row,
            office=office,
            happened_on=row.happened_on,
            about_uuid=about_uuid or "",
            about_name=about_name or "",
            quantity=row.quantity,
            second=row.second,
            words=row.words,
            noted_by=row.noted_by,
            noted_at=row.noted_at,
            withdrawn_by=row.withdrawn_by,
            withdrawn_at=row.withdrawn_at,
            withdrawn_words=row.withdrawn_words,
        )
        for row, office, about_uuid, about_name in rows
    ]


_entry = table_of(DispatchEntry)


def _noted(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        insert(_entry).values(
            id=entry.seq,
            uuid=body["entry"],
            unit_id=id_of(body["office"]),
            row=body["row"],
            happened_on=date.fromisoformat(body["happened_on"]),
            about_id=id_of(body["about"]) if body["about"] else None,
            quantity=body["quantity"],
            second=body["second"],
            words=body["words"],
            noted_by=body["by"]["name"],
            noted_at=entry.at,
            withdrawn_by="",
            withdrawn_words="",
        )
    )


def _withdrawn(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        update(_entry)
        .where(_entry.c.uuid == body["entry"])
        .values(
            withdrawn_by=body["by"]["name"],
            withdrawn_at=entry.at,
            withdrawn_words=body["words"],
        )
    )


VIEW = View(
    (DispatchEntry,),
    {
        NOTED: _noted,
        WITHDRAWN: _withdrawn,
    },
)
