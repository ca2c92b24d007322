"""Looking again at what was closed (回头看): closed hazards drawn by sector, handed out, looked at.

Called `revisit` here, as `look_back` is looking back at earlier inspections (倒查). The draw is
`domain.drawing`, the one way of all samples; whether what was done holds is said by whoever looked,
and that it came back by the hazard itself, which was opened again since.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.people import Actor, MembershipRow, PersonAccount
from inspection.accounts.policy import Permission, Role
from inspection.blobs import FilesystemBlobs
from inspection.campaigns import register
from inspection.campaigns.register import Revisit, RevisitedHazard
from inspection.domain import drawing
from inspection.domain.hazard import State
from inspection.domain.office_problems import RevisitOdd
from inspection.domain.problems import NotFound
from inspection.hazards import narrowing
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.register import Hazard
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind
from inspection.submissions.records import SubmittedRecord

HOLDS, CAME_BACK, HANDED, DRAWN = "holds", "came_back", "handed", "drawn"
MOST_RECORDS = 20


@dataclass(frozen=True)
class RevisitLine:
    """One draw in the list, and how far it is."""

    uuid: str
    office_name: str
    campaign: str
    seed: str
    population: int
    drawn_at: datetime
    drawn: int
    looked_at: int
    came_back: int


@dataclass(frozen=True)
class Revisited:
    """One drawn hazard; `standing` is drawn, handed, holds or came_back."""

    hazard: str
    number: str
    summary: str
    unit_uuid: str
    unit_name: str
    sector: str
    level: str
    closed_on: date | None
    standing: str
    handed_to: str
    due_on: date | None
    held_by: str
    held_words: str
    held_record: str
    held_at: datetime | None


@dataclass(frozen=True)
class RevisitCard:
    """One draw as it was drawn, with what became of each hazard that the reader may see."""

    uuid: str
    office_name: str
    office_path: str
    campaign: str
    seed: str
    wanted: int
    population: int
    population_sha256: str
    drawn_by: str
    drawn_at: datetime
    seq: int
    link: str
    strata: tuple[tuple[str, int, int], ...]
    """Sector, how many there were, how many were drawn."""
    hazards: tuple[Revisited, ...]


def population(
    session: Session, actor: Actor, wanted: RegisterFilter, *, today: date
) -> list[tuple[str, str]]:
    """Return (uuid, sector) of the closed hazards that these conditions leave."""
    rows = session.execute(
        select(Hazard.uuid, Unit.sector)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(*_closed(actor, wanted, today))
    )
    return list(rows.tuples())


def extent(
    session: Session, actor: Actor, wanted: RegisterFilter, *, today: date
) -> tuple[int, int]:
    """Return how many closed hazards these conditions leave, and of how many sectors."""
    counted = session.execute(
        select(func.count(), func.count(Unit.sector.distinct()))
        .select_from(Hazard)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(*_closed(actor, wanted, today))
    )
    hazards, sectors = counted.one()
    return hazards, sectors


def _closed(actor: Actor, wanted: RegisterFilter, today: date) -> list[ColumnElement[bool]]:
    closed = replace(wanted, state=State.CLOSED, stage="", open=False, overdue=False, page=1, at="")
    return narrowing.conditions(actor.scope(Permission.REVISIT_DRAW), closed, today=today)


def draw(
    session: Session,
    actor: Actor,
    wanted: RegisterFilter,
    *,
    size: int,
    seed: str,
    blobs: FilesystemBlobs,
    today: date,
    at: datetime,
) -> str:
    """Draw closed hazards, write it down, and return the draw's uuid.

    Raises RevisitOdd when nothing was closed, or less than is wanted.
    """
    journal.lock(session)
    among = population(session, actor, wanted, today=today)
    if not among:
        raise RevisitOdd(fields={"size": "nothing_closed"})
    if size > len(among):
        raise RevisitOdd(fields={"size": "more_than_there_are"}, there=len(among))
    strata = drawing.draw(among, size, seed)
    drawn = [each for stratum in strata for each in stratum.drawn]
    opened = session.execute(
        select(Hazard.uuid, Hazard.reopened).where(Hazard.uuid.in_(drawn), Hazard.reopened > 0)
    )
    itself = str(uuid.uuid4())
    body: dict[str, Any] = {
        "revisit": itself,
        "office": actor.unit_uuid,
        "campaign": wanted.campaign.campaign if wanted.campaign else "",
        "algorithm": drawing.VERSION,
        "seed": seed,
        "wanted": size,
        "population": len(among),
        "population_sha256": blobs.keep(drawing.population_text(among)),
        "strata": [asdict(stratum) for stratum in strata],
        "reopened": dict(opened.tuples().all()),
        "by": actor.author,
    }
    _append(session, "revisit.drawn", body, at=at)
    return itself


def offices(session: Session, actor: Actor) -> list[UnitFacts]:
    """Return the bodies in the actor's reach that have somebody who could look, by name."""
    post = MembershipRow
    manned = set(
        session.scalars(
            select(post.unit_id)
            .join(PersonAccount, PersonAccount.id == post.person_id)
            .where(post.role == Role.INSPECTOR, PersonAccount.active)
        )
    )
    found = directory.bodies(session, actor.scope(Permission.REVISIT_DRAW))
    return [each for each in found if each.id in manned]


