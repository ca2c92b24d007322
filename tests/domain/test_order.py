"""Deadlines of orders as notices write them, what each side may do, and which month is owed."""

from datetime import date

import pytest

from inspection.domain.order import (
    Deadline,
    Side,
    State,
    Step,
    Term,
    half_year,
    is_late,
    month_asked,
    read_deadline,
    responsibility_faults,
    steps,
)
from inspection.domain.workdays import holidays

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "term", "on", "keeps"),
    [
        ("长期坚持", Term.STANDING, None, False),
        ("2027年2月底", Term.DAY, date(2027, 2, 28), False),
        ("2028年 2 月底前", Term.DAY, date(2028, 2, 29), False),
        ("12月15日", Term.DAY, date(2026, 12, 15), False),
        ("2027-03-31", Term.DAY, date(2027, 3, 31), False),
        ("２０２７年３月１日", Term.DAY, date(2027, 3, 1), False),
        ("2027年上半年（见成效，长期坚持）", Term.HALF_YEAR, date(2027, 6, 30), True),
        ("下半年", Term.HALF_YEAR, date(2026, 12, 31), False),
        ("2022年年底", Term.DAY, date(2022, 12, 31), False),
        ("年底前", Term.DAY, date(2026, 12, 31), False),
    ],
)
def test_a_deadline_is_read_as_notices_write_it(
    text: str, term: Term, on: date | None, *, keeps: bool
) -> None:
    found = read_deadline(text, year=2026)
    assert found is not None
    assert (found.term, found.on, found.keep_going and found.term is not Term.STANDING) == (
        term,
        on,
        keeps,
    )


@pytest.mark.parametrize("text", ["", "尽快", "2027-02-30", "13月底", "领导同意后"])
def test_what_names_no_day_is_no_deadline(text: str) -> None:
    assert read_deadline(text, year=2026) is None


def test_a_first_result_is_owed_before_the_end_and_nothing_after_it_was_accepted() -> None:
    ends = Deadline(Term.DAY, date(2027, 6, 30), date(2026, 12, 31), keep_going=True)
    assert ends.due(shown=False, sustained=False) == date(2026, 12, 31)
    assert ends.due(shown=True, sustained=False) == date(2027, 6, 30)
    assert ends.due(shown=True, sustained=True) is None
    assert ends.words().zh == "2027-06-30见成效，长期坚持（2026-12-31 前首次见效）"
    assert half_year(2027, 1).words().en == "H1 2027"
    assert Deadline.of(ends.said()) == ends


def test_a_deadline_in_the_past_and_a_first_result_after_the_end_are_faults() -> None:
    assert Deadline(Term.DAY, date(2026, 11, 21)).faults(today=TODAY) == {"deadline": "past"}
    assert Deadline(Term.DAY, TODAY).faults(today=TODAY) == {}
    late = Deadline(Term.DAY, date(2026, 12, 1), date(2026, 12, 2))
    assert late.faults(today=TODAY) == {"first_on": "after_deadline"}


def test_nobody_answers_to_themselves_or_twice() -> None:
    assert responsibility_faults("office", "", ["a"]) == {"lead": "missing"}
    assert responsibility_faults("office", "office", ["a"]) == {"lead": "circular"}
    assert responsibility_faults("office", "a", ["office"]) == {"joint": "circular"}
    assert responsibility_faults("office", "a", ["b", "a"]) == {"joint": "twice"}
    assert responsibility_faults("office", "a", ["b"]) == {}


def test_only_what_the_lead_reports_can_be_struck_off() -> None:
    def may(state: State, side: Side, *, received: bool = True, goes_on: bool = False) -> set[Step]:
        return set(steps(state, side, received=received, goes_on=goes_on))

    assert may(State.ISSUED, Side.LEAD, received=False) == {Step.RECEIVE}
    assert may(State.WORKING, Side.LEAD) == {Step.PROGRESS, Step.CLAIM}
    assert may(State.WORKING, Side.JOINT) == {Step.PROGRESS}
    assert may(State.WORKING, Side.OFFICE) == {Step.WITHDRAW}
    judged = {Step.STRIKE_OFF, Step.RETURN, Step.WITHDRAW}
    assert may(State.CLAIMED, Side.OFFICE) == judged
    assert may(State.CLAIMED, Side.OFFICE, goes_on=True) == {*judged, Step.SUSTAIN}
    for side in Side:
        assert may(State.STRUCK_OFF, side) == set()


def test_a_months_word_is_asked_for_from_the_25th_and_late_after_the_1st() -> None:
    assert month_asked(date(2026, 12, 24)) == date(2026, 11, 1)
    assert month_asked(date(2026, 12, 25)) == date(2026, 12, 1)
    assert month_asked(date(2027, 1, 1)) == date(2026, 12, 1)
    assert not is_late(date(2026, 12, 1), on=date(2027, 1, 1))
    assert is_late(date(2026, 12, 1), on=date(2027, 1, 2))


def test_holidays_follow_the_years_arrangements_and_say_when_these_are_not_known() -> None:
    spring, *_others = holidays(date(2026, 2, 1), date(2026, 3, 1))
    assert (spring.name, spring.first, spring.last) == (
        "春节",
        date(2026, 2, 15),
        date(2026, 2, 23),
    )
    far = holidays(date(2190, 12, 1), date(2191, 6, 1))
    assert [(each.name, each.arranged) for each in far] == [("元旦", False), ("劳动节", False)]
