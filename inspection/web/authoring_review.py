"""A draft before other eyes (送审、发布), trials, comparing revisions, retiring a list."""

import hashlib
import hmac
from typing import Any

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from inspection import __version__
from inspection.accounts.policy import Permission
from inspection.authoring import comparison, documents, drafts, publishing
from inspection.authoring.comparison import Change
from inspection.authoring.documents import Document
from inspection.authoring.drafts import State
from inspection.domain.checklist import Checklist
from inspection.domain.problems import NotFound, RevisionUnpublished
from inspection.edge import current_actor, reading, requires, signed_in_actor, wired, writing
from inspection.edge import faults as words_of
from inspection.edge.language import LANGUAGES
from inspection.web.authoring import (
    Answer,
    RetireForm,
    ReviewForm,
    desk,
    draft_page,
    list_page,
    origin_of,
    visible,
)
from inspection.web.authoring_forms import readable
from inspection.web.checklists import METHODS, FindingForm, form_for
from inspection.web.moments import today
from inspection.web.papers import is_really_them

blueprint = Blueprint("authoring_review", __name__)

TRIAL_DAYS = 7
"""So long a trial's link opens: whoever holds it sees the draft, signed in or not."""
TAKEN_BACK = "起草人收回"
"""What the ledger says when an author says nothing."""
CHANGES = {
    Change.CAME: _("新增"),
    Change.WENT: _("删去"),
    Change.CHANGED: _("修改"),
    Change.MOVED: _("移动"),
}


# --- review -----------------------------------------------------------------


@blueprint.post("/authoring/drafts/<uuid:draft>/review")
@requires(Permission.CHECKLIST_AUTHOR)
def send(draft: object) -> Response:
    """Send a draft to whoever may publish it."""
    form, found = ReviewForm(request.form), desk(draft)
    form.validate()  # raises FormExpired
    with writing() as session:
        publishing.send(
            session,
            current_actor(),
            str(draft),
            version=_version(form),
            faults=len(found.faults),
            at=wired().clock(),
        )
    flash(gettext("已送审，有发布权限的人会收到通知。"), "done")
    return redirect(f"/authoring/drafts/{draft}", 303)


@blueprint.post("/authoring/drafts/<uuid:draft>/return")
@requires(Permission.CHECKLIST_AUTHOR)
def send_back(draft: object) -> Answer:
    """Return a draft with remarks, or take one's own back."""
    form, found = ReviewForm(request.form), desk(draft)
    remarks = str(form.remarks.data or "").strip()
    own = current_actor().uuid in found.draft.authors
    if not form.validate() or not (remarks or own):
        form.remarks.errors = form.remarks.errors or [gettext("请写明为什么退回、要改什么")]
        return draft_page(found, form), 422
    with writing() as session:
        publishing.send_back(
            session,
            current_actor(),
            str(draft),
            remarks or TAKEN_BACK,
            at=wired().clock(),
        )
    flash(gettext("已退回，可以接着改。"), "done")
    return redirect(f"/authoring/drafts/{draft}", 303)


@blueprint.post("/authoring/drafts/<uuid:draft>/publication")
@requires(Permission.CHECKLIST_PUBLISH)
def publish(draft: object) -> Answer:
    """Publish what somebody else drafted, once the password has been entered."""
    form, found = ReviewForm(request.form), desk(draft)
    if not form.validate() or not is_really_them(form):
        return draft_page(found, form), 422
    origin = origin_of(found.document)
    with writing() as session:
        slug, revision = publishing.publish(
            session,
            current_actor(),
            str(draft),
            version=_version(form),
            schema=wired().checklist_schema,
            origin=origin,
            family=wired().catalog.family(origin["slug"]) if origin else "",
            at=wired().clock(),
        )
    flash(gettext("已发布第 %(number)s 版，并记入台账。", number=revision), "done")
    return redirect(f"/authoring/lists/{slug}", 303)


@blueprint.post("/authoring/lists/<slug>/retirement")
@requires(Permission.CHECKLIST_PUBLISH)
def retire(slug: str) -> Answer:
    """Take a list out of use, once the password has been entered."""
    form = RetireForm(request.form)
    if not form.validate() or not is_really_them(form):
        return list_page(slug, form), 422
    reason = str(form.reason.data).strip()
    with writing() as session:
        publishing.retire(session, current_actor(), slug, reason, at=wired().clock())
    flash(gettext("已停用，并记入台账。以前的记录照样能查。"), "done")
    return redirect(f"/authoring/lists/{slug}", 303)


def _version(form: ReviewForm) -> int:
    text = form.version.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# --- comparison -------------------------------------------------------------


@blueprint.get("/authoring/drafts/<uuid:draft>/comparison")
@requires(Permission.CHECKLIST_AUTHOR)
def compare_draft(draft: object) -> str:
    """Show a draft beside the revision that it began from."""
    found = desk(draft)
    if not found.draft.base_slug:
        raise NotFound(draft=str(draft))
    with reading() as session:
        before = visible(session, found.draft.base_slug, found.draft.base_revision)
    crumb = (f"/authoring/drafts/{draft}", found.document["title"]["zh"])
    return _comparison(before, dict(found.document), crumb)


