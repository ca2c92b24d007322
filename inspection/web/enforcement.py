"""Measures and penalties (强制措施与行政处罚), and who offends again and again (屡查屡犯)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from inspection.accounts.policy import Permission
from inspection.domain.enforcement import (
    KNOWN_GROUNDS,
    MeasureKind,
    PenaltyKind,
    Subject,
    ground,
)
from inspection.domain.problems import CaseIncomplete
from inspection.domain.workdays import CHINA
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm, TicksField
from inspection.enforcement import cases, enquiries
from inspection.enforcement.cases import NewMeasure, NewPenalty, Part
from inspection.enforcement.enquiries import Flags, Repeat
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.web import step_photos
from inspection.web.moments import today
from inspection.web.step_photos import NO_PHOTOS, Chosen

blueprint = Blueprint("enforcement", __name__)

Answer = str | tuple[str, int] | Redirect

REPEATS_OF = timedelta(days=365)
"""How far the list of repeat offences looks back."""
LARGEST_YUAN = 10**11

MEASURES = {
    MeasureKind.SUSPEND: _("停产停业、停止施工"),
    MeasureKind.STOP_USE: _("停止使用"),
    MeasureKind.SEIZE: _("查封、扣押"),
    MeasureKind.CUT_OFF: _("停止供电、供应"),
    MeasureKind.TRANSFER: _("移送"),
}
PENALTIES = {
    PenaltyKind.WARNING: _("警告"),
    PenaltyKind.FINE: _("罚款"),
    PenaltyKind.CONFISCATE: _("没收"),
    PenaltyKind.SUSPEND: _("停产停业整顿"),
    PenaltyKind.REVOKE: _("暂扣或吊销许可、资格"),
    PenaltyKind.CLOSE: _("关闭"),
    PenaltyKind.BAN: _("行业禁入"),
}
NAMES = {"measure": MEASURES, "penalty": PENALTIES}
_FAULTS = {
    "missing": _("请填写这一项"),
    "day_to_come": _("日期不能晚于今天"),
    "day_unfit": _("解除日期不能早于决定日期，也不能晚于今天"),
    "approval_missing": _("停止供电、供应要经部门主要负责人批准（《安全生产法》第70条）"),
    "notice_short": _("除紧急情形外，停止供电要提前 24 小时通知（《安全生产法》第70条）"),
    "subject_missing": _("至少写明一个被处罚的对象：单位或个人"),
    "fine_missing": _("写了金额，请同时选“罚款”"),
    "hazard_unknown": _("这家单位没有这个编号的隐患"),
}


def _offered(named: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(str(kind), words) for kind, words in named.items()]


_CASE = [InputRequired(_("请填写文号")), Length(max=100)]
_WORDS = [InputRequired(_("请写明事实和理由")), Length(max=2000)]
_DECIDED = [InputRequired(_("请填写决定日期"))]
_LINE = [Length(max=200)]


class DecisionForm(ProtectedForm):
    """What every decision on paper says."""

    case_number = StringField(_("决定书文号"), _CASE)
    decided_on = DateField(_("决定日期"), _DECIDED)
    hazards = StringField(_("所依据的隐患编号（可写多个，用空格分开）"), _LINE)
    words = TextAreaField(_("事实和理由"), _WORDS)


class MeasureForm(DecisionForm):
    """A measure, as its decision on paper says."""

    kind = RadioField(
        _("措施"), [InputRequired(_("请选一种措施"))], choices=_offered(MEASURES), coerce=str
    )
    ground = StringField(_("依据条款"), [InputRequired(_("请填写依据")), *_LINE])
    approved_by = StringField(_("批准人（部门主要负责人）"), _LINE)
    notified_at = DateTimeLocalField(_("通知时间"), [Optional()])
    effective_at = DateTimeLocalField(_("开始执行时间"), [Optional()])
    urgent = BooleanField(_("有危及生产安全的紧急情形"))


class PenaltyForm(DecisionForm):
    """A penalty: what it means for the unit, for a person, or for both (一案双罚)."""

    unit_kinds = TicksField(_("对单位的处罚"), choices=_offered(PENALTIES))
    unit_amount = DecimalField(
        _("对单位的罚款（元）"), [Optional(), NumberRange(min=0, max=LARGEST_YUAN)], places=2
    )
    unit_ground = StringField(_("对单位的依据条款"), _LINE)
    person_name = StringField(_("被处罚人姓名"), _LINE)
    person_title = StringField(_("被处罚人职务"), _LINE)
    person_kinds = TicksField(_("对个人的处罚"), choices=_offered(PENALTIES))
    person_amount = DecimalField(
        _("对个人的罚款（元）"), [Optional(), NumberRange(min=0, max=LARGEST_YUAN)], places=2
    )
    person_ground = StringField(_("对个人的依据条款"), _LINE)


class LiftForm(ProtectedForm):
    """When and why a measure was lifted."""

    lifted_on = DateField(_("解除日期"), [InputRequired(_("请填写解除日期"))])
    words = TextAreaField(_("解除理由"), _WORDS)


@blueprint.get("/enforcement")
@requires(Permission.ENFORCEMENT_READ)
def index() -> str:
    """List the newest measures and penalties in scope."""
    scope = current_actor().scope(Permission.ENFORCEMENT_READ)
    with reading() as session:
        taken, imposed = enquiries.measures(session, scope), enquiries.penalties(session, scope)
    return render_template(
        "web/enforcement/list.html", measures=taken, penalties=imposed, names=NAMES
    )


@blueprint.get("/repeat-offences")
@requires(Permission.ENFORCEMENT_READ)
def repeat_offences() -> str:
    """List who was fined too often, and what was found again after it had been closed."""
    scope = current_actor().scope(Permission.ENFORCEMENT_READ)
    with reading() as session:
        fined = enquiries.often_fined(session, scope)
        found = enquiries.repeats(session, scope, since=wired().clock() - REPEATS_OF)
    return render_template(
        "web/enforcement/repeats.html",
        fined=fined,
        repeats=[(each, item_title(each)) for each in found],
        days=REPEATS_OF.days,
    )


@blueprint.get("/units/<uuid:unit>/measures/new")
@requires(Permission.ENFORCE)
def measure_form(unit: object) -> str:
    """Ask for a measure."""
    form = MeasureForm(decided_on=today(), hazards=request.args.get("hazard", ""))
    return _form_page("measure", _enforced(unit), form)


@blueprint.post("/units/<uuid:unit>/measures/new")
@requires(Permission.ENFORCE)
def take_measure(unit: object) -> Answer:
    """Record a measure."""
    form, facts = MeasureForm(request.form), _enforced(unit)
    if not form.validate():
        return _form_page("measure", facts, form), 422
    new = NewMeasure(
        kind=MeasureKind(form.kind.data),
        case_number=form.case_number.data.strip(),
        ground=ground(form.ground.data.strip()),
        decided_on=form.decided_on.data,
        approved_by=(form.approved_by.data or "").strip(),
        notified_at=_instant(form.notified_at.data),
        effective_at=_instant(form.effective_at.data),
        urgent=form.urgent.data,
        words=form.words.data.strip(),
        hazards=(form.hazards.data or "").split(),
    )
    try:
        with writing() as session:
            made = cases.take(
                session, current_actor(), facts.uuid, new, today=today(), at=wired().clock()
            )
    except CaseIncomplete as problem:
        _name_faults(form, problem)
        return _form_page("measure", facts, form), 422
    flash(gettext("措施已记入台账。"), "done")
    return redirect(f"/measures/{made}", 303)


@blueprint.get("/units/<uuid:unit>/penalties/new")
@requires(Permission.ENFORCE)
def penalty_form(unit: object) -> str:
    """Ask for a penalty."""
    form = PenaltyForm(decided_on=today(), hazards=request.args.get("hazard", ""))
    return _form_page("penalty", _enforced(unit), form)


@blueprint.post("/units/<uuid:unit>/penalties/new")
@requires(Permission.ENFORCE)
def impose(unit: object) -> Answer:
    """Record a penalty."""
    form, facts = PenaltyForm(request.form), _enforced(unit)
    is_whole, photos = form.validate(), step_photos.chosen(facts.uuid)
    if not is_whole or photos.faults:
        return _form_page("penalty", facts, form, photos), 422 if not is_whole else photos.status
    new = NewPenalty(
        case_number=form.case_number.data.strip(),
        decided_on=form.decided_on.data,
        words=form.words.data.strip(),
        parts=_parts(form, facts),
        hazards=(form.hazards.data or "").split(),
        photos=photos.digests,
    )
    try:
        with writing() as session:
            made = cases.impose(
                session, current_actor(), facts.uuid, new, today=today(), at=wired().clock()
            )
    except CaseIncomplete as problem:
        _name_faults(form, problem)
        return _form_page("penalty", facts, form, photos), 422
    flash(gettext("处罚已记入台账。"), "done")
    return redirect(f"/penalties/{made}", 303)


@blueprint.get("/measures/<uuid:measure>")
@requires(Permission.ENFORCEMENT_READ)
def show_measure(measure: object) -> str:
    """Show one measure, and the form that lifts it to those who may."""
    return _measure(str(measure), LiftForm(lifted_on=today()))


@blueprint.post("/measures/<uuid:measure>/lift")
@requires(Permission.ENFORCE)
def lift(measure: object) -> Answer:
    """Record that a measure was lifted."""
    form = LiftForm(request.form)
    if not form.validate():
        return _measure(str(measure), form), 422
    try:
        with writing() as session:
            cases.lift(
                session,
                current_actor(),
                str(measure),
                lifted_on=form.lifted_on.data,
                words=form.words.data.strip(),
                today=today(),
                at=wired().clock(),
            )
    except CaseIncomplete as problem:
        _name_faults(form, problem)
        return _measure(str(measure), form), 422
    flash(gettext("解除已记入台账。"), "done")
    return redirect(f"/measures/{measure}", 303)


@blueprint.get("/penalties/<uuid:penalty>")
@requires(Permission.ENFORCEMENT_READ)
def show_penalty(penalty: object) -> str:
    """Show one penalty with its parts."""
    scope = current_actor().scope(Permission.ENFORCEMENT_READ)
    with reading() as session:
        card = enquiries.penalty(session, scope, str(penalty))
    return render_template("web/enforcement/penalty.html", penalty=card, names=NAMES)


@blueprint.get("/penalties/<uuid:penalty>/photos/<digest>")
@requires(Permission.ENFORCEMENT_READ)
def photo(penalty: object, digest: str) -> Response:
    """Send a photo that goes with a penalty."""
    scope = current_actor().scope(Permission.ENFORCEMENT_READ)
    with reading() as session:
        card = enquiries.penalty(session, scope, str(penalty))
    return step_photos.sent(digest, said=digest in card.photos)


@blueprint.app_template_global()
def offence_flags(hazard: str) -> Flags:
    """What the page of a hazard warns of, as far as its reader may know."""
    with reading() as session:
        scope = current_actor().scope(Permission.ENFORCEMENT_READ)
        return enquiries.flags(session, scope, hazard)


def item_title(repeat: Repeat) -> str:
    """Code and title of the item, by the newest revision of its list; the code alone if gone."""
    current = (each for each in wired().catalog.current() if each.slug == repeat.checklist_slug)
    known = next((found for each in current if (found := each.item(repeat.item))), None)
    title = known.title.in_(get_locale().language) if known else ""
    return f"{repeat.item} {title}".strip()


def _enforced(unit: object) -> UnitFacts:
    with reading() as session:
        return directory.unit(session, str(unit), current_actor().scope(Permission.ENFORCE))


def _form_page(kind: str, unit: UnitFacts, form: DecisionForm, photos: Chosen = NO_PHOTOS) -> str:
    return render_template(
        f"web/enforcement/{kind}_form.html",
        unit=unit,
        form=form,
        photos=photos,
        grounds=KNOWN_GROUNDS,
    )


def _measure(uuid: str, form: LiftForm) -> str:
    actor = current_actor()
    with reading() as session:
        card = enquiries.measure(session, actor.scope(Permission.ENFORCEMENT_READ), uuid)
    return render_template(
        "web/enforcement/measure.html",
        measure=card,
        form=form if actor.may(Permission.ENFORCE) else None,
        names=NAMES,
    )


def _parts(form: PenaltyForm, unit: UnitFacts) -> tuple[Part, ...]:
    """The parts that were filled in at all; what they lack is named by `cases`."""
    parts = []
    for subject, name, title in (
        (Subject.UNIT, unit.name, ""),
        (Subject.PERSON, form.person_name.data or "", form.person_title.data or ""),
    ):
        kinds, amount = form[f"{subject}_kinds"].data or (), form[f"{subject}_amount"].data
        said = (form[f"{subject}_ground"].data or "").strip()
        if kinds or amount or said or (subject is Subject.PERSON and name):
            chosen = tuple(PenaltyKind(each) for each in kinds)
            cents = int((amount or Decimal()) * 100)
            parts.append(Part(subject, name.strip(), title.strip(), chosen, cents, ground(said)))
    return tuple(parts)


def _name_faults(form: Any, problem: CaseIncomplete) -> None:
    for name, code in problem.details["fields"].items():
        form[name].errors = [_FAULTS[code]]


def _instant(local: datetime | None) -> datetime | None:
    return local.replace(tzinfo=CHINA) if local else None
