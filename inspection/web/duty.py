"""The duty roster (值班表): who is on duty now, and the coming weeks."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from inspection.accounts.policy import Permission
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.incidents import duty
from inspection.incidents.duty import Crew

blueprint = Blueprint("duty", __name__)

SHOWN_BEFORE, SHOWN_AFTER = timedelta(days=7), timedelta(days=31)
MOST_DAYS = 31


class DutyForm(ProtectedForm):
    """A crew for a run of days."""

    unit = SelectField(_("单位"), validate_choice=False)
    since = DateField(_("从哪天"), [InputRequired(_("请填写日期"))])
    until = DateField(_("到哪天（含）"), [InputRequired(_("请填写日期"))])
    leader = StringField(_("带班领导"), [DataRequired(_("请填写带班领导")), Length(max=100)])
    staff = StringField(_("值班人员"), [DataRequired(_("请填写值班人员")), Length(max=200)])
    phone = StringField(_("值班电话（办公电话）"), [Length(max=40)])


@blueprint.get("/duty")
@requires(Permission.DUTY_READ)
def show() -> str:
    """Show who is on duty now, and the roster."""
    day = duty.duty_day(wired().clock())
    return _page(DutyForm(since=day, until=day))


@blueprint.post("/duty")
@requires(Permission.DUTY_KEEP)
def put() -> str | tuple[str, int] | Redirect:
    """Say who is on duty on a run of days; what was said of these days before is replaced."""
    form = DutyForm(request.form)
    if form.validate() and not 0 <= (form.until.data - form.since.data).days < MOST_DAYS:
        form.until.errors = [gettext("从开始那天起，一次最多排 %(num)s 天", num=MOST_DAYS)]
    if form.errors:
        return _page(form), 422
    length = (form.until.data - form.since.data).days + 1
    days = [form.since.data + timedelta(days=each) for each in range(length)]
    crew = Crew(form.leader.data.strip(), form.staff.data.strip(), (form.phone.data or "").strip())
    with writing() as session:
        duty.put(session, current_actor(), form.unit.data or "", days, crew, at=wired().clock())
    flash(gettext("值班表已记入。"), "done")
    return redirect("/duty", 303)


def _page(form: DutyForm) -> str:
    actor, at = current_actor(), wired().clock()
    day = duty.duty_day(at)
    keeps = actor.may(Permission.DUTY_KEEP)
    with reading() as session:
        now = duty.on_duty(session, actor, at=at)
        coming = duty.roster(session, actor, since=day - SHOWN_BEFORE, until=day + SHOWN_AFTER)
        kept = duty.offices(session, actor, Permission.DUTY_KEEP)
    form.unit.choices = [SelectChoice(*each) for each in kept]
    if form.unit.data is None:
        form.unit.data = actor.unit_uuid
    return render_template(
        "web/duty/show.html", now=now, roster=coming, day=day, form=form if keeps else None
    )
