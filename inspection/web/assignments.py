"""Assignments (指派) of experts and auditors: who looks at which units until when."""

from datetime import date, datetime, time, timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from inspection.accounts import assignments
from inspection.accounts.policy import Permission, Role
from inspection.domain.workdays import CHINA
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.web.moments import today

blueprint = Blueprint("assignments", __name__)

Answer = str | tuple[str, int] | Redirect


class AssignmentForm(ProtectedForm):
    """Who gets which unit, from when until when, and what for."""

    person = SelectField(
        _("专家或审计人员"), [InputRequired(_("请选一个人"))], validate_choice=False
    )
    unit = StringField(
        _("单位全称或信用代码"), [InputRequired(_("请写单位全称或信用代码")), Length(max=200)]
    )
    from_on = DateField(_("从"), [InputRequired(_("请写开始日期"))])
    until_on = DateField(_("到（含当天）"), [InputRequired(_("请写结束日期"))])
    purpose = StringField(_("事由"), [InputRequired(_("请写明事由，会记入台账")), Length(max=200)])


class EndForm(ProtectedForm):
    """Why it ends before its time."""

    reason = StringField(_("原因"), [InputRequired(_("请写明原因，会记入台账")), Length(max=200)])


@blueprint.get("/assignments")
@requires(Permission.ASSIGN)
def index() -> str:
    """List the assignments in scope, with the form for one more."""
    return _page(AssignmentForm(from_on=today()))


@blueprint.post("/assignments")
@requires(Permission.ASSIGN)
def give() -> Answer:
    """Assign a unit to somebody."""
    form = AssignmentForm(request.form)
    person, _at, role = str(form.person.data or "").partition(":")
    if not form.validate() or role not in set(Role):
        return _page(form), 422
    if form.until_on.data < max(form.from_on.data, today()):
        form.until_on.errors = [_("结束日期不能早于今天或开始日期")]
        return _page(form), 422
    with writing() as session:
        unit = assignments.unit_named(session, current_actor(), form.unit.data.strip())
        if unit is not None:
            assignments.give(
                session,
                current_actor(),
                person,
                Role(role),
                unit,
                from_at=_start(form.from_on.data),
                until_at=_start(form.until_on.data + timedelta(days=1)),
                purpose=form.purpose.data.strip(),
                at=wired().clock(),
            )
    if unit is None:
        form.unit.errors = [_("您的范围内没有这个单位，或有同名单位；请写信用代码")]
        return _page(form), 422
    flash(gettext("已指派。到期自动失效，也可以提前结束。"), "done")
    return redirect("/assignments", 303)


@blueprint.post("/assignments/<uuid:assignment>/end")
@requires(Permission.ASSIGN)
def end(assignment: object) -> Answer:
    """End an assignment before its time."""
    form = EndForm(request.form)
    if not form.validate():
        return _page(AssignmentForm(from_on=today()), wrong=str(assignment)), 422
    with writing() as session:
        assignments.end(
            session,
            current_actor(),
            str(assignment),
            reason=str(form.reason.data).strip(),
            at=wired().clock(),
        )
    flash(gettext("指派已结束。他签过的记录照样有效。"), "done")
    return redirect("/assignments", 303)


def _page(form: AssignmentForm, wrong: str = "") -> str:
    with reading() as session:
        offered = assignments.candidates(session, current_actor())
        listed = assignments.listed(session, current_actor())
    form.person.choices = [
        SelectChoice(
            f"{each.person}:{each.role}", f"{each.name} · {_ROLES[each.role]} · {each.unit_name}"
        )
        for each in offered
    ]
    return render_template(
        "web/assignments/list.html",
        form=form,
        offered=offered,
        assigned=listed,
        now=wired().clock(),
        end_form=EndForm(),
        wrong=wrong,
    )


_ROLES = {Role.EXPERT: _("专家"), Role.AUDITOR: _("审计")}


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
