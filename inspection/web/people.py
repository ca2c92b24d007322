"""People and their tablets (人员与平板), for the office: who has a key on which, invite, revoke.

An invitation's code stands on one page, once; nothing keeps it. What a revocation means to
records is decided at intake, not here.
"""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import Form, HiddenField, SearchField, StringField
from wtforms.validators import InputRequired, Length

from inspection.accounts import dismissal, invitations, roster
from inspection.accounts.policy import Permission
from inspection.accounts.roster import STANDINGS, Member
from inspection.domain import invitation
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.web import codes

blueprint = Blueprint("people", __name__)

Answer = str | tuple[str, int] | Redirect


class SearchForm(Form):
    """What narrows the list."""

    text = SearchField(_("姓名、用户名或单位"))
    standing = HiddenField()


class RevocationForm(ProtectedForm):
    """Why something may no longer sign; `what` names the key or the tablet."""

    what = HiddenField()
    reason = StringField(
        _("原因"), [InputRequired(_("请写明原因，会记入台账")), Length(max=200)], name="reason"
    )


@blueprint.get("/people")
@requires(Permission.DEVICE_MANAGE)
def index() -> str:
    """List the people in the reader's care, with their tablets."""
    form = SearchForm(request.args)
    text = (form.text.data or "").strip()
    standing = form.standing.data if form.standing.data in STANDINGS else ""
    number = max(1, request.args.get("page", 1, type=int))
    with reading() as session:
        found = roster.search(
            session, current_actor(), text=text, standing=standing, page=min(number, 10**6)
        )
    return render_template(
        "web/people/list.html",
        form=form,
        people=found,
        standing=standing,
        text=text,
        invite_form=ProtectedForm(),
        link=lambda standing: url_for("people.index", text=text or None, standing=standing or None),
        page_link=lambda wanted: url_for(
            "people.index", text=text or None, standing=standing or None, page=wanted
        ),
    )


@blueprint.get("/people/<uuid:person>")
@requires(Permission.DEVICE_MANAGE)
def show(person: object) -> str:
    """Show one person: what they are, their tablets and keys, and what can be done."""
    return _person_page(str(person))


@blueprint.post("/people/<uuid:person>/invitation")
@requires(Permission.DEVICE_MANAGE)
def invite(person: object) -> str:
    """Issue an invitation and show it, this once."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    actor, at = current_actor(), wired().clock()
    with writing() as session:
        member = roster.in_care(session, actor, str(person))
        issued = invitations.issue(session, actor, member.uuid, at=at)
    return render_template(
        "web/people/invitation.html",
        person=member,
        issued=issued,
        picture=codes.picture(invitation.address(codes.origin(), issued.code)),
        groups=invitation.written(issued.code),
        seconds=int(invitations.LASTS.total_seconds()),
        form=ProtectedForm(),
    )


@blueprint.get("/people/<uuid:person>/invitations/<uuid:issued>")
@requires(Permission.DEVICE_MANAGE)
def invitation_state(person: object, issued: object) -> Response:
    """Say whether a tablet has used an invitation; the page that shows it asks."""
    with reading() as session:
        used = invitations.is_used(session, current_actor(), str(person), str(issued))
    return jsonify(used=used)


@blueprint.post("/people/<uuid:person>/key")
@requires(Permission.DEVICE_MANAGE)
def revoke_key(person: object) -> Answer:
    """Revoke one key of a person."""
    form = RevocationForm(request.form)
    if not form.validate():
        return _person_page(str(person), wrong=form), 422
    with writing() as session:
        dismissal.revoke_key(
            session,
            current_actor(),
            str(person),
            str(form.what.data),
            reason=str(form.reason.data).strip(),
            at=wired().clock(),
        )
    flash(
        gettext("密钥已注销。已经收到的记录照样有效；平板上没发出的内容都还在。"),
        "done",
    )
    return redirect(f"/people/{person}", 303)


@blueprint.post("/people/<uuid:person>/dismissal")
@requires(Permission.DEVICE_MANAGE)
def dismiss(person: object) -> Answer:
    """Close a person's account, as `flask people dismiss` does."""
    form = RevocationForm(request.form)
    if not form.validate():
        return _person_page(str(person), wrong=form), 422
    with writing() as session:
        dismissal.dismiss_by(
            session,
            current_actor(),
            str(person),
            reason=str(form.reason.data).strip(),
            at=wired().clock(),
        )
    flash(gettext("账号已停用，密钥和证书已注销。平板上没发出的内容都还在。"), "done")
    return redirect(f"/people/{person}", 303)


@blueprint.get("/people/tablets")
@requires(Permission.DEVICE_MANAGE)
def tablets() -> str:
    """List the tablets, with whoever has a key on them."""
    return _tablets_page()


@blueprint.post("/people/tablets")
@requires(Permission.DEVICE_MANAGE)
def revoke_tablet() -> Answer:
    """Revoke every key on a tablet that is in the reader's care."""
    form = RevocationForm(request.form)
    if not form.validate():
        return _tablets_page(wrong=form), 422
    with writing() as session:
        revoked = dismissal.revoke_tablet(
            session,
            current_actor(),
            str(form.what.data),
            reason=str(form.reason.data).strip(),
            at=wired().clock(),
        )
    words = ngettext(
        "这台平板上的 %(num)s 把密钥已注销。没发出的内容都还在平板上。",
        "这台平板上的 %(num)s 把密钥已注销。没发出的内容都还在平板上。",
        revoked,
    )
    flash(words, "done")
    return redirect("/people/tablets", 303)


def _person_page(uuid: str, wrong: RevocationForm | None = None) -> str:
    actor = current_actor()
    with reading() as session:
        person: Member = roster.in_care(session, actor, uuid)
    return render_template(
        "web/people/show.html",
        person=person,
        itself=person.person_id == actor.person_id,
        form=RevocationForm(),
        wrong=wrong,
        wrong_what=wrong.what.data if wrong else "",
    )


def _tablets_page(wrong: RevocationForm | None = None) -> str:
    with reading() as session:
        found = roster.tablets(session, current_actor())
    return render_template(
        "web/people/tablets.html",
        tablets=found,
        form=RevocationForm(),
        wrong=wrong,
        wrong_what=wrong.what.data if wrong else "",
    )
