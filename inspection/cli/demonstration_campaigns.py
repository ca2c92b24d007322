"""A campaign, a look-back draw and random selections of the demonstration, around its day."""

from datetime import datetime, timedelta

from inspection.accounts.people import Actor
from inspection.campaigns import revisits, running
from inspection.campaigns.running import NewCampaign
from inspection.cli import demonstration_names as names
from inspection.domain.campaign import Stage
from inspection.domain.workdays import day_of
from inspection.edge import reading, wired, writing
from inspection.hazards.narrowing import RegisterFilter
from inspection.organisations.unit import Sector
from inspection.selections import conflicts, lots, pools
from inspection.selections.pools import NewSelection, Wanted


def load() -> None:
    """Begin a campaign, draw one selection and announce another."""
    now = wired().clock()
    with reading() as session:
        district, town = (names.actor(session, name) for name in ("anban", "zhenban"))
    team = tuple(names.uuid_of(name) for name in ("zhang", "li"))
    with writing() as session:
        running.begin(session, district, _campaign(now), at=now)
        conflicts.declare(
            session, town, team[1], names.uuid_of("老街面馆"), "其弟在该店任店长", at=now
        )
    _look_again(town, now)
    _draw(town, team, now)


def _campaign(now: datetime) -> NewCampaign:
    first = day_of(now) - timedelta(days=40)
    ends = [first + timedelta(days=days) for days in (14, 34, 79, 109, 124)]
    names = ("动员", "企业自查", "部门执法", "回头看", "总结")
    starts = [first, *(end + timedelta(days=1) for end in ends)]
    return NewCampaign(
        name="冬季动火和有限空间专项行动",
        basis="云安办〔示例〕12号：整治违规动火、有限空间盲目作业。",
        stages=tuple(map(Stage, names, starts, ends)),
        sectors=(Sector.CHEMICALS, Sector.MACHINERY, Sector.METALLURGY, Sector.CONSTRUCTION),
        checklists=(),
    )


def _look_again(town: Actor, now: datetime) -> None:
    """Some closed hazards of the town, with its inspectors."""
    today, everything = day_of(now), RegisterFilter()
    with writing() as session:
        closed = revisits.population(session, town, everything, today=today)
        if not closed:
            return
        drawn = revisits.draw(
            session,
            town,
            everything,
            size=min(3, len(closed)),
            seed="0417",
            blobs=wired().blobs,
            today=today,
            at=now,
        )
        hazards = [each.hazard for each in revisits.revisit_card(session, town, drawn).hazards]
        due = today + timedelta(days=7)
        revisits.hand(session, town, drawn, hazards, town.unit_uuid, due, at=now)


def _draw(town: Actor, team: tuple[str, ...], now: datetime) -> None:
    announced, drawn = now - timedelta(days=6), now - timedelta(days=3)
    strata = (
        Wanted(Sector.CONSTRUCTION, pools.HIGH, 1),
        Wanted(Sector.MACHINERY, "", 2),
        Wanted(Sector.LODGING, "", 1),
    )
    today = day_of(now)
    done = NewSelection(
        title="本月双随机检查",
        source="双色球第2026〔示例〕期开奖号码，中国福彩网公布",
        value_from=drawn,
        visit_since=today - timedelta(days=2),
        visit_until=today + timedelta(days=10),
        strata=strata,
        venue="",
        unchecked_days=0,
        inspectors=team,
        inspectors_each=2,
        experts=(),
        experts_each=0,
        recent_days=0,
    )
    ahead = NewSelection(
        **{
            **vars(done),
            "title": "下月双随机检查",
            "value_from": now + timedelta(days=20),
            "visit_since": today + timedelta(days=21),
            "visit_until": today + timedelta(days=50),
        }
    )
    blobs = wired().blobs
    with writing() as session:
        selection = lots.announce(session, town, done, blobs=blobs, at=announced)
        lots.draw(session, town, selection, "03 08 17 22 26 31 + 09", blobs=blobs, at=drawn)
        lots.announce(session, town, ahead, blobs=blobs, at=now)
