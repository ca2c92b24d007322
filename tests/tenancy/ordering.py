"""What orders leave behind in the world that strangers walk through."""

import re
from typing import TYPE_CHECKING

from inspection import worker
from tests.builders.enrolment import PASSWORD
from tests.orders.desk import Desk, document

if TYPE_CHECKING:
    from tests.tenancy.world import World


def fill(world: "World") -> None:
    """An order to the unit, fed back with a document, and the bulletin that tells of it."""
    scene, office, head = world.scene, world.own["office"], world.own["head"]
    desk, title = Desk(scene), "只给本单位看的交办"
    order = desk.issued(title=title, lead="", joint=[], lead_other=scene.settled.enterprise.name)
    assert desk.step(order, "receive", head).status_code == 303
    told = {"words": "只给交办单位看的反馈", "documents": [document("只给交办单位看的.pdf")]}
    assert desk.step(order, "claim", head, **told).status_code == 303
    digest = desk.get(order, office).text.split(f"{order}/evidence/")[1].split('"')[0]
    path = "/orders/months/2026-11/bulletin"
    seen = re.findall(r'name="content_sha256"[^>]*value="(\w{64})"', desk.get(path, office).text)
    answer = desk.post(path, office, content_sha256=seen[0], password=PASSWORD)
    assert answer.status_code == 303, answer.text
    while worker.work_once(scene.wiring):
        pass
    world.things |= {
        "order": order.rpartition("/")[2],
        "document of the order": digest,
        "district": desk.unit("云岚区"),
    }
    world.secrets |= {
        "order": world.things["order"],
        "title of the order": title,
        "words of the feedback": str(told["words"]),
        "document of the order": digest,
    }
