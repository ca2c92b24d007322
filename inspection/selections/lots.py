"""Random selections (双随机): announced with a frozen pool, drawn by a public value, handed out.

The pool's digest and the name of a public value that nobody can know yet are entered first, the
value after its moment: the seed follows from both, so neither an office nor whoever runs the
server can choose it. How anybody checks that is in docs/double-random.md.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from inspection.accounts import assignments
from inspection.accounts.people import Actor, PersonAccount
from inspection.accounts.policy import Permission, Role
from inspection.blobs import FilesystemBlobs
from inspection.domain import selection as domain
from inspection.domain.office_problems import SelectionOdd, SelectionOver, SelectionTooEarly
from inspection.domain.problems import NotFound
from inspection.domain.selection import Pool, Visit
from inspection.domain.workdays import CHINA
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations.scope import EVERYTHING, Scope
from inspection.organisations.unit import Unit
from inspection.selections import pools, register
from inspection.selections.pools import NewSelection
from inspection.selections.register import Selection
from inspection.submissions.records import HELD, SubmittedRecord

FORMAT = "zhencha.selection/1"
ANNOUNCED, DRAWN, WITHDRAWN = "announced", "drawn", "withdrawn"
_NAMED = 5
"""How many enterprises are named of those to which too few people may go."""


@dataclass(frozen=True)
class SelectionCard:
    """One selection as it stands; `visits` is empty before the draw."""

    uuid: str
    office_uuid: str
    office_name: str
    title: str
    source: str
    value_from: datetime
    visit_since: date
    visit_until: date
    pool_sha256: str
    standing: str
    announced_by: str
    announced_at: datetime
    announced_seq: int
    announced_link: str
    value: str
    seed: str
    visits: tuple[Visit, ...]
    drawn_by: str
    drawn_at: datetime | None
    assigned_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_words: str
    in_part: bool = False
    """Whether the reader may read no more of it than the visits they were drawn for themselves."""

    def is_public(self, today: date) -> bool:
        """Whether strangers may read who was drawn: when the days of the visits are over."""
        return self.standing == DRAWN and today > self.visit_until


def announce(
    session: Session,
    actor: Actor,
    new: NewSelection,
    *,
    blobs: FilesystemBlobs,
    at: datetime,
) -> str:
    """Freeze the pool, publish its digest, and return the selection's uuid. Raises SelectionOdd."""
    journal.lock(session)
    announced = str(uuid.uuid4())
    pool = pools.pool(session, actor, new, announced, at=at)
    _check(session, new, pool, at)
    body = {
        "selection": announced,
        "office": actor.unit_uuid,
        "title": new.title,
        "source": new.source,
        "value_from": journal.instant_text(new.value_from),
        "visit_since": new.visit_since.isoformat(),
        "visit_until": new.visit_until.isoformat(),
        "algorithm": domain.VERSION,
        "pool_sha256": blobs.keep(domain.text(pool).encode()),
        "people": sorted({each.uuid for team in pool.teams for each in team.people}),
        "by": actor.author,
    }
    _append(session, [("selection.announced", body)], at=at)
    return announced


def draw(
    session: Session,
    actor: Actor,
    selection: str,
    value: str,
    *,
    blobs: FilesystemBlobs,
    at: datetime,
) -> None:
    """Enter the public value, publish the seed and draw, in this order, once.

    Raises SelectionTooEarly before the moment that was announced, SelectionOver, NotFound.
    """
    journal.lock(session)
    card = _open_own(session, actor, selection)
    if at < card.value_from:
        raise SelectionTooEarly(value_from=journal.instant_text(card.value_from))
    seed = domain.seed(card.pool_sha256, value)
    visits = domain.draw(pool_of(card, blobs), seed)
    told = {"selection": selection, "by": actor.author}
    seeded = {**told, "value": value, "seed": seed}
    drawn = {**told, "visits": [_visit_body(each) for each in visits]}
    _append(session, [("selection.seeded", seeded), ("selection.drawn", drawn)], at=at)


