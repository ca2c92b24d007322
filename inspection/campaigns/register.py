"""Campaigns, their tags by hand and the hazards drawn to be visited again: a view of the ledger.

`VIEW` is the only writer, for new entries and for `flask ledger rebuild` alike. What belongs to a
campaign is not kept here: it follows from the rule whenever somebody asks.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant, table_of
from inspection.ledger.chain import Entry
from inspection.ledger.views import View
from inspection.organisations.unit import id_of


class Campaign(Base):
    """One campaign as the newest entry left it."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    basis: Mapped[str]
    """By which notice or meeting, and what for."""
    stages: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    """Name, first and last day of each, in order."""
    sectors: Mapped[list[str]] = mapped_column(JSON)
    checklists: Mapped[list[str]] = mapped_column(JSON)
    begun_by: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(UtcInstant)
    closed_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    closed_words: Mapped[str]
    last_seq: Mapped[int]


class CampaignTag(Base):
    """That somebody brought an inspection or hazard in by hand, or out; the newest counts."""

    __tablename__ = "campaign_tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    subject: Mapped[str] = mapped_column(index=True)
    belongs: Mapped[bool]
    words: Mapped[str]
    by_name: Mapped[str]
    tagged_at: Mapped[datetime] = mapped_column(UtcInstant)
    last_seq: Mapped[int]

    __table_args__ = (UniqueConstraint("campaign_id", "subject"),)


class Revisit(Base):
    """One draw of closed hazards to be looked at again (回头看)."""

    __tablename__ = "revisit"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    campaign: Mapped[str]
    """uuid of the campaign it was drawn from; "" when it was drawn from the register."""
    seed: Mapped[str]
    wanted: Mapped[int]
    population: Mapped[int]
    population_sha256: Mapped[str]
    drawn_by: Mapped[str]
    drawn_at: Mapped[datetime] = mapped_column(UtcInstant)
    last_seq: Mapped[int]


class RevisitedHazard(Base):
    """One drawn hazard: who has it to look at again, and whether what was done still holds."""

    __tablename__ = "revisited_hazard"

    id: Mapped[int] = mapped_column(primary_key=True)
    revisit_id: Mapped[int] = mapped_column(ForeignKey("revisit.id"))
    hazard: Mapped[str] = mapped_column(index=True)
    sector: Mapped[str]
    place: Mapped[int]
    """In the order of the draw."""
    reopened: Mapped[int]
    """How often it had been opened again when it was drawn: once more means that it came back."""
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    due_on: Mapped[date | None]
    held_by: Mapped[str]
    """Who looked and found that it holds; "" before."""
    held_words: Mapped[str]
    held_record: Mapped[str]
    held_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    last_seq: Mapped[int]

    __table_args__ = (UniqueConstraint("revisit_id", "hazard"),)


_campaign, _tag = table_of(Campaign), table_of(CampaignTag)
_revisit, _hazard = table_of(Revisit), table_of(RevisitedHazard)


def _campaign_id(uuid: str) -> Any:
    return select(_campaign.c.id).where(_campaign.c.uuid == uuid).scalar_subquery()


def _said(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("name", "basis", "stages", "sectors", "checklists")}


def _begun(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        insert(_campaign).values(
            uuid=body["campaign"],
            office_id=id_of(body["office"]),
            begun_by=body["by"]["name"],
            begun_at=entry.at,
            closed_words="",
            last_seq=entry.seq,
            **_said(body),
        )
    )


def _changed(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        update(_campaign)
        .where(_campaign.c.uuid == body["campaign"])
        .values(last_seq=entry.seq, **_said(body))
    )


def _closed(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        update(_campaign)
        .where(_campaign.c.uuid == body["campaign"])
        .values(
            closed_at=entry.at,
            closed_words=body["words"],
            last_seq=entry.seq,
        )
    )


def _tagged(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    campaign = _campaign_id(body["campaign"])
    session.execute(
        delete(_tag).where(_tag.c.campaign_id == campaign, _tag.c.subject == body["subject"])
    )
    session.execute(
        insert(_tag).values(
            campaign_id=campaign,
            subject=body["subject"],
            belongs=entry.kind == "campaign.tagged",
            words=body["words"],
            by_name=body["by"]["name"],
            tagged_at=entry.at,
            last_seq=entry.seq,
        )
    )


def _drawn(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        insert(_revisit).values(
            uuid=body["revisit"],
            office_id=id_of(body["office"]),
            drawn_by=body["by"]["name"],
            drawn_at=entry.at,
            last_seq=entry.seq,
            **{
                name: body[name]
                for name in ("campaign", "seed", "wanted", "population", "population_sha256")
            },
        )
    )
    revisit = select(_revisit.c.id).where(_revisit.c.uuid == body["revisit"]).scalar_subquery()
    place = 0
    for stratum in body["strata"]:
        for drawn in stratum["drawn"]:
            place += 1
            session.execute(
                insert(_hazard).values(
                    revisit_id=revisit,
                    hazard=drawn,
                    sector=stratum["sector"],
                    place=place,
                    reopened=body["reopened"].get(drawn, 0),
                    held_by="",
                    held_words="",
                    held_record="",
                    last_seq=entry.seq,
                )
            )


def _handed(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        update(_hazard)
        .where(_of(body["revisit"]), _hazard.c.hazard.in_(body["hazards"]))
        .values(
            handed_to_id=id_of(body["office"]),
            due_on=date.fromisoformat(body["due_on"]),
            last_seq=entry.seq,
        )
    )


def _held(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.execute(
        update(_hazard)
        .where(_of(body["revisit"]), _hazard.c.hazard == body["hazard"])
        .values(
            held_by=body["by"]["name"],
            held_words=body["words"],
            held_record=body["record"],
            held_at=entry.at,
            last_seq=entry.seq,
        )
    )


def _of(revisit: str) -> Any:
    wanted = select(_revisit.c.id).where(_revisit.c.uuid == revisit)
    return _hazard.c.revisit_id == wanted.scalar_subquery()


VIEW = View(
    (RevisitedHazard, Revisit, CampaignTag, Campaign),
    {
        "campaign.begun": _begun,
        "campaign.changed": _changed,
        "campaign.closed": _closed,
        "campaign.tagged": _tagged,
        "campaign.untagged": _tagged,
        "revisit.drawn": _drawn,
        "revisit.handed": _handed,
        "revisit.held": _held,
    },
)
