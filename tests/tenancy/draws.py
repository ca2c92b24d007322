"""A campaign, a draw of what was closed, a conflict and a selection, by the town's office."""

from datetime import timedelta

from sqlalchemy import select

from inspection.accounts.policy import Role
from inspection.campaigns import revisits, running
from inspection.campaigns.running import NewCampaign
from inspection.database import writing
from inspection.domain.campaign import Stage
from inspection.hazards.narrowing import RegisterFilter
from inspection.organisations.unit import Unit
from inspection.selections import conflicts, lots
from inspection.selections.pools import NewSelection, Wanted
from tests.builders import enrolment
from tests.builders.people import Person, inspector
from tests.scene import Scene


def hired(scene: Scene) -> Person:
    """Hire somebody for the office of the unit's town."""
    office = inspector("柳主任")
    with writing(scene.engine) as session:
        town = session.scalars(select(Unit).where(Unit.name == scene.settled.town.name)).one()
        enrolment.enlist(session, office, unit=town, role=Role.OFFICE)
    return office


def settle(scene: Scene, office: Person) -> tuple[dict[str, str], dict[str, str]]:
    """Return the things of the world that they are, and what of them nobody else may read."""
    at = scene.clock()
    fixed = scene.filled(failed=1, fixed_on_spot=True)
    assert scene.tablet.hand_in(fixed).status == 201
    stage = Stage("x", at.date() - timedelta(days=30), at.date())
    campaign = NewCampaign("只给本镇看的专项", "x", (stage,), (), ())
    pair = tuple(each.uuid for each in scene.settled.inspectors)
    lot = NewSelection(
        title="只给本镇看的双随机",
        source="x",
        value_from=at - timedelta(days=8),
        visit_since=at.date() - timedelta(days=7),
        visit_until=at.date() - timedelta(days=2),
        strata=(Wanted("", "", 1),),
        venue="",
        unchecked_days=0,
        inspectors=pair,
        inspectors_each=2,
        experts=(),
        experts_each=0,
        recent_days=0,
    )
    blobs, early = scene.wiring.blobs, at - timedelta(days=10)
    with writing(scene.engine) as session:
        actor = enrolment.actor(session, office)
        begun = running.begin(session, actor, campaign, at=at)
        revisit = revisits.draw(
            session,
            actor,
            RegisterFilter(),
            size=1,
            seed="only-this-lot",
            blobs=blobs,
            today=at.date(),
            at=at,
        )
        selection = lots.announce(session, actor, lot, blobs=blobs, at=early)
        lots.draw(session, actor, selection, "x", blobs=blobs, at=lot.value_from)
        said = "只给本镇看的利益关系"
        conflict = conflicts.declare(
            session, actor, pair[0], scene.settled.enterprise.uuid, said, at=at
        )
    things = {
        "campaign": begun,
        "revisit": revisit,
        "selection": selection,
        "conflict": conflict,
    }
    secrets = {
        "campaign": begun,
        "name of the campaign": campaign.name,
        "revisit": revisit,
        "seed of the revisit": "only-this-lot",
        "title of the selection": lot.title,
        "conflict": conflict,
        "words of the conflict": said,
    }
    return things, secrets
