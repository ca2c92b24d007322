"""Rankings of the units below an office, its weights, and how hazards went month by month.

What counts and how it is scored is `domain/ranking.py` and `analysis/`. Every figure is a link to
the hazards that it counts; every picture is drawn in the browser from the table beside it.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect
from wtforms import IntegerField
from wtforms.validators import InputRequired

from inspection.accounts.policy import Permission
from inspection.analysis import drafts, figures, periods, rankings, trends, weights
from inspection.analysis.figures import Figure
from inspection.analysis.periods import Span, View
from inspection.analysis.rankings import Order, Row
from inspection.analysis.weights import Version
from inspection.domain import ranking
from inspection.domain.office_problems import RankingWeightsOdd
from inspection.domain.problems import NotFound
from inspection.domain.ranking import MOST_DAYS, Part
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.statistics import Period
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import Scope
from inspection.organisations.unit import UnitKind
from inspection.web.hazards import SECTORS, address
from inspection.web.moments import today
from inspection.web.statistics import day_asked

blueprint = Blueprint("rankings", __name__)

ROWS_A_PAGE = 50
SPANS = {Span.WEEK: _("周"), Span.MONTH: _("月"), Span.QUARTER: _("季度"), Span.YEAR: _("年度")}
KINDS = {
    UnitKind.DISTRICT: _("区县"),
    UnitKind.TOWN: _("乡镇、街道"),
    UnitKind.DEPARTMENT: _("部门"),
    UnitKind.ENTERPRISE: _("企业"),
}
PARTS = {
    Part.CLOSED: _("销号率"),
    Part.ON_TIME: _("按期率"),
    Part.SELF_FOUND: _("自查率"),
    Part.SPEED: _("整改用时"),
    Part.NOT_OVERDUE: _("未逾期率"),
    Part.FOUND: _("查出数"),
}
_FAULTS = {
    "weight_unfit": _("请填 0 到 100 的整数"),
    "weights_all_zero": _("权重不能全是零，至少一项要大于零"),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for: whose units, and of which period."""

    office: UnitFacts
    view: View
    within: Scope

    @property
    def scopes(self) -> tuple[Scope, Scope]:
        """Where hazards are counted."""
        return figures.area_of(self.office), self.within

    def address(self, place: str, **changes: Any) -> str:
        """An address of these pages that stays with the office and the period."""
        own = self.office.uuid == current_actor().unit_uuid
        kept = {
            "unit": "" if own else self.office.uuid,
            "span": self.view.span.value,
            "on": self.view.period.since.isoformat(),
        }
        wanted = {name: value for name, value in {**kept, **changes}.items() if value}
        return url_for(place, **wanted)


class WeightsForm(ProtectedForm):
    """How much each part of a score counts."""

    closed = IntegerField(PARTS[Part.CLOSED], [InputRequired(_FAULTS["weight_unfit"])])
    on_time = IntegerField(PARTS[Part.ON_TIME], [InputRequired(_FAULTS["weight_unfit"])])
    self_found = IntegerField(PARTS[Part.SELF_FOUND], [InputRequired(_FAULTS["weight_unfit"])])
    speed = IntegerField(PARTS[Part.SPEED], [InputRequired(_FAULTS["weight_unfit"])])
    not_overdue = IntegerField(PARTS[Part.NOT_OVERDUE], [InputRequired(_FAULTS["weight_unfit"])])
    found = IntegerField(PARTS[Part.FOUND], [InputRequired(_FAULTS["weight_unfit"])])


@blueprint.get("/rankings")
@requires(Permission.RANKING_READ)
def show() -> str:
    """Rank the units of one kind below an office, for a period."""
    order = _one_of(Order, request.args.get("by"), Order.SCORE)
    with reading() as session:
        asked = _asked(session)
        kinds = rankings.kinds(session, asked.office)
        in_force = weights.versions(session, asked.office.uuid)[-1]
        kind = _kind(kinds)
        ranked = rankings.rankings_of(
            session,
            asked.office,
            [kind] if kind else [],
            asked.view,
            within=asked.within,
            weights=in_force.weights,
            order=order,
        )
    made = ranked[0] if ranked else None
    rows = made.rows if made else ()
    pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "web/rankings/show.html",
        asked=asked,
        spans=SPANS,
        kinds={each: KINDS[each] for each in kinds},
        kind=kind,
        ranking=made,
        rows=rows[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE],
        order=order,
        weights=in_force,
        parts=PARTS,
        working=_working(in_force),
        links=_links(asked.view),
        narrow="unit" if kind is UnitKind.ENTERPRISE else "area",
        previous=periods.before(asked.view.span, asked.view.period).since,
        following=_following(asked.view),
        most_days=MOST_DAYS,
        may_weigh=current_actor().may(Permission.RANKING_KEEP)
        and asked.office.uuid == current_actor().unit_uuid,
        page=page,
        pages=pages,
        page_link=lambda number: asked.address("rankings.show", of=kind, by=order, page=number),
    )


def _kind(kinds: tuple[UnitKind, ...]) -> UnitKind | None:
    """The kind that the address names, else towns before enterprises; None without any."""
    wanted = [each for each in kinds if each == request.args.get("of")]
    return next(iter([*wanted, *kinds]), None)