def withdraw(session: Session, actor: Actor, selection: str, words: str, *, at: datetime) -> None:
    """Take an announcement back before the draw, and say why: it stays in the list.

    Raises SelectionOver once the value can be known: whoever may know the outcome does not choose.
    """
    journal.lock(session)
    card = _open_own(session, actor, selection)
    if at >= card.value_from:
        raise SelectionOver(selection=selection)
    body = {"selection": selection, "words": words, "by": actor.author}
    _append(session, [("selection.withdrawn", body)], at=at)


def assign(
    session: Session, actor: Actor, selection: str, *, blobs: FilesystemBlobs, at: datetime
) -> None:
    """Tell everybody drawn where they go; experts get the units assigned for those days (指派).

    Raises SelectionOver when that was done, or there is nothing to do it with.
    """
    journal.lock(session)
    card = own_card(session, actor, selection)
    if card.standing != DRAWN or card.assigned_at is not None:
        raise SelectionOver(selection=selection)
    pool = pool_of(card, blobs)
    names = {each.uuid: each.name for stratum in pool.strata for each in stratum.enterprises}
    roles = {each.uuid: Role(team.role) for team in pool.teams for each in team.people}
    since, until = _bounds(card)
    goes: dict[str, list[str]] = {}
    for visit in card.visits:
        for person in visit.people:
            goes.setdefault(person, []).append(names[visit.enterprise])
            if roles[person] == Role.EXPERT:
                assignments.give(
                    session,
                    actor,
                    person,
                    Role.EXPERT,
                    visit.enterprise,
                    from_at=since,
                    until_at=until,
                    purpose=card.title,
                    at=at,
                )
    body = {"selection": selection, "by": actor.author}
    seq = _append(session, [("selection.assigned", body)], at=at)
    accounts = dict(
        session.execute(
            select(PersonAccount.uuid, PersonAccount.id).where(PersonAccount.uuid.in_(goes))
        )
        .tuples()
        .all()
    )
    for person, units in sorted(goes.items()):
        _tell(session, card, seq, accounts[person], units, at)


def _tell(
    session: Session,
    card: SelectionCard,
    seq: int,
    person_id: int,
    units: Sequence[str],
    at: datetime,
) -> None:
    message = Message(
        kind="selection.assigned",
        subject=card.uuid,
        basis_seq=seq,
        number="",
        unit_name=units[0] if len(units) == 1 else card.office_name,
        deadline_on=None,
        title={"zh": f"双随机抽中您：{card.title}", "en": f"You were drawn: {card.title}"},
        words={
            "zh": f"{card.visit_since} 至 {card.visit_until} 检查：{'、'.join(units)}。",
            "en": f"Inspect from {card.visit_since} to {card.visit_until}: {', '.join(units)}.",
        },
        link=f"/selections/{card.uuid}",
    )
    inbox.send(session, message, (person_id,), at=at)


def selections(session: Session, actor: Actor) -> list[SelectionCard]:
    """Return the selections that the actor may read, newest first; of those of other offices for
    which they were drawn themselves only their own visits.
    """
    return _readable(session, actor)


def card_for(session: Session, actor: Actor, selection: str) -> SelectionCard:
    """Return one selection as the actor may read it. Raises NotFound."""
    return _only(_readable(session, actor, Selection.uuid == selection), selection)


def whole_card(session: Session, actor: Actor, selection: str) -> SelectionCard:
    """Return one selection whose pool the actor may read. Raises NotFound."""
    return _within(session, actor.scope(Permission.SELECTION_WHOLE), selection)


def own_card(session: Session, actor: Actor, selection: str) -> SelectionCard:
    """Return one selection that the actor may draw, assign or withdraw. Raises NotFound."""
    return _within(session, actor.scope(Permission.SELECTION_KEEP), selection)


def any_card(session: Session, selection: str) -> SelectionCard:
    """Return one selection whoever asks: for the public page. Raises NotFound."""
    return _within(session, EVERYTHING, selection)


