"""Accident hazards (隐患): levels, sources, states, and the one table of lawful steps.

`hazard` here always means 隐患, never 危险源 (DOMAIN §6). The table says which step
leads where, from which side, and under which conditions (DOMAIN §4.3, §4.4). Which
roles stand on a side is in `accounts/policy.py`; what has to be said with a step in
`handling.py`; how the register keeps it in `hazards/`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from inspection.domain.problems import NotAllowed, StepNotAllowed


class Level(StrEnum):
    """Levels of DOMAIN §4.1; only MAJOR triggers legal duties."""

    GENERAL = "general"
    LARGER = "larger"
    MAJOR = "major"


class Source(StrEnum):
    """Where a hazard came from: the kinds of inspection that can raise one."""

    DEPARTMENT = "department"
    SELF = "self"


class State(StrEnum):
    """States of DOMAIN §4.3."""

    REGISTERED = "registered"
    GRADED = "graded"
    REPORTED = "reported"
    """A major hazard was reported with its cause and harm (总局令16号 art. 14)."""
    PLANNED = "planned"
    """A treatment plan (治理方案) waits for approval."""
    APPROVED = "plan_approved"
    RECTIFYING = "rectifying"
    CLAIMED = "rectified_claimed"
    """The enterprise says it is rectified; somebody else has to look."""
    VERIFIED = "verified"
    """Found in order, but listed: only whoever listed it strikes it off."""
    CLOSED = "closed"
    TRANSFERRED = "transferred"
    DUPLICATE = "duplicate"
    NOT_A_HAZARD = "not_a_hazard"


ENDED = frozenset({State.CLOSED, State.TRANSFERRED, State.DUPLICATE, State.NOT_A_HAZARD})
"""Nobody has to do anything any more, unless it is reopened."""
OPEN = tuple(state for state in State if state not in ENDED)


class Stage(StrEnum):
    """States that belong together when one asks how far the work is (阶段)."""

    FOUND = "found"
    PLANNING = "planning"
    RECTIFYING = "rectifying"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    CLOSED = "closed"


STAGES: dict[Stage, tuple[State, ...]] = {
    Stage.FOUND: (State.REGISTERED, State.GRADED),
    Stage.PLANNING: (State.REPORTED, State.PLANNED, State.APPROVED),
    Stage.RECTIFYING: (State.RECTIFYING,),
    Stage.CLAIMED: (State.CLAIMED,),
    Stage.VERIFIED: (State.VERIFIED,),
    Stage.CLOSED: (State.CLOSED,),
}
"""Endings without rectification (transferred, duplicate, no hazard) are in no stage."""


class Step(StrEnum):
    """Steps that move a hazard; each is a kind of ledger entry, `hazard.<step>`."""

    REGISTER = "registered"
    FIX_ON_SPOT = "fixed_on_spot"
    GRADE = "graded"
    ASSIGN = "assigned"
    REPORT = "reported"
    PLAN = "planned"
    APPROVE_PLAN = "plan_approved"
    RETURN_PLAN = "plan_returned"
    PROGRESS = "progressed"
    CLAIM = "claimed"
    REINSPECT_PASS = "reinspected_passed"  # noqa: S105  # no password: it passed
    REINSPECT_RETURN = "reinspected_returned"
    ACCEPT = "accepted"
    REJECT = "rejected"
    STRIKE_OFF = "struck_off"
    ASK_EXTENSION = "extension_asked"
    GRANT_EXTENSION = "extension_granted"
    REFUSE_EXTENSION = "extension_refused"
    CALL_DUPLICATE = "duplicate_proposed"
    CONFIRM_DUPLICATE = "duplicate_confirmed"
    CALL_NO_HAZARD = "no_hazard_proposed"
    CONFIRM_NO_HAZARD = "no_hazard_confirmed"
    REFUSE_PROPOSAL = "proposal_refused"
    TRANSFER = "transferred"
    REOPEN = "reopened"
    LIST = "listed"
    LIFT = "lifted"


class Side(StrEnum):
    """From where a step is taken."""

    SITE = "site"
    """Inside a signed inspection; two officers for a department's (行政处罚法 art. 42)."""
    ENTERPRISE = "enterprise"
    HEAD = "head"
    """The enterprise's principal person in charge (主要负责人)."""
    AUTHORITY = "authority"
    """The department, town or office that supervises the enterprise."""
    LISTER = "lister"
    """An office that may list a hazard for supervision (挂牌督办)."""


