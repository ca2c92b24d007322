"""Entries of registers: made, corrected or renewed by another, withdrawn; and reading them."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.domain.office_problems import UpkeepMovedOn, UpkeepTwice, UpkeepUnfit
from inspection.domain.problems import NotAllowed, NotFound
from inspection.domain.upkeep import EXPERT, REGISTERS, Register, Said, line, number, seq_of, what
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import Unit, UnitKind
from inspection.upkeep.register import ENTERED, VIEW, WITHDRAWN, UpkeepEntry

MOST_LISTED = 1000
LONGEST_REASON = 500


@dataclass(frozen=True)
class EntryCard:
    """One entry as it stands; `replaced_by` and `replaces` are numbers, "" for none."""

    number: str
    uuid: str
    register: Register
    unit_uuid: str
    unit_name: str
    day: date
    said: Said
    photos: tuple[str, ...]
    entered_by: str
    entered_for: str
    own: bool
    """Whether the unit itself entered it."""
    entered_at: datetime
    replaced_by: str
    replaces: str
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_words: str

    @property
    def stands(self) -> bool:
        """Whether it is what counts now."""
        return not self.replaced_by and self.withdrawn_at is None

    def line(self, language: str) -> str:
        """What it says, in one line."""
        return line(self.register, self.said, language)


def kept_by(session: Session, actor: Actor, register: Register, unit_uuid: str) -> UnitFacts:
    """The unit whose register the actor may enter into. Raises NotFound for any other."""
    permission = Permission.EXPERT_KEEP if register.office else Permission.UPKEEP_KEEP
    unit = directory.unit(session, unit_uuid, actor.scope(permission))
    if (unit.kind == UnitKind.ENTERPRISE) is register.office:
        raise NotFound(unit=unit_uuid)
    return unit


def enter(
    session: Session,
    actor: Actor,
    unit_uuid: str,
    register: Register,
    rows: Sequence[Said],
    *,
    photos: Sequence[str] = (),
    replaces: str = "",
    at: datetime,
) -> list[str]:
    """Enter rows into a unit's register, in order; returns their numbers.

    `replaces`: the number of the entry that the one row corrects or renews. Raises NotFound,
    UpkeepMovedOn when that no longer stands, NotAllowed when the other side wrote it, UpkeepTwice
    for what is in the register already.
    """
    unit = kept_by(session, actor, register, unit_uuid)
    head = journal.lock(session)
    former = _to_replace(session, actor, unit, register, replaces)
    _only_once(session, unit, register, rows, besides=former)
    events = []
    for said in rows:
        made = str(uuid.uuid4())
        body = {
            "entry": made,
            "unit": unit.uuid,
            "register": register.code,
            "said": dict(said),
            "photos": list(photos),
            "replaces": former,
            "by": _by(actor),
        }
        events.append(Event(ENTERED, body, subject=made))
    entries = journal.append(session, events, at=at, after=head)
    VIEW.apply(session, entries)
    return [number(register, entry.seq) for entry in entries]


def _to_replace(
    session: Session, actor: Actor, unit: UnitFacts, register: Register, replaces: str
) -> str | None:
    here = select(UpkeepEntry).where(
        UpkeepEntry.unit_id == unit.id, UpkeepEntry.register == register.code
    )
    if replaces:
        row = session.scalars(here.where(UpkeepEntry.id == (seq_of(replaces) or 0))).one_or_none()
        if row is None:
            raise NotFound(entry=replaces)
        if row.replaced_by is not None or row.withdrawn_at is not None:
            raise UpkeepMovedOn(entry=replaces)
        if not takes_back(actor, unit.uuid, own=row.own):
            raise NotAllowed(entry=replaces)
        return row.uuid
    if register.single:
        standing = session.scalars(here.where(*_STANDS).order_by(UpkeepEntry.id.desc())).first()
        return standing.uuid if standing else None
    return None


def _only_once(
    session: Session,
    unit: UnitFacts,
    register: Register,
    rows: Sequence[Said],
    *,
    besides: str | None,
) -> None:
    if not register.once:
        return
    standing = session.execute(
        select(UpkeepEntry.id, UpkeepEntry.uuid, UpkeepEntry.said).where(
            UpkeepEntry.unit_id == unit.id, UpkeepEntry.register == register.code, *_STANDS
        )
    )
    known = {what(register, each.said): each.id for each in standing if each.uuid != besides}
    for said in rows:
        if (seq := known.get(what(register, said))) is not None:
            raise UpkeepTwice(entry=number(register, seq))


def takes_back(actor: Actor, unit_uuid: str, *, own: bool) -> bool:
    """Whether the actor stands on the side that wrote an entry: the unit's own or an office's."""
    return own == (actor.unit_uuid == unit_uuid)


_STANDS = (UpkeepEntry.replaced_by.is_(None), UpkeepEntry.withdrawn_at.is_(None))


def withdraw(
    session: Session, actor: Actor, entry_number: str, words: str, *, at: datetime
) -> None:
    """Take an entry back, with a reason; it stays to be read, and no longer counts.

    Raises NotFound, UpkeepMovedOn, NotAllowed for what the other side wrote, UpkeepUnfit without
    a reason.
    """
    head = journal.lock(session)
    found = entry(session, actor, entry_number)
    kept_by(session, actor, found.register, found.unit_uuid)
    if not found.stands:
        raise UpkeepMovedOn(entry=entry_number)
    if not takes_back(actor, found.unit_uuid, own=found.own):
        raise NotAllowed(entry=entry_number)
    reason = words.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise UpkeepUnfit(fields={"words": "too_long" if reason else "missing"})
    body = {"entry": found.uuid, "words": reason, "by": _by(actor)}
    event = Event(WITHDRAWN, body, subject=found.uuid)
    VIEW.apply(session, journal.append(session, [event], at=at, after=head))


def _by(actor: Actor) -> dict[str, str]:
    return {**actor.author, "unit_name": actor.unit_name}


def entry(session: Session, actor: Actor, entry_number: str) -> EntryCard:
    """Return one entry. Raises NotFound for what is no number, or out of the reader's reach."""
    seq = seq_of(entry_number)
    found = _cards(session, actor, [UpkeepEntry.id == seq], most=1) if seq else []
    if not found or found[0].number != entry_number:
        raise NotFound(entry=entry_number[:40])
    return found[0]


