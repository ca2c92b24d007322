"""The month's written word (一月一调度) and the bulletin (一月一通报)."""

from datetime import date

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
from wtforms import TextAreaField

from inspection.accounts.policy import Permission
from inspection.domain.office_problems import OrderIncomplete
from inspection.domain.order import month_asked
from inspection.domain.problems import NotFound
from inspection.domain.sheet import ORDER_BULLETIN
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.orders import months
from inspection.orders.months import Compilation, Word
from inspection.organisations.scope import EVERYTHING
from inspection.paperwork import sheets as issued
from inspection.paperwork import shelf
from inspection.paperwork.sheets import Frozen
from inspection.reports import orders as drawn
from inspection.reports import sheets
from inspection.reports.sheets import Sheet
from inspection.web import papers_shelf
from inspection.web.lists import sent_workbook
from inspection.web.moments import today
from inspection.web.orders import tell
from inspection.web.papers import is_really_them
from inspection.web.sheets import SHOWN, SignForm, digest_of, is_printable, is_seen

blueprint = Blueprint("order_months", __name__)

Answer = str | Response | Redirect


class WordForm(ProtectedForm):
    """How a month went."""

    done = TextAreaField(_("本月工作情况"))
    troubles = TextAreaField(_("存在问题（可不填）"))
    plans = TextAreaField(_("下月打算（可不填）"))


@blueprint.get("/orders/months")
@requires(Permission.ORDER_READ)
def index() -> str:
    """List the words that one's unit owes, and the months of one's own office."""
    actor = current_actor()
    with reading() as session:
        owed = months.owed(session, actor, today=today())
        own = months.months(session, actor.unit_uuid, today=today())
    return render_template("web/orders/months.html", owed=owed, months=own, today=today())


@blueprint.get("/orders/months/<month>")
@requires(Permission.ORDER_READ)
def show(month: str) -> str:
    """Show a month of an office: who wrote and who did not, or one's own word to it."""
    made = _made(month)
    own = next((each for each in made.lines if each.unit_uuid == current_actor().unit_uuid), None)
    said = own.written.word if own and own.written else Word("")
    return _page(made, WordForm(data=vars(said)))


@blueprint.post("/orders/months/<month>")
@requires(Permission.ORDER_ANSWER)
def write(month: str) -> Answer:
    """Write of a month."""
    form, actor = WordForm(request.form), current_actor()
    form.validate()
    word = Word(*((form[name].data or "").strip() for name in ("done", "troubles", "plans")))
    try:
        with writing() as session:
            months.write(session, actor, _office(), _month(month), word, at=wired().clock())
    except OrderIncomplete as problem:
        tell(form, problem.details["fields"])
        return make_response(_page(_made(month), form), 422)
    flash(gettext("已报送，记入台账。"), "done")
    return redirect(url_for("order_months.show", month=month, office=_office()), 303)


@blueprint.get("/orders/months/<month>.xlsx")
@requires(Permission.ORDER_READ)
def workbook(month: str) -> Response:
    """Send the compilation of a month as a workbook."""
    made = _made(month)
    about = gettext("%(office)s，截至 %(day)s", office=made.office.name, day=today())
    name = f"{gettext('月度调度')}-{made.office.name}-{month}.xlsx"
    return sent_workbook(drawn.MONTH, made.lines, about, name)


@blueprint.get("/orders/months/<month>/bulletin")
@requires(Permission.ORDER_ISSUE)
def bulletin(month: str) -> str:
    """Show the bulletin as it would be signed."""
    made = _bulletin(_own(month))
    return _bulletin_page(made, SignForm(data={"content_sha256": digest_of(made)}))


@blueprint.post("/orders/months/<month>/bulletin")
@requires(Permission.ORDER_ISSUE)
def sign(month: str) -> Answer:
    """Freeze and sign the bulletin, and tell every unit that it speaks of."""
    compiled = _own(month)
    made, form = _bulletin(compiled), SignForm(request.form)
    fit = form.validate() and is_seen(form, made) and is_printable(form, made)
    if not fit or not is_really_them(form):
        return make_response(_bulletin_page(made, form), 422)
    actor, at = current_actor(), wired().clock()
    content = wired().blobs.keep(sheets.frozen(made))
    with writing() as session:
        uuid = issued.issue(session, actor, Frozen(ORDER_BULLETIN, actor.unit_uuid, content), at=at)
        months.tell(session, actor, compiled, uuid, at=at)
    flash(gettext("已签发并编号，正在签名、盖章；责任单位会在收件箱收到。"), "done")
    return redirect(url_for("order_months.show", month=month), 303)


@blueprint.get("/orders/months/<month>/bulletin.pdf")
@requires(Permission.ORDER_READ)
def file(month: str) -> Response:
    """Send the sealed bulletin to whoever it speaks of."""
    made = _made(month)
    with reading() as session:
        told = months.told(session, made.office.uuid, made.month)
        if not told:
            raise NotFound(month=month)
        found = shelf.paper(session, EVERYTHING, told[-1], drafts=False)
    return papers_shelf.sealed(found)


def _office() -> str:
    return request.args.get("office", "").strip() or current_actor().unit_uuid


def _month(text: str) -> date:
    """The month that an address names. Raises NotFound."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound(month=text) from None
    if len(text) != len("2026-11") or not 2000 <= month.year < 2200:
        raise NotFound(month=text)
    return month


def _made(month: str) -> Compilation:
    with reading() as session:
        return months.compilation(session, current_actor(), _office(), _month(month), today=today())


def _own(month: str) -> Compilation:
    with reading() as session:
        actor = current_actor()
        return months.compilation(session, actor, actor.unit_uuid, _month(month), today=today())


def _bulletin(made: Compilation) -> Sheet:
    drawn_up = drawn.bulletin(made, facts=(("截至", today().isoformat()),))
    issued.refuse_long(drawn_up)
    return drawn_up


def _bulletin_page(made: Sheet, form: SignForm) -> str:
    return render_template(
        "web/sheets/new.html",
        kind=made.kind,
        name=made.title,
        sheet=made,
        rows=made.rows[:SHOWN],
        form=form,
        address=request.path,
    )


def _page(made: Compilation, form: WordForm) -> str:
    actor = current_actor()
    own = next((each for each in made.lines if each.unit_uuid == actor.unit_uuid), None)
    with reading() as session:
        told = months.told(session, made.office.uuid, made.month)
        shelved = shelf.find(session, told[-1]) if told else None
    return render_template(
        "web/orders/month.html",
        made=made,
        own=own,
        writing=own is not None
        and actor.may(Permission.ORDER_ANSWER)
        and made.month <= month_asked(today()),
        issuing=actor.may(Permission.ORDER_ISSUE) and made.office.uuid == actor.unit_uuid,
        form=form,
        bulletin=shelved,
        month=f"{made.month:%Y-%m}",
        asked={} if made.office.uuid == actor.unit_uuid else {"office": made.office.uuid},
    )
