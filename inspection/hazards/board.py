"""The wall chart (挂图作战): hazards in columns by how far they are, the most urgent first.

Each column holds a few cards and says how many there are behind them, so that a board is as
quick to draw for a district as for one enterprise. Nothing is decided here.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.domain.hazard import Stage
from inspection.hazards import pages
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.pages import Kept
from inspection.hazards.register import Hazard
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit

CARDS_A_COLUMN = 8
"""As many as fit on one sheet of A3."""
SOON_DAYS = 3


class Lateness(StrEnum):
    """How a card stands to its deadline; pages give each a colour and always a word."""

    LATE = "late"
    SOON = "soon"
    """Due today or within SOON_DAYS."""
    IN_TIME = "in_time"
    NO_DEADLINE = "no_deadline"
    ENDED = "ended"


@dataclass(frozen=True)
class Card:
    """One hazard on the wall. `days_used` of `days_given` is its bar; late ones fill it."""

    uuid: str
    number: str
    unit_name: str
    summary: str
    level: str
    state: str
    listed: bool
    deadline_on: date | None
    days_left: int | None
    lateness: Lateness
    days_used: int
    days_given: int
    closed_on: date | None


@dataclass(frozen=True)
class Column:
    """A stage: its most urgent cards, how many hazards are in it, and how many of them are late.

    `wanted` is the filter of the register that shows them all.
    """

    stage: Stage
    cards: tuple[Card, ...]
    total: int
    is_more: bool
    """There are more than `total`."""
    late: int | None
    wanted: RegisterFilter

    @property
    def more(self) -> int:
        """How many there are besides the cards."""
        return self.total - len(self.cards)


def columns(
    session: Session, scope: Scope, wanted: RegisterFilter, *, today: date
) -> tuple[Column, ...]:
    """Return the board of everything in scope that a filter leaves."""
    counts = None if wanted.text else pages.kept(session, scope, wanted, today=today)
    return tuple(
        _column(session, scope, replace(wanted, stage=each), counts, today) for each in Stage
    )


def _column(
    session: Session, scope: Scope, wanted: RegisterFilter, counts: Kept | None, today: date
) -> Column:
    first = replace(wanted, page=1)
    found = pages.find(session, scope, first, today=today, counts=counts)
    rows = session.execute(
        select(Hazard, Unit.name)
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(Hazard.id.in_(found.ids[:CARDS_A_COLUMN]))
        .order_by(Hazard.urgency, Hazard.id)
    )
    return Column(
        stage=Stage(wanted.stage),
        cards=tuple(_card(hazard, name, today) for hazard, name in rows),
        total=found.total,
        is_more=found.is_more,
        late=found.late,
        wanted=wanted,
    )


def _card(hazard: Hazard, unit_name: str, today: date) -> Card:
    deadline = hazard.deadline_on
    is_open = hazard.closed_on is None
    given = max((deadline - hazard.found_on).days, 1) if deadline else 1
    used = min(max((today - hazard.found_on).days, 0), given) if deadline else 0
    return Card(
        uuid=hazard.uuid,
        number=hazard.number,
        unit_name=unit_name,
        summary=hazard.summary,
        level=hazard.level,
        state=hazard.state,
        listed=bool(hazard.listed_level),
        deadline_on=deadline,
        days_left=(deadline - today).days if deadline and is_open else None,
        lateness=lateness(deadline, hazard.closed_on, today=today),
        days_used=used,
        days_given=given,
        closed_on=hazard.closed_on,
    )


def lateness(deadline_on: date | None, closed_on: date | None, *, today: date) -> Lateness:
    """How a hazard stands to its deadline."""
    if closed_on is not None:
        return Lateness.ENDED
    if deadline_on is None:
        return Lateness.NO_DEADLINE
    if deadline_on < today:
        return Lateness.LATE
    return Lateness.SOON if deadline_on <= today + timedelta(days=SOON_DAYS) else Lateness.IN_TIME