class Question(StrEnum):
    """What was asked about a hazard and waits for somebody else's answer."""

    EXTENSION = "extension"
    DUPLICATE = "duplicate"
    NO_HAZARD = "no_hazard"


class Obstacle(StrEnum):
    """Why a step of one's own is not offered now."""

    NOT_FROM_HERE = "not_from_here"
    PLAN_FIRST = "plan_first"
    MAJOR_ONLY = "major_only"
    LISTED = "listed"
    NOT_LISTED = "not_listed"
    DEPARTMENT_FOUND = "department_found"
    """A department found it: it decides, and two officers look again on the spot."""
    SELF_FOUND = "self_found"
    """The enterprise found it itself: its head decides."""
    HEAD_ONLY = "head_only"
    OWN_WORK = "own_work"
    OWN_QUESTION = "own_question"
    NOTHING_ASKED = "nothing_asked"
    ALREADY_ASKED = "already_asked"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Transition:
    """One row of the table: `step` leads from `before` (None: from nothing) to `after`.

    The other members are conditions: on level and source (None: any), on being listed
    (None: either way), and on the question that the step asks or answers.
    """

    before: State | None
    step: Step
    after: State
    side: Side
    level: frozenset[Level] | None = None
    source: Source | None = None
    listed: bool | None = None
    asks: Question | None = None
    answers: Question | None = None


_MAJOR = frozenset({Level.MAJOR})
_OTHERS = frozenset({Level.GENERAL, Level.LARGER})
_S, _E, _H, _A, _L = Side.SITE, Side.ENTERPRISE, Side.HEAD, Side.AUTHORITY, Side.LISTER


def _anywhere(step: Step, side: Side, states: Collection[State] = OPEN) -> Iterator[Transition]:
    """Rows of a step that leaves the state as it is."""
    return (Transition(state, step, state, side) for state in states)


def _looked_at_again() -> Iterator[Transition]:
    """Two officers looked again on the spot, with photos, whatever was claimed (DOMAIN §4.4)."""
    back = {State.CLAIMED, State.VERIFIED, State.APPROVED}
    for state in OPEN:
        yield Transition(state, Step.REINSPECT_PASS, State.CLOSED, _S, listed=False)
        yield Transition(state, Step.REINSPECT_PASS, State.VERIFIED, _S, listed=True)
        after = State.RECTIFYING if state in back else state
        yield Transition(state, Step.REINSPECT_RETURN, after, _S)


def _rectified() -> Iterator[Transition]:
    """The enterprise rectifies; a major hazard only after its plan was approved (总局令16号)."""
    for state in (State.REGISTERED, State.GRADED):
        yield Transition(state, Step.ASSIGN, State.RECTIFYING, _E, _OTHERS)
        yield Transition(state, Step.PROGRESS, State.RECTIFYING, _E, _OTHERS)
        yield Transition(state, Step.CLAIM, State.CLAIMED, _E, _OTHERS)
    for state in (State.APPROVED, State.RECTIFYING):
        yield Transition(state, Step.ASSIGN, State.RECTIFYING, _E)
        yield Transition(state, Step.PROGRESS, State.RECTIFYING, _E)
        yield Transition(state, Step.CLAIM, State.CLAIMED, _E)


def _planned() -> Iterator[Transition]:
    """A major hazard is reported, planned and approved before it is rectified."""
    for state in (State.REGISTERED, State.GRADED):
        yield Transition(state, Step.REPORT, State.REPORTED, _E, _MAJOR)
    yield Transition(State.REPORTED, Step.PLAN, State.PLANNED, _E)
    for side, source in ((_A, Source.DEPARTMENT), (_H, Source.SELF)):
        yield Transition(State.PLANNED, Step.APPROVE_PLAN, State.APPROVED, side, source=source)
        yield Transition(State.PLANNED, Step.RETURN_PLAN, State.REPORTED, side, source=source)


def _accepted() -> Iterator[Transition]:
    """What the enterprise found itself it accepts itself, by somebody else (DOMAIN §4.4)."""
    own = Source.SELF
    for side, level in ((_E, _OTHERS), (_H, _MAJOR)):
        for listed, after in ((False, State.CLOSED), (True, State.VERIFIED)):
            yield Transition(State.CLAIMED, Step.ACCEPT, after, side, level, own, listed)
        yield Transition(State.CLAIMED, Step.REJECT, State.RECTIFYING, side, level, own)