def entries_of(
    session: Session, actor: Actor, register: Register, *, unit_id: int | None = None
) -> list[EntryCard]:
    """Return the entries of a register that the actor may read, the latest day first: of one unit,
    or of all. Those that no longer stand are among them.
    """
    wanted = [UpkeepEntry.register == register.code]
    if unit_id is not None:
        wanted.append(UpkeepEntry.unit_id == unit_id)
    return _cards(session, actor, wanted, most=MOST_LISTED)


def _cards(
    session: Session, actor: Actor, conditions: Iterable[ColumnElement[bool]], *, most: int
) -> list[EntryCard]:
    rows = session.execute(
        select(UpkeepEntry, Unit.uuid, Unit.name)
        .join(Unit, Unit.id == UpkeepEntry.unit_id)
        .where(_readable(actor), *conditions)
        .order_by(UpkeepEntry.day.desc(), UpkeepEntry.id.desc())
        .limit(most)
    ).tuples()
    found = list(rows)
    ids = [row.id for row, _uuid, _name in found]
    former = dict(
        session.execute(
            select(UpkeepEntry.replaced_by, UpkeepEntry.id).where(UpkeepEntry.replaced_by.in_(ids))
        )
        .tuples()
        .all()
    )
    return [_card(row, unit, name, former.get(row.id)) for row, unit, name in found]


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Experts are read below the office that keeps them as well: a town asks its district's."""
    reads = actor.scope(Permission.EXPERT_READ)
    above = {int(part) for path in reads.paths for part in path.strip("/").split("/")}
    of_experts = UpkeepEntry.register == EXPERT.code
    return or_(
        ~of_experts & actor.scope(Permission.UPKEEP_READ).condition(),
        of_experts & or_(reads.condition(), Unit.id.in_(above)),
    )


def _card(row: UpkeepEntry, unit_uuid: str, unit_name: str, former: int | None) -> EntryCard:
    kind: Register = REGISTERS[row.register]
    return EntryCard(
        number=number(kind, row.id),
        uuid=row.uuid,
        register=kind,
        unit_uuid=unit_uuid,
        unit_name=unit_name,
        day=row.day,
        said=row.said,
        photos=tuple(row.photos),
        entered_by=row.entered_by,
        entered_for=row.entered_for,
        own=row.own,
        entered_at=row.entered_at,
        replaced_by=number(kind, row.replaced_by) if row.replaced_by else "",
        replaces=number(kind, former) if former else "",
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
        withdrawn_words=row.withdrawn_words,
    )


def changed(
    session: Session, actor: Actor, *, after_seq: int, most_of_one: int
) -> dict[str, list[EntryCard]]:
    """Those units in scope in whose registers something changed after a place in the ledger, by
    uuid, with their newest entries that stand; experts are nobody's evidence.
    """
    changed = select(UpkeepEntry.unit_id).where(UpkeepEntry.changed_seq > after_seq)
    rows = session.execute(
        select(UpkeepEntry, Unit.uuid, Unit.name)
        .join(Unit, Unit.id == UpkeepEntry.unit_id)
        .where(
            actor.scope(Permission.UPKEEP_READ).condition(),
            UpkeepEntry.register != EXPERT.code,
            UpkeepEntry.unit_id.in_(changed),
        )
        .order_by(UpkeepEntry.day.desc(), UpkeepEntry.id.desc())
    ).tuples()
    found: dict[str, list[EntryCard]] = {}
    for row, unit, name in rows:
        here, card = found.setdefault(unit, []), _card(row, unit, name, None)
        if card.stands and len(here) < most_of_one:
            here.append(card)
    return found
