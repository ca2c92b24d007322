"""Call and acknowledge (叫应): an office calls, units answer with one tap, receipts stand here."""

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import BooleanField, DateTimeLocalField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from inspection.accounts.policy import Permission
from inspection.domain.workdays import CHINA
from inspection.edge import current_actor, reading, requires, signed_in_actor, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.incidents import calls
from inspection.incidents.calls import CallRow, NewCall
from inspection.web.hazards import SECTORS

blueprint = Blueprint("calls", __name__)

Answer = str | tuple[str, int] | Redirect

MOST = 50


class CallForm(ProtectedForm):
    """What is called out, to whom, and by when an answer is wanted."""

    occasion = StringField(
        _("由头（节日、会议、天气等）"), [DataRequired(_("请填写由头")), Length(max=60)]
    )
    words = TextAreaField(_("要求做什么"), [DataRequired(_("请写要求")), Length(max=1000)])
    due_at = DateTimeLocalField(_("最晚应答时间"), [InputRequired(_("请填写最晚应答时间"))])
    sector = SelectField(
        _("行业"),
        choices=[
            SelectChoice("", _("全部行业")),
            *(SelectChoice(*each) for each in SECTORS.items()),
        ],
    )
    high_risk = BooleanField(_("只叫高危企业"))


class PhoneForm(ProtectedForm):
    """Who answered by telephone."""

    by = StringField(_("谁接的电话"), [DataRequired(_("请填写谁接的电话")), Length(max=60)])


@blueprint.get("/calls")
@requires(Permission.CALL_READ)
def index() -> str:
    """List the newest calls, and the form of another for those who may."""
    return _list_page(CallForm())


@blueprint.post("/calls")
@requires(Permission.CALL_MAKE)
def make() -> Answer:
    """Call units."""
    form, actor, at = CallForm(request.form), current_actor(), wired().clock()
    if not form.validate():
        return _list_page(form), 422
    new = NewCall(
        occasion=form.occasion.data.strip(),
        words=form.words.data.strip(),
        due_at=form.due_at.data.replace(tzinfo=CHINA),
        sector=form.sector.data or "",
        high_risk=form.high_risk.data,
    )
    if new.due_at <= at:
        form.due_at.errors = [gettext("最晚应答时间要晚于现在")]
        return _list_page(form), 422
    with writing() as session:
        units = calls.matching(session, actor, new)
        made = calls.make(session, actor, new, units, at=at) if _fits(form, units) else ""
    return redirect(f"/calls/{made}", 303) if made else (_list_page(form), 422)


def _fits(form: CallForm, units: list[str]) -> bool:
    if not units:
        form.sector.errors = [gettext("没有符合条件的企业")]
    if len(units) > calls.MOST_UNITS:
        form.sector.errors = [gettext("一次最多叫 %(num)s 家，请选行业", num=calls.MOST_UNITS)]
    return not form.sector.errors


@blueprint.get("/calls/<uuid:call>")
@requires(Permission.CALL_READ)
def show(call: object) -> str:
    """Show one call: the answers to the office, the one button to a unit."""
    return _page(str(call))


@blueprint.post("/calls/<uuid:call>/answer")
@requires(Permission.CALL_ANSWER)
def answer(call: object) -> Redirect:
    """Answer a call: one tap."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with writing() as session:
        calls.answer(session, current_actor(), str(call), at=wired().clock())
    flash(gettext("已应答，时间已记入台账。"), "done")
    return redirect(f"/calls/{call}", 303)


@blueprint.post("/calls/<uuid:call>/units/<uuid:unit>")
@requires(Permission.CALL_MAKE)
def note_answer(call: object, unit: object) -> Answer:
    """Note that a unit answered by telephone."""
    form = PhoneForm(request.form)
    if not form.validate():
        return _page(str(call), form), 422
    with writing() as session:
        calls.note_answer(
            session,
            current_actor(),
            str(call),
            str(unit),
            form.by.data.strip(),
            at=wired().clock(),
        )
    return redirect(f"/calls/{call}", 303)


@blueprint.app_template_global()
def waiting_calls() -> list[CallRow]:
    """The calls that the reader's enterprise has not answered yet."""
    actor = signed_in_actor()
    if actor is None or not actor.may(Permission.CALL_ANSWER):
        return []
    with reading() as session:
        return calls.waiting(session, actor)


def _list_page(form: CallForm) -> str:
    actor = current_actor()
    with reading() as session:
        found = calls.calls(session, actor, most=MOST)
    return render_template(
        "web/calls/list.html",
        calls=found,
        form=form if actor.may(Permission.CALL_MAKE) else None,
    )


def _page(uuid: str, wrong: PhoneForm | None = None) -> str:
    actor = current_actor()
    with reading() as session:
        card = calls.call(session, actor, uuid, at=wired().clock())
    missing = [each for each in card.units if each.answered_at is None]
    answered = [each for each in card.units if each.answered_at is not None]
    return render_template(
        "web/calls/show.html",
        call=card,
        missing=missing,
        answered=answered,
        answering=actor.may(Permission.CALL_ANSWER) and missing,
        calling=actor.may(Permission.CALL_MAKE),
        form=wrong or PhoneForm(),
    )