def _questioned() -> Iterator[Transition]:
    """Questions that somebody else answers: later, twice registered, no hazard at all."""
    later, twice, none = Question.EXTENSION, Question.DUPLICATE, Question.NO_HAZARD
    for state in (State.REGISTERED, State.GRADED, State.APPROVED, State.RECTIFYING):
        yield Transition(state, Step.ASK_EXTENSION, state, _E, asks=later)
    for state in OPEN:
        for side, source in ((_A, Source.DEPARTMENT), (_H, Source.SELF)):
            for step in (Step.GRANT_EXTENSION, Step.REFUSE_EXTENSION):
                yield Transition(state, step, state, side, source=source, answers=later)
        for side in (_A, _E):
            yield Transition(state, Step.CALL_DUPLICATE, state, side, asks=twice)
            yield Transition(state, Step.CALL_NO_HAZARD, state, side, asks=none)
        yield Transition(state, Step.CONFIRM_DUPLICATE, State.DUPLICATE, _A, answers=twice)
        yield Transition(state, Step.CONFIRM_NO_HAZARD, State.NOT_A_HAZARD, _A, answers=none)
        for question in (twice, none):
            yield Transition(state, Step.REFUSE_PROPOSAL, state, _A, answers=question)


def _supervised() -> Iterator[Transition]:
    """Grading, transfer (安全生产法 art. 69), listing and lifting, and opening again."""
    for state in (State.REGISTERED, State.GRADED, State.RECTIFYING):
        yield Transition(state, Step.GRADE, State.GRADED, _A)
        yield Transition(state, Step.GRADE, State.GRADED, _E, source=Source.SELF)
        yield Transition(state, Step.TRANSFER, State.TRANSFERRED, _A)
    for state in OPEN:
        yield Transition(state, Step.LIST, state, _L, listed=False)
        yield Transition(state, Step.LIFT, state, _L, listed=True)
    yield Transition(State.VERIFIED, Step.STRIKE_OFF, State.CLOSED, _L)
    for state in sorted(ENDED):
        yield Transition(state, Step.REOPEN, State.GRADED, _A)


TRANSITIONS: tuple[Transition, ...] = (
    Transition(None, Step.REGISTER, State.REGISTERED, _S),
    # Fixed in the same visit, with photos before and after and the signatures of both sides.
    Transition(State.REGISTERED, Step.FIX_ON_SPOT, State.CLOSED, _S),
    *_looked_at_again(),
    *_planned(),
    *_rectified(),
    *_accepted(),
    *_questioned(),
    *_supervised(),
)


@dataclass(frozen=True)
class Situation:
    """Where a hazard stands, as far as its next step depends on it.

    `asked_by` and `rectified_by` are people's uuids: of whoever asked the open question or
    wrote the plan, and of whoever claimed that it is rectified.
    """

    state: State
    level: Level
    source: Source
    listed: bool = False
    deadline_on: date | None = None
    question: Question | None = None
    asked_by: str = ""
    rectified_by: str = ""


@dataclass(frozen=True)
class Offer:
    """A step of somebody's own, and what stands in its way now; None: it may be taken."""

    step: Step
    obstacle: Obstacle | None


def offers(
    situation: Situation, sides: Collection[Side], *, person: str, today: date
) -> tuple[Offer, ...]:
    """Return every step that is ever taken from these sides, and whether it may be taken now."""
    steps = dict.fromkeys(row.step for row in TRANSITIONS if row.side in sides)
    return tuple(
        Offer(step, _obstacle(situation, step, sides, person=person, today=today)) for step in steps
    )


def taken(
    situation: Situation, step: Step, sides: Collection[Side], *, person: str, today: date
) -> Transition:
    """Return the row by which this person takes this step.

    Raises NotAllowed when the step is never theirs, StepNotAllowed when it is not now.
    """
    if not any(row.step == step and row.side in sides for row in TRANSITIONS):
        raise NotAllowed(step=step)
    obstacle = _obstacle(situation, step, sides, person=person, today=today)
    if obstacle is not None:
        raise StepNotAllowed(step=step, state=situation.state, obstacle=obstacle)
    return next(row for row in fitting(situation, step) if row.side in sides)


def fitting(situation: Situation, step: Step) -> Iterator[Transition]:
    """The rows by which a step leads on from here, whoever takes it; all lead to one state."""
    return (
        row
        for row in TRANSITIONS
        if row.before == situation.state and row.step == step and not _unmet(row, situation)
    )


