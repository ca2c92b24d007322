"""The table of steps: which are lawful, for whom, and why another is not."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from inspection.domain import hazard
from inspection.domain.hazard import (
    ENDED,
    OPEN,
    TRANSITIONS,
    Level,
    Obstacle,
    Question,
    Side,
    Situation,
    Source,
    State,
    Step,
)
from inspection.domain.problems import NotAllowed, StepNotAllowed

TODAY = date(2026, 11, 30)
ANYBODY = frozenset(Side)
_PEOPLE = itertools.count()
FOUND = Situation(State.REGISTERED, Level.GENERAL, Source.DEPARTMENT)


def walked(
    situation: Situation, *steps: Step, sides: frozenset[Side] = ANYBODY, person: str = ""
) -> Situation:
    """Take steps one after the other, each by somebody new unless `person` takes them all."""
    for step in steps:
        by = person or f"person {next(_PEOPLE)}"
        row = hazard.taken(situation, step, sides, person=by, today=TODAY)
        question = hazard.question(situation, step)
        asked = by if question and question != situation.question else situation.asked_by
        claimed = by if step is Step.CLAIM else situation.rectified_by
        situation = replace(
            situation, state=row.after, question=question, asked_by=asked, rectified_by=claimed
        )
    return situation


def obstacle(situation: Situation, step: Step, *sides: Side, person: str = "q") -> Obstacle | None:
    offered = hazard.offers(situation, sides, person=person, today=TODAY)
    return {offer.step: offer.obstacle for offer in offered}[step]


def test_no_two_rows_of_the_table_fit_one_situation_and_lead_apart() -> None:
    rows = itertools.product(State, Level, Source, (False, True), (None, *Question), Step)
    for state, level, source, listed, question, step in rows:
        here = Situation(state, level, source, listed=listed, question=question)
        ends = {row.after for row in TRANSITIONS if row.before == state and row.step == step}
        fits = {
            offered.after
            for side in Side
            for offered in hazard.fitting(here, step)
            if offered.side == side
        }
        assert len(fits) <= 1, (here, step, fits)
        assert fits <= ends


def test_every_open_state_has_a_way_to_its_end_and_every_ended_one_a_way_back() -> None:
    for state in OPEN:
        reached, fresh = {state}, {state}
        while fresh:
            fresh = {row.after for row in TRANSITIONS if row.before in fresh} - reached
            reached |= fresh
        assert State.CLOSED in reached, state
    for state in ENDED:
        assert any(row.before == state and row.after in OPEN for row in TRANSITIONS), state


def test_a_general_hazard_is_claimed_in_one_step_and_struck_off_on_the_spot() -> None:
    claimed = walked(FOUND, Step.CLAIM)
    assert claimed.state is State.CLAIMED
    assert walked(claimed, Step.REINSPECT_PASS).state is State.CLOSED
    assert walked(claimed, Step.REINSPECT_RETURN).state is State.RECTIFYING


def test_a_major_hazard_is_reported_planned_and_approved_before_it_is_rectified() -> None:
    major = replace(FOUND, level=Level.MAJOR)
    for step in (Step.ASSIGN, Step.PROGRESS, Step.CLAIM):
        assert obstacle(major, step, Side.ENTERPRISE) is Obstacle.PLAN_FIRST
    approved = walked(major, Step.REPORT, Step.PLAN, Step.APPROVE_PLAN)
    assert walked(approved, Step.CLAIM).state is State.CLAIMED
    assert obstacle(FOUND, Step.REPORT, Side.ENTERPRISE) is Obstacle.MAJOR_ONLY


def test_nobody_closes_what_they_claimed_and_nobody_answers_their_own_question() -> None:
    own = walked(replace(FOUND, source=Source.SELF), Step.CLAIM, person="p")
    assert obstacle(own, Step.ACCEPT, Side.ENTERPRISE, person="p") is Obstacle.OWN_WORK
    assert obstacle(own, Step.ACCEPT, Side.ENTERPRISE, person="q") is None
    for asks, answers in (
        (Step.CALL_DUPLICATE, Step.CONFIRM_DUPLICATE),
        (Step.CALL_NO_HAZARD, Step.CONFIRM_NO_HAZARD),
        (Step.CALL_NO_HAZARD, Step.REFUSE_PROPOSAL),
    ):
        asked = walked(FOUND, asks, person="p")
        assert obstacle(asked, answers, Side.AUTHORITY, person="p") is Obstacle.OWN_QUESTION
        assert obstacle(asked, answers, Side.AUTHORITY, person="q") is None
        assert obstacle(FOUND, answers, Side.AUTHORITY) is Obstacle.NOTHING_ASKED


def test_what_a_department_found_is_never_accepted_by_the_enterprise() -> None:
    claimed = walked(FOUND, Step.CLAIM)
    assert obstacle(claimed, Step.ACCEPT, Side.ENTERPRISE) is Obstacle.DEPARTMENT_FOUND


def test_a_self_found_major_hazard_is_decided_by_the_head() -> None:
    own = replace(FOUND, source=Source.SELF, level=Level.MAJOR)
    planned = walked(own, Step.REPORT, Step.PLAN)
    assert obstacle(planned, Step.APPROVE_PLAN, Side.AUTHORITY) is Obstacle.SELF_FOUND
    claimed = walked(planned, Step.APPROVE_PLAN, Step.CLAIM)
    assert obstacle(claimed, Step.ACCEPT, Side.ENTERPRISE) is Obstacle.HEAD_ONLY
    assert obstacle(claimed, Step.ACCEPT, Side.ENTERPRISE, Side.HEAD) is None


def test_what_is_listed_is_struck_off_only_by_whoever_lists() -> None:
    listed = walked(replace(FOUND, listed=True), Step.CLAIM)
    verified = walked(listed, Step.REINSPECT_PASS)
    assert verified.state is State.VERIFIED
    assert obstacle(verified, Step.STRIKE_OFF, Side.LISTER) is None
    with pytest.raises(NotAllowed):
        hazard.taken(
            verified, Step.STRIKE_OFF, {Side.ENTERPRISE, Side.AUTHORITY}, person="p", today=TODAY
        )
    assert walked(verified, Step.STRIKE_OFF).state is State.CLOSED


def test_more_time_is_asked_for_before_the_deadline_and_not_after() -> None:
    due = replace(FOUND, deadline_on=TODAY)
    late = replace(FOUND, deadline_on=date(2026, 11, 29))
    assert obstacle(due, Step.ASK_EXTENSION, Side.ENTERPRISE) is None
    assert obstacle(late, Step.ASK_EXTENSION, Side.ENTERPRISE) is Obstacle.EXPIRED
    asked = walked(due, Step.ASK_EXTENSION)
    assert asked.question is Question.EXTENSION
    assert obstacle(asked, Step.ASK_EXTENSION, Side.ENTERPRISE) is Obstacle.ALREADY_ASKED
    assert walked(asked, Step.GRANT_EXTENSION).question is None


def test_a_step_that_is_not_offered_is_refused_with_the_reason() -> None:
    with pytest.raises(StepNotAllowed) as refused:
        hazard.taken(FOUND, Step.STRIKE_OFF, {Side.LISTER}, person="p", today=TODAY)
    assert refused.value.details == {
        "step": Step.STRIKE_OFF,
        "state": State.REGISTERED,
        "obstacle": Obstacle.NOT_FROM_HERE,
    }
