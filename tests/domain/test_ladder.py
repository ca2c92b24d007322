"""The ladder: which rungs are reached on which day, and which ladders cannot be used."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from inspection.domain import ladder
from inspection.domain.hazard import Level, State
from inspection.domain.ladder import DEFAULT, Case, Code, Ladder
from inspection.domain.problems import LadderUnfit

DUE = date(2026, 6, 1)  # a Monday
CASE = Case(Level.GENERAL, DUE, 0, State.RECTIFYING)


def codes(case: Case, days: int, *taken: Code, by: Ladder = DEFAULT) -> list[str]:
    found = ladder.reached(by, case, taken=taken, today=DUE + timedelta(days=days))
    return [each.rung.code for each in found]


@pytest.mark.parametrize(
    ("days", "reached"),
    [
        (-4, []),
        (-3, ["remind"]),
        (-1, ["remind"]),
        (0, ["urge"]),
        (2, ["urge"]),
        (3, ["urge", "supervise"]),
        (7, ["urge", "supervise", "propose_listing"]),
        (13, ["urge", "supervise", "propose_listing"]),
        (14, ["urge", "supervise", "propose_listing", "interview"]),
        (23, [code.value for code in Code][1:]),  # the Dragon Boat holiday of 19 June lies between
    ],
)
def test_rungs_are_reached_by_days_and_bring_those_below(days: int, reached: list[str]) -> None:
    assert codes(CASE, days) == reached


def test_a_rung_is_reached_once() -> None:
    assert codes(CASE, 3, Code.REMIND, Code.URGE) == ["supervise"]
    assert codes(CASE, 3, Code.URGE, Code.SUPERVISE) == []


def test_a_reminder_is_not_sent_after_the_deadline_has_come() -> None:
    assert "remind" in codes(CASE, -1)
    assert "remind" not in codes(CASE, 0)


def test_a_major_hazard_is_proposed_for_listing_the_day_after() -> None:
    major = replace(CASE, level=Level.MAJOR)
    assert codes(major, 0) == ["urge"]
    assert codes(major, 1) == ["urge", "supervise", "propose_listing"]
    found = ladder.reached(DEFAULT, major, taken=(), today=DUE + timedelta(days=1))
    assert [each.by for each in found] == ["days", "major", "major"]
    assert {each.due.on for each in found[1:]} == {DUE + timedelta(days=1)}


def test_rounds_bring_one_rung_and_not_those_below() -> None:
    by = tuple(
        replace(rung, returned=2) if rung.code is Code.INTERVIEW else rung for rung in DEFAULT
    )
    assert codes(replace(CASE, returned=1), -20, by=by) == []
    assert codes(replace(CASE, returned=2), -20, by=by) == ["interview"]


@pytest.mark.parametrize("state", [State.CLAIMED, State.VERIFIED, State.CLOSED])
def test_nobody_is_pressed_when_it_is_not_their_turn(state: State) -> None:
    assert codes(replace(CASE, state=state), 30) == []


def changed(code: Code, **values: object) -> Ladder:
    return tuple(
        replace(rung, **values) if rung.code is code else rung  # type: ignore[arg-type]
        for rung in DEFAULT
    )


@pytest.mark.parametrize(
    ("rungs", "place", "fault"),
    [
        ((), "", "no_rung"),
        (tuple(reversed(DEFAULT)), "", "rungs_disordered"),
        ((*DEFAULT, DEFAULT[-1]), "", "rungs_disordered"),
        (changed(Code.SUPERVISE, days=-1), "supervise.days", "before_deadline"),
        (changed(Code.REMIND, days=0), "remind.days", "not_before_deadline"),
        (changed(Code.REMIND, days=-31), "remind.days", "not_before_deadline"),
        (changed(Code.SUPERVISE, days=8), "propose_listing.days", "before_lower_rung"),
        (changed(Code.INTERVIEW, days=6, working=False), "interview.days", "before_lower_rung"),
        (changed(Code.INTERVIEW, days=366), "interview.days", "out_of_range"),
        (
            changed(Code.PROPOSE_LISTING, major_days=-1),
            "propose_listing.major_days",
            "out_of_range",
        ),
        (changed(Code.INTERVIEW, returned=0), "interview.returned", "out_of_range"),
        (changed(Code.URGE, to=()), "urge.to", "nobody"),
        (changed(Code.URGE, zh=" "), "urge.zh", "missing"),
        (changed(Code.URGE, en="x" * 501), "urge.en", "too_long"),
        (changed(Code.URGE, zh="{unit.__class__}"), "urge.zh", "placeholder_unknown"),
        (changed(Code.URGE, zh="{unit"), "urge.zh", "placeholder_unknown"),
    ],
)
def test_a_ladder_that_cannot_be_used_says_where(rungs: Ladder, place: str, fault: str) -> None:
    with pytest.raises(LadderUnfit) as refused:
        ladder.checked(rungs)
    assert refused.value.details["fields"][place] == fault


def test_the_given_ladder_can_be_used_and_is_read_as_it_was_written() -> None:
    assert ladder.checked(DEFAULT) == DEFAULT
    assert ladder.read(ladder.written(DEFAULT)) == DEFAULT


def test_words_reach_nothing_but_the_facts() -> None:
    assert ladder.worded("{unit} {number} {x}", {"unit": "{number}", "number": "7"}) == (
        "{number} 7 {x}"
    )