def pool_of(card: SelectionCard, blobs: FilesystemBlobs) -> Pool:
    """Read the pool as it was frozen."""
    return domain.read(json.loads(blobs.read(card.pool_sha256)))


def file_of(card: SelectionCard, blobs: FilesystemBlobs) -> dict[str, Any]:
    """Everything by which anybody repeats the draw; `flask selections redraw` reads it."""
    return {
        "format": FORMAT,
        "pool": json.loads(blobs.read(card.pool_sha256)),
        "pool_sha256": card.pool_sha256,
        "value": card.value,
        "seed": card.seed,
        "visits": [_visit_body(each) for each in card.visits],
        "announced": {
            "at": journal.instant_text(card.announced_at),
            "seq": card.announced_seq,
            "link": card.announced_link,
        },
    }


def differences(said: dict[str, Any]) -> list[str]:
    """Repeat the draw of a file; names of what differs, none when all agrees.

    Raises PoolMalformed when the file is none of these.
    """
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise domain.PoolMalformed(f"not a file of format {FORMAT}")
    pool = domain.read(said.get("pool"))
    digest = domain.digest(pool)
    seed = domain.seed(digest, str(said.get("value")))
    visits = [_visit_body(each) for each in domain.draw(pool, seed)]
    again = {"pool_sha256": digest, "seed": seed, "visits": visits}
    return [name for name, value in again.items() if said.get(name) != value]