def hand(
    session: Session,
    actor: Actor,
    revisit: str,
    hazards: Sequence[str],
    office: str,
    due_on: date,
    *,
    at: datetime,
) -> None:
    """Hand drawn hazards to an office's inspectors, who find it in their inbox.

    Raises NotFound; RevisitOdd when the office does not reach one of them, when nobody there
    could look, or when it is looked at already.
    """
    journal.lock(session)
    card = revisit_card(session, actor, revisit)
    to = directory.unit(session, office, actor.scope(Permission.REVISIT_DRAW))
    inspectors = people.holding(session, to.id, (Role.INSPECTOR,))
    waiting = {each.hazard for each in card.hazards if each.standing in (DRAWN, HANDED)}
    if not hazards or not set(hazards) <= waiting:
        raise RevisitOdd(fields={"hazards": "none_chosen"})
    if not inspectors:
        raise RevisitOdd(fields={"office": "nobody_there"})
    if not _reaches(session, to.id, hazards):
        raise RevisitOdd(fields={"office": "out_of_reach"})
    body = {
        "revisit": revisit,
        "hazards": list(hazards),
        "office": office,
        "due_on": due_on.isoformat(),
        "by": actor.author,
    }
    seq = _append(session, "revisit.handed", body, at=at)
    count = len(hazards)
    message = Message(
        kind="revisit.handed",
        subject=revisit,
        basis_seq=seq,
        number="",
        unit_name=to.name,
        deadline_on=None,
        title={"zh": f"回头看：{count} 条隐患", "en": f"Look-back review: {count} hazards"},
        words={
            "zh": f"{actor.unit_name}抽中的已销号隐患，请在 {due_on} 前到现场看整改是否保持。",
            "en": f"{actor.unit_name} drew closed hazards: see on site by {due_on} if they hold.",
        },
        link=f"/revisits/{revisit}",
    )
    inbox.send(session, message, inspectors, at=at)


def hold(
    session: Session,
    actor: Actor,
    revisit: str,
    hazard: str,
    words: str,
    record: str,
    *,
    at: datetime,
) -> None:
    """Say that what was done about a drawn hazard holds, with the inspection that showed it.

    What came back is opened again by its own step, and shows here. Raises NotFound, RevisitOdd.
    """
    journal.lock(session)
    card = revisit_card(session, actor, revisit)
    found = next((each for each in card.hazards if each.hazard == hazard), None)
    if found is None or hazard not in _supervised(session, actor, [hazard]):
        raise NotFound(hazard=hazard)
    if found.standing in (HOLDS, CAME_BACK):
        raise RevisitOdd(fields={"words": "looked_at_already"})
    if record and record not in dict(visits(session, [found], card.drawn_at)[hazard]):
        raise NotFound(record=record)
    body = {
        "revisit": revisit,
        "hazard": hazard,
        "words": words,
        "record": record,
        "by": actor.author,
    }
    _append(session, "revisit.held", body, at=at)


