"""A score counts what was judged, by weight, and no number hides a major hazard."""

from typing import Any

import pytest

from inspection.domain import checklist, record, score
from inspection.domain.score import Grade, Part, Score
from tests.builders import checklists, records
from tests.builders.checklists import item

D10 = {
    "criterion": "D10",
    "clause": "第十三条",
    "scope": {"zh": "工贸", "en": "Industry"},
    "mark": "V",
}


def scored(
    answers: dict[str, str],
    *,
    weights: tuple[int, ...] = (),
    level: str = "general",
    fits: bool = False,
) -> Score:
    """The score of answers by item code; an item's weight is 2 unless it is given."""
    extra: list[dict[str, Any]] = [{"weight": weight} for weight in weights]
    extra += [{}] * (len(answers) - len(extra))
    items = [
        item(code, **{"major": [D10], **more}) for code, more in zip(answers, extra, strict=True)
    ]
    published = checklists.published(checklists.document(*items))
    made = records.filled(checklist=published, failed=1)
    made.payload["answers"] = {code: {"value": value} for code, value in answers.items()}
    made.payload["findings"][0]["level"] = level
    read = checklist.from_json(published.document, digest=published.digest)
    return score.score(record.from_bytes(made.data), read, fits=lambda _criterion: fits)


def test_weights_that_passed_are_a_share_of_the_weights_that_were_judged() -> None:
    found = scored({"A-01": "fail", "A-02": "pass", "A-03": "pass"}, weights=(1, 3, 5))
    assert (found.passed, found.failed) == (Part(2, 8), Part(1, 1))
    assert (found.points, found.grade) == (88.8, Grade.GOOD)


def test_an_item_without_a_weight_counts_two() -> None:
    assert scored({"A-01": "fail", "A-02": "pass"}).passed == Part(1, 2)


def test_what_does_not_apply_leaves_the_sum_and_what_was_not_checked_never_passes() -> None:
    found = scored(
        {"A-01": "fail", "A-02": "pass", "A-03": "not_applicable", "A-04": "not_checked"}
    )
    assert (found.points, found.not_applicable, found.not_checked) == (50.0, Part(1, 2), Part(1, 2))


def test_no_grade_is_given_where_more_was_left_than_checked() -> None:
    left = {f"A-0{place}": "not_checked" for place in range(2, 5)}
    found = scored({"A-01": "pass", **left})
    assert (found.points, found.grade) == (100.0, Grade.SPARSE)
    assert scored({"A-01": "not_applicable"}).grade is Grade.NOTHING


@pytest.mark.parametrize(
    ("passed", "failed", "points", "grade"),
    [
        (90, 10, 90.0, Grade.EXCELLENT),
        (8999, 1001, 89.9, Grade.GOOD),
        (80, 20, 80.0, Grade.GOOD),
        (60, 40, 60.0, Grade.FAIR),
        (59999, 40001, 59.9, Grade.POOR),
        (0, 5, 0.0, Grade.POOR),
    ],
)
def test_no_score_is_shown_above_its_band(
    passed: int, failed: int, points: float, grade: Grade
) -> None:
    found = Score(Part(1, passed), Part(1, failed), Part(0, 0), Part(0, 0), False, ())
    assert (found.points, found.grade) == (points, grade)


def test_a_major_hazard_leaves_no_grade_however_good_the_number() -> None:
    answers = {"A-01": "fail", **{f"A-{place:02}": "pass" for place in range(2, 22)}}
    assert scored(answers).grade is Grade.EXCELLENT
    assert scored(answers, level="major").grade is Grade.MAJOR
    possible = scored(answers, fits=True)
    assert (possible.grade, possible.criteria) == (Grade.POSSIBLY_MAJOR, ("A-01",))
    assert scored({"A-01": "pass", "A-02": "pass"}, fits=True).criteria == ()
