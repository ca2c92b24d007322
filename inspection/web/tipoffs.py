"""The desk of tip-offs (举报办理): read, accept, answer, look into, close, reward.

Who reads what is in `tipoffs/desk.py`; the page for senders is `tip_line.py`.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect
from wtforms import BooleanField, DecimalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from inspection.accounts.policy import Permission
from inspection.domain.office_problems import TipoffSecretWrong
from inspection.domain.problems import NotFound
from inspection.domain.tipoff import Outcome, Standing
from inspection.domain.workdays import CHINA
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.organisations import directory
from inspection.submissions import records
from inspection.tipoffs import desk, filing, handling
from inspection.tipoffs.desk import Card
from inspection.web import codes

blueprint = Blueprint("tipoffs", __name__)

Answer = str | tuple[str, int] | Redirect

RECORDS_OFFERED = 30
LARGEST_YUAN = 10**11

STANDINGS = {
    Standing.FILED: _("待受理"),
    Standing.ACCEPTED: _("办理中"),
    Standing.CLOSED: _("已办结"),
    Standing.SPAM: _("不受理"),
}
OUTCOMES = {
    Outcome.TRUE: _("属实"),
    Outcome.PARTLY: _("部分属实"),
    Outcome.UNTRUE: _("不属实"),
}
HAPPENED = {
    "tipoff.filed": _("收到举报"),
    "tipoff.accepted": _("受理"),
    "tipoff.set_aside": _("标为无效，不受理"),
    "tipoff.told": _("给举报人留言"),
    "tipoff.answered": _("举报人补充"),
    "tipoff.looked_into": _("关联检查记录"),
    "tipoff.linked": _("关联隐患"),
    "tipoff.closed": _("办结"),
    "tipoff.rewarded": _("核定奖励"),
    "tipoff.paid": _("发放奖励"),
    "notice.read": _("查看通知"),
}


class AcceptForm(ProtectedForm):
    """Which registered unit it is about."""

    unit = StringField(
        _("被举报单位（名称或统一社会信用代码，与名录一致）"),
        [DataRequired(_("请填写被举报单位")), Length(max=200)],
    )


class MessageForm(ProtectedForm):
    """What the sender is told or asked."""

    message = TextAreaField(
        _("留言"), [DataRequired(_("请写留言")), Length(max=2000, message=_("最多 2000 字"))]
    )


class RecordForm(ProtectedForm):
    """The inspection that looked into it."""

    record = SelectField(_("核查所做的检查"), validate_choice=False)


class HazardForm(ProtectedForm):
    """A hazard that the tip-off is about."""

    hazard = StringField(_("隐患编号"), [DataRequired(_("请填写隐患编号")), Length(max=30)])


class CloseForm(ProtectedForm):
    """What was found."""

    outcome = RadioField(
        _("查实情况"),
        [InputRequired(_("请选查实情况"))],
        choices=[SelectChoice(str(code), words) for code, words in OUTCOMES.items()],
    )
    found = TextAreaField(
        _("办理结果（举报人会看到）"),
        [DataRequired(_("请写办理结果")), Length(max=2000, message=_("最多 2000 字"))],
    )


class RewardForm(ProtectedForm):
    """The fine from which the reward follows."""

    fine = DecimalField(
        _("罚款金额（元）"),
        [InputRequired(_("请填写罚款金额")), NumberRange(min=0, max=LARGEST_YUAN)],
        places=2,
    )
    case_number = StringField(_("处罚决定书文号"), [Length(max=100)])
    own_staff = BooleanField(_("举报人是本单位员工，上浮 20%"))


class PaymentForm(ProtectedForm):
    """What the sender shows when they come for the money."""

    code = StringField(_("查询码"), [DataRequired(_("请填写查询码")), Length(max=40)])
    passphrase = StringField(_("口令"), [DataRequired(_("请填写口令")), Length(max=60)])


FORMS = (AcceptForm, MessageForm, RecordForm, HazardForm, CloseForm, RewardForm, PaymentForm)


@blueprint.get("/tipoffs")
@requires(Permission.TIPOFF_READ)
def index() -> str:
    """List the tip-offs that the reader may read."""
    standing = request.args.get("standing", "")
    number = min(max(1, request.args.get("page", 1, type=int)), 10**6)
    with reading() as session:
        page = desk.search(session, current_actor(), standing, number)
        counts = desk.counts(session, current_actor())
    return render_template(
        "web/tipoffs/list.html",
        tipoffs=page,
        counts=counts,
        standing=standing,
        standings=STANDINGS,
        by_office=current_actor().may(Permission.TIPOFF_HANDLE),
        page_link=lambda wanted: url_for("tipoffs.index", standing=standing, page=wanted),
    )


@blueprint.get("/tipoffs/rewards")
@requires(Permission.TIPOFF_HANDLE)
def rewards() -> str:
    """The ledger of rewards (奖励台账)."""
    with reading() as session:
        rows = desk.rewards(session, current_actor())
    return render_template(
        "web/tipoffs/rewards.html", rewards=rows, total=sum(each.amount for each in rows)
    )


@blueprint.get("/units/<uuid:unit>/tip-off-code")
@requires(Permission.TIPOFF_READ)
def code(unit: object) -> str:
    """A sheet to print and hang up: the QR code of an office, or of an enterprise's own line."""
    with reading() as session:
        facts = directory.unit(session, str(unit), current_actor().scope(Permission.TIPOFF_READ))
    address = f"{codes.origin()}/report/{facts.uuid}"
    return render_template(
        "web/tipoffs/code.html", unit=facts, address=address, picture=codes.picture(address)
    )


