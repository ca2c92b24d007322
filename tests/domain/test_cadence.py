"""What is due when: computed from what was recorded, for any day."""

from datetime import date
from decimal import Decimal

import pytest

from inspection.domain import cadence, upkeep
from inspection.domain.applicability import Profile, Venue
from inspection.domain.cadence import Deed, Holding, Known, Standing, State
from inspection.domain.office_problems import UpkeepUnfit
from inspection.domain.upkeep import CERTIFICATE, DRILL, TRAINING

TODAY = date(2026, 11, 22)
LONG_AGO = date(2020, 1, 1)
PLAIN = Profile("machinery", frozenset(), high_risk=False, staff=40)
HIGH_RISK = Profile("chemicals", frozenset({Venue.CONFINED_SPACE}), high_risk=True, staff=40)


NOTHING = Known()


def stands(
    unit: Profile, code: str, known: Known = NOTHING, since: date = LONG_AGO, on: date = TODAY
) -> Standing | None:
    found = cadence.standings(unit, known, today=on, since=since)
    return next((each for each in found if each.cadence.code == code), None)


def deeds(what: str, *days: date, hours: int = 0) -> Known:
    return Known(tuple(Deed(what, day, "PX-000001", Decimal(hours)) for day in days))


def test_the_head_leads_a_check_each_quarter_where_risk_is_high_each_month() -> None:
    in_october = deeds("head_check", date(2026, 10, 8))
    plain, high = (stands(unit, "head_check", in_october) for unit in (PLAIN, HIGH_RISK))
    assert plain
    assert (plain.state, plain.due_on) == (State.DONE, date(2027, 3, 31))
    assert high
    assert (high.state, high.due_on) == (State.DUE, date(2026, 11, 30))
    in_september = stands(HIGH_RISK, "head_check", deeds("head_check", date(2026, 9, 30)))
    assert in_september
    assert (in_september.state, in_september.due_on) == (State.OVERDUE, date(2026, 10, 31))
    assert in_september.days_left(TODAY) == -22


def test_nobody_is_late_with_what_fell_before_anything_was_recorded() -> None:
    for since, state in ((date(2026, 7, 1), State.OVERDUE), (date(2026, 7, 2), State.DUE)):
        found = stands(PLAIN, "head_check", since=since)
        assert found
        assert found.state is state, since


def test_a_deed_of_tomorrow_is_not_done_today() -> None:
    found = stands(PLAIN, "fire_drill", deeds("drill.fire", date(2026, 12, 1)))
    assert found
    assert found.state is not State.DONE


def test_hours_add_up_to_the_minimum_of_the_year() -> None:
    for hours, state in ((5, State.DUE), (6, State.DONE)):
        days = (date(2026, 2, 1), date(2026, 9, 1))
        known = deeds("training.managers", *days, hours=hours)
        found = stands(PLAIN, "manager_training", known, since=date(2026, 1, 1))
        assert found
        assert found.state is state
    assert stands(PLAIN, "staff_training") is None
    high = stands(HIGH_RISK, "staff_training")
    assert high
    assert high.want == 20


def test_duties_follow_the_traits_of_a_unit() -> None:
    assert stands(PLAIN, "confined_space_training") is None
    assert stands(HIGH_RISK, "confined_space_training")
    unknown = Profile("machinery", frozenset(), high_risk=False, staff=None)
    assert stands(unknown, "plan_review") is None  # laid on nobody of whom it is not known
    large = Profile("machinery", frozenset(), high_risk=False, staff=300)
    assert stands(large, "plan_review")


def test_a_plan_is_reviewed_three_years_after_it_last_was() -> None:
    for last, state in (
        (date(2023, 11, 21), State.OVERDUE),
        (date(2023, 11, 22), State.DUE),
        (date(2024, 2, 20), State.DUE),
        (date(2024, 2, 21), State.DONE),
    ):
        found = stands(HIGH_RISK, "plan_review", deeds("plan", date(2026, 1, 1), last))
        assert found
        assert (found.state, found.due_on) == (state, last.replace(year=last.year + 3))


