"""How one is reached (接收方式): by e-mail that one confirmed, and by push to browsers."""

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Length, Optional, ValidationError

from inspection.accounts.policy import Permission
from inspection.domain.problems import SubscriptionUnfit
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import sentence
from inspection.notices import contacts, inbox, push, subscriptions
from inspection.notices.contacts import Contact, Rhythm
from inspection.notices.subscriptions import Offered

blueprint = Blueprint("channels", __name__)

Answer = Response | tuple[str, int]

BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""What a browser says of itself → its name; the first that fits, as they name each other."""


class ChannelsForm(ProtectedForm):
    """An e-mail address of one's own, how often to use it, and the language of what is sent."""

    email = EmailField(
        _("电子邮箱"),
        [Optional(), Length(max=contacts.LONGEST_ADDRESS, message=_("邮箱地址太长"))],
        filters=[lambda text: (text or "").strip()],
    )
    rhythm = SelectField(
        _("邮件"),
        [AnyOf(tuple(Rhythm))],
        choices=[
            SelectChoice(Rhythm.NEVER, _("不发邮件")),
            SelectChoice(Rhythm.EACH, _("每条通知一封")),
            SelectChoice(Rhythm.DAILY, _("每天早上八点一封，写明还没有打开的")),
        ],
    )
    language = SelectField(
        _("邮件和推送用的语言"),
        [AnyOf(contacts.LANGUAGES)],
        choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")],
    )

    def validate_email(self, field: EmailField) -> None:
        """An address that mail can go to, and one at all when mail is wanted."""
        if field.data and not contacts.is_address(field.data):
            raise ValidationError(gettext("这不是邮箱地址，应像 name@example.cn"))

    def validate_rhythm(self, field: SelectField) -> None:
        """Mail needs an address."""
        if field.data != Rhythm.NEVER and not self.email.data:
            raise ValidationError(gettext("要收邮件，请先填邮箱地址"))


class BrowserForm(ProtectedForm):
    """What this browser hands over when it may be pushed to."""

    endpoint = HiddenField()
    p256dh = HiddenField()
    auth = HiddenField()


@blueprint.get("/inbox/channels")
@requires(Permission.SIGNED_IN)
def ask() -> str:
    """Show how the reader is reached."""
    with reading() as session:
        contact = contacts.of(session, current_actor().person_id)
    return _page(ChannelsForm(obj=contact))


@blueprint.post("/inbox/channels")
@requires(Permission.SIGNED_IN)
def keep() -> Answer:
    """Keep address, choice and language; an address that is new is asked whether it is theirs."""
    form = ChannelsForm(request.form)
    if not form.validate():
        return _page(form), 422
    rhythm, language = Rhythm(str(form.rhythm.data)), str(form.language.data)
    person = current_actor().person_id
    with writing() as session:
        kept = contacts.keep(session, person, Contact(str(form.email.data), rhythm, language))
        to_be_asked = bool(kept.email) and rhythm is not Rhythm.NEVER and not kept.confirmed
        asked = to_be_asked and inbox.ask_to_confirm(session, person, at=wired().clock())
    if to_be_asked and not asked:
        flash(gettext("已保存。今天发的确认邮件太多了，请明天再试。"), "wait")
    elif asked:
        flash(
            gettext(
                "已保存。确认邮件发往 %(email)s，点开里面的链接以后才会发通知。", email=kept.email
            ),
            "wait",
        )
    else:
        flash(gettext("接收方式已保存。"), "done")
    return redirect("/inbox/channels", 303)


@blueprint.get("/inbox/channels/confirmation")
@requires(Permission.SIGNED_IN)
def ask_confirmation() -> str:
    """Show which address is to be confirmed; nothing is done by following a link."""
    with reading() as session:
        contact = contacts.of(session, current_actor().person_id)
    said = request.args.get("token", "")
    return render_template("web/inbox/confirmation.html", contact=contact, token=said)


@blueprint.post("/inbox/channels/confirmation")
@requires(Permission.SIGNED_IN)
def confirm() -> Response:
    """Take the reader's address as confirmed."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    said, secret = request.form.get("token", ""), wired().settings.secret
    with writing() as session:
        contacts.confirm(session, current_actor().person_id, said, secret=secret)
    flash(gettext("邮箱已确认。"), "done")
    return redirect("/inbox/channels", 303)


@blueprint.post("/inbox/browsers")
@requires(Permission.SIGNED_IN)
def allow() -> Answer:
    """Let this browser be pushed to, for the reader and nobody else."""
    form = BrowserForm(request.form)
    form.validate()  # raises FormExpired
    offered = Offered(
        str(form.endpoint.data), str(form.p256dh.data), str(form.auth.data), _browser()
    )
    try:
        if not push.admissible(offered.endpoint):
            raise SubscriptionUnfit()
        with writing() as session:
            subscriptions.add(session, current_actor().person_id, offered, at=wired().clock())
    except SubscriptionUnfit as problem:
        flash(sentence(problem.code), "fail")
        return redirect("/inbox/channels", 303)
    flash(gettext("这台浏览器从现在起会收到推送。"), "done")
    return redirect("/inbox/channels", 303)


@blueprint.post("/inbox/browsers/<uuid:browser>/removal")
@requires(Permission.SIGNED_IN)
def stop(browser: object) -> Response:
    """Push nothing to one of the reader's browsers any more."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with writing() as session:
        subscriptions.remove(session, str(browser), person_id=current_actor().person_id)
    flash(gettext("已停用，不会再推送到这台浏览器。"), "done")
    return redirect("/inbox/channels", 303)


def _browser() -> str:
    agent = request.user_agent.string
    return next((name for mark, name in BROWSERS if mark in agent), "")


def _page(form: ChannelsForm) -> str:
    actor = current_actor()
    with reading() as session:
        contact = contacts.of(session, actor.person_id)
        browsers = subscriptions.of(session, actor.person_id)
    return render_template(
        "web/inbox/channels.html",
        form=form,
        contact=contact,
        mail_is_sent=bool(wired().post.url),
        browsers=browsers,
        browser_form=BrowserForm(),
        push_key=wired().pusher.public_key,
    )