def _working(in_force: Version) -> Any:
    """How a row's score came about: each part that counted, its share and its weight."""

    def working(row: Row) -> list[tuple[Any, float, int]]:
        shares = ranking.shares(row.figures, enterprises=row.enterprises)
        return [
            (PARTS[part], share, in_force.weights[part])
            for part, share in shares.items()
            if share is not None and in_force.weights[part]
        ]

    return working


def _links(view: View) -> dict[Figure, str]:
    """The register's address for each figure; the page adds whose it is."""
    return {
        figure: address(figures.filter_of(figure, view.period, today=view.today))
        for figure in Figure
    }


@blueprint.get("/rankings/trends")
@requires(Permission.RANKING_READ)
def tendency() -> str:
    """Show how hazards went month by month, what was found most often, and in which sectors."""
    by_list = request.args.get("heat") == "list"
    with reading() as session:
        asked = _asked(session)
        scopes, period = asked.scopes, asked.view.period
        until = min(period.until, asked.view.today)
        months = trends.months(session, scopes, until)
        top = trends.top_findings(session, scopes, period)
        heat = (
            trends.heat_by_list(session, scopes, period)
            if by_list
            else trends.heat_by_month(session, scopes, until)
        )
    language = get_locale().language
    return render_template(
        "web/rankings/trends.html",
        asked=asked,
        spans=SPANS,
        months=[(each, _month_links(asked, each)) for each in months],
        top=[
            (each, *drafts.item_names(each, wired().catalog, language), _item_link(asked, each))
            for each in top
        ],
        heat=heat,
        by_list=by_list,
        sectors=SECTORS,
        heat_link=lambda sector, column: _heat_link(asked, sector, column, by_list=by_list),
        list_titles={each.slug: each.title.in_(language) for each in wired().catalog.every()}
        if by_list
        else {},
        previous=periods.before(asked.view.span, period).since,
        following=_following(asked.view),
    )


def _month_links(asked: Asked, month: trends.Month) -> list[str]:
    return [
        address(
            figures.filter_of(figure, month.period, area=asked.office.uuid, today=asked.view.today)
        )
        for figure in (Figure.FOUND, Figure.CLOSED, Figure.OPEN)
    ]


def _found_in(asked: Asked, period: Period) -> RegisterFilter:
    return figures.filter_of(Figure.FOUND, period, area=asked.office.uuid, today=asked.view.today)


def _item_link(asked: Asked, found: trends.TopFinding) -> str:
    wanted = _found_in(asked, asked.view.period)
    return address(replace(wanted, item=f"{found.slug}/{found.code}"))


def _heat_link(asked: Asked, sector: str, column: str, *, by_list: bool) -> str:
    if by_list:
        wanted = replace(_found_in(asked, asked.view.period), item=f"{column}/")
    else:
        year, month = map(int, column.split("-"))
        wanted = _found_in(asked, periods.month(date(year, month, 1)))
    return address(replace(wanted, sector=sector))


@blueprint.get("/rankings/weights")
@requires(Permission.RANKING_KEEP)
def weights_form() -> str:
    """Show the weights of one's office, and all that stood before."""
    with reading() as session:
        versions = weights.versions(session, _own_office(session).uuid)
    return _weights_page(WeightsForm(data=dict(versions[-1].weights)))


@blueprint.post("/rankings/weights")
@requires(Permission.RANKING_KEEP)
def weigh() -> Response | Redirect:
    """Set the weights of one's office."""
    form = WeightsForm(request.form)
    if form.validate():
        try:
            new = ranking.read({part: form[part].data for part in Part})
            with writing() as session:
                weights.keep(session, current_actor(), new, at=wired().clock())
        except RankingWeightsOdd as problem:
            for field, code in problem.details["fields"].items():
                form[field].errors = [_FAULTS[code]]
        else:
            flash(gettext("权重已保存，记入台账；已印发的通报不变。"), "done")
            return redirect(url_for("rankings.show"), 303)
    return make_response(_weights_page(form), 422)


def _weights_page(form: WeightsForm) -> str:
    with reading() as session:
        office = _own_office(session)
        versions = weights.versions(session, office.uuid)
    return render_template(
        "web/rankings/weights.html",
        form=form,
        office=office,
        versions=list(reversed(versions)),
        parts=PARTS,
        most_days=MOST_DAYS,
    )


def _own_office(session: Session) -> UnitFacts:
    actor = current_actor()
    return directory.unit(session, actor.unit_uuid, actor.scope(Permission.RANKING_KEEP))


def _asked(session: Session) -> Asked:
    """The office and period of the address. Raises NotFound outside the reader's scope."""
    actor = current_actor()
    scope = actor.scope(Permission.RANKING_READ)
    wanted = request.args.get("unit", "").strip() or actor.unit_uuid
    office = directory.unit(session, wanted, scope)
    if office.kind == UnitKind.ENTERPRISE:
        raise NotFound(office=wanted)
    span = _one_of(Span, request.args.get("span"), Span.MONTH)
    these = periods.period(span, min(day_asked(), today()))
    if "on" not in request.args:  # what is over is told first: figures of this one still move
        these = periods.before(span, these)
    return Asked(office, View(span, these, today()), scope)


def _following(view: View) -> Any:
    """The first day of the next period, once it has begun."""
    return view.period.until + timedelta(days=1) if view.is_over else None


def _one_of(choices: Any, text: str | None, otherwise: Any) -> Any:
    return choices(text) if text in set(choices) else otherwise
