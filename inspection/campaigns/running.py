"""Campaigns (专项行动) as offices run them: begun, changed, tagged by hand, closed; who sees them.

Whoever stands above or below the office, or is supervised by it, sees its campaigns.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.campaigns import register
from inspection.campaigns.register import Campaign, CampaignTag
from inspection.domain import campaign as domain
from inspection.domain.campaign import Belonging, Stage, Subject
from inspection.domain.office_problems import CampaignClosed, CampaignOdd
from inspection.domain.problems import NotFound
from inspection.domain.workdays import day_of
from inspection.hazards.register import Hazard
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations.unit import Unit, UnitKind
from inspection.submissions.records import SubmittedRecord

MOST_STAGES = 6


@dataclass(frozen=True)
class NewCampaign:
    """What an office says of a campaign; without sectors or lists it asks for none."""

    name: str
    basis: str
    stages: tuple[Stage, ...]
    sectors: tuple[str, ...]
    checklists: tuple[str, ...]


@dataclass(frozen=True)
class Tag:
    """What somebody said by hand of an inspection or hazard: that it belongs, or does not."""

    subject: str
    belongs: bool
    words: str
    by_name: str
    tagged_at: datetime


@dataclass(frozen=True)
class CampaignCard:
    """One campaign as it stands, with its rule and what was said by hand."""

    uuid: str
    office_uuid: str
    office_name: str
    said: NewCampaign
    begun_by: str
    begun_at: datetime
    closed_at: datetime | None
    closed_words: str
    rule: Belonging
    tags: tuple[Tag, ...]

    def stage_on(self, day: date) -> Stage | None:
        """The stage that a day falls into."""
        return domain.stage_on(self.said.stages, day)


@dataclass(frozen=True)
class Shown:
    """A campaign that an inspection or hazard belongs to, or was taken out of by hand."""

    campaign: CampaignCard
    stage: Stage | None
    belongs: bool
    tag: Tag | None
    """None when it belongs by the rule."""


def begin(session: Session, actor: Actor, new: NewCampaign, *, at: datetime) -> str:
    """Begin a campaign of the actor's office and return its uuid. Raises CampaignOdd."""
    _check(new)
    begun = str(uuid.uuid4())
    body = {"campaign": begun, "office": actor.unit_uuid, **_body(new), "by": actor.author}
    _append(session, "campaign.begun", body, at=at)
    return begun


def change(
    session: Session, actor: Actor, campaign: str, new: NewCampaign, *, at: datetime
) -> None:
    """Say anew what a campaign is; what belongs to it follows. Raises CampaignOdd."""
    _check(new)
    journal.lock(session)
    _open_own(session, actor, campaign)
    _append(
        session, "campaign.changed", {"campaign": campaign, **_body(new), "by": actor.author}, at=at
    )


def close(session: Session, actor: Actor, campaign: str, words: str, *, at: datetime) -> None:
    """Close a campaign with a word on what came of it; it can be read for ever."""
    journal.lock(session)
    _open_own(session, actor, campaign)
    _append(
        session,
        "campaign.closed",
        {"campaign": campaign, "words": words, "by": actor.author},
        at=at,
    )


def tag(
    session: Session,
    actor: Actor,
    campaign: str,
    subject: str,
    *,
    belongs: bool,
    words: str,
    at: datetime,
) -> None:
    """Bring an inspection or hazard into a campaign by hand, or take it out, and say why.

    Raises NotFound when either is out of sight, CampaignClosed.
    """
    journal.lock(session)
    card = campaign_card(session, actor, campaign)
    if card.closed_at is not None:
        raise CampaignClosed(campaign=campaign)
    if not subjects(session, actor, [subject]):
        raise NotFound(subject=subject)
    body = {"campaign": campaign, "subject": subject, "words": words, "by": actor.author}
    _append(session, "campaign.tagged" if belongs else "campaign.untagged", body, at=at)


def campaigns(session: Session, actor: Actor) -> list[CampaignCard]:
    """Return the campaigns that the actor may see, the newest first."""
    return _seen(session, actor)


def find(session: Session, actor: Actor, campaign: str) -> CampaignCard | None:
    """Return one campaign; None when there is none, or the actor may not see it."""
    seen = _seen(session, actor, Campaign.uuid == campaign)
    return seen[0] if seen else None


def campaign_card(session: Session, actor: Actor, campaign: str) -> CampaignCard:
    """Return one campaign. Raises NotFound when the actor may not see it."""
    card = find(session, actor, campaign)
    if card is None:
        raise NotFound(campaign=campaign)
    return card


def _seen(session: Session, actor: Actor, *conditions: ColumnElement[bool]) -> list[CampaignCard]:
    if not actor.may(Permission.CAMPAIGN_READ):
        return []
    rows = session.execute(
        select(Campaign, Unit)
        .join(Unit, Unit.id == Campaign.office_id)
        .where(*conditions)
        .order_by(Campaign.closed_at.is_not(None), Campaign.id.desc())
    ).all()
    scope = actor.scope(Permission.CAMPAIGN_READ)
    posts = {membership.unit_id for membership in actor.memberships}
    above = set(session.scalars(select(Unit.supervisor_id).where(Unit.id.in_(posts))))
    seen = [
        (row, office)
        for row, office in rows
        if scope.holds(office.path, office.supervisor_id)
        or any(each.unit_path.startswith(office.path) for each in actor.memberships)
        or office.id in above
    ]
    tags = _tags(session, [row.id for row, _office in seen])
    return [_card(row, office, tags.get(row.id, ())) for row, office in seen]


