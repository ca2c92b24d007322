"""Hint cards (提示卡): read on a phone, fetched as a PDF, sent by offices and followed up."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from inspection.accounts.policy import Permission
from inspection.cards import drawings, sendings
from inspection.domain.card import Card
from inspection.domain.problems import NotFound
from inspection.edge import current_actor, reading, requires, signed_in_actor, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.language import LANGUAGES
from inspection.notices import receipts
from inspection.web.hazards import SECTORS

blueprint = Blueprint("cards", __name__)

Answer = str | tuple[str, int] | Redirect


class SendForm(ProtectedForm):
    """Which enterprises in scope a card goes to, and a word to go with it."""

    sector = SelectField(
        _("发给哪些企业"),
        choices=[
            SelectChoice("", _("范围内全部企业")),
            *(SelectChoice(*each) for each in SECTORS.items()),
        ],
    )
    note = StringField(_("附言（可不写）"), [Length(max=200)])


@blueprint.get("/cards")
@requires(Permission.PUBLIC)
def index() -> str:
    """List the cards, one of each list in use."""
    return render_template(
        "web/cards/list.html",
        lists=drawings.lists(wired().catalog),
        language=get_locale().language,
        sends=_sends(),
    )


@blueprint.get("/cards/<slug>")
@requires(Permission.PUBLIC)
def show(slug: str) -> str:
    """Show one card, made for a phone."""
    card = _card(slug, get_locale().language)
    return render_template("web/cards/show.html", card=card, sends=_sends())


@blueprint.get("/cards/<slug>/<lang>.pdf")
@requires(Permission.PUBLIC)
def download(slug: str, lang: str) -> Response:
    """Send a card as a PDF; the first time it is drawn by a job, and the page asks again."""
    if lang not in LANGUAGES:
        raise NotFound(card=slug)
    card = _card(slug, lang)
    with reading() as session:
        sha256 = drawings.drawing(session, card)
    if sha256 is None:
        with writing() as session:
            drawings.ask(session, card, at=wired().clock())
        waiting = Response(render_template("web/cards/drawing.html", card=card), 202)
        waiting.headers["Refresh"] = "2"
        waiting.headers["Cache-Control"] = "no-store"
        return waiting
    response = Response(wired().blobs.read(sha256), content_type="application/pdf")
    name = f"{gettext('提示卡')} {card.title}.pdf"
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


@blueprint.get("/cards/<slug>/send")
@requires(Permission.CARD_SEND)
def form(slug: str) -> str:
    """Show the form by which a card is sent."""
    return _form_page(slug, SendForm())


@blueprint.post("/cards/<slug>/send")
@requires(Permission.CARD_SEND)
def send(slug: str) -> Answer:
    """Send a card to enterprises in scope."""
    form = SendForm(request.form)
    if not form.validate():
        return _form_page(slug, form), 422
    card, wiring = _card(slug, get_locale().language), wired()
    checklist = wiring.catalog.revision(card.slug, card.revision)
    with writing() as session:
        uuid = sendings.send(
            session,
            current_actor(),
            checklist,
            sector=form.sector.data,
            note=(form.note.data or "").strip(),
            at=wiring.clock(),
        )
    flash(gettext("正在发到企业主要负责人和安全管理人员的收件箱。"), "done")
    return redirect(url_for("cards.sending", sending=uuid), 303)


@blueprint.get("/cards/sendings")
@requires(Permission.CARD_SEND)
def sent() -> str:
    """List what the offices in scope have sent."""
    number = max(1, request.args.get("page", 1, type=int))
    with reading() as session:
        page = sendings.sendings(session, current_actor(), page=min(number, 10**6))
    return render_template(
        "web/cards/sendings.html",
        sendings=page,
        titles={each.uuid: _title(each.slug, each.revision) for each in page.rows},
        sectors=SECTORS,
        page_link=lambda wanted: url_for("cards.sent", page=wanted),
    )


@blueprint.get("/cards/sendings/<uuid:sending>")
@requires(Permission.CARD_SEND)
def sending(sending: object) -> str:
    """Show who has opened a card that was sent, those who have not first."""
    number = max(1, request.args.get("page", 1, type=int))
    with reading() as session:
        found = sendings.sending(session, current_actor(), str(sending))
        told = receipts.told(session, found.uuid, page=min(number, 10**6))
    return render_template(
        "web/cards/sending.html",
        sending=found,
        title=_title(found.slug, found.revision),
        told=told,
        sectors=SECTORS,
        page_link=lambda wanted: url_for("cards.sending", sending=found.uuid, page=wanted),
    )


@blueprint.post("/cards/sendings/<uuid:sending>/remind")
@requires(Permission.CARD_SEND)
def remind(sending: object) -> Redirect:
    """Remind those who have not opened it."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with writing() as session:
        sendings.remind(session, current_actor(), str(sending), at=wired().clock())
    flash(gettext("正在提醒还没有签收的人。"), "done")
    return redirect(url_for("cards.sending", sending=sending), 303)


def _sends() -> bool:
    actor = signed_in_actor()
    return actor is not None and actor.may(Permission.CARD_SEND)


def _card(slug: str, language: str) -> Card:
    wiring = wired()
    return drawings.card(
        slug,
        language,
        catalog=wiring.catalog,
        library=wiring.library,
        organisation=wiring.settings.organisation,
    )


def _title(slug: str, revision: int) -> str:
    return wired().catalog.revision(slug, revision).title.in_(get_locale().language)


def _form_page(slug: str, form: SendForm) -> str:
    card = _card(slug, get_locale().language)
    return render_template("web/cards/send.html", card=card, form=form)