@blueprint.get("/tipoffs/<uuid:tipoff>")
@requires(Permission.TIPOFF_READ)
def show(tipoff: object) -> str:
    """Show one tip-off and what can be done with it."""
    return _page(str(tipoff))


@blueprint.get("/tipoffs/<uuid:tipoff>/photos/<digest>")
@requires(Permission.TIPOFF_READ)
def photo(tipoff: object, digest: str) -> Response:
    """Send a photo of a tip-off that the reader may read."""
    with reading() as session:
        card = desk.tipoff(session, current_actor(), str(tipoff))
    if digest not in card.photos:
        raise NotFound(photo=digest[:80])
    return Response(wired().blobs.read(digest), content_type="image/jpeg")


@blueprint.post("/tipoffs/<uuid:tipoff>/accept")
@requires(Permission.TIPOFF_READ)
def accept(tipoff: object) -> Answer:
    """Accept a tip-off as one about a registered unit."""
    form, scope = AcceptForm(request.form), current_actor().scope(Permission.TIPOFF_READ)
    with reading() as session:
        unit = directory.named(session, (form.unit.data or "").strip(), scope)
    if not form.validate():
        return _refused(tipoff, form)
    if unit is None:
        form.unit.errors = [gettext("名录里没有这家单位，或不在您的管辖范围内")]
        return _refused(tipoff, form)
    return _acted(tipoff, handling.accept, unit)


