"""Issuing assignment orders (交办): one, an instruction handed on, or the five (五个一) at once."""

from datetime import date
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
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from inspection.accounts.policy import Permission
from inspection.domain.order import Deadline, Kind, Term, half_year
from inspection.domain.workdays import Holiday, holidays
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.orders import enquiries, issuing
from inspection.orders.issuing import NewOrder, Source
from inspection.web.moments import today
from inspection.web.orders import tell

blueprint = Blueprint("order_issuing", __name__)

Answer = str | Response | Redirect


class OrderForm(ProtectedForm):
    """A task that is handed down; what does not do is said by `issuing.faults`."""

    kind = HiddenField()
    title = StringField(_("任务（一句话）"))
    words = TextAreaField(_("工作要求"))
    lead = SelectField(_("牵头单位"), validate_choice=False)
    lead_other = StringField(_("牵头企业（全名或统一社会信用代码）"))
    joint = SelectMultipleField(_("配合单位"), validate_choice=False)
    joint_other = TextAreaField(_("配合企业（全名或统一社会信用代码，一行一家）"))
    term = RadioField(
        _("完成时限"),
        default=Term.DAY.value,
        choices=[
            SelectChoice(Term.DAY.value, _("某日前")),
            SelectChoice(Term.HALF_YEAR.value, _("半年内")),
            SelectChoice(Term.STANDING.value, _("长期坚持")),
        ],
        validate_choice=False,
    )
    deadline = DateField(_("完成日期"), [Optional()])
    half = SelectField(_("哪个半年"), validate_choice=False)
    first_on = DateField(_("首次见效日期（可不填）"), [Optional()])
    keep_going = BooleanField(_("见成效后长期坚持，不销号"))
    source_who = StringField(_("批示人（职务）"))
    source_on = DateField(_("批示日期"), [Optional()])
    source_words = TextAreaField(_("批示内容"))


class FiveForm(ProtectedForm):
    """A holiday or an event, and who makes ready for it."""

    occasion = StringField(_("节日或活动名称"))
    first = DateField(_("第一天"), [Optional()])
    last = DateField(_("最后一天"), [Optional()])
    units = SelectMultipleField(_("责任单位（每个单位五张交办单）"), validate_choice=False)


@blueprint.get("/orders/new")
@requires(Permission.ORDER_ISSUE)
def new() -> str:
    """Ask for an order, or for an instruction that is handed on."""
    kind = Kind.INSTRUCTION if request.args.get("kind") == Kind.INSTRUCTION else Kind.ORDER
    return _new_page(OrderForm(kind=kind.value))


@blueprint.post("/orders/new")
@requires(Permission.ORDER_ISSUE)
def issue() -> Answer:
    """Issue an order."""
    form, actor = OrderForm(request.form), current_actor()
    form.validate()
    with reading() as session:
        made = _order(session, form)
    wrong = issuing.faults(made, actor.unit_uuid, today=today())
    tell(form, {name: code for name, code in wrong.items() if not form[name].errors})
    if form.errors:
        return make_response(_new_page(form), 422)
    with writing() as session:
        (uuid,) = issuing.issue(session, actor, [made], at=wired().clock())
    flash(gettext("已交办，责任单位会在收件箱收到。"), "done")
    return redirect(url_for("orders.show", order=uuid), 303)


def _order(session: Session, form: OrderForm) -> NewOrder:
    """The order that a form says; units that nobody knows are told at their field."""
    instruction = form.kind.data == Kind.INSTRUCTION
    lead, joint = form.lead.data or "", list(form.joint.data or ())
    if other := (form.lead_other.data or "").strip():
        lead = lead or _unit(session, form.lead_other, other)
    others = filter(None, map(str.strip, (form.joint_other.data or "").splitlines()))
    joint += [_unit(session, form.joint_other, name) for name in others]
    source = Source(
        who=(form.source_who.data or "").strip(),
        on=str(form.source_on.data or ""),
        words=(form.source_words.data or "").strip(),
    )
    return NewOrder(
        title=(form.title.data or "").strip(),
        words=(form.words.data or "").strip(),
        lead=lead,
        joint=tuple(joint),
        deadline=_deadline(form),
        kind=Kind.INSTRUCTION if instruction else Kind.ORDER,
        source=source if instruction else Source(),
    )


