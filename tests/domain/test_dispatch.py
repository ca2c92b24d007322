"""The rules of the dispatch table: whatever happened, what lies within is never more."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.domain import dispatch
from inspection.domain.dispatch import State, Terms
from inspection.domain.dispatch_rows import BY_CODE, BY_HAND, VALUES
from inspection.domain.dispatch_rules import (
    Facts,
    FailedItem,
    MajorHazard,
    Noted,
    PaidReward,
    Penalty,
)
from inspection.domain.hazard import Source

UNTIL = date(2026, 11, 27)
_units = st.sampled_from(["u1", "u2", "u3", "u4"])
_days = st.none() | st.integers(-40, 5).map(lambda days: UNTIL + timedelta(days=days))
_uuids = st.integers(0, 30).map(str)


def _each(strategy: Any) -> Any:
    """Some of them, none with a uuid that another has."""
    return st.lists(strategy, max_size=12, unique_by=lambda each: each.uuid).map(tuple)


@st.composite
def _noted(draw: Any) -> Noted:
    quantity = draw(st.integers(0, 10**6))
    return Noted(
        uuid=draw(_uuids),
        row=draw(st.sampled_from(sorted(BY_HAND))),
        reporter=draw(_units),
        happened_on=UNTIL - timedelta(days=draw(st.integers(0, 40))),
        seq=draw(st.integers(1, 1000)),
        unit=draw(_units),
        quantity=quantity,
        second=draw(st.integers(0, quantity)),
    )


FACTS = st.builds(
    Facts,
    until=st.just(UNTIL),
    hazards=_each(
        st.builds(
            MajorHazard,
            uuid=_uuids,
            source=st.sampled_from(Source),
            closed_on=_days,
            listed_on=_days,
        )
    ),
    inspected=st.frozensets(_units),
    failed=st.lists(
        st.builds(FailedItem, unit=_units, row=st.integers(2, 8).map(lambda row: f"2.{row}"))
    ).map(tuple),
    penalties=_each(
        st.builds(
            Penalty,
            uuid=_uuids,
            unit=_units,
            amount=st.integers(0, 10**9),
            both=st.booleans(),
            suspends=st.booleans(),
        )
    ),
    suspended=st.frozensets(_units),
    noted=_each(_noted()),
    rewards=st.lists(
        st.builds(PaidReward, tipoff=_units, amount=st.integers(0, 10**8)),
        unique_by=lambda each: each.tipoff,
    ).map(tuple),
)


@given(st.lists(FACTS, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_no_value_is_more_than_what_it_lies_within_alone_or_united(offices: list[Facts]) -> None:
    tables = [dispatch.counted(facts) for facts in offices]
    for cells in (*tables, dispatch.united(tables)):
        said = dispatch.values(cells)
        assert dispatch.broken(said) == ()
        assert said["1.2"] <= said["1.1"]
        assert said["1.6"] <= said["1.5"] <= said["1.1"] + said["1.3"]
        assert all(said[f"2.{row}"] <= said["2.1"] for row in range(2, 9))
        assert said["3.8b"] <= said["3.8"]
        assert said["4.5b"] <= said["4.5"]
        assert said["4.6"] in (None, 0, 1)


@given(FACTS)
@settings(max_examples=50, deadline=None)
def test_a_table_united_with_itself_is_itself(facts: Facts) -> None:
    cells = dispatch.counted(facts)
    assert dispatch.united([cells, cells]) == cells


def test_the_form_has_35_values_in_32_rows_of_4_groups() -> None:
    rows = [value.row for value in VALUES if not value.is_second]
    assert len(VALUES) == 35
    assert [sum(row[0] == group for row in rows) for group in "1234"] == [6, 8, 10, 8]
    assert all(value.name.en and value.means.zh and value.means.en for value in VALUES)


def test_what_is_more_than_its_whole_is_named() -> None:
    said = {value.code: 0 for value in VALUES} | {"1.1": 1, "1.2": 2, "2.7": 1}
    assert dispatch.broken(said) == ("1.2", "2.7")


def test_a_table_is_open_then_due_then_late() -> None:
    terms, month = Terms(date(2026, 1, 1)), date(2026, 2, 1)
    stands = {
        day: dispatch.state(terms, month, sent=False, today=date(2026, 2, 1) + timedelta(day - 1))
        for day in (26, 27, 28, 29)
    }
    assert stands == {26: State.OPEN, 27: State.DUE, 28: State.DUE, 29: State.LATE}
    assert dispatch.month_before(date(2026, 1, 1)) == date(2025, 12, 1)


def test_money_is_written_in_ten_thousands_with_two_decimals() -> None:
    fines = BY_CODE["3.3b"]
    written = [fines.written(cents) for cents in (0, 5000, 4999, 1_000_000, 123_456_789)]
    assert written == ["0.00", "0.01", "0.00", "1.00", "123.46"]