@blueprint.post("/tipoffs/<uuid:tipoff>/set-aside")
@requires(Permission.TIPOFF_READ)
def set_aside(tipoff: object) -> Answer:
    """Mark a tip-off as spam."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    return _acted(tipoff, handling.set_aside)


@blueprint.post("/tipoffs/<uuid:tipoff>/message")
@requires(Permission.TIPOFF_READ)
def say(tipoff: object) -> Answer:
    """Say something to the sender."""
    form = MessageForm(request.form)
    if not form.validate():
        return _refused(tipoff, form)
    return _acted(tipoff, handling.say, form.message.data.strip())


@blueprint.post("/tipoffs/<uuid:tipoff>/record")
@requires(Permission.TIPOFF_HANDLE)
def link_record(tipoff: object) -> Answer:
    """Link the inspection that looked into it."""
    form = RecordForm(request.form)
    if not form.validate():
        return _refused(tipoff, form)
    return _acted(tipoff, handling.link_record, form.record.data or "")


@blueprint.post("/tipoffs/<uuid:tipoff>/hazard")
@requires(Permission.TIPOFF_HANDLE)
def link_hazard(tipoff: object) -> Answer:
    """Link a hazard by its number."""
    form = HazardForm(request.form)
    if not form.validate():
        return _refused(tipoff, form)
    try:
        return _acted(tipoff, handling.link_hazard, form.hazard.data.strip())
    except NotFound:
        form.hazard.errors = [gettext("这家单位没有这个编号的隐患")]
        return _refused(tipoff, form)


@blueprint.post("/tipoffs/<uuid:tipoff>/close")
@requires(Permission.TIPOFF_READ)
def close(tipoff: object) -> Answer:
    """Close a tip-off with what was found."""
    form = CloseForm(request.form)
    if not form.validate():
        return _refused(tipoff, form)
    return _acted(tipoff, handling.close, Outcome(form.outcome.data), form.found.data.strip())


@blueprint.post("/tipoffs/<uuid:tipoff>/reward")
@requires(Permission.TIPOFF_HANDLE)
def grant(tipoff: object) -> Answer:
    """Grant the reward that follows from a fine."""
    form = RewardForm(request.form)
    if not form.validate():
        return _refused(tipoff, form)
    return _acted(
        tipoff,
        handling.grant,
        fine=int((form.fine.data or Decimal()) * 100),
        own_staff=form.own_staff.data,
        case_number=(form.case_number.data or "").strip(),
    )


@blueprint.post("/tipoffs/<uuid:tipoff>/payment")
@requires(Permission.TIPOFF_HANDLE)
def pay(tipoff: object) -> Answer:
    """Pay the reward to whoever knows code and passphrase; no name is asked for."""
    form = PaymentForm(request.form)
    if not form.validate():
        return _refused(tipoff, form)
    try:
        with reading() as session:
            known = filing.known(session, form.code.data, form.passphrase.data)
        return _acted(tipoff, handling.pay, known)
    except (TipoffSecretWrong, NotFound):
        form.code.errors = [gettext("查询码或口令不对，或属于另一件举报")]
        return _refused(tipoff, form)


def _acted(tipoff: object, step: Callable[..., None], *values: object, **named: object) -> Answer:
    """Take a step with what was filled in, and show the tip-off as it is then."""
    with writing() as session:
        step(session, current_actor(), str(tipoff), *values, **named, at=wired().clock())
    flash(gettext("已记入台账。"), "done")
    return redirect(f"/tipoffs/{tipoff}", 303)


def _refused(tipoff: object, form: ProtectedForm) -> Answer:
    """Show the page with what is wrong; nothing was written."""
    return _page(str(tipoff), form), 422


def _page(uuid: str, wrong: ProtectedForm | None = None) -> str:
    with reading() as session:
        card = desk.tipoff(session, current_actor(), uuid)
        offered = _records(session, card)
        likely = _likely(session, card) if card.standing is Standing.FILED else []
    forms: dict[str, Any] = {kind.__name__: kind() for kind in FORMS}
    forms["AcceptForm"].unit.data = card.unit_name or (
        likely[0] if len(likely) == 1 else card.unit_said
    )
    forms["RewardForm"].own_staff.data = card.own_staff
    if wrong is not None:
        forms[type(wrong).__name__] = wrong
    forms["RecordForm"].record.choices = offered
    return render_template(
        "web/tipoffs/show.html",
        tipoff=card,
        forms=forms,
        likely=likely,
        wrong=wrong,
        happened=HAPPENED,
        by_office=current_actor().may(Permission.TIPOFF_HANDLE),
    )


def _likely(session: Session, card: Card) -> list[str]:
    """Names of registered enterprises in scope that hold what the sender wrote."""
    scope = current_actor().scope(Permission.TIPOFF_READ)
    return [each.name for each in directory.search(session, scope, card.unit_said).rows]


def _records(session: Session, card: Card) -> list[SelectChoice]:
    if card.unit_id is None or not current_actor().may(Permission.TIPOFF_HANDLE):
        return []
    found = records.of_unit(session, card.unit_id, limit=RECORDS_OFFERED)
    return [
        SelectChoice(each.uuid, f"{each.finished_at.astimezone(CHINA):%Y-%m-%d %H:%M}")
        for each in found
        if each.uuid not in card.records
    ]
