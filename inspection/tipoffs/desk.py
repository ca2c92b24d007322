"""What readers of tip-offs are shown: what was sent to them, as text. Reads.

An office reads what came to it and what is about a unit in its scope; the head of an enterprise
only what was sent to them. A tip-off about an enterprise is never shown to that enterprise because
it is about it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.database.pages import Page, page_of
from inspection.domain.hazard import ENDED
from inspection.domain.problems import NotFound
from inspection.domain.tipoff import REWARDED, Standing
from inspection.hazards.register import Hazard
from inspection.ledger import journal
from inspection.organisations.unit import Unit
from inspection.tipoffs import filing
from inspection.tipoffs.dossiers import Tipoff, TipoffReward, content_digest
from inspection.tipoffs.filing import Exchanged

CLOSED, GRANTED = "tipoff.closed", "tipoff.rewarded"


@dataclass(frozen=True)
class Row:
    """One tip-off in a list; `unit_name` is as registered, else as the sender wrote it."""

    uuid: str
    number: str
    unit_name: str
    what: str
    standing: str
    outcome: str
    filed_at: datetime


@dataclass(frozen=True)
class Reward:
    """A reward; amounts in 分."""

    number: str
    tipoff: str
    unit_name: str
    case_number: str
    fine: int
    own_staff: bool
    amount: int
    granted_by: str
    granted_at: datetime
    paid_by: str
    paid_at: datetime | None


@dataclass(frozen=True)
class Happened:
    """An entry of the ledger about a tip-off; `by` is "" where it was the sender."""

    kind: str
    by: str
    recorded_at: datetime
    link: str


@dataclass(frozen=True)
class Linked:
    """A hazard that the tip-off is about; one that is `over` can be opened again."""

    uuid: str
    number: str
    state: str
    over: bool


@dataclass(frozen=True)
class Card:
    """One tip-off with all that is known of it."""

    id: int
    uuid: str
    number: str
    channel: str
    unit_uuid: str
    unit_name: str
    unit_id: int | None
    unit_said: str
    what: str
    place: str
    seen: str
    own_staff: bool
    photos: tuple[str, ...]
    standing: Standing
    outcome: str
    outcome_words: str
    filed_at: datetime
    records: tuple[str, ...]
    hazards: tuple[Linked, ...]
    messages: tuple[Exchanged, ...]
    reward: Reward | None
    history: tuple[Happened, ...]
    intact: bool
    """Whether the words and photos are those whose digest the ledger has had since filing."""
    answers: bool
    """Whether this reader deals with it; the head does when no office was to read it."""
    closed_it: bool
    """Whether this reader closed it, and so does not grant the reward as well."""
    granted_it: bool
    """Whether this reader granted the reward, and so does not pay it as well."""

    @property
    def may_reward(self) -> bool:
        """Whether a reward is in question: closed, true at least in part, none yet."""
        return self.answers and self.outcome in REWARDED and self.reward is None


def readable(actor: Actor) -> ColumnElement[bool]:
    """A condition on `Tipoff` that holds for those this actor may read."""
    return or_(_as_office(actor), _as_head(actor))


def _as_office(actor: Actor) -> ColumnElement[bool]:
    inside = select(Unit.id).where(actor.scope(Permission.TIPOFF_HANDLE).condition())
    theirs = or_(Tipoff.office_id.in_(inside), Tipoff.unit_id.in_(inside))
    return and_(Tipoff.office_id.is_not(None), theirs)


def _as_head(actor: Actor) -> ColumnElement[bool]:
    own = select(Unit.id).where(actor.scope(Permission.TIPOFF_HEAR).condition())
    return Tipoff.head_unit_id.in_(own)


def answered_by(actor: Actor) -> ColumnElement[bool]:
    """A condition on `Tipoff` that holds for those this actor deals with."""
    return or_(_as_office(actor), and_(Tipoff.office_id.is_(None), _as_head(actor)))


def search(session: Session, actor: Actor, standing: str, page: int) -> Page[Row]:
    """Return a page of the tip-offs that this actor may read, newest first; "" for any standing."""
    here = [readable(actor)] + ([Tipoff.standing == standing] if standing else [])
    total = session.scalar(select(func.count()).select_from(Tipoff).where(*here)) or 0
    newest = (
        select(Tipoff, Unit.name)
        .outerjoin(Unit, Unit.id == Tipoff.unit_id)
        .where(*here)
        .order_by(Tipoff.id.desc())
    )
    return page_of(session, newest, _rows, total=total, page=page)


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """Return how many of the readable tip-offs stand where."""
    grouped = select(Tipoff.standing, func.count()).where(readable(actor)).group_by(Tipoff.standing)
    return dict(session.execute(grouped).tuples().all())


def _rows(found: Sequence[Any]) -> list[Row]:
    return [
        Row(
            row.uuid,
            row.number,
            name or row.unit_said,
            row.what,
            row.standing,
            row.outcome,
            row.filed_at,
        )
        for row, name in found
    ]


def tipoff(session: Session, actor: Actor, uuid: str) -> Card:
    """Return one tip-off. Raises NotFound when the actor may not read it."""
    found = session.execute(
        select(Tipoff, Unit.uuid, Unit.name)
        .outerjoin(Unit, Unit.id == Tipoff.unit_id)
        .where(Tipoff.uuid == uuid, readable(actor))
    ).one_or_none()
    if found is None:
        raise NotFound(tipoff=uuid)
    row, unit_uuid, unit_name = found
    answers = session.scalar(select(Tipoff.id).where(Tipoff.id == row.id, answered_by(actor)))
    linked = select(Hazard.uuid, Hazard.number, Hazard.state).where(Hazard.uuid.in_(row.hazards))
    rewards_ = rewards(session, actor, tipoff_id=row.id) if answers else ()
    history = tuple(map(_happened, journal.about(session, uuid)))
    filed = json.loads(journal.about(session, uuid, kind="tipoff.filed")[0].body)
    return Card(
        id=row.id,
        uuid=row.uuid,
        number=row.number,
        channel=row.channel,
        unit_uuid=unit_uuid or "",
        unit_name=unit_name or "",
        unit_id=row.unit_id,
        unit_said=row.unit_said,
        what=row.what,
        place=row.place,
        seen=row.seen,
        own_staff=row.own_staff,
        photos=tuple(row.photos),
        standing=Standing(row.standing),
        outcome=row.outcome,
        outcome_words=row.outcome_words,
        filed_at=row.filed_at,
        records=tuple(row.records),
        hazards=tuple(
            Linked(each.uuid, each.number, each.state, each.state in ENDED)
            for each in session.execute(linked)
        ),
        messages=filing.messages(session, row.id) if answers else (),
        reward=next(iter(rewards_), None),
        history=history,
        intact=filed["content_sha256"] == content_digest(row),
        answers=answers is not None,
        closed_it=done_by(session, uuid, CLOSED) == actor.uuid,
        granted_it=done_by(session, uuid, GRANTED) == actor.uuid,
    )


def done_by(session: Session, uuid: str, kind: str) -> str:
    """Return the uuid of whoever did a step of a tip-off, as the ledger has it; "" before it."""
    steps = journal.about(session, uuid, kind=kind)
    return str(json.loads(steps[-1].body)["by"]["person"]) if steps else ""


def _happened(entry: Any) -> Happened:
    by = json.loads(entry.body).get("by", {}).get("name", "")
    return Happened(entry.kind, by, entry.at, entry.link)


def rewards(session: Session, actor: Actor, *, tipoff_id: int | None = None) -> tuple[Reward, ...]:
    """Return the rewards for tip-offs that this actor deals with, newest first; or that of one."""
    about = aliased(Unit)
    query = (
        select(TipoffReward, Tipoff, about.name)
        .join(Tipoff, Tipoff.id == TipoffReward.tipoff_id)
        .outerjoin(about, about.id == Tipoff.unit_id)
        .where(answered_by(actor))
        .order_by(TipoffReward.id.desc())
        .limit(500)
    )
    if tipoff_id is not None:
        query = query.where(Tipoff.id == tipoff_id)
    return tuple(
        Reward(
            number=row.number,
            tipoff=row.uuid,
            unit_name=name or "",
            case_number=reward.case_number,
            fine=reward.fine,
            own_staff=reward.own_staff,
            amount=reward.amount,
            granted_by=reward.granted_by,
            granted_at=reward.granted_at,
            paid_by=reward.paid_by,
            paid_at=reward.paid_at,
        )
        for reward, row, name in session.execute(query)
    )
