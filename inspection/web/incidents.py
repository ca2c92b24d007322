"""Accidents (事故直报): entered, reported by the clock, followed up; late is shown."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from inspection.accounts.policy import Permission
from inspection.domain.incident import HEADINGS, Stage
from inspection.domain.office_problems import IncidentIncomplete
from inspection.domain.workdays import CHINA, day_of
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.incidents import reporting
from inspection.incidents.reporting import IncidentCard, NewIncident, NewReport
from inspection.organisations import directory

blueprint = Blueprint("incidents", __name__)

Answer = str | tuple[str, int] | Redirect

MOST = 100

STAGES = {
    Stage.FIRST: _("首报"),
    Stage.WRITTEN: _("书面核实报告"),
    Stage.DETAILED: _("详细书面报告"),
    Stage.ENTERPRISE: _("企业报县级部门"),
    Stage.UPWARD: _("本级政府上报"),
    Stage.FOLLOW_UP: _("续报"),
}
HEADINGS_IN_WORDS = {
    "cause": _("起因"),
    "background": _("背景"),
    "development": _("发展"),
    "response": _("处置"),
    "consequences": _("后果"),
    "impact": _("影响"),
    "opinion": _("舆论"),
}
_FAULTS = {
    "missing": _("请填写这一项"),
    "time_to_come": _("时间不能晚于现在"),
    "time_order": _("时间不能早于事故或接报的时间，也不能晚于现在"),
}
_NUMBER = [Optional(), NumberRange(min=0, max=100000)]


class IncidentForm(ProtectedForm):
    """An accident as it is first known."""

    unit = StringField(
        _("事故单位（名称或统一社会信用代码，与名录一致）"),
        [DataRequired(_("请填写事故单位")), Length(max=200)],
    )
    title = StringField(_("事故简况（一句话）"), [DataRequired(_("请写一句话")), Length(max=200)])
    place = StringField(_("地点"), [Length(max=200)])
    happened_at = DateTimeLocalField(_("发生时间"), [InputRequired(_("请填写发生时间"))])
    head_told_at = DateTimeLocalField(_("单位负责人接到报告的时间"), [Optional()])
    learned_at = DateTimeLocalField(_("本单位接报时间"), [Optional()])
    dead = IntegerField(_("死亡人数"), _NUMBER, default=0)
    missing = IntegerField(_("失联人数"), _NUMBER, default=0)
    injured = IntegerField(_("受伤人数"), _NUMBER, default=0)
    words = TextAreaField(_("已采取的措施和其他情况"), [Length(max=4000)])


class ReportForm(ProtectedForm):
    """A report that was made, or is made now."""

    stage = SelectField(_("哪一报"), validate_choice=False)
    told = StringField(_("报给谁、用什么方式"), [Length(max=200)])
    reported_at = DateTimeLocalField(_("报出时间"), [InputRequired(_("请填写报出时间"))])
    words = TextAreaField(_("内容"), [Length(max=4000)])
    cause = TextAreaField(HEADINGS_IN_WORDS["cause"], [Length(max=4000)])
    background = TextAreaField(HEADINGS_IN_WORDS["background"], [Length(max=4000)])
    development = TextAreaField(HEADINGS_IN_WORDS["development"], [Length(max=4000)])
    response = TextAreaField(HEADINGS_IN_WORDS["response"], [Length(max=4000)])
    consequences = TextAreaField(HEADINGS_IN_WORDS["consequences"], [Length(max=4000)])
    impact = TextAreaField(HEADINGS_IN_WORDS["impact"], [Length(max=4000)])
    opinion = TextAreaField(HEADINGS_IN_WORDS["opinion"], [Length(max=4000)])


@blueprint.get("/incidents")
@requires(Permission.INCIDENT_READ)
def index() -> str:
    """List the accidents in scope, with what is late."""
    actor = current_actor()
    with reading() as session:
        found = reporting.incidents(session, actor, at=wired().clock(), most=MOST)
    return render_template(
        "web/incidents/list.html",
        incidents=found,
        stages=STAGES,
        entering=actor.may(Permission.INCIDENT_REPORT),
    )


@blueprint.get("/incidents/new")
@requires(Permission.INCIDENT_REPORT)
def new() -> str:
    """Ask for an accident."""
    now = _local(wired().clock())
    form = IncidentForm(happened_at=now, learned_at=now)
    if not current_actor().may(Permission.INCIDENT_FORWARD):
        form.unit.data = current_actor().unit_name
    return _new_page(form)


@blueprint.post("/incidents/new")
@requires(Permission.INCIDENT_REPORT)
def enter() -> Answer:
    """Enter an accident; its clocks run from now on."""
    form, scope = IncidentForm(request.form), current_actor().scope(Permission.INCIDENT_REPORT)
    form.validate()
    with reading() as session:
        unit = directory.named(session, (form.unit.data or "").strip(), scope)
    if unit is None and not form.unit.errors:
        form.unit.errors = [gettext("名录里没有这家单位，或不在您的管辖范围内")]
    if form.errors:
        return _new_page(form), 422
    entered = NewIncident(
        title=form.title.data.strip(),
        place=(form.place.data or "").strip(),
        words=(form.words.data or "").strip(),
        dead=form.dead.data or 0,
        missing=form.missing.data or 0,
        injured=form.injured.data or 0,
        happened_at=_instant(form.happened_at.data),
        head_told_at=_instant(form.head_told_at.data) if form.head_told_at.data else None,
        learned_at=_instant(form.learned_at.data) if form.learned_at.data else None,
    )
    try:
        with writing() as session:
            made = reporting.enter(
                session, current_actor(), unit or "", entered, at=wired().clock()
            )
    except IncidentIncomplete as problem:
        _name_faults(form, problem)
        return _new_page(form), 422
    return redirect(f"/incidents/{made}", 303)


@blueprint.get("/incidents/<uuid:incident>")
@requires(Permission.INCIDENT_READ)
def show(incident: object) -> str:
    """Show one accident with its clocks, and the form of the next report."""
    return _page(str(incident), ReportForm(reported_at=_local(wired().clock())))


@blueprint.post("/incidents/<uuid:incident>/reports")
@requires(Permission.INCIDENT_REPORT)
def report(incident: object) -> Answer:
    """Record a report."""
    form = ReportForm(request.form)
    if not form.validate() or form.stage.data not in set(Stage):
        return _page(str(incident), form), 422
    stage = Stage(form.stage.data)
    names = HEADINGS if stage is Stage.DETAILED else ("words",)
    made = NewReport(
        stage=stage,
        told=(form.told.data or "").strip(),
        reported_at=_instant(form.reported_at.data),
        words={name: (form[name].data or "").strip() for name in names},
    )
    try:
        with writing() as session:
            reporting.report(session, current_actor(), str(incident), made, at=wired().clock())
    except IncidentIncomplete as problem:
        _name_faults(form, problem)
        return _page(str(incident), form), 422
    flash(gettext("%(report)s已记入台账。", report=STAGES[stage]), "done")
    return redirect(f"/incidents/{incident}", 303)


def _new_page(form: IncidentForm) -> str:
    forwards = current_actor().may(Permission.INCIDENT_FORWARD)
    return render_template("web/incidents/new.html", form=form, forwards=forwards)


def _page(uuid: str, form: ReportForm) -> str:
    actor = current_actor()
    with reading() as session:
        card: IncidentCard = reporting.incident(session, actor, uuid, at=wired().clock())
        left = reporting.stages(session, actor, card)
    form.stage.choices = [SelectChoice(str(each), STAGES[each]) for each in left]
    if form.stage.data is None and left:
        form.stage.data = str(left[0])
    return render_template(
        "web/incidents/show.html",
        incident=card,
        form=form if left else None,
        stages=STAGES,
        headings=HEADINGS_IN_WORDS,
        day=day_of(card.happened_at),
    )


def _name_faults(form: Any, problem: IncidentIncomplete) -> None:
    for name, code in problem.details["fields"].items():
        form[name].errors = [_FAULTS[code]]


def _instant(local: datetime) -> datetime:
    return local.replace(tzinfo=CHINA)


def _local(at: datetime) -> datetime:
    """The minute it is, as a form shows it."""
    return at.astimezone(CHINA).replace(tzinfo=None, second=0, microsecond=0)


@blueprint.app_template_filter("span")
def span(length: timedelta) -> str:
    """A length of time in words, whichever way it points: 1 小时 05 分, 12 分."""
    minutes = int(abs(length).total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    if hours:
        return gettext("%(hours)s 小时 %(minutes)s 分", hours=hours, minutes=f"{rest:02d}")
    return gettext("%(minutes)s 分钟", minutes=minutes)
