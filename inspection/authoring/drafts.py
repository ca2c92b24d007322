"""Drafts of lists (检查表草稿): where they are kept, who works on them, how two do so at once.

A draft is open while it is being written or looked at by a second person; of one list only one is
open at a time. Whoever changes a part says by its digest what they saw of it: what somebody else
wrote meanwhile is never overwritten unseen. Sending, publishing and retiring are `publishing.py`.
"""

import json
import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.authoring.documents import Document
from inspection.authoring.transcript import Arrival
from inspection.database import Base, UtcInstant
from inspection.domain.problems import DraftFull, DraftMovedOn, DraftOpen, NotFound
from inspection.ledger import journal
from inspection.organisations.unit import Unit

LARGEST_BYTES = 2 * 1024 * 1024
"""Five hundred items of the length of shipped ones have about one megabyte."""
_OPEN = "state IN ('drafting', 'in_review')"


class State(StrEnum):
    """What becomes of a draft."""

    DRAFTING = "drafting"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class DraftRow(Base):
    """One revision of one list while it is made."""

    __tablename__ = "checklist_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    slug: Mapped[str]
    letters: Mapped[str]
    """With them begin the codes of the list's own items; no other list has had them."""
    base_slug: Mapped[str]
    base_revision: Mapped[int]
    """The published revision that it began from; "" and 0 when it began from nothing."""
    document: Mapped[str]
    version: Mapped[int]
    """How often it was saved; whoever publishes says which one they read."""
    state: Mapped[str]
    drafted_by: Mapped[str]
    changed_by: Mapped[str]
    sent_by: Mapped[str]
    """Who sent it to review last; "" before that. With `drafted_by` the first pair of eyes."""
    remarks: Mapped[str]
    """Why it was returned last."""
    begun_at: Mapped[datetime] = mapped_column(UtcInstant)
    changed_at: Mapped[datetime] = mapped_column(UtcInstant)
    arrival: Mapped[str] = mapped_column(default="")
    """What there was to tell of the workbook it began with (`transcript.Arrival`); "" without."""

    __table_args__ = (
        Index(
            "ix_checklist_draft_open",
            "slug",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
    )

    @property
    def authors(self) -> frozenset[str]:
        """Who made it, and therefore does not publish it."""
        return frozenset({self.drafted_by, self.sent_by} - {""})


@dataclass(frozen=True)
class Draft:
    """A draft as it lies there; people are uuids."""

    uuid: str
    unit_uuid: str
    unit_name: str
    unit_path: str
    slug: str
    base_slug: str
    base_revision: int
    document: Mapping[str, Any]
    version: int
    state: State
    drafted_by: str
    changed_by: str
    authors: frozenset[str]
    """Who made it, and therefore does not publish it."""
    remarks: str
    changed_at: datetime

    @property
    def name(self) -> str:
        """What the revision will be called: slug, dot, number."""
        return f"{self.slug}.{self.document['revision']}"


def begin(
    session: Session,
    actor: Actor,
    unit_uuid: str,
    make: Callable[[str, str], Document],
    *,
    base: Mapping[str, Any] | None = None,
    at: datetime,
) -> str:
    """Begin a list of a unit's own and return the draft's uuid.

    `make` gets the slug and the letters that nobody has; `base` is the document it begins from.
    """
    journal.lock(session)  # slugs and letters are given one at a time
    unit_id = _unit_of(session, actor, unit_uuid)
    slug, letters = _new_slug(session), _next_letters(session)
    document = make(slug, letters)
    return _put(session, actor, unit_id, slug, letters, document, base=base, at=at)


def begin_next(
    session: Session,
    actor: Actor,
    unit_uuid: str,
    document: Document,
    *,
    base: Mapping[str, Any],
    at: datetime,
) -> str:
    """Begin the next revision of a list that has some. Raises DraftOpen, which names the other."""
    journal.lock(session)
    unit_id = _unit_of(session, actor, unit_uuid)
    slug = document["slug"]
    opened = session.scalar(select(DraftRow.uuid).where(DraftRow.slug == slug, text(_OPEN)))
    if opened:
        raise DraftOpen(draft=opened)
    return _put(session, actor, unit_id, slug, document["list"], document, base=base, at=at)


def _put(
    session: Session,
    actor: Actor,
    unit_id: int,
    slug: str,
    letters: str,
    document: Document,
    *,
    base: Mapping[str, Any] | None,
    at: datetime,
) -> str:
    row = DraftRow(
        uuid=str(uuid.uuid4()),
        unit_id=unit_id,
        slug=slug,
        letters=letters,
        base_slug=base["slug"] if base else "",
        base_revision=base["revision"] if base else 0,
        document=_written(document),
        version=1,
        state=State.DRAFTING,
        drafted_by=actor.uuid,
        changed_by=actor.uuid,
        sent_by="",
        remarks="",
        begun_at=at,
        changed_at=at,
    )
    session.add(row)
    session.flush()
    return row.uuid


def draft(session: Session, actor: Actor, draft_uuid: str) -> Draft:
    """Return a draft in the actor's scope. Raises NotFound."""
    row, unit = _found(session, actor, draft_uuid, lock=False)
    return _draft_of(row, unit)


def keep_arrival(session: Session, draft_uuid: str, arrival: Arrival) -> None:
    """Keep what there was to tell of the workbook that a draft began with."""
    told = update(DraftRow).where(DraftRow.uuid == draft_uuid).values(arrival=arrival.text())
    session.execute(told)


def arrival(session: Session, actor: Actor, draft_uuid: str) -> Arrival:
    """Return what was told when a draft began with a workbook. Raises NotFound without one."""
    row, _ = _found(session, actor, draft_uuid, lock=False)
    if not row.arrival:
        raise NotFound(draft=draft_uuid)
    return Arrival.read(row.arrival)


def any_draft(session: Session, draft_uuid: str) -> Draft | None:
    """Return a draft, whoever's it is, or None."""
    found = session.execute(_drafts().where(DraftRow.uuid == draft_uuid)).one_or_none()
    return _draft_of(*found) if found else None


def listed(session: Session, actor: Actor) -> list[Draft]:
    """The open drafts in the actor's scope, newest first."""
    scope = actor.scope(Permission.CHECKLIST_AUTHOR)
    rows = session.execute(
        _drafts()
        .where(text(_OPEN), scope.condition())
        .order_by(DraftRow.changed_at.desc(), DraftRow.id.desc())
    )
    return [_draft_of(*row) for row in rows]


def change(
    session: Session,
    actor: Actor,
    draft_uuid: str,
    edit: Callable[[Document], object],
    *,
    at: datetime,
) -> Draft:
    """Let `edit` change the document, and return the draft as it is then.

    Raises NotFound, DraftFull, DraftMovedOn when it is not being written any more, and what
    `edit` raises.
    """
    row, unit = locked(session, actor, draft_uuid, State.DRAFTING)
    document = json.loads(row.document)
    edit(document)
    row.document = _written(document)
    row.version += 1
    row.changed_by, row.changed_at = actor.uuid, at
    session.flush()
    return _draft_of(row, unit)


def discard(session: Session, actor: Actor, draft_uuid: str, *, at: datetime) -> None:
    """Give a draft up; what was published stays."""
    row, _ = locked(session, actor, draft_uuid, State.DRAFTING)
    row.state, row.changed_by, row.changed_at = State.DISCARDED, actor.uuid, at
    session.flush()


def locked(session: Session, actor: Actor, draft_uuid: str, state: State) -> tuple[DraftRow, Unit]:
    """A draft's row, held until the transaction ends. Raises NotFound or DraftMovedOn."""
    row, unit = _found(session, actor, draft_uuid, lock=True)
    if row.state != state:
        raise DraftMovedOn(draft=draft_uuid, state=row.state)
    return row, unit


def _found(session: Session, actor: Actor, draft_uuid: str, *, lock: bool) -> tuple[DraftRow, Unit]:
    query = _drafts().where(
        DraftRow.uuid == draft_uuid, actor.scope(Permission.CHECKLIST_AUTHOR).condition()
    )
    found = session.execute(query.with_for_update(of=DraftRow) if lock else query).one_or_none()
    if found is None:
        raise NotFound(draft=draft_uuid)
    return found[0], found[1]


def _drafts() -> Any:
    return select(DraftRow, Unit).join(Unit, Unit.id == DraftRow.unit_id)


def _draft_of(row: DraftRow, unit: Unit) -> Draft:
    return Draft(
        uuid=row.uuid,
        unit_uuid=unit.uuid,
        unit_name=unit.name,
        unit_path=unit.path,
        slug=row.slug,
        base_slug=row.base_slug,
        base_revision=row.base_revision,
        document=json.loads(row.document),
        version=row.version,
        state=State(row.state),
        drafted_by=row.drafted_by,
        changed_by=row.changed_by,
        authors=row.authors,
        remarks=row.remarks,
        changed_at=row.changed_at,
    )


def _written(document: Document) -> str:
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    if len(written.encode()) > LARGEST_BYTES:
        raise DraftFull(most_bytes=LARGEST_BYTES)
    return written


def _unit_of(session: Session, actor: Actor, unit_uuid: str) -> int:
    """The unit whose list it is to be, in the author's scope. Raises NotFound."""
    scope = actor.scope(Permission.CHECKLIST_AUTHOR)
    unit_id = session.scalar(select(Unit.id).where(Unit.uuid == unit_uuid, scope.condition()))
    if unit_id is None:
        raise NotFound(unit=unit_uuid)
    return unit_id


def _new_slug(session: Session) -> str:
    """A name that no list has: `own-` and six letters or digits, which say nothing."""
    while True:
        signs = (secrets.choice(string.ascii_lowercase + string.digits) for _ in range(6))
        slug = f"own-{''.join(signs)}"
        if session.scalar(select(DraftRow.id).where(DraftRow.slug == slug).limit(1)) is None:
            return slug


def _next_letters(session: Session) -> str:
    """Z and two further letters, then three: shipped lists have one or two. Never given twice."""
    given = session.scalar(select(func.count(func.distinct(DraftRow.letters)))) or 0
    width = 2 if given < 26**2 else 3
    number = given if width == 2 else given - 26**2
    letters = ""
    for _ in range(width):
        number, digit = divmod(number, 26)
        letters = string.ascii_uppercase[digit] + letters
    return f"Z{letters}"
