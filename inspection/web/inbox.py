"""The inbox (收件箱): what one was told. Opening a notice is its receipt, so it is a POST."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from inspection.accounts.policy import Permission
from inspection.cards import sendings
from inspection.edge import current_actor, reading, requires, signed_in_actor, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.notices import inbox

blueprint = Blueprint("inbox", __name__)

ANSWERED = ("order.", "call.")
"""What is acknowledged or answered on its own page: opening a notice of it is only seeing it."""
CARDS = (sendings.SENT, sendings.REMINDED)
"""What a hint card tells; everything else is about a hazard."""


@blueprint.get("/inbox")
@requires(Permission.SIGNED_IN)
def index() -> str:
    """List what the reader was told, by what it is about, unread first."""
    wanted = max(1, request.args.get("page", 1, type=int))
    with reading() as session:
        page = inbox.page(session, current_actor(), number=min(wanted, 10**6))
    return render_template(
        "web/inbox/list.html",
        inbox=page,
        language=get_locale().language,
        form=ProtectedForm(),
        page_link=lambda number: url_for("inbox.index", page=number),
    )


@blueprint.get("/inbox/<uuid:notice>")
@requires(Permission.SIGNED_IN)
def show(notice: object) -> str:
    """Show one notice: in full when it was opened, else only what it is about."""
    with reading() as session:
        found = inbox.notice(session, current_actor(), str(notice))
    return render_template(
        "web/inbox/show.html",
        notice=found,
        lead=_lead(found.said.kind, found.said.link),
        language=get_locale().language,
        form=ProtectedForm(),
    )


@blueprint.post("/inbox/<uuid:notice>")
@requires(Permission.SIGNED_IN)
def open_notice(notice: object) -> Response:
    """Open a notice: from now on it counts as read, and the ledger says so."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with writing() as session:
        inbox.open_notice(session, current_actor(), str(notice), at=wired().clock())
    return redirect(f"/inbox/{notice}", 303)


@blueprint.get("/inbox/about/<uuid:subject>")
@requires(Permission.SIGNED_IN)
def about(subject: object) -> str:
    """Show all that the reader was told about one thing: in full what was opened."""
    with reading() as session:
        notices = inbox.about(session, current_actor(), str(subject))
    return render_template(
        "web/inbox/about.html",
        subject=subject,
        notices=notices,
        lead=_lead(notices[0].said.kind, notices[0].said.link),
        unread=sum(each.waits for each in notices),
        language=get_locale().language,
    )


@blueprint.post("/inbox/about/<uuid:subject>")
@requires(Permission.SIGNED_IN)
def open_all(subject: object) -> Response:
    """Open all notices about one thing: each has its receipt in the ledger."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with writing() as session:
        inbox.open_all(session, current_actor(), str(subject), at=wired().clock())
    return redirect(f"/inbox/about/{subject}", 303)


@blueprint.app_template_test("answered_elsewhere")
def answered_elsewhere(kind: str) -> bool:
    """Whether a notice of this kind asks for a deed that opening it does not do."""
    return kind.startswith(ANSWERED)


@blueprint.app_template_global()
def unread_notices() -> int:
    """How many notices wait for the reader, for the head bar."""
    actor = signed_in_actor()
    if actor is None:
        return 0
    with reading() as session:
        return inbox.unread(session, actor)


def _lead(kind: str, link: str) -> str:
    """What the link under a notice says, by what the notice is about."""
    if kind in CARDS:
        return gettext("打开提示卡")
    if kind.startswith("checklist."):
        return gettext("去看这份检查表")
    if kind.startswith("order."):
        return gettext("去交办单签收、办理")
    if kind.startswith("call."):
        return gettext("去应答")
    return gettext("去看这条隐患") if link.startswith("/hazards/") else gettext("去看详情")
