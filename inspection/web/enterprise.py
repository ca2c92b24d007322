"""The first page of an enterprise (我们单位的隐患): what waits for whom, made for a phone."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template

from inspection.accounts.people import Actor
from inspection.accounts.policy import PERMISSION_OF_SIDE, Permission
from inspection.domain import hazard
from inspection.domain.hazard import Side, Situation
from inspection.edge import current_actor, reading, requires
from inspection.edge import steps as words
from inspection.hazards import enquiries
from inspection.hazards.enquiries import HazardRow
from inspection.web.moments import today

blueprint = Blueprint("enterprise", __name__)

MOST = 200
OURS = (Side.ENTERPRISE, Side.HEAD)


@dataclass(frozen=True)
class Waiting:
    """One hazard, whose turn it is, and what the reader would do next; "" when nothing."""

    row: HazardRow
    turn: str
    """`mine`, `ours` (a colleague's or the head's) or `theirs`."""
    awaited: Any
    verb: Any


@blueprint.get("/enterprise")
@requires(Permission.HAZARD_RECTIFY)
def show() -> str:
    """List the hazards of the reader's enterprise that are not over, by whose turn it is."""
    actor = current_actor()
    with reading() as session:
        scope = actor.scope(Permission.HAZARD_RECTIFY)
        found = enquiries.open_ones(session, scope, today=today(), most=MOST)
    waiting = [_waiting(actor, row, situation) for row, situation in found]
    return render_template(
        "web/enterprise/show.html",
        groups={
            turn: [each for each in waiting if each.turn == turn]
            for turn in ("mine", "ours", "theirs")
        },
        late=sum(1 for row, _ in found if row.days_left is not None and row.days_left < 0),
        total=len(waiting),
        most=MOST,
        inspects=actor.may(Permission.SELF_INSPECT),
    )


def _waiting(actor: Actor, row: HazardRow, situation: Situation) -> Waiting:
    sides = {side for side, permission in PERMISSION_OF_SIDE.items() if actor.may(permission)}
    offers = hazard.offers(situation, sides, person=actor.uuid, today=today())
    free = {offer.step for offer in offers if not offer.obstacle}
    leading = next((step for step in hazard.LEADING_ON if step in free), None)
    answered_by = hazard.answered_by(situation)
    awaited = answered_by or hazard.awaited(situation)
    if leading or (answered_by in sides and situation.asked_by != actor.uuid):
        turn = "mine"
    else:
        turn = "ours" if awaited in OURS else "theirs"
    return Waiting(row, turn, words.SIDES[awaited], words.VERBS[leading] if leading else "")