def test_certificates_are_counted_against_the_posts_that_need_them() -> None:
    needed = {"principal": 1, "manager": 2, "operator": 0}
    held = (
        Holding("principal", TODAY),
        Holding("manager", date(2026, 11, 21)),
        Holding("manager", date(2030, 1, 1)),
        Holding("operator", date(2030, 1, 1)),  # makes up for no other post
    )
    found = cadence.held_of_needed(Known((), held, needed), today=TODAY)
    assert found
    assert [(each.held, each.needed) for each in found] == [(1, 1), (1, 2), (1, 0)]
    assert cadence.percentage(found) == 66
    short = stands(PLAIN, "certificates", Known((), held, needed))
    assert short
    assert short.state is State.OVERDUE
    whole = stands(PLAIN, "certificates", Known((), held, {**needed, "manager": 1}))
    assert whole
    assert (whole.state, whole.due_on) == (State.DONE, TODAY)
    undeclared = stands(PLAIN, "certificates", Known((), held))
    assert undeclared
    assert undeclared.state is State.DUE


def test_each_reminder_falls_once() -> None:
    due = date(2026, 12, 22)
    for day, told, expected in (
        (date(2026, 11, 21), (), None),
        (date(2026, 11, 22), (), 30),
        (date(2026, 11, 23), (30,), None),
        (date(2026, 12, 15), (30,), 7),
        (date(2026, 12, 20), (), 7),  # a server that was down tells the nearest alone
        (date(2026, 12, 21), (7,), None),
        (due, (30, 7), 0),
        (date(2026, 12, 23), (), None),
    ):
        assert cadence.reminder(due, today=day, told=told) == expected, day


def test_months_are_as_long_as_they_are() -> None:
    assert cadence.span(date(2028, 2, 29), 1) == (date(2028, 2, 1), date(2028, 2, 29))
    assert cadence.span(TODAY, 12) == (date(2026, 1, 1), date(2026, 12, 31))


GOOD = {
    CERTIFICATE.code: {
        "holder": "何一",
        "post": "特种作业人员",
        "certificate": "T320583199001011234",
        "issued_on": "2024/3/1",
        "valid_until": "2030年3月1日",
    },
    DRILL.code: {
        "kind": "disposal",
        "plan": "焊接车间火灾",
        "held_on": "2026-11-22",
        "people": "12",
        "assessment": "疏散用时 3 分钟",
    },
    TRAINING.code: {
        "kind": "warning",
        "whom": "everyone",
        "held_on": "2026-11-01",
        "hours": "2.50",
        "people": "40",
        "content": "观看警示片",
    },
}


@pytest.mark.parametrize(
    ("register", "wrong", "code"),
    [
        (CERTIFICATE, {"valid_until": "2024-02-29"}, "before_it_began"),
        (CERTIFICATE, {"valid_until": "2026-02-30"}, "not_a_day"),
        (CERTIFICATE, {"issued_on": "2026-11-23"}, "day_to_come"),
        (CERTIFICATE, {"post": "厨师"}, "unknown_choice"),
        (CERTIFICATE, {"holder": "何" * 201}, "too_long"),
        (DRILL, {"held_on": "2026-11-23"}, "day_to_come"),
        (DRILL, {"people": "0"}, "too_few"),
        (DRILL, {"people": "-3"}, "not_a_count"),
        (TRAINING, {"hours": "-2"}, "not_hours"),
        (TRAINING, {"hours": "NaN"}, "not_hours"),
        (TRAINING, {"hours": "0.3"}, "not_hours"),
        (TRAINING, {"content": " "}, "missing"),
    ],
)
def test_what_does_not_do_is_named_by_its_field(
    register: upkeep.Register, wrong: dict[str, str], code: str
) -> None:
    with pytest.raises(UpkeepUnfit) as refused:
        upkeep.read(register, {**GOOD[register.code], **wrong}, today=TODAY)
    (name,) = wrong
    assert refused.value.details["fields"] == {name: code}


def test_identity_numbers_keep_their_last_four_digits() -> None:
    said = upkeep.read(CERTIFICATE, GOOD[CERTIFICATE.code], today=TODAY)
    assert said["certificate"] == "T**************1234"
    assert (said["issued_on"], said["valid_until"]) == ("2024-03-01", "2030-03-01")
    assert upkeep.read(TRAINING, GOOD[TRAINING.code], today=TODAY)["hours"] == "2.5"


def test_numbers_are_found_in_sentences() -> None:
    words = "见 ZS-000123、YL-0000045；不是 XZS-000123，也不是 ZS-12。"
    assert upkeep.NUMBER.findall(words) == ["ZS-000123", "YL-0000045"]
    assert upkeep.seq_of("ZS-000123") == 123
    assert upkeep.seq_of("ZS-123 ") is None
