"""Rankings (打分排队): how the figures of a period become a score, by weights an office sets.

Pure. A part without anything to measure leaves the sum, as in `domain/score.py`: who found nothing
has no share of self-found hazards. Which hazards are counted is `analysis/figures.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from inspection.domain.office_problems import RankingWeightsOdd


class Part(StrEnum):
    """What a score is made of; each part is a share from nothing to all of its weight."""

    CLOSED = "closed"
    """销号率: closed, of what was closed in the period or is open at its end."""
    ON_TIME = "on_time"
    """按期率: on time, of what was closed."""
    SELF_FOUND = "self_found"
    """自查率: found by enterprises themselves, of what was found (DOMAIN §1 row 97)."""
    SPEED = "speed"
    """整改用时: all for none, nothing for MOST_DAYS days on average or more."""
    NOT_OVERDUE = "not_overdue"
    """未逾期率: what is not overdue, of what was closed or is open."""
    FOUND = "found"
    """查出数: hazards found for each enterprise, one or more for all of it."""


Weights = Mapping[Part, int]

DEFAULT: Weights = {
    Part.CLOSED: 30,
    Part.ON_TIME: 25,
    Part.SELF_FOUND: 15,
    Part.SPEED: 10,
    Part.NOT_OVERDUE: 20,
    Part.FOUND: 0,
}
"""Ours, by no law; to find more is no merit by itself, so that it counts only where an office
says so."""
MOST_WEIGHT = 100
MOST_DAYS = 60
"""Twice the longest deadline that inspectors are offered: thirty days are half of the points."""


@dataclass(frozen=True)
class Figures:
    """What is counted for one unit and what is below it, in a period."""

    found: int = 0
    self_found: int = 0
    closed: int = 0
    on_time: int = 0
    days: int = 0
    """From registration to closing, of all that were closed together."""
    open: int = 0
    overdue: int = 0
    major_overdue: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell of."""
        return not (self.found or self.closed or self.open)

    @property
    def average_days(self) -> float | None:
        """From registration to closing; None where nothing was closed."""
        return _share(self.days, self.closed)

    @property
    def on_time_share(self) -> float | None:
        """On time, of what was closed; None where nothing was."""
        return _share(self.on_time, self.closed)

    @property
    def self_share(self) -> float | None:
        """Found by enterprises themselves, of all found; None where nothing was."""
        return _share(self.self_found, self.found)


NOTHING = Figures()


def total(several: Iterable[Figures]) -> Figures:
    """Return what figures of several units add up to; no hazard counts in two of them."""
    every = list(several)
    if len(every) < 2:
        return every[0] if every else NOTHING
    return Figures(**{name: sum(getattr(each, name) for each in every) for name in vars(NOTHING)})


def shares(figures: Figures, *, enterprises: int) -> dict[Part, float | None]:
    """Return what of each part is earned, from 0 to 1; None where there is nothing to measure."""
    to_close = figures.closed + figures.open
    days = figures.average_days
    return {
        Part.CLOSED: _share(figures.closed, to_close),
        Part.ON_TIME: figures.on_time_share,
        Part.SELF_FOUND: figures.self_share,
        Part.SPEED: None if days is None else 1 - min(days / MOST_DAYS, 1),
        Part.NOT_OVERDUE: _share(to_close - figures.overdue, to_close),
        Part.FOUND: min(figures.found / enterprises, 1) if enterprises else None,
    }


def score(figures: Figures, weights: Weights, *, enterprises: int) -> int | None:
    """Return the score in tenths of a point, of 1000, cut; None where nothing is to be scored."""
    if figures.is_empty:
        return None
    points, whole = 0.0, 0
    for part, share in shares(figures, enterprises=enterprises).items():
        if share is not None:
            points += weights[part] * share
            whole += weights[part]
    # Rounded far behind the tenth, so that what is a whole in fractions is not cut below it.
    return int(round(points * 1000 / whole, 6)) if whole else None


def ranks(scores: Iterable[int]) -> dict[int, int]:
    """Return the rank of each score: equal ones share it, and the next rank is left out."""
    found: dict[int, int] = {}
    for place, each in enumerate(sorted(scores, reverse=True), start=1):
        found.setdefault(each, place)
    return found


def read(said: Mapping[str, int]) -> Weights:
    """Read weights as they were said. Raises RankingWeightsOdd with a code for each field."""
    weights = {part: said.get(part, 0) for part in Part}
    faults = {
        part.value: "weight_unfit"
        for part, weight in weights.items()
        if not 0 <= weight <= MOST_WEIGHT
    }
    if not faults and not any(weights.values()):
        faults = {Part.CLOSED.value: "weights_all_zero"}
    if faults:
        raise RankingWeightsOdd(fields=faults)
    return weights


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
