"""Campaigns (专项行动): list, one with its progress, the form, tags by hand, units behind it."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import (
    DateField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional

from inspection.accounts.policy import Permission
from inspection.campaigns import progress, revisits, running
from inspection.campaigns.running import MOST_STAGES, CampaignCard, NewCampaign, Shown
from inspection.domain.campaign import Stage
from inspection.domain.office_problems import CampaignOdd
from inspection.domain.problems import NotFound
from inspection.edge import current_actor, reading, requires, signed_in_actor, wired, writing
from inspection.edge.forms import ProtectedForm, TicksField
from inspection.organisations.unit import Sector
from inspection.web.hazards import SECTORS, of_campaign
from inspection.web.home import own_address
from inspection.web.moments import today

blueprint = Blueprint("campaigns", __name__)

Answer = str | tuple[str, int] | Redirect

TAG, UNTAG = "tag", "untag"
FAULTS = {
    "end_before_start": _("这一阶段的结束日期早于开始日期"),
    "stages_overlap": _("这一阶段与上一阶段重叠：要在上一阶段结束的第二天开始"),
    "stages_gap": _("这一阶段与上一阶段之间空了几天：要在上一阶段结束的第二天开始"),
    "no_stage": _("至少要有一个阶段"),
    "stage_incomplete": _("阶段名称、开始和结束日期都要填"),
}
UNITS = {
    progress.WANTED: _("应检查单位"),
    progress.CHECKED: _("已检查单位"),
    progress.UNCHECKED: _("未检查单位"),
    progress.SELF_CHECKED: _("已自查单位"),
}


def _stage_fields() -> dict[str, Any]:
    """Three fields for each stage, named `stage<place>_<field>`."""
    fields: dict[str, Any] = {}
    for place in range(MOST_STAGES):
        fields[f"stage{place}_name"] = StringField(_("阶段名称"), [Length(max=40)])
        fields[f"stage{place}_since"] = DateField(_("从"), [Optional()])
        fields[f"stage{place}_until"] = DateField(_("到（含当天）"), [Optional()])
    return fields


class _CampaignForm(ProtectedForm):
    """What a campaign is; the stages' fields are made one by one."""

    name = StringField(_("名称"), [DataRequired(_("请填写名称")), Length(max=60)])
    basis = TextAreaField(
        _("依据和目的（文件号、会议、要解决什么）"),
        [DataRequired(_("请写明依据和目的")), Length(max=1000)],
    )
    sectors = TicksField(
        _("行业（不选就是全部）"), choices=[SelectChoice(*each) for each in SECTORS.items()]
    )
    checklists = TicksField(_("检查表（不选就是全部）"), validate_choice=False)


CampaignForm = type("CampaignForm", (_CampaignForm,), _stage_fields())


class CloseForm(ProtectedForm):
    """What came of a campaign."""

    words = TextAreaField(_("结束说明"), [DataRequired(_("请写结束说明")), Length(max=1000)])


class TagForm(ProtectedForm):
    """Into or out of which campaign an inspection or hazard goes, and why."""

    campaign = SelectField(_("专项行动"), [InputRequired(_("请选专项行动"))], validate_choice=False)
    subject = HiddenField(validators=[InputRequired()])
    act = HiddenField(validators=[AnyOf((TAG, UNTAG))])
    words = StringField(_("原因"), [DataRequired(_("请写明原因，会记入台账")), Length(max=200)])
    back = HiddenField()


@blueprint.get("/campaigns")
@requires(Permission.CAMPAIGN_READ)
def index() -> str:
    """List the campaigns that the reader may see, open ones first."""
    actor = current_actor()
    with reading() as session:
        found = running.campaigns(session, actor)
    return render_template(
        "web/campaigns/list.html",
        campaigns=found,
        may_begin=actor.may(Permission.CAMPAIGN_RUN),
        today=today(),
    )


@blueprint.get("/campaigns/new")
@requires(Permission.CAMPAIGN_RUN)
def new() -> str:
    """Ask for a campaign."""
    return _form_page(CampaignForm())


@blueprint.post("/campaigns/new")
@requires(Permission.CAMPAIGN_RUN)
def begin() -> Answer:
    """Begin a campaign."""
    form = CampaignForm(request.form)
    rows = _filled(form)
    if not form.validate() or form.errors or not _are_whole(form, rows):
        return _form_page(form), 422
    try:
        with writing() as session:
            begun = running.begin(session, current_actor(), _said(form, rows), at=wired().clock())
    except CampaignOdd as problem:
        return _odd(form, rows, problem), 422
    flash(gettext("专项行动已开始，符合条件的检查和隐患自动归入。"), "done")
    return redirect(f"/campaigns/{begun}", 303)


