"""Figures of a period: an enterprise's quarter and year, the office's half month.

Every figure is a link to the hazards that it counts.
"""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, render_template, request

from inspection.accounts.policy import Permission
from inspection.edge import current_actor, reading, requires
from inspection.hazards import statistics
from inspection.hazards.statistics import Measure, Period, filter_of
from inspection.organisations import directory
from inspection.web.hazards import LEVELS, address
from inspection.web.moments import today

blueprint = Blueprint("statistics", __name__)

SPANS: dict[str, Callable[[date], Period]] = {
    "quarter": statistics.quarter,
    "year": statistics.year,
}


@blueprint.get("/statistics")
@requires(Permission.HAZARD_READ)
def show() -> str:
    """Show the table of a quarter or a year, of one unit or of all in scope."""
    span = request.args.get("span", "quarter")
    period_of = SPANS.get(span, statistics.quarter)
    period = period_of(day_asked())
    scope = current_actor().scope(Permission.HAZARD_READ)
    wanted = request.args.get("unit", "").strip()
    with reading() as session:
        unit = directory.unit(session, wanted, scope) if wanted else None
        table = statistics.table(session, scope, period, unit=wanted, today=today())
    return render_template(
        "web/statistics/show.html",
        span="year" if period_of is statistics.year else "quarter",
        table=table,
        unit=unit,
        levels=LEVELS,
        measures=Measure,
        previous=period.since - timedelta(days=1),
        following=_following(period),
        may_sign=current_actor().may(Permission.FIGURES_SIGN),
        link=lambda measure, **more: address(
            filter_of(measure, period, unit=wanted, today=today(), **more)
        ),
    )


@blueprint.get("/statistics/half-month")
@requires(Permission.HAZARD_READ)
def half_month() -> str:
    """Show the half-month report (半月报): each unit, and what moved since the last."""
    period = statistics.half_month(day_asked())
    scope = current_actor().scope(Permission.HAZARD_READ)
    with reading() as session:
        report = statistics.progress(session, scope, period, today=today())
    return render_template(
        "web/statistics/half_month.html",
        report=report,
        measures=Measure,
        previous=report.previous.since,
        following=_following(period),
        may_sign=current_actor().may(Permission.SHEET_SIGN),
        links=[
            (measure, address(filter_of(measure, period, today=today()))) for measure in Measure
        ],
    )


def day_asked() -> date:
    """The day that the address names, else today."""
    try:
        day = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return today()
    return day if 2000 <= day.year < 2200 else today()


def _following(period: Period) -> date | None:
    """The first day after a period that is over."""
    day = period.until + timedelta(days=1)
    return day if day <= today() else None
