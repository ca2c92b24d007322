"""Assignment orders (交办单): the list, and one order with its steps and evidence.

Issuing is `order_issuing.py`, importing lists `work_lists.py`, the monthly word `order_months.py`.
"""

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
from werkzeug.wrappers import Response as Redirect
from wtforms import (
    Form,
    HiddenField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission
from inspection.domain.office_problems import OrderIncomplete, OrderMovedOn
from inspection.domain.order import Grade, Kind, State, Step
from inspection.domain.problems import NotAllowed, NotFound
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import sentence
from inspection.orders import enquiries, evidence, handling
from inspection.orders.enquiries import Wanted
from inspection.orders.handling import Document, Said
from inspection.orders.register import KIND_OF
from inspection.reports import orders as workbook_of
from inspection.web import step_photos
from inspection.web.lists import sent_workbook
from inspection.web.moments import today
from inspection.web.step_photos import NO_PHOTOS, Chosen

blueprint = Blueprint("orders", __name__)

Answer = str | Response | Redirect

MOST_EXPORTED = 20_000
STATES = {
    State.ISSUED: _("待签收"),
    State.WORKING: _("办理中"),
    State.CLAIMED: _("待核查"),
    State.SUSTAINED: _("长期坚持"),
    State.STRUCK_OFF: _("已销号"),
    State.WITHDRAWN: _("已撤回"),
}
KINDS = {Kind.ORDER: _("交办"), Kind.INSTRUCTION: _("批示"), Kind.FIVE: _("五个一")}
GRADES = {Grade.GOOD: _("好"), Grade.FAIR: _("尚可"), Grade.POOR: _("差")}
HAPPENED = {
    KIND_OF[Step.RECEIVE]: _("签收"),
    KIND_OF[Step.PROGRESS]: _("反馈进展"),
    KIND_OF[Step.CLAIM]: _("反馈办结"),
    KIND_OF[Step.SUSTAIN]: _("认可阶段成效，长期坚持"),
    KIND_OF[Step.RETURN]: _("退回"),
    KIND_OF[Step.STRIKE_OFF]: _("销号"),
    KIND_OF[Step.WITHDRAW]: _("撤回"),
}
FAULTS = {
    "missing": _("请填写或选择"),
    "past": _("期限不能早于今天"),
    "after_deadline": _("首次见效不能晚于完成时限"),
    "circular": _("不能交办给本单位自己"),
    "twice": _("同一单位只能写一次，牵头的不再写配合"),
    "too_long": _("太长了，写不下"),
    "too_many": _("太多了，请分开办"),
    "to_come": _("日期不能晚于今天"),
    "report_missing": _("批示件办结要附办理报告（PDF、Word 等文件）"),
    "evidence_missing": _("办结要附照片或文件作为佐证"),
}


class ListForm(Form):
    """What narrows the list."""

    text = SearchField(_("任务或文号"))
    unit = SearchField(_("责任单位"))
    due = SelectField(
        _("期限"),
        choices=[
            SelectChoice("", _("全部期限")),
            SelectChoice("overdue", _("已逾期")),
            SelectChoice("soon", _("七天内到期")),
            SelectChoice("standing", _("长期坚持")),
        ],
    )
    kind = SelectField(
        _("类别"),
        choices=[SelectChoice("", _("全部类别")), *(SelectChoice(*each) for each in KINDS.items())],
    )
    whose = SelectField(
        _("方向"),
        choices=[
            SelectChoice("", _("全部")),
            SelectChoice("issued", _("本单位交办的")),
            SelectChoice("ours", _("交给本单位的")),
        ],
    )


class StepForm(ProtectedForm):
    """What is said with a step."""

    seen_seq = HiddenField()
    words = TextAreaField(_("办理情况"))
    documents = StringField(_("佐证文件"))
    grade = RadioField(
        _("办理评价"),
        choices=[SelectChoice(*each) for each in GRADES.items()],
        validate_choice=False,
    )


@blueprint.get("/orders")
@requires(Permission.ORDER_READ)
def index() -> str:
    """List the orders in scope, what presses first."""
    form, actor, wanted = ListForm(request.args), current_actor(), _wanted()
    with reading() as session:
        number = min(max(1, request.args.get("page", 1, type=int)), 10**6)
        page = enquiries.search(session, actor, wanted, today=today(), page=number)
        counts = enquiries.counts(session, actor, wanted, today=today())
    return render_template(
        "web/orders/list.html",
        orders=page,
        counts=counts,
        form=form,
        wanted=wanted,
        states=STATES,
        kinds=KINDS,
        grades=GRADES,
        issuing=actor.may(Permission.ORDER_ISSUE),
        link=lambda **other: url_for("orders.index", **{**_asked(), **other}),
        page_link=lambda number: url_for("orders.index", **{**_asked(), "page": number}),
        export=url_for("orders.workbook", **_asked()),
    )


@blueprint.get("/orders.xlsx")
@requires(Permission.ORDER_READ)
def workbook() -> Response:
    """Send the list as it is narrowed: the ledger of orders, or of instructions (批示台账)."""
    with reading() as session:
        rows = enquiries.all_rows(
            session, current_actor(), _wanted(), today=today(), most=MOST_EXPORTED
        )
    about = gettext("截至 %(day)s，共 %(num)s 项", day=today(), num=len(rows))
    return sent_workbook(workbook_of.REGISTER, rows, about, gettext("交办台账") + ".xlsx")


def _asked() -> dict[str, Any]:
    known = ("state", "kind", "due", "unit", "text", "whose", "list")
    return {name: request.args[name] for name in known if request.args.get(name)}


def _wanted() -> Wanted:
    asked = {name: words.strip()[:100] for name, words in _asked().items()}
    return Wanted(list_uuid=asked.pop("list", ""), **asked)


@blueprint.get("/orders/<uuid:order>")
@requires(Permission.ORDER_READ)
def show(order: object) -> str:
    """Show one order: the task, who answers for it, what happened, what can be done."""
    return _page(str(order), StepForm(), NO_PHOTOS, ())


@blueprint.post("/orders/<uuid:order>/steps/<step>")
@requires(Permission.ORDER_READ)
def take(order: object, step: str) -> Answer:
    """Take a step; whether this reader may, and now, stands in `domain/order.py`."""
    form, uuid = StepForm(request.form), str(order)
    form.validate()
    if step not in set(Step):
        raise NotFound(step=step)
    with reading() as session:
        card = enquiries.order(session, current_actor(), uuid, today=today())
    if card.side is None:  # before anything is kept
        raise NotAllowed(order=uuid)
    photos = step_photos.chosen(uuid)
    kept = _documents(uuid, form)
    said = Said(
        words=(form.words.data or "").strip(),
        photos=photos.digests,
        documents=[document for document, _seal in kept],
        grade=form.grade.data or "",
        seen_seq=int(form.seen_seq.data) if (form.seen_seq.data or "").isdecimal() else 0,
    )
    if photos.faults or form.errors:
        return make_response(
            _page(uuid, form, photos, kept), photos.status if photos.faults else 422
        )
    try:
        with writing() as session:
            handling.take(session, current_actor(), uuid, Step(step), said, at=wired().clock())
    except OrderIncomplete as problem:
        tell(form, problem.details["fields"])
        return make_response(_page(uuid, form, photos, kept), 422)
    except OrderMovedOn as problem:
        form.form_errors.append(sentence(problem.code))
        form.seen_seq.data = None
        return make_response(_page(uuid, form, photos, kept), 409)
    flash(gettext("已记入台账。"), "done")
    return redirect(url_for("orders.show", order=uuid), 303)


def _documents(uuid: str, form: StepForm) -> tuple[tuple[Document, str], ...]:
    """Keep the documents that came with a form, after those kept before; faults go to the field."""
    found = []
    for each in request.form.getlist("kept_documents"):
        token, _slash, name = each.partition("/")
        if step_photos.is_ours(uuid, token):
            digest = token.partition(".")[0]
            found.append((Document(digest, evidence.plain_name(name)), token))
    for file in request.files.getlist("documents")[: handling.MOST_DOCUMENTS]:
        name = evidence.plain_name(file.filename or "")
        if not name:
            continue
        data = file.stream.read(evidence.LARGEST_BYTES + 1)
        if reason := evidence.unfit(name, data):
            form.documents.errors = [*form.documents.errors, _unfit_words(name, reason)]
            continue
        digest = wired().blobs.keep(data)
        found.append((Document(digest, name), step_photos.token(uuid, digest)))
    return tuple(dict.fromkeys(found))


def _unfit_words(name: str, reason: str) -> str:
    if reason == "too_large":
        return gettext("“%(name)s”没有收下：超过 20 MB", name=name)
    return gettext("“%(name)s”没有收下：只收 PDF、OFD、Word、Excel 文件", name=name)


@blueprint.get("/orders/<uuid:order>/evidence/<digest>")
@requires(Permission.ORDER_READ)
def show_evidence(order: object, digest: str) -> Response:
    """Send a photo of a feedback, or one of its documents as a file to be kept."""
    with reading() as session:
        try:
            name = handling.evidence_of(
                session, current_actor(), str(order), digest, at=wired().clock()
            )
        except KeyError:
            raise NotFound(digest=digest[:80]) from None
    if not name:
        return step_photos.sent(digest, said=True)
    response = Response(wired().blobs.read(digest), content_type="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _page(uuid: str, form: StepForm, photos: Chosen, kept: tuple[tuple[Document, str], ...]) -> str:
    with reading() as session:
        card = enquiries.order(session, current_actor(), uuid, today=today())
    if not form.seen_seq.data:
        form.seen_seq.data = str(card.last_seq)
    return render_template(
        "web/orders/show.html",
        order=card,
        form=form,
        photos=photos,
        kept=kept,
        accepted=",".join(evidence.ACCEPTED),
        states=STATES,
        kinds=KINDS,
        grades=GRADES,
        happened=HAPPENED,
    )


def tell(form: Any, faults: dict[str, str]) -> None:
    """Put the sentence for each fault beside its field."""
    more = {
        "begun": _("要在节日或活动开始之前交办"),
        "order": _("最后一天不能早于第一天"),
    }
    for name, code in faults.items():
        form[name].errors = [FAULTS.get(code) or more[code]]