@blueprint.get("/campaigns/<uuid:campaign>")
@requires(Permission.CAMPAIGN_READ)
def show(campaign: object) -> str:
    """Show one campaign: figures by stage, draws, tags by hand."""
    return _page(str(campaign), CloseForm())


@blueprint.get("/campaigns/<uuid:campaign>/change")
@requires(Permission.CAMPAIGN_RUN)
def reconsider(campaign: object) -> str:
    """Show what a campaign says now, to be changed."""
    with reading() as session:
        card = running.campaign_card(session, current_actor(), str(campaign))
    if not running.runs(current_actor(), card):
        raise NotFound(campaign=card.uuid)
    said = card.said
    form = CampaignForm(
        name=said.name,
        basis=said.basis,
        sectors=list(said.sectors),
        checklists=list(said.checklists),
        **{
            f"stage{place}_{name}": getattr(stage, name)
            for place, stage in enumerate(said.stages)
            for name in ("name", "since", "until")
        },
    )
    return _form_page(form, card)


@blueprint.post("/campaigns/<uuid:campaign>/change")
@requires(Permission.CAMPAIGN_RUN)
def change(campaign: object) -> Answer:
    """Change a campaign; what belongs to it follows at once."""
    form, actor = CampaignForm(request.form), current_actor()
    with reading() as session:
        card = running.campaign_card(session, actor, str(campaign))
    rows = _filled(form)
    if not form.validate() or form.errors or not _are_whole(form, rows):
        return _form_page(form, card), 422
    try:
        with writing() as session:
            running.change(session, actor, card.uuid, _said(form, rows), at=wired().clock())
    except CampaignOdd as problem:
        return _odd(form, rows, problem, card), 422
    flash(gettext("已保存，各阶段的数字已按新的范围统计。"), "done")
    return redirect(f"/campaigns/{campaign}", 303)


@blueprint.post("/campaigns/<uuid:campaign>/close")
@requires(Permission.CAMPAIGN_RUN)
def close(campaign: object) -> Answer:
    """Close a campaign."""
    form = CloseForm(request.form)
    if not form.validate():
        return _page(str(campaign), form), 422
    with writing() as session:
        running.close(
            session, current_actor(), str(campaign), form.words.data.strip(), at=wired().clock()
        )
    flash(gettext("专项行动已结束，数字和标记照样可以查。"), "done")
    return redirect(f"/campaigns/{campaign}", 303)


@blueprint.post("/campaign-tags")
@requires(Permission.CAMPAIGN_TAG)
def tag() -> Redirect:
    """Bring an inspection or hazard into a campaign by hand, or take it out."""
    form = TagForm(request.form)
    back = own_address(form.back.data)
    if not form.validate():
        flash(next(iter(form.errors.values()))[0], "fail")
        return redirect(back, 303)
    with writing() as session:
        running.tag(
            session,
            current_actor(),
            str(form.campaign.data),
            str(form.subject.data),
            belongs=form.act.data == TAG,
            words=str(form.words.data).strip(),
            at=wired().clock(),
        )
    flash(gettext("已记入台账：谁、为什么，这里都能看到。"), "done")
    return redirect(back, 303)


@blueprint.get("/campaigns/<uuid:campaign>/units")
@requires(Permission.CAMPAIGN_READ)
def units(campaign: object) -> str:
    """List the units that a figure counts."""
    actor, which = current_actor(), request.args.get("which", progress.WANTED)
    if which not in UNITS:
        raise NotFound(which=which[:20])
    number = max(1, request.args.get("page", 1, type=int))
    with reading() as session:
        card = running.campaign_card(session, actor, str(campaign))
        stage = _stage(card, request.args.get("day", ""))
        page = progress.units(session, actor, card, which, stage, page=number)
    return render_template(
        "web/campaigns/units.html",
        campaign=card,
        stage=stage,
        which=which,
        names=UNITS,
        units=page,
        sectors=SECTORS,
        link=lambda other: _units_address(card, other, stage),
        page_link=lambda wanted: _units_address(card, which, stage, page=str(wanted)),
    )


