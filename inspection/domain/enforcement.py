"""Measures and penalties (强制措施与行政处罚): their kinds, their grounds, and what is too often.

Pure rules with their sources; how they are recorded is in `enforcement/`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class MeasureKind(StrEnum):
    """Measures that a department takes (安全生产法 art. 65, 70)."""

    SUSPEND = "suspend"
    """责令停产停业、停止施工."""
    STOP_USE = "stop_use"
    SEIZE = "seize"
    """查封、扣押."""
    CUT_OFF = "cut_off"
    """停止供电、停止供应民用爆炸物品: art. 70."""
    TRANSFER = "transfer"
    """Handing over to another department or to the police (移送)."""


class PenaltyKind(StrEnum):
    """Penalties (行政处罚) as decisions name them."""

    WARNING = "warning"
    FINE = "fine"
    CONFISCATE = "confiscate"
    SUSPEND = "suspend"
    """停产停业整顿."""
    REVOKE = "revoke"
    """暂扣或吊销许可、资格."""
    CLOSE = "close"
    BAN = "ban"
    """行业禁入."""


class Subject(StrEnum):
    """Whom a part of a penalty concerns; both in one case is 一案双罚."""

    UNIT = "unit"
    PERSON = "person"


NOTICE_BEFORE_CUT = timedelta(hours=24)
"""安全生产法 art. 70: told 24 hours before power is cut, unless it cannot wait."""

KNOWN_GROUNDS = (
    *(f"《安全生产法》第{number}条" for number in (65, 66, 69, 70)),
    *(f"《安全生产法》第{number}条" for number in range(93, 95)),
    *(f"《安全生产法》第{number}条" for number in (96, 97, 98, 99)),
    *(f"《安全生产法》第{number}条" for number in (101, 102, 103, 104, 105, 106)),
    *(f"《安全生产法》第{number}条" for number in (108, 109, 110, 112, 113)),
    *(f"《消防法》第{number}条" for number in (60, 61, 63, 67)),
    "《刑法》第134条之一",
)
"""Provisions whose text was read (DOMAIN §2.6, mark V); any other ground is not yet checked."""


@dataclass(frozen=True)
class Ground:
    """A legal ground as it was written, with its verification mark (DOMAIN §0.1)."""

    text: str
    mark: str


def ground(text: str) -> Ground:
    """The ground with its mark: V for a provision that was read, R for anything else."""
    return Ground(text, "V" if text in KNOWN_GROUNDS else "R")


def notice_is_short(notified_at: datetime, effective_at: datetime) -> bool:
    """Whether power would be cut sooner than 24 hours after notice was given."""
    return effective_at - notified_at < NOTICE_BEFORE_CUT


OFTEN = ((3, 180), (4, 365))
"""安全生产法 art. 113: so many times within so many days; with a major hazard it means closing."""


@dataclass(frozen=True)
class TooOften:
    """So many fines within so many days, the newest such row of them."""

    times: int
    days: int
    dates: tuple[date, ...]


def too_often(fined_on: Sequence[date]) -> tuple[TooOften, ...]:
    """Return each threshold that the dates of fines meet; the day of the first is not counted."""
    days = sorted(fined_on)
    found = []
    for times, within in OFTEN:
        rows = [days[at : at + times] for at in range(len(days) - times, -1, -1)]
        met = (row for row in rows if len(row) == times and (row[-1] - row[0]).days <= within)
        newest = next(met, None)
        if newest:
            found.append(TooOften(times, within, tuple(newest)))
    return tuple(found)
