"""Bulletins (通报): those one may read, one that is written and signed, and who has read it.

What one says is `analysis/drafts.py`; issuing and telling are `analysis/bulletins.py`.
"""

from dataclasses import dataclass
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
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput

from inspection.accounts.policy import Permission
from inspection.analysis import bulletins, drafts, periods, rankings, weights
from inspection.analysis.bulletins import LONGEST_NOTE, Bulletin, Draft
from inspection.analysis.drafts import LONGEST_WORDS, MOST_CASES, Case, Said
from inspection.analysis.periods import Span, View
from inspection.domain.office_problems import (
    BulletinCaseUnknown,
    BulletinNoteMissing,
    BulletinPeriodOpen,
)
from inspection.domain.problems import NotFound
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import sentence
from inspection.notices import receipts
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import UnitKind
from inspection.paperwork import sheets as issued
from inspection.paperwork import shelf
from inspection.paperwork.shelf import ShelvedPaper
from inspection.reports import sheets
from inspection.reports.sheets import Sheet
from inspection.web import papers_shelf
from inspection.web.moments import today
from inspection.web.papers import is_really_them
from inspection.web.papers_shelf import STATES as PAPER_STATES
from inspection.web.sheets import digest_of, is_printable
from inspection.web.statistics import day_asked

blueprint = Blueprint("bulletins", __name__)

Answer = str | Response | Redirect

MOST = 100
NAMES = {
    Span.WEEK: _("隐患排查治理周报"),
    Span.MONTH: _("隐患排查治理月通报"),
    Span.QUARTER: _("隐患排查治理季通报"),
}


class BulletinForm(ProtectedForm):
    """What an office adds to the figures; `content_sha256` is of what stood on the page."""

    opening = TextAreaField(_("开头的话（可不写）"), [Optional(), Length(max=LONGEST_WORDS)])
    demands = TextAreaField(_("工作要求（可不写）"), [Optional(), Length(max=LONGEST_WORDS)])
    cases = SelectMultipleField(_("典型案例"), option_widget=CheckboxInput(), validate_choice=False)
    numbers = StringField(_("其他案例的隐患编号，用空格隔开"), [Optional(), Length(max=500)])
    to_enterprises = BooleanField(_("也发给所辖企业"))
    note = StringField(_("更正原因"), [Optional(), Length(max=LONGEST_NOTE)])
    content_sha256 = HiddenField()
    password = PasswordField(_("您的登录密码"), [Length(max=1000)])


@dataclass(frozen=True)
class _Desk:
    """What a bulletin is written from: the office, the period, what stood before."""

    office: UnitFacts
    view: View
    versions: tuple[Bulletin, ...]
    replaced: str
    """Number of the bulletin that it would correct."""
    candidates: tuple[Case, ...]
    leads_bodies: bool


@blueprint.get("/bulletins")
@requires(Permission.BULLETIN_READ)
def index() -> str:
    """List the bulletins one may read, newest first, and for offices what may be written."""
    actor = current_actor()
    with reading() as session:
        found = bulletins.readable_ones(session, actor, most=MOST)
        papers = shelf.several(session, [each.sheet for each, _office in found])
        due = _due(session) if actor.may(Permission.BULLETIN_ISSUE) else []
    return render_template(
        "web/bulletins/list.html",
        bulletins=found,
        papers=papers,
        names=NAMES,
        states=PAPER_STATES,
        due=due,
    )


def _due(session: Session) -> list[tuple[Any, View]]:
    """The latest period of each span that is over, unless the office has issued its bulletin."""
    now, office = today(), current_actor().unit_uuid
    latest = [
        (name, View(span, periods.before(span, periods.period(span, now)), now))
        for span, name in NAMES.items()
    ]
    return [each for each in latest if not bulletins.of_period(session, office, each[1])]


@blueprint.get("/bulletins/new")
@requires(Permission.BULLETIN_ISSUE)
def new() -> str:
    """Show a bulletin as it would be signed, with the form that adds words to it."""
    with reading() as session:
        desk = _desk(session)
    form = _form(desk)
    form.to_enterprises.data = not desk.leads_bodies
    return _page(desk, form, _composed(desk, form))


@blueprint.post("/bulletins/new")
@requires(Permission.BULLETIN_ISSUE)
def issue() -> Answer:
    """Show the bulletin with what was written; or sign and send it."""
    with reading() as session:
        desk = _desk(session)
    form = _form(desk)
    fit = form.validate()
    made = _composed(desk, form)
    if "preview" in request.form and fit and not form.errors:
        return _page(desk, form, made)
    fit = fit and not form.errors and _is_fit(desk, form) and _is_seen(form, made)
    if not fit or not is_printable(form, made) or not is_really_them(form):
        return make_response(_page(desk, form, made), 422)
    issued.refuse_long(made)
    content = wired().blobs.keep(sheets.frozen(made))
    with writing() as session:
        done = bulletins.issue(
            session,
            current_actor(),
            _draft(desk, form),
            content_sha256=content,
            at=wired().clock(),
        )
    flash(gettext("已印发并编号，正在签名、盖章，并发到下级单位的收件箱。"), "done")
    return redirect(url_for("bulletins.show", bulletin=done.sheet), 303)


