"""Papers on the shelf (文书): the list, one paper, its file; confirming, serving, annulling it."""

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
    PasswordField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.domain import paper as domain
from inspection.domain.paper import LONG
from inspection.domain.problems import NotFound, PaperIncomplete
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import spoken_code
from inspection.jobs import queue
from inspection.paperwork import issuing, serving, shelf
from inspection.paperwork.shelf import ShelvedPaper, State
from inspection.reports import papers
from inspection.submissions import records
from inspection.web import step_photos
from inspection.web.moments import today
from inspection.web.papers import is_really_them, tell
from inspection.web.step_photos import NO_PHOTOS

blueprint = Blueprint("papers_shelf", __name__)

STATES = {
    State.PROPOSED: _("待第二人确认"),
    State.ISSUED: _("已签发"),
    State.DROPPED: _("已撤回"),
    State.ANNULLED: _("已撤销"),
}
METHODS = {
    "handed": _("直接送达"),
    "left": _("留置送达"),
    "mailed": _("邮寄送达"),
    "electronic": _("电子送达"),
    "entrusted": _("委托送达"),
    "announced": _("公告送达"),
}
_REASON = [DataRequired(_("请写明理由")), Length(max=LONG, message=_("太长了，写不下"))]


class SearchForm(Form):
    """What narrows the list."""

    text = SearchField(_("单位名称或文号"))
    state = SelectField(
        _("状态"),
        choices=[SelectChoice("", _("全部")), *(SelectChoice(*each) for each in STATES.items())],
        validate_choice=False,
    )


class ConfirmForm(ProtectedForm):
    """The second officer's password, for the words that stood on the page."""

    content_sha256 = HiddenField()
    password = PasswordField(_("您的登录密码"), [InputRequired(_("请填密码")), Length(max=1000)])


class DropForm(ProtectedForm):
    """Why a proposal is taken back."""

    reason = StringField(_("撤回理由"), _REASON)


class AnnulForm(ProtectedForm):
    """Why a paper is annulled, and the password of whoever does it."""

    reason = StringField(_("撤销理由"), _REASON, id="annul-reason")
    password = PasswordField(_("您的登录密码"), [InputRequired(_("请填密码")), Length(max=1000)])


class DeliveryForm(ProtectedForm):
    """How a paper was delivered; what is needed is in `domain.paper`."""

    delivered_on = StringField(_("送达日期"))
    method = SelectField(
        _("送达方式"),
        choices=[SelectChoice(*each) for each in METHODS.items()],
        validate_choice=False,
    )
    place = StringField(_("送达地点"))
    receiver = StringField(_("接收人"))
    position = StringField(_("职务（可不填）"))
    signed = RadioField(
        _("签收情况"),
        choices=[
            SelectChoice("signed", _("已签收")),
            SelectChoice("refused", _("拒绝签收")),
        ],
        validate_choice=False,
    )
    reason = StringField(_("拒绝的理由"))
    witness = StringField(_("见证人（姓名、单位）"))
    remark = StringField(_("备注（可不填）"))


@blueprint.get("/papers")
@requires(Permission.PAPER_READ)
def index() -> str:
    """List the papers in scope, newest first."""
    form, actor = SearchForm(request.args), current_actor()
    text = (form.text.data or "").strip()
    state = form.state.data if form.state.data in set(State) else ""
    with reading() as session:
        page = shelf.search(
            session,
            actor.scope(Permission.PAPER_READ),
            kinds=domain.TITLES,
            text=text,
            state=state,
            drafts=sees_drafts(actor),
            page=max(1, request.args.get("page", 1, type=int)),
        )
    return render_template(
        "web/papers/list.html",
        form=form,
        papers=page,
        states=STATES,
        narrowed=bool(text or state),
        may_describe=actor.may(Permission.ISSUER_DESCRIBE),
        page_link=lambda wanted: url_for(
            "papers_shelf.index", text=text or None, state=state or None, page=wanted
        ),
    )


def sees_drafts(actor: Actor) -> bool:
    """Whether somebody sees papers before they are issued: offices and auditors, no enterprise."""
    return actor.may(Permission.PAPER_HANDLE) or actor.may(Permission.AUDIT)


@blueprint.get("/papers/<uuid:paper>")
@requires(Permission.PAPER_READ)
def show(paper: object) -> str:
    """Show one paper: what it says, who confirmed it, what became of it."""
    found = _found(paper)
    return _page(found, {})


def _found(paper: object, permission: Permission = Permission.PAPER_READ) -> ShelvedPaper:
    actor = current_actor()
    with reading() as session:
        scope = actor.scope(permission)
        found = shelf.paper(session, scope, str(paper), drafts=sees_drafts(actor))
    if found.is_sheet:
        raise NotFound(paper=str(paper))
    return found


