"""What narrows the register, and what that means for its rows: one place for pages and lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from inspection.domain.campaign import Belonging
from inspection.domain.hazard import STAGES, Stage
from inspection.hazards import belonging, order, searching
from inspection.hazards.register import IS_ASKED, IS_LISTED, IS_ON_A_RUNG, Hazard
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind


@dataclass(frozen=True)
class RegisterFilter:
    """What the reader of the register asked for; empty means any. Both days of a period count.

    `open_on`: not yet ended when that day was over; `overdue` is then asked of that moment,
    otherwise of today. Everything is asked of the register as it stands: a hazard that was
    opened again is not closed, whatever a table of last month said.
    """

    unit_text: str = ""
    area: str = ""
    """uuid of a body: its own, all below it, and for a department what it supervises."""
    sector: str = ""
    level: str = ""
    state: str = ""
    stage: str = ""
    source: str = ""
    item: str = ""
    """Found by an item of a list in any revision (`slug/code`), or by the whole list (`slug/`)."""
    overdue: bool = False
    listed: bool = False
    asked: bool = False
    """Only those with a question that waits for an answer."""
    rung: str = ""
    text: str = ""
    page: int = 1
    open: bool = False
    """Only what has not ended."""
    on_time: bool = False
    """Ended no later than on the day of the deadline, or without one."""
    found_since: date | None = None
    found_until: date | None = None
    closed_since: date | None = None
    closed_until: date | None = None
    open_on: date | None = None
    campaign: Belonging | None = None
    """Only what belongs to a campaign, or to one stage of it."""
    at: str = ""
    """Where to turn a page from (`pages.Found`); "" is the page by its number."""


def conditions(scope: Scope, wanted: RegisterFilter, *, today: date) -> list[ColumnElement[bool]]:
    """Return what holds of the hazards in scope that a filter leaves; on `Hazard` and `Unit`."""
    return [scope.condition(), *narrowing(wanted, today=today)]


def narrowing(wanted: RegisterFilter, *, today: date) -> list[ColumnElement[bool]]:
    """Return what a filter asks, whoever asks it."""
    return [*asked(wanted), *chips(wanted, today)]


def asked(wanted: RegisterFilter) -> list[ColumnElement[bool]]:
    """What is asked besides chips."""
    return [*asked_of_units(wanted), *asked_of_hazards(wanted)]


def asked_of_units(wanted: RegisterFilter) -> list[ColumnElement[bool]]:
    """What is asked of the hazard's unit, as conditions on `Unit`."""
    return named(wanted) + ([Unit.sector == wanted.sector] if wanted.sector else [])


def asked_of_hazards(wanted: RegisterFilter) -> list[ColumnElement[bool]]:
    """What is asked of the hazard itself, as conditions on `Hazard`."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.source:
        conditions.append(Hazard.source == wanted.source)
    if wanted.item:
        slug, _, code = wanted.item.partition("/")
        conditions.append(Hazard.checklist_slug == slug)
        conditions += [Hazard.item_code == code] if code else []
    if wanted.listed:
        # Only open ones are listed: the database need not look at the others.
        conditions.append(and_(IS_LISTED, Hazard.urgency < order.ENDED_FROM))
    if wanted.asked:
        conditions.append(and_(IS_ASKED, Hazard.urgency < order.ENDED_FROM))
    if wanted.rung:
        conditions.append(and_(IS_ON_A_RUNG, Hazard.rung == wanted.rung))
    conditions += _in_period(wanted)
    if wanted.campaign:
        conditions.append(belonging.of_hazards(wanted.campaign))
    if wanted.text:
        conditions.append(searching.matching(wanted.text))
    return conditions


def named(wanted: RegisterFilter) -> list[ColumnElement[bool]]:
    """The units somebody means: a body's, by a part of the name, or by the whole of a code."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.area:
        conditions.append(_in_area(wanted.area))
    if wanted.unit_text:
        conditions.append(
            or_(
                Unit.name.contains(wanted.unit_text, autoescape=True),
                Unit.credit_code == wanted.unit_text.upper(),
                Unit.uuid == wanted.unit_text,
            )
        )
    return conditions


def _in_area(body_uuid: str) -> ColumnElement[bool]:
    """What `Scope` says of a body's own area, of one that is known by its uuid alone."""
    body = aliased(Unit)
    itself = select(body).where(body.uuid == body_uuid)
    path = itself.with_only_columns(body.path).scalar_subquery()
    department = itself.where(body.kind == UnitKind.DEPARTMENT)
    supervisor = department.with_only_columns(body.id).scalar_subquery()
    return or_(Unit.path.startswith(path), Unit.supervisor_id == supervisor)


def _in_period(wanted: RegisterFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.found_since:
        yield Hazard.found_on >= wanted.found_since
    if wanted.found_until:
        yield Hazard.found_on <= wanted.found_until
    if wanted.closed_since:
        yield Hazard.urgency <= order.ended_on(wanted.closed_since)
        yield Hazard.urgency >= order.ENDED_FROM
    if wanted.closed_until:
        yield Hazard.urgency >= order.ended_on(wanted.closed_until)
    if wanted.on_time:
        yield ended_on_time()
    if wanted.open_on:
        yield open_when_over(wanted.open_on)


def open_when_over(day: date) -> ColumnElement[bool]:
    """Registered by the end of a day, and not ended by then."""
    return not_ended_before(day + timedelta(days=1)) & (Hazard.found_on <= day)


def not_ended_before(day: date) -> ColumnElement[bool]:
    """Open, or ended on a day or later: a stretch of the register's order.

    It has two ends, for SQLite takes another index, and reads all that was ever found, when
    the stretch has but one.
    """
    return Hazard.urgency.between(0, order.ended_on(day))


def ended_on_time() -> ColumnElement[bool]:
    """Ended no later than on the day of the deadline, or without one."""
    return Hazard.closed_on.is_not(None) & or_(
        Hazard.deadline_on.is_(None), Hazard.closed_on <= Hazard.deadline_on
    )


def chips(wanted: RegisterFilter, today: date) -> list[ColumnElement[bool]]:
    """What is asked by chips: the counts beside them leave it aside."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.level:
        conditions.append(Hazard.level == wanted.level)
    if wanted.state:
        conditions.append(Hazard.state == wanted.state)
    if wanted.stage:
        conditions.append(Hazard.state.in_(STAGES[Stage(wanted.stage)]))
    if wanted.open:
        conditions.append(Hazard.urgency < order.ENDED_FROM)
    if wanted.overdue:
        conditions.append(overdue(wanted, today))
    return conditions


def overdue(wanted: RegisterFilter, today: date) -> ColumnElement[bool]:
    """Open after the deadline, today or on the day that the filter asks about."""
    if wanted.open_on:
        return Hazard.deadline_on < wanted.open_on
    return Hazard.urgency < order.due_before(today)