@blueprint.get("/authoring/lists/<slug>/<int:revision>/comparison")
@requires(Permission.CHECKLIST_AUTHOR)
def compare(slug: str, revision: int) -> str:
    """Show a published revision beside an earlier one: `from`, or the one before it.

    The first is shown beside its origin.
    """
    since = request.args.get("from", revision - 1, type=int)
    try:
        with reading() as session:
            after = visible(session, slug, revision)
            before = visible(session, slug, since) if revision > 1 else origin_of(after)
    except RevisionUnpublished as problem:
        raise NotFound(list=slug, revision=revision) from problem
    if before is None:
        raise NotFound(list=slug, revision=revision - 1)
    return _comparison(before, after, (f"/authoring/lists/{slug}", after["title"]["zh"]))


def _comparison(before: Document, after: Document, crumb: tuple[str, str]) -> str:
    return render_template(
        "web/authoring/comparison.html",
        before=before,
        after=after,
        found=comparison.compare(before, after),
        changes=CHANGES,
        all_=request.args.get("all") == "1",
        since=request.args.get("from", type=int),
        crumb=crumb,
        field_name=words_of.field_name,
        readable=readable,
    )


# --- trials -----------------------------------------------------------------


@blueprint.get("/authoring/drafts/<uuid:draft>/trial")
@requires(Permission.CHECKLIST_AUTHOR)
def offer_trial(draft: object) -> str:
    """Show the link and the QR code by which a device opens the draft as a trial."""
    found = desk(draft)
    settings = wired().settings
    origin = settings.public_url if settings.production else request.host_url.rstrip("/")
    path = f"/authoring/trials/{_pass(found.draft.uuid, today().toordinal() + TRIAL_DAYS)}"
    code = segno.make(f"{origin}{path}/zh", error="m", micro=False)
    svg = code.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None, light="#fff")
    return render_template(
        "web/authoring/trials.html",
        draft=found.draft,
        path=path,
        address=f"{origin}{path}/zh",
        picture=Markup(svg),  # noqa: S704  # made of numbers by segno
        days=TRIAL_DAYS,
    )


@blueprint.get("/authoring/trials/<token>/<lang>")
@requires(Permission.PUBLIC)
def trial(token: str, lang: str) -> str:
    """Draw a draft as a tablet would, for whoever holds its link; answers are kept nowhere."""
    uuid, day = _read_pass(token)
    if lang not in LANGUAGES or day < today().toordinal():
        abort(404)
    with reading() as session:
        found = drafts.any_draft(session, uuid)
    if found is None or found.state not in (State.DRAFTING, State.IN_REVIEW):
        abort(404)
    back = f"/authoring/drafts/{uuid}" if _may_work_on(uuid) else ""
    return _trial_page(documents.drawn(dict(found.document)), back=back)


def _may_work_on(uuid: str) -> bool:
    """Whether the reader of a trial is signed in and has its draft in scope."""
    reader = signed_in_actor()
    if reader is None or not reader.may(Permission.CHECKLIST_AUTHOR):
        return False
    with reading() as session:
        try:
            drafts.draft(session, reader, uuid)
        except NotFound:
            return False
    return True


@blueprint.get("/authoring/lists/<slug>/<int:revision>/trial/<lang>")
@requires(Permission.CHECKLIST_AUTHOR)
def try_published(slug: str, revision: int, lang: str) -> str:
    """Draw a published revision as a tablet would, to look at before taking it."""
    if lang not in LANGUAGES:
        raise NotFound(lang=lang)
    try:
        with reading() as session:
            visible(session, slug, revision)
    except RevisionUnpublished as problem:
        raise NotFound(list=slug, revision=revision) from problem
    return _trial_page(wired().catalog.revision(slug, revision), back=f"/authoring/lists/{slug}")


def _trial_page(checklist: Checklist, *, back: str) -> str:
    """`back` is where its reader came from, empty for a device without an account."""
    return render_template(
        "web/authoring/trial.html",
        checklist=checklist,
        back=back,
        form=form_for(checklist)(),
        finding=FindingForm(),
        methods=METHODS,
        app_version=__version__,
    )


def _pass(uuid: str, day: int) -> str:
    """A draft's uuid and the last day of its link, with a mark that only this server can make."""
    said = f"{uuid}.{day}"
    mark = hmac.new(wired().settings.secret, f"trial:{said}".encode(), hashlib.sha256)
    return f"{said}.{mark.hexdigest()[:32]}"


def _read_pass(token: str) -> tuple[str, int]:
    uuid, _dot, rest = token.partition(".")
    day, _dot, _mark = rest.partition(".")
    known: Any = day.isascii() and day.isdigit() and len(day) < 8
    if not known or not hmac.compare_digest(token.encode(), _pass(uuid, int(day)).encode()):
        abort(404)
    return uuid, int(day)