def inspected(session: Session, card: SelectionCard) -> dict[str, str]:
    """Return by drawn enterprise the newest inspection by an office in the days of the visits."""
    since, until = _bounds(card)
    newest = (
        select(func.max(SubmittedRecord.id))
        .join(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(
            Unit.uuid.in_([each.enterprise for each in card.visits]),
            SubmittedRecord.kind != "self_inspection",
            SubmittedRecord.state != HELD,
            SubmittedRecord.finished_at >= since,
            SubmittedRecord.finished_at < until,
        )
        .group_by(Unit.id)
    )
    rows = session.execute(
        select(Unit.uuid, SubmittedRecord.uuid)
        .join(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(SubmittedRecord.id.in_(newest))
    )
    return dict(rows.tuples().all())


def _check(session: Session, new: NewSelection, pool: Pool, at: datetime) -> None:
    faults = domain.faults(
        pool,
        value_from=new.value_from.astimezone(CHINA),
        visit_since=new.visit_since,
        visit_until=new.visit_until,
        at=at,
    )
    if not pool.strata:
        faults["title"] = "no_stratum"
    there = {
        f"stratum{place}_wanted": len(each.enterprises) for place, each in enumerate(pool.strata)
    }
    names: dict[str, str] = {}
    for field, short in _short(pool).items():
        if field not in faults:
            faults[field], there[field] = "too_many_keep_away", len(short)
            names[field] = "、".join(list(short.values())[:_NAMED])
    for field, busy in _busy(session, new, pool).items():
        faults[field], names[field] = "in_two_at_once", busy
    if faults:
        raise SelectionOdd(fields=faults, there=there, names=names)


def _short(pool: Pool) -> dict[str, dict[str, str]]:
    """By field of a team, the enterprises that it must pass over, where that leaves a stratum with
    fewer than are wanted: those that are wanted at most are drawn, nobody knows which.
    """
    short: dict[str, dict[str, str]] = {}
    for enterprise, team in domain.short_of_people(pool):
        short.setdefault(f"{team.role}s", {})[enterprise.uuid] = enterprise.name
    passed = {uuid for some in short.values() for uuid in some}
    found: dict[str, dict[str, str]] = {}
    for stratum in pool.strata:
        inside = {each.uuid for each in stratum.enterprises}
        if len(inside - passed) < stratum.wanted:
            for field, some in short.items():
                here = {uuid: name for uuid, name in some.items() if uuid in inside}
                if here:
                    found.setdefault(field, {}).update(here)
    return found


def _busy(session: Session, new: NewSelection, pool: Pool) -> dict[str, str]:
    """By field, who is in another selection whose visits fall into the same days."""
    at_once = session.scalars(
        select(Selection).where(
            Selection.withdrawn_at.is_(None),
            Selection.visit_since <= new.visit_until,
            Selection.visit_until >= new.visit_since,
        )
    )
    taken = {
        person: row.title
        for row in at_once
        for person in (
            {each for visit in row.visits for each in visit["people"]} if row.seed else row.people
        )
    }
    found: dict[str, str] = {}
    for team in pool.teams:
        for each in team.people:
            if each.uuid in taken:
                found.setdefault(f"{team.role}s", f"{each.name}（{taken[each.uuid]}）")
    return found


def _open_own(session: Session, actor: Actor, selection: str) -> SelectionCard:
    card = own_card(session, actor, selection)
    if card.standing != ANNOUNCED:
        raise SelectionOver(selection=selection)
    return card


def _bounds(card: SelectionCard) -> tuple[datetime, datetime]:
    since = datetime.combine(card.visit_since, time(), CHINA)
    return since, datetime.combine(card.visit_until + timedelta(days=1), time(), CHINA)


def _readable(
    session: Session, actor: Actor, *narrowed: ColumnElement[bool]
) -> list[SelectionCard]:
    whole = _cards(session, actor.scope(Permission.SELECTION_WHOLE).condition(), *narrowed)
    found = {each.uuid: each for each in whole}
    for each in _cards(session, Selection.assigned_at.is_not(None), *narrowed):
        own = tuple(visit for visit in each.visits if actor.uuid in visit.people)
        if own:
            found.setdefault(each.uuid, replace(each, visits=own, in_part=True))
    return sorted(found.values(), key=lambda each: each.announced_seq, reverse=True)


def _within(session: Session, scope: Scope, selection: str) -> SelectionCard:
    return _only(_cards(session, scope.condition(), Selection.uuid == selection), selection)


def _only(found: Sequence[SelectionCard], selection: str) -> SelectionCard:
    if not found:
        raise NotFound(selection=selection)
    return found[0]


def _cards(session: Session, *conditions: ColumnElement[bool]) -> list[SelectionCard]:
    rows = session.execute(
        select(Selection, Unit)
        .join(Unit, Unit.id == Selection.office_id)
        .where(*conditions)
        .order_by(Selection.id.desc())
    ).all()
    uuids = [row.uuid for row, _office in rows]
    announced = {
        json.loads(entry.body)["selection"]: entry
        for entry in journal.about_any(session, uuids, kind="selection.announced")
    }
    return [_card(row, office, announced[row.uuid]) for row, office in rows]


def _card(row: Selection, office: Unit, announced: Any) -> SelectionCard:
    return SelectionCard(
        uuid=row.uuid,
        office_uuid=office.uuid,
        office_name=office.name,
        title=row.title,
        source=row.source,
        value_from=row.value_from.astimezone(UTC),
        visit_since=row.visit_since,
        visit_until=row.visit_until,
        pool_sha256=row.pool_sha256,
        standing=WITHDRAWN if row.withdrawn_at else DRAWN if row.drawn_at else ANNOUNCED,
        announced_by=row.announced_by,
        announced_at=row.announced_at,
        announced_seq=announced.seq,
        announced_link=announced.link,
        value=row.value,
        seed=row.seed,
        visits=tuple(
            Visit(each["enterprise"], each["stratum"], tuple(each["people"])) for each in row.visits
        ),
        drawn_by=row.drawn_by,
        drawn_at=row.drawn_at,
        assigned_at=row.assigned_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_words=row.withdrawn_words,
    )


def _visit_body(visit: Visit) -> dict[str, Any]:
    return {**asdict(visit), "people": list(visit.people)}


def _append(session: Session, said: Sequence[tuple[str, dict[str, Any]]], *, at: datetime) -> int:
    events = [Event(kind, body, subject=body["selection"]) for kind, body in said]
    entries = journal.append(session, events, at=at)
    register.VIEW.apply(session, entries)
    return entries[-1].seq
