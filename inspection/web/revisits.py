"""Looking again at what was closed (回头看): draw by sector, hand out, say what was found."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import DateField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from inspection.accounts.policy import Permission
from inspection.campaigns import revisits, running
from inspection.campaigns.revisits import RevisitCard
from inspection.domain.office_problems import RevisitOdd
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.hazards.narrowing import RegisterFilter
from inspection.organisations.unit import Sector
from inspection.web.hazards import PLACE, SECTORS, RegisterForm, wanted_of
from inspection.web.moments import today
from inspection.web.seeds import SampleForm

blueprint = Blueprint("revisits", __name__)

Answer = str | tuple[str, int] | Redirect

FAULTS = {
    "nothing_closed": _("这些条件下没有已销号的隐患，没有可抽的"),
    "more_than_there_are": _("已销号的没有这么多"),
    "none_chosen": _("请勾选还没有结果的隐患"),
    "nobody_there": _("这个单位没有检查人员账号，交不出去"),
    "out_of_reach": _("有的隐患不在这个单位的管辖范围内"),
    "looked_at_already": _("这一条已经有结果"),
    "day_past": _("期限不能早于今天"),
}


class HandForm(ProtectedForm):
    """Which drawn hazards go to which office, until when."""

    hazards = SelectMultipleField(_("隐患"), validate_choice=False)
    office = SelectField(_("交给哪个单位"), [InputRequired(_("请选单位"))], validate_choice=False)
    due_on = DateField(_("最晚看完的日期"), [InputRequired(_("请填日期"))])


class HoldForm(ProtectedForm):
    """What was seen on site, and in which inspection."""

    words = TextAreaField(_("现场看到什么"), [DataRequired(_("请写现场情况")), Length(max=500)])
    record = StringField(_("检查记录"))


@blueprint.get("/revisits")
@requires(Permission.REVISIT_READ)
def index() -> str:
    """List the draws."""
    actor = current_actor()
    with reading() as session:
        found = revisits.revisits(session, actor)
    return render_template(
        "web/revisits/list.html", revisits=found, may_draw=actor.may(Permission.REVISIT_DRAW)
    )


@blueprint.get("/revisits/new")
@requires(Permission.REVISIT_DRAW)
def new() -> str:
    """Ask how many to draw, from what the address leaves of the register."""
    return _new_page(SampleForm.fresh())


@blueprint.post("/revisits/new")
@requires(Permission.REVISIT_DRAW)
def draw() -> Answer:
    """Draw, write it into the ledger, and show it."""
    form = SampleForm(request.form)
    if not form.validate():
        return _new_page(form), 422
    try:
        with writing() as session:
            drawn = revisits.draw(
                session,
                current_actor(),
                _conditions(),
                size=int(form.size.data or 0),
                seed=str(form.seed.data),
                blobs=wired().blobs,
                today=today(),
                at=wired().clock(),
            )
    except RevisitOdd as problem:
        form.size.errors = [FAULTS[problem.details["fields"]["size"]]]
        return _new_page(form), 422
    return redirect(f"/revisits/{drawn}", 303)


@blueprint.get("/revisits/<uuid:revisit>")
@requires(Permission.REVISIT_READ)
def show(revisit: object) -> str:
    """Show a draw: what is needed to draw it again, and what became of each hazard."""
    return _page(str(revisit), HandForm(), HoldForm())


@blueprint.get("/revisits/<uuid:revisit>/population.csv")
@requires(Permission.REVISIT_READ)
def population(revisit: object) -> Response:
    """Send the list that was drawn from, as it was: uuid and sector, a hazard a line."""
    with reading() as session:
        card = revisits.revisit_card(session, current_actor(), str(revisit))
    response = Response(
        wired().blobs.read(card.population_sha256), content_type="text/csv; charset=utf-8"
    )
    response.headers.set("Content-Disposition", "attachment", filename=f"population-{revisit}.csv")
    return response


@blueprint.post("/revisits/<uuid:revisit>/handed")
@requires(Permission.REVISIT_DRAW)
def hand(revisit: object) -> Answer:
    """Hand drawn hazards to an office's inspectors."""
    form = HandForm(request.form)
    if not form.validate():
        return _page(str(revisit), form, HoldForm()), 422
    if form.due_on.data < today():
        form.due_on.errors = [FAULTS["day_past"]]
        return _page(str(revisit), form, HoldForm()), 422
    try:
        with writing() as session:
            revisits.hand(
                session,
                current_actor(),
                str(revisit),
                form.hazards.data or [],
                str(form.office.data),
                form.due_on.data,
                at=wired().clock(),
            )
    except RevisitOdd as problem:
        _name_faults(form, problem)
        return _page(str(revisit), form, HoldForm()), 422
    flash(gettext("已交给检查人员，他们的收件箱里能看到。"), "done")
    return redirect(f"/revisits/{revisit}", 303)


@blueprint.post("/revisits/<uuid:revisit>/hazards/<uuid:hazard>/held")
@requires(Permission.HAZARD_SUPERVISE)
def hold(revisit: object, hazard: object) -> Answer:
    """Say that what was done holds."""
    form = HoldForm(request.form)
    if not form.validate():
        return _page(str(revisit), HandForm(), form, wrong=str(hazard)), 422
    try:
        with writing() as session:
            revisits.hold(
                session,
                current_actor(),
                str(revisit),
                str(hazard),
                form.words.data.strip(),
                (form.record.data or "").strip(),
                at=wired().clock(),
            )
    except RevisitOdd as problem:
        _name_faults(form, problem)
        return _page(str(revisit), HandForm(), form, wrong=str(hazard)), 422
    flash(gettext("已记入台账。"), "done")
    return redirect(f"/revisits/{revisit}", 303)


def _conditions() -> RegisterFilter:
    return replace(wanted_of(RegisterForm(request.args)), page=1, at="")


def _new_page(form: SampleForm) -> str:
    wanted = _conditions()
    with reading() as session:
        hazards, sectors = revisits.extent(session, current_actor(), wanted, today=today())
    return render_template(
        "web/revisits/new.html",
        form=form,
        filter=wanted,
        population=hazards,
        sectors=sectors,
        named=[SECTORS[Sector(wanted.sector)]] if wanted.sector else [],
        asked={name: value for name, value in request.args.items() if value and name not in PLACE},
    )


def _page(uuid: str, handing: HandForm, holding: HoldForm, wrong: str = "") -> str:
    actor = current_actor()
    with reading() as session:
        card: RevisitCard = revisits.revisit_card(session, actor, uuid)
        mine = revisits.may_say(session, actor, card)
        visits = revisits.visits(
            session, [each for each in card.hazards if each.hazard in mine], card.drawn_at
        )
        offices = revisits.offices(session, actor)
        campaign = running.find(session, actor, card.campaign) if card.campaign else None
    handing.office.choices = [
        SelectChoice("", gettext("请选择")),
        *(SelectChoice(each.uuid, each.name) for each in offices),
    ]
    return render_template(
        "web/revisits/show.html",
        revisit=card,
        campaign=campaign,
        mine=mine,
        visits=visits,
        handing=handing if actor.may(Permission.REVISIT_DRAW) else None,
        holding=holding,
        wrong=wrong,
        waiting=[
            each for each in card.hazards if each.standing in (revisits.DRAWN, revisits.HANDED)
        ],
        sectors={"": gettext("未写行业"), **{str(key): name for key, name in SECTORS.items()}},
        today=today(),
    )


def _name_faults(form: Any, problem: RevisitOdd) -> None:
    for name, code in problem.details["fields"].items():
        form[name].errors = [FAULTS[code]]