@blueprint.app_template_global()
def campaigns_of(subject: str) -> tuple[list[Shown], TagForm | None]:
    """The campaigns that the reader sees an inspection or hazard in, and the form that tags it.

    There is no form when they may not tag, or no campaign is open.
    """
    actor = signed_in_actor()
    if actor is None:
        return [], None
    with reading() as session:
        cards = running.campaigns(session, actor)
        found = running.shown(session, actor, [subject], cards).get(subject, [])
    still_open = [each for each in cards if each.closed_at is None]
    if not still_open or not actor.may(Permission.CAMPAIGN_TAG):
        return found, None
    form = TagForm(subject=subject, act=TAG, back=request.path)
    form.campaign.choices = [SelectChoice(each.uuid, each.said.name) for each in still_open]
    return found, form


def _page(uuid: str, form: CloseForm) -> str:
    actor = current_actor()
    with reading() as session:
        card = running.campaign_card(session, actor, uuid)
        figures = progress.figures(session, actor, card, today=today())
        draws = revisits.revisits(session, actor, uuid)
        by_hand = {
            subject.uuid: subject.record
            for subject in running.subjects(session, actor, [each.subject for each in card.tags])
        }
    return render_template(
        "web/campaigns/show.html",
        campaign=card,
        figures=figures,
        revisits=draws,
        tags=[each for each in card.tags if each.subject in by_hand],
        is_record=lambda subject: by_hand[subject] == subject,
        runs=running.runs(actor, card),
        draws=actor.may(Permission.REVISIT_DRAW),
        form=form,
        sectors=[SECTORS[Sector(each)] for each in card.said.sectors],
        checklists=[words for slug, words in _checklists() if slug in card.said.checklists],
        today=today(),
        hazards_link=lambda stage, **more: url_for(
            "hazards.index",
            **of_campaign(card.rule.within(stage)),  # type: ignore[arg-type]
            **more,
        ),
        units_link=lambda which, stage: _units_address(card, which, stage),
    )


def _units_address(card: CampaignCard, which: str, stage: Stage | None, **more: str) -> str:
    day = {"day": stage.since.isoformat()} if stage else {}
    return url_for("campaigns.units", campaign=card.uuid, which=which, **day, **more)  # type: ignore[arg-type]


def _stage(card: CampaignCard, day: str) -> Stage | None:
    try:
        return card.stage_on(date.fromisoformat(day)) if day else None
    except ValueError:
        raise NotFound(day=day[:20]) from None


def _form_page(form: Any, card: CampaignCard | None = None) -> str:
    form.checklists.choices = [SelectChoice(*each) for each in _checklists()]
    return render_template(
        "web/campaigns/form.html", form=form, campaign=card, places=range(MOST_STAGES)
    )


def _checklists() -> list[tuple[str, str]]:
    language = get_locale().language
    return [
        (each.slug, f"{each.list_letter} {each.title.in_(language)}")
        for each in wired().catalog.current()
    ]


def _filled(form: Any) -> list[int]:
    """The places of the stages in which anything was written."""
    names = ("name", "since", "until")
    return [
        place
        for place in range(MOST_STAGES)
        if any(request.form.get(f"stage{place}_{name}", "").strip() for name in names)
    ]


def _are_whole(form: Any, rows: list[int]) -> bool:
    whole = True
    for place in rows:
        stage = [form[f"stage{place}_{name}"] for name in ("name", "since", "until")]
        for field in stage:
            if not field.data:
                field.errors, whole = [FAULTS["stage_incomplete"]], False
    return whole


def _said(form: Any, rows: list[int]) -> NewCampaign:
    kin = [
        slug
        for chosen in form.checklists.data or ()
        if chosen in dict(_checklists())
        for slug in wired().catalog.kin(chosen)
    ]
    return NewCampaign(
        name=form.name.data.strip(),
        basis=form.basis.data.strip(),
        stages=tuple(
            Stage(*(form[f"stage{place}_{name}"].data for name in ("name", "since", "until")))
            for place in rows
        ),
        sectors=tuple(form.sectors.data or ()),
        checklists=tuple(dict.fromkeys(kin)),
    )


def _odd(form: Any, rows: list[int], problem: CampaignOdd, card: CampaignCard | None = None) -> str:
    """Say beside the fields what is odd; stages are counted without the empty ones between."""
    named = {f"stage{place}_until": f"stage{row}_until" for place, row in enumerate(rows)}
    for name, code in problem.details["fields"].items():
        form[named.get(name, name)].errors = [FAULTS[code]]
    return _form_page(form, card)