def leads(situation: Situation, step: Step) -> State:
    """Return where a step leads, whoever took it; ValueError where the table has no such row."""
    for row in fitting(situation, step):
        return row.after
    raise ValueError(f"no {step} from {situation}")


LEADING_ON = (
    Step.STRIKE_OFF,
    Step.ACCEPT,
    Step.CLAIM,
    Step.APPROVE_PLAN,
    Step.PLAN,
    Step.REPORT,
    Step.REINSPECT_PASS,
)
"""Steps that bring a hazard nearer to its end, the nearest first."""


def is_leading(step: Step) -> bool:
    """Whether a step brings a hazard nearer to its end, or decides what somebody asked."""
    return step in LEADING_ON or any(row.step == step and row.answers for row in TRANSITIONS)


def awaited(situation: Situation) -> Side | None:
    """Return the side whose step leads on from here; None where nothing is left to do.

    A question that was asked waits besides, for those who may answer it.
    """
    if situation.state in ENDED:
        return None
    return next(row.side for step in LEADING_ON for row in fitting(situation, step))


def answered_by(situation: Situation) -> Side | None:
    """Return the side that answers the open question; None where none was asked."""
    rows = (row for row in TRANSITIONS if row.before == situation.state and row.answers)
    fit = (row.side for row in rows if not _unmet(row, situation))
    return next(fit, None) if situation.question else None


def allows(before: State | None, step: Step) -> bool:
    """Whether the table has a row for `step` from `before`."""
    return any(row.before == before and row.step == step for row in TRANSITIONS)


def question(situation: Situation, step: Step) -> Question | None:
    """Return the question that is open after the step."""
    row = next(fitting(situation, step))
    if row.asks:
        return row.asks
    return None if row.answers or row.after in ENDED else situation.question


def _unmet(row: Transition, situation: Situation) -> Obstacle | None:
    """What in the hazard itself keeps a row from being the one."""
    if row.source not in (None, situation.source):
        by_department = situation.source == Source.DEPARTMENT
        return Obstacle.DEPARTMENT_FOUND if by_department else Obstacle.SELF_FOUND
    if row.level is not None and situation.level not in row.level:
        major = situation.level == Level.MAJOR
        return Obstacle.PLAN_FIRST if major else Obstacle.MAJOR_ONLY
    if row.listed is not None and row.listed != situation.listed:
        return Obstacle.LISTED if situation.listed else Obstacle.NOT_LISTED
    if row.answers not in (None, situation.question):
        return Obstacle.NOTHING_ASKED
    if row.asks and situation.question:
        return Obstacle.ALREADY_ASKED
    return None


def _obstacle(
    situation: Situation, step: Step, sides: Collection[Side], *, person: str, today: date
) -> Obstacle | None:
    here = [row for row in TRANSITIONS if row.before == situation.state and row.step == step]
    ours = [row for row in here if row.side in sides]
    unmet = [_unmet(row, situation) for row in ours]
    if None in unmet:
        return _personal(situation, step, person=person, today=today)
    if Side.ENTERPRISE in sides and any(
        row.side == Side.HEAD and not _unmet(row, situation) for row in here
    ):
        return Obstacle.HEAD_ONLY
    return unmet[0] if unmet else Obstacle.NOT_FROM_HERE


_SECOND_PERSON = frozenset(
    {
        Step.APPROVE_PLAN,
        Step.GRANT_EXTENSION,
        Step.CONFIRM_DUPLICATE,
        Step.CONFIRM_NO_HAZARD,
        Step.REFUSE_PROPOSAL,
    }
)


def _personal(situation: Situation, step: Step, *, person: str, today: date) -> Obstacle | None:
    """What keeps this person from it, or this day: nobody closes what they rectified."""
    if step in (Step.ACCEPT, Step.STRIKE_OFF) and person == situation.rectified_by:
        return Obstacle.OWN_WORK
    if step in _SECOND_PERSON and person == situation.asked_by:
        return Obstacle.OWN_QUESTION
    late = situation.deadline_on is not None and situation.deadline_on < today
    return Obstacle.EXPIRED if step == Step.ASK_EXTENSION and late else None


def number(year: int, seq: int) -> str:
    """The number people use for a hazard: its year and its place in the ledger."""
    return f"YH{year}-{seq:06d}"
