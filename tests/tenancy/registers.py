"""What stands in the registers of the unit that strangers walk around."""

from typing import TYPE_CHECKING

from inspection.database import writing
from inspection.domain.upkeep import DRILL
from inspection.upkeep import entries
from tests.builders import enrolment
from tests.tipoffs.sender import telling_photo

if TYPE_CHECKING:
    from tests.tenancy.world import World


def fill(world: "World") -> None:
    """A drill with a photo in the unit's register."""
    scene, officer = world.scene, world.own["enterprise"]
    digest = scene.wiring.blobs.keep(telling_photo("drill")[0].getvalue())
    said = {
        "kind": "disposal",
        "plan": "只给本单位看的预案",
        "held_on": "2026-11-20",
        "people": 3,
        "assessment": "x",
    }
    with writing(scene.engine) as session:
        actor = enrolment.actor(session, officer)
        (number,) = entries.enter(
            session,
            actor,
            world.things["unit"],
            DRILL,
            [said],
            photos=[digest],
            at=scene.clock(),
        )
    world.things |= {"register number": number, "photo of the drill": digest}
    world.secrets |= {"register number": number, "plan of the drill": said["plan"]}
