"""Declared conflicts of interest (利益关系回避): the list, one more, and the end of one."""

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from inspection.accounts.policy import Permission
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.organisations import directory
from inspection.selections import conflicts

blueprint = Blueprint("conflicts", __name__)

Answer = str | tuple[str, int] | Redirect


class ConflictForm(ProtectedForm):
    """Who keeps away from which unit, and why."""

    person = SelectField(_("谁"), [InputRequired(_("请选一个人"))], validate_choice=False)
    unit = StringField(
        _("单位全称或信用代码"), [DataRequired(_("请写单位全称或信用代码")), Length(max=200)]
    )
    words = StringField(_("什么关系"), [DataRequired(_("请写明关系，会记入台账")), Length(max=200)])


class EndForm(ProtectedForm):
    """Why a conflict is over."""

    words = StringField(_("为什么不再回避"), [DataRequired(_("请写明原因")), Length(max=200)])


@blueprint.get("/conflicts")
@requires(Permission.CONFLICT_DECLARE)
def index() -> str:
    """List the conflicts that the reader may see, with the form of another."""
    return _page(ConflictForm())


@blueprint.post("/conflicts")
@requires(Permission.CONFLICT_DECLARE)
def declare() -> Answer:
    """Declare a conflict."""
    form, actor = ConflictForm(request.form), current_actor()
    if not form.validate():
        return _page(form), 422
    with reading() as session:
        scope = actor.scope(Permission.CONFLICT_DECLARE)
        unit = directory.named(session, form.unit.data.strip(), scope)
    if unit is None:
        form.unit.errors = [_("您的范围内没有这个单位，或有同名单位；请写信用代码")]
        return _page(form), 422
    with writing() as session:
        conflicts.declare(
            session,
            actor,
            str(form.person.data),
            unit,
            form.words.data.strip(),
            at=wired().clock(),
        )
    flash(gettext("已登记。以后的双随机不会把他派到这家。"), "done")
    return redirect("/conflicts", 303)


@blueprint.post("/conflicts/<uuid:conflict>/end")
@requires(Permission.CONFLICT_DECLARE)
def end(conflict: object) -> Answer:
    """Say that a conflict is over."""
    form = EndForm(request.form)
    if not form.validate():
        return _page(ConflictForm(), wrong=str(conflict)), 422
    with writing() as session:
        conflicts.end(
            session, current_actor(), str(conflict), form.words.data.strip(), at=wired().clock()
        )
    flash(gettext("已记入台账，以后不再回避。"), "done")
    return redirect("/conflicts", 303)


def _page(form: ConflictForm, wrong: str = "") -> str:
    actor = current_actor()
    with reading() as session:
        people = conflicts.declarable(session, actor)
        found = conflicts.conflicts(session, actor)
    form.person.choices = [SelectChoice(*each) for each in people]
    return render_template(
        "web/selections/conflicts.html",
        form=form,
        conflicts=found,
        end_form=EndForm(),
        wrong=wrong,
    )
