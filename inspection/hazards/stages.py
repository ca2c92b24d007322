"""Stages (阶段): states that belong together when one asks how far the work is."""

from enum import StrEnum

from inspection.domain.hazard import State


class Stage(StrEnum):
    """The columns of the wall chart, from left to right."""

    FOUND = "found"
    PLANNING = "planning"
    RECTIFYING = "rectifying"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    CLOSED = "closed"


STATES_OF: dict[Stage, tuple[State, ...]] = {
    Stage.FOUND: (State.REGISTERED, State.GRADED),
    Stage.PLANNING: (State.REPORTED, State.PLANNED, State.APPROVED),
    Stage.RECTIFYING: (State.RECTIFYING,),
    Stage.CLAIMED: (State.CLAIMED,),
    Stage.VERIFIED: (State.VERIFIED,),
    Stage.CLOSED: (State.CLOSED,),
}
"""Endings without rectification (transferred, duplicate, no hazard) are in no stage."""