def runs(actor: Actor, card: CampaignCard) -> bool:
    """Whether the actor may change and close a campaign: their own office's, while it is open."""
    scope = actor.scope(Permission.CAMPAIGN_RUN)
    return card.closed_at is None and scope.holds(card.rule.path, None)


def shown(
    session: Session, actor: Actor, uuids: Sequence[str], cards: Sequence[CampaignCard]
) -> dict[str, list[Shown]]:
    """Return by inspection or hazard in which of these campaigns the actor sees it."""
    if not cards:
        return {}
    tags = [(card, {each.subject: each for each in card.tags}) for card in cards]
    found: dict[str, list[Shown]] = {}
    for subject in subjects(session, actor, uuids):
        for card, said in tags:
            by_hand = said.get(subject.uuid) or said.get(subject.record)
            belongs = card.rule.holds(subject)
            if belongs or by_hand:
                stage = card.stage_on(day_of(subject.at))
                found.setdefault(subject.uuid, []).append(Shown(card, stage, belongs, by_hand))
    return found


def subjects(session: Session, actor: Actor, uuids: Iterable[str]) -> list[Subject]:
    """Return what campaigns ask of these inspections and hazards, of those in the actor's scope."""
    wanted = list(uuids)
    of_unit = (Unit.path, Unit.supervisor_id, Unit.sector)
    hazards = session.execute(
        select(Hazard.uuid, Hazard.record_uuid, *of_unit, Hazard.checklist_slug, Hazard.found_at)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(Hazard.uuid.in_(wanted), actor.scope(Permission.HAZARD_READ).condition())
    ).all()
    record = SubmittedRecord
    inspections = session.execute(
        select(record.uuid, record.uuid, *of_unit, record.checklist_slug, record.finished_at)
        .join(Unit, Unit.id == record.unit_id)
        .where(record.uuid.in_(wanted), actor.scope(Permission.RECORD_READ).condition())
    ).all()
    return [Subject(*row) for row in (*hazards, *inspections)]


def _check(new: NewCampaign) -> None:
    faults = {f"stage{place}_until": code for place, code in domain.faults(new.stages).items()}
    if not new.stages:
        faults["name"] = "no_stage"
    if faults:
        raise CampaignOdd(fields=faults)


def _open_own(session: Session, actor: Actor, campaign: str) -> CampaignCard:
    card = campaign_card(session, actor, campaign)
    if not actor.scope(Permission.CAMPAIGN_RUN).holds(card.rule.path, None):
        raise NotFound(campaign=campaign)
    if card.closed_at is not None:
        raise CampaignClosed(campaign=campaign)
    return card


def _append(session: Session, kind: str, body: dict[str, Any], *, at: datetime) -> None:
    entries = journal.append(session, [Event(kind, body, subject=body["campaign"])], at=at)
    register.VIEW.apply(session, entries)


def _body(new: NewCampaign) -> dict[str, Any]:
    return {
        "name": new.name,
        "basis": new.basis,
        "stages": [
            {"name": each.name, "since": each.since.isoformat(), "until": each.until.isoformat()}
            for each in new.stages
        ],
        "sectors": list(new.sectors),
        "checklists": list(new.checklists),
    }


def _tags(session: Session, campaigns: Sequence[int]) -> dict[int, tuple[Tag, ...]]:
    rows = session.scalars(
        select(CampaignTag)
        .where(CampaignTag.campaign_id.in_(campaigns))
        .order_by(CampaignTag.last_seq)
    )
    found: dict[int, tuple[Tag, ...]] = {}
    for row in rows:
        tag = Tag(row.subject, row.belongs, row.words, row.by_name, row.tagged_at)
        found[row.campaign_id] = (*found.get(row.campaign_id, ()), tag)
    return found


def _card(row: Campaign, office: Unit, tags: tuple[Tag, ...]) -> CampaignCard:
    stages = tuple(
        Stage(each["name"], date.fromisoformat(each["since"]), date.fromisoformat(each["until"]))
        for each in row.stages
    )
    sectors, checklists = tuple(row.sectors), tuple(row.checklists)
    return CampaignCard(
        uuid=row.uuid,
        office_uuid=office.uuid,
        office_name=office.name,
        said=NewCampaign(row.name, row.basis, stages, sectors, checklists),
        begun_by=row.begun_by,
        begun_at=row.begun_at,
        closed_at=row.closed_at,
        closed_words=row.closed_words,
        rule=Belonging(
            campaign=row.uuid,
            name=row.name,
            path=office.path,
            supervisor=office.id if office.kind == UnitKind.DEPARTMENT else None,
            since=stages[0].since,
            until=stages[-1].until,
            sectors=sectors,
            checklists=checklists,
            tagged=frozenset(each.subject for each in tags if each.belongs),
            untagged=frozenset(each.subject for each in tags if not each.belongs),
        ),
        tags=tags,
    )
