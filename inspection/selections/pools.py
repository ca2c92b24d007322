"""What a selection is drawn from: enterprises by sector and risk, people, and who keeps away."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission, Role
from inspection.domain.selection import Candidate, Exclusion, Pool, Stratum, Team, Terms
from inspection.ledger import journal
from inspection.organisations.unit import Unit, UnitKind
from inspection.selections import conflicts
from inspection.selections.conflicts import Sendable
from inspection.selections.register import Conflict
from inspection.submissions.records import SubmittedRecord

HIGH, OTHER = "high", "other"
RISKS = (HIGH, OTHER)
DECLARED, RECENT, OUT_OF_REACH = "declared", "recent", "out_of_reach"
_AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """How many enterprises of a sector and risk are wanted; "" is any."""

    sector: str
    risk: str
    count: int


@dataclass(frozen=True)
class NewSelection:
    """What an office asks for. `unchecked_days` and `recent_days` of 0 ask for nothing."""

    title: str
    source: str
    value_from: datetime
    visit_since: date
    visit_until: date
    strata: tuple[Wanted, ...]
    venue: str
    unchecked_days: int
    inspectors: tuple[str, ...]
    inspectors_each: int
    experts: tuple[str, ...]
    experts_each: int
    recent_days: int


def pool(
    session: Session, actor: Actor, new: NewSelection, selection: str, *, at: datetime
) -> Pool:
    """Make the pool as it is now: enterprises in scope, each in the first stratum that it fits."""
    enterprises = _enterprises(session, actor, new, at)
    people = conflicts.sendable(session, actor)
    named = [each for each in people if _is_named(each, new)]
    strata = _strata(enterprises, new.strata)
    inside = {each.uuid for stratum in strata for each in stratum.enterprises}
    enterprises = [each for each in enterprises if each.uuid in inside]
    return Pool(
        terms=Terms(
            selection=selection,
            title=new.title,
            office=actor.unit_name,
            source=new.source,
            value_from=journal.instant_text(new.value_from),
            visit_since=new.visit_since.isoformat(),
            visit_until=new.visit_until.isoformat(),
        ),
        strata=strata,
        teams=(
            _team(Role.INSPECTOR, new.inspectors_each, named),
            *([_team(Role.EXPERT, new.experts_each, named)] if new.experts_each else []),
        ),
        exclusions=tuple(
            sorted(_exclusions(session, new, named, enterprises, at), key=_by_enterprise)
        ),
    )


def _by_enterprise(exclusion: Exclusion) -> tuple[str, str, str]:
    return exclusion.enterprise, exclusion.person, exclusion.why


def _is_named(person: Sendable, new: NewSelection) -> bool:
    named = new.inspectors if person.role == Role.INSPECTOR else new.experts
    return person.uuid in named and bool(new.experts_each or person.role == Role.INSPECTOR)


def _enterprises(session: Session, actor: Actor, new: NewSelection, at: datetime) -> list[Unit]:
    conditions = [
        Unit.kind == UnitKind.ENTERPRISE,
        actor.scope(Permission.SELECTION_KEEP).condition(),
    ]
    if new.unchecked_days:
        since = at - timedelta(days=new.unchecked_days)
        checked = select(SubmittedRecord.unit_id).where(
            SubmittedRecord.finished_at >= since,
            SubmittedRecord.kind != "self_inspection",
            SubmittedRecord.unit_id.is_not(None),
        )
        conditions.append(Unit.id.not_in(checked))
    found = session.scalars(select(Unit).where(*conditions).order_by(Unit.uuid)).all()
    return [each for each in found if not new.venue or new.venue in each.venues.split()]


def _strata(enterprises: Sequence[Unit], wanted: Sequence[Wanted]) -> tuple[Stratum, ...]:
    left = list(enterprises)
    strata = []
    for each in wanted:
        inside = [unit for unit in left if _fits(unit, each)]
        left = [unit for unit in left if unit not in inside]
        candidates = tuple(Candidate(unit.uuid, unit.name, unit.sector) for unit in inside)
        strata.append(Stratum(each.sector, each.risk, each.count, candidates))
    return tuple(strata)


def _fits(unit: Unit, wanted: Wanted) -> bool:
    return wanted.sector in ("", unit.sector) and wanted.risk in (
        "",
        HIGH if unit.high_risk else OTHER,
    )


def _team(role: Role, each: int, named: Sequence[Sendable]) -> Team:
    """One role's people, each once, though somebody has several posts."""
    people = {one.uuid: one for one in named if one.role == role}
    return Team(
        role,
        each,
        tuple(Candidate(uuid, one.name, one.unit_name) for uuid, one in sorted(people.items())),
    )


def _exclusions(
    session: Session,
    new: NewSelection,
    named: Sequence[Sendable],
    enterprises: Sequence[Unit],
    at: datetime,
) -> Iterable[Exclusion]:
    """One for each pair that has to keep apart; of several grounds the first of these."""
    declared = _declared(session, named)
    recent = (
        _recent(session, enterprises, at - timedelta(days=new.recent_days))
        if new.recent_days
        else set()
    )
    posts: dict[str, list[Sendable]] = {}
    for person in named:
        posts.setdefault(person.uuid, []).append(person)
    for unit in enterprises:
        for uuid, own in posts.items():
            if (uuid, unit.id) in declared:
                yield Exclusion(uuid, unit.uuid, DECLARED)
            elif (uuid, unit.id) in recent:
                yield Exclusion(uuid, unit.uuid, RECENT)
            elif not any(_reaches(post, unit) for post in own):
                yield Exclusion(uuid, unit.uuid, OUT_OF_REACH)


def _reaches(post: Sendable, unit: Unit) -> bool:
    """An inspector inspects where the post reaches, an expert wherever they are assigned."""
    if post.role == Role.EXPERT or unit.path.startswith(post.unit_path):
        return True
    return post.unit_kind == UnitKind.DEPARTMENT and unit.supervisor_id == post.unit_id


def _declared(session: Session, named: Sequence[Sendable]) -> set[tuple[str, int]]:
    rows = session.execute(
        select(Conflict.person, Conflict.unit_id).where(
            Conflict.person.in_({each.uuid for each in named}), Conflict.ended_at.is_(None)
        )
    )
    return set(rows.tuples())


def _recent(session: Session, enterprises: Sequence[Unit], since: datetime) -> set[tuple[str, int]]:
    """Who signed an inspection at which of these units since then."""
    rows = session.execute(
        select(SubmittedRecord.uuid, Unit.id)
        .join(Unit, Unit.id == SubmittedRecord.unit_id)
        .where(
            SubmittedRecord.finished_at >= since,
            Unit.id.in_({each.id for each in enterprises}),
        )
    )
    unit_of: dict[str, int] = dict(rows.tuples().all())
    records = sorted(unit_of)
    accepted = [
        json.loads(entry.body)
        for start in range(0, len(records), _AT_ONCE)
        for entry in journal.about_any(
            session, records[start : start + _AT_ONCE], kind="record.accepted"
        )
    ]
    return {
        (signed["person"], unit_of[body["record"]])
        for body in accepted
        for signed in body["signed_by"]
    }