def visits(
    session: Session, looked_at: Sequence[Revisited], since: datetime
) -> dict[str, list[tuple[str, datetime]]]:
    """Return by drawn hazard its unit's inspections since the draw, which may be named."""
    of_unit: dict[str, list[tuple[str, datetime]]] = {each.unit_uuid: [] for each in looked_at}
    rows = session.execute(
        select(Unit.uuid, SubmittedRecord.uuid, SubmittedRecord.finished_at)
        .join(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(
            Unit.uuid.in_(of_unit),
            SubmittedRecord.finished_at >= since,
            SubmittedRecord.kind != "self_inspection",
        )
        .order_by(SubmittedRecord.finished_at.desc())
    )
    for unit, record, finished_at in rows:
        of_unit[unit].append((record, finished_at))
    return {each.hazard: of_unit[each.unit_uuid][:MOST_RECORDS] for each in looked_at}


def revisits(session: Session, actor: Actor, campaign: str = "") -> list[RevisitLine]:
    """Return the draws by offices in scope or handed into it, newest first; of one campaign."""
    rows = session.execute(
        select(Revisit, Unit.name)
        .join(Unit, Unit.id == Revisit.office_id)
        .where(_seen(actor), *([Revisit.campaign == campaign] if campaign else []))
        .order_by(Revisit.id.desc())
    ).all()
    standings = _standings(session, [row.id for row, _name in rows])
    return [
        RevisitLine(
            uuid=row.uuid,
            office_name=name,
            campaign=row.campaign,
            seed=row.seed,
            population=row.population,
            drawn_at=row.drawn_at,
            drawn=standings[row.id].total(),
            looked_at=standings[row.id][HOLDS] + standings[row.id][CAME_BACK],
            came_back=standings[row.id][CAME_BACK],
        )
        for row, name in rows
    ]


def revisit_card(session: Session, actor: Actor, revisit: str) -> RevisitCard:
    """Return one draw. Raises NotFound."""
    found = session.execute(
        select(Revisit, Unit.name, Unit.path)
        .join(Unit, Unit.id == Revisit.office_id)
        .where(Revisit.uuid == revisit, _seen(actor))
    ).one_or_none()
    if found is None:
        raise NotFound(revisit=revisit)
    row, name, path = found
    drawn = journal.about(session, revisit, kind="revisit.drawn")[0]
    body = journal.body_of(session, drawn.seq)
    return RevisitCard(
        uuid=row.uuid,
        office_name=name,
        office_path=path,
        campaign=row.campaign,
        seed=row.seed,
        wanted=row.wanted,
        population=row.population,
        population_sha256=row.population_sha256,
        drawn_by=row.drawn_by,
        drawn_at=row.drawn_at,
        seq=drawn.seq,
        link=drawn.link,
        strata=tuple(
            (each["sector"], each["population"], len(each["drawn"])) for each in body["strata"]
        ),
        hazards=tuple(_hazards(session, row, actor.scope(Permission.HAZARD_READ))),
    )


def may_say(session: Session, actor: Actor, card: RevisitCard) -> frozenset[str]:
    """The drawn hazards of which the actor may say that they hold, or open them again."""
    waiting = [each.hazard for each in card.hazards if each.standing in (DRAWN, HANDED)]
    return frozenset(_supervised(session, actor, waiting))


def _supervised(session: Session, actor: Actor, hazards: Sequence[str]) -> set[str]:
    rows = session.scalars(
        select(Hazard.uuid)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(Hazard.uuid.in_(hazards), actor.scope(Permission.HAZARD_SUPERVISE).condition())
    )
    return set(rows)


def _reaches(session: Session, office: int, hazards: Sequence[str]) -> bool:
    unit = session.get_one(Unit, office)
    supervisors = frozenset({unit.id}) if unit.kind == UnitKind.DEPARTMENT else frozenset()
    scope = Scope(paths=frozenset({unit.path}), supervisors=supervisors)
    inside = session.scalars(
        select(Hazard.uuid)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(Hazard.uuid.in_(hazards), scope.condition())
    )
    return set(inside) == set(hazards)


def _seen(actor: Actor) -> Any:
    """Draws by offices in scope, and those of which something was handed to an office in scope."""
    scope = actor.scope(Permission.REVISIT_READ).condition()
    to = (
        select(RevisitedHazard.revisit_id)
        .join(Unit, Unit.id == RevisitedHazard.handed_to_id)
        .where(scope)
        .correlate(None)
    )
    return scope | Revisit.id.in_(to)


_STANDING = case(
    (Hazard.reopened > RevisitedHazard.reopened, CAME_BACK),
    (RevisitedHazard.held_by != "", HOLDS),
    (RevisitedHazard.handed_to_id.is_not(None), HANDED),
    else_=DRAWN,
).label("standing")


def _standings(session: Session, revisits: Sequence[int]) -> dict[int, Counter[str]]:
    """How many hazards of each draw stand how."""
    rows = session.execute(
        select(RevisitedHazard.revisit_id, _STANDING, func.count())
        .join(Hazard, Hazard.uuid == RevisitedHazard.hazard)
        .where(RevisitedHazard.revisit_id.in_(revisits))
        .group_by(RevisitedHazard.revisit_id, "standing")
    )
    found = {each: Counter[str]() for each in revisits}
    for revisit, standing, count in rows:
        found[revisit][standing] = count
    return found


def _hazards(session: Session, row: Revisit, scope: Scope) -> list[Revisited]:
    rows = session.execute(
        select(RevisitedHazard, Hazard, Unit, _STANDING)
        .join(Hazard, Hazard.uuid == RevisitedHazard.hazard)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(RevisitedHazard.revisit_id == row.id, scope.condition())
        .order_by(RevisitedHazard.place)
    ).all()
    offices = {drawn.handed_to_id for drawn, _hazard, _unit, _standing in rows} - {None}
    names = dict(
        session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(offices))).tuples().all()
    )
    return [
        _revisited(drawn, hazard, unit, standing, names) for drawn, hazard, unit, standing in rows
    ]


def _revisited(
    drawn: RevisitedHazard, hazard: Hazard, unit: Unit, standing: str, names: dict[int, str]
) -> Revisited:
    return Revisited(
        hazard=hazard.uuid,
        number=hazard.number,
        summary=hazard.summary,
        unit_uuid=unit.uuid,
        unit_name=unit.name,
        sector=drawn.sector,
        level=hazard.level,
        closed_on=hazard.closed_on,
        standing=standing,
        handed_to=names.get(drawn.handed_to_id or 0, ""),
        due_on=drawn.due_on,
        held_by=drawn.held_by,
        held_words=drawn.held_words,
        held_record=drawn.held_record,
        held_at=drawn.held_at,
    )


def _append(session: Session, kind: str, body: dict[str, Any], *, at: datetime) -> int:
    (entry,) = journal.append(session, [Event(kind, body, subject=body["revisit"])], at=at)
    register.VIEW.apply(session, [entry])
    return entry.seq