def _desk(session: Session) -> _Desk:
    actor = current_actor()
    scope = actor.scope(Permission.BULLETIN_ISSUE)
    office = directory.unit(session, actor.unit_uuid, scope)
    asked = request.args.get("span", "")
    if asked not in {span.value for span in NAMES}:
        raise NotFound(span=asked)
    span = Span(asked)
    view = View(span, periods.period(span, min(day_asked(), today())), today())
    versions = bulletins.of_period(session, office.uuid, view)
    replaced = shelf.find(session, versions[-1].sheet) if versions else None
    return _Desk(
        office=office,
        view=view,
        versions=versions,
        replaced=replaced.number if replaced else "",
        candidates=drafts.candidates(session, office, view, within=scope),
        leads_bodies=set(rankings.kinds(session, office)) > {UnitKind.ENTERPRISE},
    )


def _form(desk: _Desk) -> BulletinForm:
    form = BulletinForm(request.form)
    form.cases.choices = [
        SelectChoice(each.number, f"{each.unit_name}：{each.summary}（{each.number}）")
        for each in desk.candidates
    ]
    return form


def _said(form: BulletinForm) -> Said:
    numbers = [*(form.cases.data or ()), *(form.numbers.data or "").split()]
    return Said(form.opening.data or "", form.demands.data or "", tuple(dict.fromkeys(numbers)))


def _composed(desk: _Desk, form: BulletinForm) -> Sheet:
    """The bulletin with what was written; a case that is none is told at its field, left out."""
    said, note = _said(form), (form.note.data or "").strip()
    actor = current_actor()
    if len(said.cases) > MOST_CASES:
        form.numbers.errors = [gettext("最多写 %(num)s 个案例", num=MOST_CASES)]
        said = Said(said.opening, said.demands)
    words = f"本通报更正并替换{desk.replaced}。更正原因：{note}" if desk.replaced else ""

    def compose(said: Said) -> Sheet:
        with reading() as session:
            return drafts.composed(
                session,
                desk.office,
                desk.view,
                said,
                within=actor.scope(Permission.BULLETIN_ISSUE),
                weights=weights.versions(session, desk.office.uuid)[-1],
                catalog=wired().catalog,
                note=words,
            )

    try:
        return compose(said)
    except BulletinCaseUnknown as problem:
        number = problem.details["number"]
        form.numbers.errors = [gettext("您的范围内没有编号为 %(number)s 的隐患", number=number)]
        return compose(Said(said.opening, said.demands))


def _draft(desk: _Desk, form: BulletinForm) -> Draft:
    note = (form.note.data or "").strip() if desk.versions else ""
    return Draft(desk.office, desk.view, desk.versions, note, bool(form.to_enterprises.data))


def _is_fit(desk: _Desk, form: BulletinForm) -> bool:
    """Whether the bulletin may be issued; else the form says why not."""
    try:
        bulletins.refuse_unfit(_draft(desk, form))
    except BulletinNoteMissing as problem:
        form.note.errors = [sentence(problem.code)]
        return False
    except BulletinPeriodOpen as problem:
        form.form_errors.append(sentence(problem.code))
        return False
    return True


def _is_seen(form: BulletinForm, made: Sheet) -> bool:
    """Whether this is what stood on the page: nobody signs what they did not see."""
    if form.content_sha256.data == digest_of(made):
        return True
    form.form_errors.append(
        gettext("您写的话或台账有了变化，下面是更新后的通报。请核对后再输密码签发。")
    )
    return False


def _page(desk: _Desk, form: BulletinForm, made: Sheet) -> str:
    form.content_sha256.data = digest_of(made)
    span = desk.view.span.value
    return render_template(
        "web/bulletins/new.html",
        desk=desk,
        name=NAMES[desk.view.span],
        sheet=made,
        form=form,
        previous=url_for(
            "bulletins.new", span=span, on=periods.before(desk.view.span, desk.view.period).since
        ),
    )


@blueprint.get("/bulletins/<uuid:bulletin>")
@requires(Permission.BULLETIN_READ)
def show(bulletin: object) -> str:
    """Show a bulletin; to those who may issue one for its office, who has read it."""
    actor = current_actor()
    with reading() as session:
        found, paper = _found(session, bulletin)
        own = actor.may(Permission.BULLETIN_ISSUE) and found.office == actor.unit_uuid
        page = request.args.get("page", 1, type=int)
        told = receipts.told(session, found.sheet, page=min(page, 10**6)) if own else None
        opened = receipts.opened(session, found.sheet) if own else 0
        replaced = shelf.find(session, found.replaces) if found.replaces else None
        newer = [
            each
            for each in bulletins.of_office(session, found.office)
            if each.replaces == found.sheet
        ]
    return render_template(
        "web/bulletins/show.html",
        bulletin=found,
        paper=paper,
        name=NAMES[found.span],
        sheet=sheets.thawed(wired().blobs.read(paper.content_sha256)),
        states=PAPER_STATES,
        replaced=replaced,
        newer=newer[0] if newer else None,
        told=told,
        opened=opened,
        own=own,
        page_link=lambda number: url_for("bulletins.show", bulletin=found.sheet, page=number),
    )


@blueprint.get("/bulletins/<uuid:bulletin>.pdf")
@requires(Permission.BULLETIN_READ)
def file(bulletin: object) -> Response:
    """Send the sealed file, byte for byte."""
    with reading() as session:
        _bulletin, paper = _found(session, bulletin)
    return papers_shelf.sealed(paper)


def _found(session: Session, bulletin: object) -> tuple[Bulletin, ShelvedPaper]:
    """A bulletin that the reader may read, and its paper. Raises NotFound."""
    found = bulletins.readable(session, current_actor(), str(bulletin))
    paper = shelf.find(session, found.sheet)
    assert paper is not None, "a bulletin is issued with its sheet"
    return found, paper