def _page(found: ShelvedPaper, forms: dict[str, Any]) -> str:
    actor = current_actor()
    with reading() as session:
        trouble = queue.trouble(session, issuing.job_key(found.uuid))
        stored = records.any_record(session, found.record_uuid)
        following = [each for each in (shelf.find(session, uuid) for uuid in found.follows) if each]
    assert stored is not None, "a paper rests on a record"
    officer = issuing.is_officer(records.payload_of(stored), actor.uuid)
    proposed, issued = found.state == State.PROPOSED, found.state == State.ISSUED
    handles = actor.may(Permission.PAPER_HANDLE)
    first = found.confirmations[0].person
    return render_template(
        "web/papers/show.html",
        paper=found,
        words=papers.thawed(wired().blobs.read(found.content_sha256)),
        following=following,
        delay=spoken_code(trouble.code) if trouble and trouble.code else None,
        failed=trouble,
        states=STATES,
        methods=METHODS,
        may_confirm=proposed and officer and actor.uuid != first,
        waits_for_second=proposed and actor.uuid == first,
        may_drop=proposed and handles,
        may_deliver=issued and handles and found.sha256 and not found.delivery,
        may_annul=issued and handles,
        confirm=forms.get("confirm") or ConfirmForm(data={"content_sha256": found.content_sha256}),
        drop=forms.get("drop") or DropForm(),
        annul=forms.get("annul") or AnnulForm(),
        delivery=forms.get("delivery")
        or DeliveryForm(data={"method": "handed", "delivered_on": today().isoformat()}),
        photos=forms.get("photos") or NO_PHOTOS,
    )


@blueprint.get("/papers/<uuid:paper>.pdf")
@requires(Permission.PAPER_READ)
def file(paper: object) -> Response:
    """Send the sealed file, byte for byte."""
    return sealed(_found(paper))


def sealed(found: ShelvedPaper) -> Response:
    """The newest sealed file of a paper or sheet, to keep. Raises NotFound before it is there."""
    if not found.sha256 or not wired().blobs.has(found.newest_sha256):
        raise NotFound(paper=found.uuid)
    response = Response(wired().blobs.read(found.newest_sha256), content_type="application/pdf")
    name = f"{found.title} {found.number}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/papers/<uuid:paper>/confirmation")
@requires(Permission.PAPER_ISSUE)
def confirm(paper: object) -> Response | Redirect:
    """Confirm as the second officer, once the password has been entered."""
    found, form = _found(paper, Permission.PAPER_ISSUE), ConfirmForm(request.form)
    if not form.validate() or not is_really_them(form):
        return make_response(_page(found, {"confirm": form}), 422)
    with writing() as session:
        issuing.confirm(
            session,
            current_actor(),
            found.uuid,
            seen_sha256=str(form.content_sha256.data),
            at=wired().clock(),
        )
    flash(gettext("已签发并编号，正在签名、盖章。"), "done")
    return _back(found)


@blueprint.post("/papers/<uuid:paper>/dropping")
@requires(Permission.PAPER_HANDLE)
def drop(paper: object) -> Response | Redirect:
    """Take a proposal back."""
    found, form = _found(paper, Permission.PAPER_HANDLE), DropForm(request.form)
    if not form.validate():
        return make_response(_page(found, {"drop": form}), 422)
    actor = current_actor()
    with writing() as session:
        issuing.drop(
            session,
            actor,
            actor.scope(Permission.PAPER_HANDLE),
            found.uuid,
            str(form.reason.data).strip(),
            at=wired().clock(),
        )
    flash(gettext("已撤回，没有编号。"), "done")
    return _back(found)


@blueprint.post("/papers/<uuid:paper>/annulment")
@requires(Permission.PAPER_HANDLE)
def annul(paper: object) -> Response | Redirect:
    """Annul an issued paper, once the password has been entered."""
    found, form = _found(paper, Permission.PAPER_HANDLE), AnnulForm(request.form)
    if not annulled(found, form, Permission.PAPER_HANDLE):
        return make_response(_page(found, {"annul": form}), 422)
    return _back(found)


def annulled(found: ShelvedPaper, form: AnnulForm, permission: Permission) -> bool:
    """Take a paper or sheet out of force, if the form is whole and the password theirs."""
    if not form.validate() or not is_really_them(form):
        return False
    actor, reason = current_actor(), str(form.reason.data).strip()
    with writing() as session:
        serving.annul(
            session, actor, actor.scope(permission), found.uuid, reason, at=wired().clock()
        )
    flash(gettext("已撤销。文号不再使用，核验页会写明已撤销。"), "done")
    return True


@blueprint.post("/papers/<uuid:paper>/delivery")
@requires(Permission.PAPER_HANDLE)
def deliver(paper: object) -> Response | Redirect:
    """Record how the paper was delivered."""
    found, form = _found(paper, Permission.PAPER_HANDLE), DeliveryForm(request.form)
    form.validate()  # raises FormExpired
    photos = step_photos.chosen(found.uuid)
    try:
        said = domain.delivery(request.form, issued_on=found.issued_on, today=today())
    except PaperIncomplete as problem:
        tell(form, problem)
        return make_response(_page(found, {"delivery": form, "photos": photos}), 422)
    if photos.faults:
        return make_response(_page(found, {"delivery": form, "photos": photos}), photos.status)
    actor = current_actor()
    with writing() as session:
        serving.deliver(
            session,
            actor,
            actor.scope(Permission.PAPER_HANDLE),
            found.uuid,
            said | ({"photos": list(photos.digests)} if photos.digests else {}),
            at=wired().clock(),
        )
    flash(gettext("送达已记入台账。"), "done")
    return _back(found)


@blueprint.get("/papers/<uuid:paper>/photos/<digest>")
@requires(Permission.PAPER_READ)
def photo(paper: object, digest: str) -> Response:
    """Send a photo of how the paper was delivered."""
    delivery = _found(paper).delivery or {}
    return step_photos.sent(digest, said=digest in delivery.get("photos", ()))


def _back(found: ShelvedPaper) -> Redirect:
    return redirect(url_for("papers_shelf.show", paper=found.uuid), 303)
