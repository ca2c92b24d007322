"""Signing in and out. Which half of a refused pair was wrong is never told."""

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Redirect
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from inspection.accounts import signing_in
from inspection.accounts.policy import Permission
from inspection.domain.problems import CredentialsWrong, DemonstrationRefused, TooManyTries
from inspection.edge import current_actor, reading, requires, signed_in_actor, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import STATUS_OF, sentence
from inspection.edge.request import forget, remember
from inspection.web.home import own_address

blueprint = Blueprint("accounts", __name__)

Refusal = CredentialsWrong | TooManyTries | DemonstrationRefused


class SignInForm(ProtectedForm):
    """A user name, a password, and the page somebody wanted."""

    username = StringField(_("用户名"), [InputRequired(_("请填用户名")), Length(max=100)])
    password = PasswordField(_("密码"), [InputRequired(_("请填密码")), Length(max=1000)])
    next = HiddenField()


@blueprint.get("/sign-in")
@requires(Permission.PUBLIC)
def ask() -> Redirect | str:
    """Show the form; who is signed in already goes on."""
    wanted = request.args.get("next", "/")
    if signed_in_actor() is not None:
        return redirect(own_address(wanted))
    return _page(SignInForm(data={"next": wanted}))


@blueprint.post("/sign-in")
@requires(Permission.PUBLIC)
def sign_in() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Begin a session, or say why not."""
    form = SignInForm(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        token = _begun(str(form.username.data).strip(), str(form.password.data))
    except (CredentialsWrong, TooManyTries, DemonstrationRefused) as refusal:
        current_app.logger.info("sign-in refused: %s", refusal.code)
        headers = {}
        if wait := refusal.details.get("retry_after_seconds"):
            headers["Retry-After"] = str(wait)
        return _page(form, _in_words(refusal)), STATUS_OF[type(refusal)], headers
    response = make_response(redirect(own_address(form.next.data), 303))
    remember(response, token)
    return response


def _begun(username: str, password: str) -> str:
    """Return the token of a new session. Raises what signing_in raises; failures are noted."""
    at, address = wired().clock(), request.remote_addr or ""
    try:
        with reading() as session:
            signing_in.may_try(session, username, address=address, at=at)
            account = signing_in.account_for(
                session, username, password, production=wired().settings.production
            )
    except CredentialsWrong:
        with writing() as session:
            signing_in.note_failure(session, username, address=address, at=at)
        raise
    with writing() as session:
        return signing_in.begin(session, account, at=at)


def _in_words(refusal: Refusal) -> str:
    wait = refusal.details.get("retry_after_seconds")
    if not wait:
        return sentence(refusal.code)
    minutes = -(-int(wait) // 60)
    return str(
        ngettext(
            "试的次数太多。请 %(num)s 分钟后再登录。",
            "试的次数太多。请 %(num)s 分钟后再登录。",
            minutes,
        )
    )


def _page(form: SignInForm, refusal: str = "") -> str:
    return render_template(
        "web/accounts/sign_in.html",
        form=form,
        refusal=refusal,
        demonstration=not wired().settings.production,
    )


@blueprint.post("/sign-out")
@requires(Permission.SIGNED_IN)
def sign_out() -> Response:
    """End this session. What a tablet has stored stays where it is."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with writing() as session:
        signing_in.end(session, current_actor().session_id, at=wired().clock())
    response = make_response(redirect("/sign-in", 303))
    forget(response)
    return response
