"""A score is what was earned of the weights that had something to measure; equal ones share one."""

import pytest

from inspection.domain import ranking
from inspection.domain.office_problems import RankingWeightsOdd
from inspection.domain.ranking import DEFAULT, Figures, Part

PERFECT = Figures(found=2, self_found=2, closed=2, on_time=2)
ONE_OF_EACH = dict.fromkeys(Part, 1)
THIRDS = {**dict.fromkeys(Part, 0), Part.SELF_FOUND: 1, Part.ON_TIME: 1}
"""One third and two thirds are a whole, whatever a computer's fractions say."""


@pytest.mark.parametrize(
    ("figures", "weights", "tenths"),
    [
        (Figures(), DEFAULT, None),
        (PERFECT, DEFAULT, 1000),
        (Figures(found=1), {**DEFAULT, **dict.fromkeys(DEFAULT, 0), Part.CLOSED: 1}, None),
        (Figures(found=4, self_found=1, open=4), {**DEFAULT, Part.SELF_FOUND: 100}, 300),
        (Figures(found=3, closed=3, on_time=1, days=90), ONE_OF_EACH, 597),
        (Figures(closed=1, on_time=1, days=400), {**DEFAULT, Part.SPEED: 25}, 750),
        (Figures(open=3, overdue=3), DEFAULT, 0),
        (Figures(found=3, self_found=1, closed=3, on_time=2), THIRDS, 500),
    ],
)
def test_a_part_without_anything_to_measure_leaves_the_sum(
    figures: Figures, weights: dict[Part, int], tenths: int | None
) -> None:
    assert ranking.score(figures, weights, enterprises=4) == tenths


def test_equal_scores_share_a_rank_and_the_next_is_left_out() -> None:
    assert ranking.ranks([700, 900, 900, 100]) == {900: 1, 700: 3, 100: 4}


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"closed": -1, "speed": 101}, {"closed": "weight_unfit", "speed": "weight_unfit"}),
        ({}, {"closed": "weights_all_zero"}),
    ],
)
def test_weights_are_none_below_zero_and_not_all_zero(
    said: dict[str, int], faults: dict[str, str]
) -> None:
    with pytest.raises(RankingWeightsOdd) as raised:
        ranking.read(said)
    assert raised.value.details["fields"] == faults