def _unit(session: Session, field: Any, name: str) -> str:
    found = issuing.named(session, current_actor(), name)
    if found is None:
        unknown = gettext("下级里没有“%(name)s”，请写全名或统一社会信用代码", name=name[:60])
        field.errors = [*field.errors, unknown]
    return found or name


def _deadline(form: OrderForm) -> Deadline:
    if form.term.data == Term.STANDING:
        return Deadline(Term.STANDING, None, form.first_on.data)
    keep = bool(form.keep_going.data)
    if form.term.data == Term.HALF_YEAR:
        year, _dash, half = (form.half.data or "").partition("-")
        known = year.isdecimal() and len(year) == 4 and half in ("1", "2")
        on = half_year(int(year), int(half)).on if known else None
        return Deadline(Term.HALF_YEAR, on, form.first_on.data, keep)
    return Deadline(Term.DAY, form.deadline.data, form.first_on.data, keep)


def _new_page(form: OrderForm) -> str:
    with reading() as session:
        bodies = issuing.reachable(session, current_actor())
    form.lead.choices = [
        SelectChoice("", _("（企业，写在下面）") if bodies else _("（写在下面）")),
        *(SelectChoice(each.uuid, each.name) for each in bodies),
    ]
    form.joint.choices = [SelectChoice(each.uuid, each.name) for each in bodies]
    form.half.choices = [
        SelectChoice(f"{ends.year}-{1 if ends.month <= 6 else 2}", half_year_words(ends))
        for ends in _half_years(today())
    ]
    return render_template(
        "web/orders/new.html", form=form, bodies=bodies, instruction=form.kind.data == "instruction"
    )


def _half_years(day: date) -> list[date]:
    """The last days of the half-year it is and of the three after it."""
    ends = [date(day.year + more, *last) for more in range(3) for last in ((6, 30), (12, 31))]
    return [each for each in ends if each >= day][:4]


def half_year_words(ends: date) -> str:
    """A half-year in words, by its last day."""
    words = gettext("%(year)s 年上半年") if ends.month <= 6 else gettext("%(year)s 年下半年")
    return str(words % {"year": ends.year})


@blueprint.get("/orders/five")
@requires(Permission.ORDER_ISSUE)
def five() -> str:
    """Ask for the holiday or event that the five are for; a known holiday comes filled in."""
    chosen = next((each for each in _coming() if str(each.first) == request.args.get("on")), None)
    form = FiveForm()
    if chosen:
        form.occasion.data = f"{chosen.first.year} 年{chosen.name}"
        form.first.data, form.last.data = chosen.first, chosen.last
    return _five_page(form, chosen)


@blueprint.post("/orders/five")
@requires(Permission.ORDER_ISSUE)
def issue_five() -> Answer:
    """Issue the five tasks to each unit, in one act."""
    form, actor = FiveForm(request.form), current_actor()
    form.validate()
    first, last = form.first.data, form.last.data
    occasion = (form.occasion.data or "").strip()[:60]
    wrong = {} if occasion else {"occasion": "missing"}
    if not form.units.data:
        wrong["units"] = "missing"
    if first is None or last is None:
        wrong |= {name: "missing" for name in ("first", "last") if form[name].data is None}
    elif first <= today():
        wrong["first"] = "begun"
    elif last < first:
        wrong["last"] = "order"
    tell(form, wrong)
    if form.errors or first is None or last is None:
        return make_response(_five_page(form, None), 422)
    orders = issuing.five(form.units.data, occasion, first, last)
    with writing() as session:
        title = gettext("%(occasion)s五个一", occasion=occasion)
        made = issuing.issue(session, actor, orders, list_title=title, at=wired().clock())
        of_list = enquiries.order(session, actor, made[0], today=today()).row.list_uuid
    flash(gettext("已交办 %(num)s 张。", num=len(made)), "done")
    return redirect(url_for("orders.index", list=of_list), 303)


def _coming() -> tuple[Holiday, ...]:
    """Holidays of the year to come, from tomorrow on."""
    now = today()
    found = holidays(now, date.fromordinal(now.toordinal() + 400))
    return tuple(each for each in found if each.first > now)[:8]


def _five_page(form: FiveForm, chosen: Holiday | None) -> str:
    with reading() as session:
        bodies = issuing.reachable(session, current_actor())
    form.units.choices = [SelectChoice(each.uuid, each.name) for each in bodies]
    return render_template(
        "web/orders/five.html", form=form, bodies=bodies, coming=_coming(), chosen=chosen
    )
