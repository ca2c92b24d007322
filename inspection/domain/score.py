"""The score (评分) of one inspection: weights that passed, of the weights that were judged.

It helps to compare and decides nothing. What does not apply leaves the sum; what was not checked
is said beside it and never counts as passed; and a major accident hazard leaves no grade at all.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from inspection.domain import answers
from inspection.domain.checklist import Checklist, MajorCriterion
from inspection.domain.hazard import Level
from inspection.domain.record import Record


class Grade(StrEnum):
    """What the number amounts to, or why it amounts to nothing."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    MAJOR = "major"
    """存在重大事故隐患: an inspector graded a finding as a major accident hazard."""
    POSSIBLY_MAJOR = "possibly_major"
    """What failed comes under a criterion for major hazards that may judge this unit."""
    SPARSE = "sparse"
    """Less was checked than left unchecked: the number says little."""
    NOTHING = "nothing"
    """Nothing was judged."""


BANDS = ((90, Grade.EXCELLENT), (80, Grade.GOOD), (60, Grade.FAIR), (0, Grade.POOR))
"""From how many points a grade is given: 优, 良, 中, 差. Ours, by no law."""


@dataclass(frozen=True)
class Part:
    """How many items were answered alike, and what they weigh together."""

    items: int
    weight: int


@dataclass(frozen=True)
class Score:
    """What was judged, and the items that failed under a criterion for major hazards."""

    passed: Part
    failed: Part
    not_applicable: Part
    not_checked: Part
    graded_major: bool
    criteria: tuple[str, ...]
    """Codes of items that failed and come under a criterion that may judge the unit."""

    @property
    def judged(self) -> int:
        """The weight that the points are a share of."""
        return self.passed.weight + self.failed.weight

    @property
    def points(self) -> float | None:
        """Points of 100, cut after one decimal so that none is shown above its band."""
        return self.passed.weight * 1000 // self.judged / 10 if self.judged else None

    @property
    def grade(self) -> Grade:
        """The grade; a major hazard, then too little checked, come before any number."""
        if self.graded_major:
            return Grade.MAJOR
        if self.criteria:
            return Grade.POSSIBLY_MAJOR
        if not self.judged:
            return Grade.NOTHING
        if self.judged < self.not_checked.weight:
            return Grade.SPARSE
        share = self.passed.weight * 100
        return next(grade for least, grade in BANDS if share >= least * self.judged)


def score(record: Record, checklist: Checklist, *, fits: Callable[[MajorCriterion], bool]) -> Score:
    """Score one inspection. `fits` tells whether a criterion may judge the inspected unit."""
    given = {code: answer.value for code, answer in record.answers.items()}
    failed = [item for item in checklist.items if given.get(item.code) == answers.FAIL]
    return Score(
        passed=_part(checklist, given, {answers.PASS}),
        failed=_part(checklist, given, {answers.FAIL}),
        not_applicable=_part(checklist, given, {answers.NOT_APPLICABLE}),
        not_checked=_part(checklist, given, {answers.NOT_CHECKED, None}),
        graded_major=any(each.level == Level.MAJOR for each in record.findings),
        criteria=tuple(item.code for item in failed if any(map(fits, item.major))),
    )


def _part(checklist: Checklist, given: Mapping[str, str], values: Collection[str | None]) -> Part:
    """An item that nobody answered was not checked; one that the list lacks counts nowhere."""
    weights = [item.weight for item in checklist.items if given.get(item.code) in values]
    return Part(len(weights), sum(weights))
