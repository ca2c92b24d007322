"""Sheets (清单和报表): lists and figures as they stand now, shown, frozen and signed; those issued.

What stands in one is `reports.sheets`, how one is issued `paperwork.sheets`. The conditions come
with the address, as on the pages of lists and figures.
"""

import hashlib
from dataclasses import replace
from itertools import islice
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
from wtforms import HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.dispatch import tables
from inspection.domain import sheet as domain
from inspection.domain.problems import GlyphMissing, NotAllowed, NotFound
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.hazards import lists, statistics
from inspection.hazards.narrowing import RegisterFilter
from inspection.jobs import queue
from inspection.jobs.confinement import run_confined
from inspection.organisations import directory
from inspection.paperwork import issuing, shelf
from inspection.paperwork import sheets as issued
from inspection.paperwork.sheets import Frozen
from inspection.paperwork.shelf import ShelvedPaper, State
from inspection.reports import pdf, sheets, wording
from inspection.reports.faces import ConfirmedFace
from inspection.reports.sheets import Column, IssuedSheet, Sheet
from inspection.reports.workbooks import LEVELS, STATES
from inspection.web import papers_shelf
from inspection.web.hazards import RegisterForm, area_name, wanted_of
from inspection.web.moments import today
from inspection.web.papers import DRAW_SECONDS, TURNS, is_really_them, unprintable
from inspection.web.papers_shelf import STATES as PAPER_STATES
from inspection.web.papers_shelf import AnnulForm
from inspection.web.statistics import day_asked

blueprint = Blueprint("sheets", __name__)

SHOWN = 50
"""Rows on the page before signing; the file holds all."""
NAMES = {
    "problem_list": _("问题隐患清单"),
    "duty_list": _("隐患整治责任清单"),
    "half_month": _("隐患排查治理半月报"),
    "quarter": _("事故隐患排查治理情况统计表（季度）"),
    "year": _("事故隐患排查治理情况统计表（年度）"),
    domain.DISPATCH: _("重大事故隐患专项排查整治行动调度表"),
    domain.BULLETINS["week"]: _("隐患排查治理周报"),
    domain.BULLETINS["month"]: _("隐患排查治理月通报"),
    domain.BULLETINS["quarter"]: _("隐患排查治理季通报"),
    domain.ORDER_BULLETIN: _("交办事项办理情况通报"),
}


class SignForm(ProtectedForm):
    """The signer's password, for the sheet that stood on the page."""

    content_sha256 = HiddenField()
    password = PasswordField(_("您的登录密码"), [InputRequired(_("请填密码")), Length(max=1000)])


@blueprint.get("/sheets/new/<any(problem_list, duty_list, half_month):kind>")
@requires(Permission.SHEET_SIGN)
def new(kind: str) -> str:
    """Show an office's list or half month as it would be signed."""
    return _shown(kind)


@blueprint.get("/sheets/new/<any(quarter, year):kind>")
@requires(Permission.FIGURES_SIGN)
def new_figures(kind: str) -> str:
    """Show an enterprise's figures as they would be signed."""
    return _shown(kind)


@blueprint.post("/sheets/new/<any(problem_list, duty_list, half_month):kind>")
@requires(Permission.SHEET_SIGN)
def sign(kind: str) -> Response | Redirect:
    """Freeze and sign an office's list or half month."""
    return _signed(kind)


@blueprint.post("/sheets/new/<any(quarter, year):kind>")
@requires(Permission.FIGURES_SIGN)
def sign_figures(kind: str) -> Response | Redirect:
    """Freeze and sign an enterprise's figures."""
    return _signed(kind)


def _shown(kind: str) -> str:
    made = _composed(kind)
    return _page(kind, made, SignForm(data={"content_sha256": digest_of(made)}))


def _signed(kind: str) -> Response | Redirect:
    made, form = _composed(kind), SignForm(request.form)
    fit = form.validate() and is_seen(form, made) and is_printable(form, made)
    if not fit or not is_really_them(form):
        return make_response(_page(kind, made, form), 422)
    actor = current_actor()
    content = wired().blobs.keep(sheets.frozen(made))
    with writing() as session:
        uuid = issued.issue(
            session, actor, Frozen(kind, actor.unit_uuid, content), at=wired().clock()
        )
    flash(gettext("已签发并编号，正在签名、盖章。"), "done")
    return redirect(url_for("sheets.show", sheet=uuid), 303)


def is_seen(form: Any, made: Sheet) -> bool:
    """Whether this is what stood on the page: nobody signs what they did not see."""
    if form.content_sha256.data == digest_of(made):
        return True
    form.content_sha256.data = digest_of(made)
    form.form_errors.append(gettext("您打开页面之后，台账有了变化。请核对下面的新内容再签。"))
    return False


def is_printable(form: Any, made: Sheet) -> bool:
    """Whether every character of a sheet has a glyph; else the form says which has none."""
    try:
        run_confined(pdf.draw_sheet, _characters(made), seconds=DRAW_SECONDS, turns=TURNS)
    except GlyphMissing as missing:
        form.form_errors.append(unprintable(missing))
        return False
    return True


def _characters(made: Sheet) -> IssuedSheet:
    """A sheet with each character of this one once: what has no glyph is told now, quickly."""
    actor = current_actor()
    used = sorted(set("".join(made.texts())) - {"\r", "\n"})
    once = replace(made, columns=(Column("字", 1),), rows=(("".join(used),),), parts=())
    at = wired().clock()
    face = ConfirmedFace(domain.SIGNERS[made.kind], actor.name, actor.unit_name, "", at, 0)
    return IssuedSheet(once, "", "signer-1", face, at, wired().settings.public_url, "")


def digest_of(made: Sheet) -> str:
    """The digest of the bytes that a sheet is frozen as."""
    return hashlib.sha256(sheets.frozen(made)).hexdigest()


def _composed(kind: str) -> Sheet:
    """The sheet as the register stands now. Raises SheetTooLong."""
    actor = current_actor()
    with reading() as session:
        unit = directory.unit(session, actor.unit_uuid, actor.scope(issued.permission_for(kind)))
        made = _list(session, actor, kind) if kind in domain.LISTS else _figures(session, kind)
    assert unit.name == made.organisation, "a sheet is of the signer's own unit"
    issued.refuse_long(made)
    return made


def _list(session: Session, actor: Actor, kind: str) -> Sheet:
    wanted = wanted_of(RegisterForm(request.args))
    scope = actor.scope(Permission.SHEET_SIGN)
    facts = (
        ("范围", actor.unit_name),
        ("条件", _conditions(wanted)),
        ("截至", today().isoformat()),
    )
    most = domain.MOST_ROWS + 1
    if kind == "problem_list":
        found = islice(lists.problems(session, scope, wanted, today=today()), most)
        return sheets.problem_list(found, organisation=actor.unit_name, facts=facts)
    duties = islice(lists.duties(session, scope, wanted, today=today()), most)
    return sheets.duty_list(duties, organisation=actor.unit_name, facts=facts)


def _figures(session: Session, kind: str) -> Sheet:
    actor = current_actor()
    scope = actor.scope(issued.permission_for(kind))
    if kind == "half_month":
        period = statistics.half_month(day_asked())
        report = statistics.progress(session, scope, period, today=today())
        until = (("截至", today().isoformat()),)
        return sheets.half_month(report, organisation=actor.unit_name, facts=until)
    period_of = statistics.year if kind == "year" else statistics.quarter
    table = statistics.table(
        session, scope, period_of(day_asked()), unit=actor.unit_uuid, today=today()
    )
    facts = (("填报单位", actor.unit_name), ("截至", today().isoformat()))
    return sheets.statistics(table, kind, organisation=actor.unit_name, facts=facts)


def _conditions(wanted: RegisterFilter) -> str:
    """The conditions of a list in the words of the paper."""
    said = (
        wanted.unit_text and f"单位“{wanted.unit_text}”",
        wanted.area and f"{area_name(wanted.area)}辖区",
        wanted.item and f"检查项 {wanted.item}",
        wanted.sector and wording.SECTORS.get(wanted.sector, wanted.sector),
        wanted.level and f"{LEVELS.get(wanted.level, wanted.level)}隐患",  # type: ignore[call-overload]
        wanted.state and STATES.get(wanted.state, wanted.state),
        wanted.overdue and "已逾期",
        wanted.listed and "挂牌督办",
        wanted.campaign and f"专项行动“{wanted.campaign.words}”",
        wanted.found_since and f"{wanted.found_since} 起发现",
        wanted.found_until and f"{wanted.found_until} 止发现",
        wanted.text and f"含“{wanted.text}”",
    )
    return "；".join(str(each) for each in said if each) or "全部"


def _page(kind: str, made: Sheet, form: SignForm) -> str:
    return render_template(
        "web/sheets/new.html",
        kind=kind,
        name=NAMES[kind],
        sheet=made,
        rows=made.rows[:SHOWN],
        form=form,
        address=request.full_path,
    )


@blueprint.get("/sheets")
@requires(Permission.PAPER_READ)
def index() -> str:
    """List the sheets in scope, newest first."""
    actor = current_actor()
    with reading() as session:
        page = shelf.search(
            session,
            actor.scope(Permission.PAPER_READ),
            kinds=domain.TITLES,
            page=max(1, request.args.get("page", 1, type=int)),
        )
    return render_template(
        "web/sheets/list.html",
        sheets=page,
        names=NAMES,
        states=PAPER_STATES,
        page_link=lambda wanted: url_for("sheets.index", page=wanted),
    )


@blueprint.get("/sheets/<uuid:sheet>")
@requires(Permission.PAPER_READ)
def show(sheet: object) -> str:
    """Show one sheet that was issued."""
    return _sheet_page(_found(sheet), AnnulForm())


def _found(sheet: object) -> ShelvedPaper:
    with reading() as session:
        scope = current_actor().scope(Permission.PAPER_READ)
        found = shelf.paper(session, scope, str(sheet), drafts=False)
    if not found.is_sheet:
        raise NotFound(sheet=str(sheet))
    return found


def _may_annul(found: ShelvedPaper) -> bool:
    """Whoever may sign such a sheet may annul it; tables and bulletins are corrected instead."""
    if found.kind in domain.CORRECTED:
        return False
    return current_actor().may(issued.permission_for(found.kind))


def _sheet_page(found: ShelvedPaper, form: AnnulForm) -> str:
    with reading() as session:
        trouble = queue.trouble(session, issuing.job_key(found.uuid))
        month = _month_of(session, found)
    made = sheets.thawed(wired().blobs.read(found.content_sha256))
    return render_template(
        "web/sheets/show.html",
        paper=found,
        name=NAMES[found.kind],
        sheet=made,
        rows=made.rows[:SHOWN],
        states=PAPER_STATES,
        failed=trouble,
        month=month,
        may_annul=found.state == State.ISSUED and _may_annul(found),
        form=form,
    )


def _month_of(session: Session, found: ShelvedPaper) -> str:
    """The address of the month whose dispatch table it is, for those who may open that; else ""."""
    if found.kind != domain.DISPATCH or not current_actor().may(Permission.DISPATCH_READ):
        return ""
    month = tables.month_of_sheet(session, found.unit_uuid, found.uuid)
    unit = None if found.unit_uuid == current_actor().unit_uuid else found.unit_uuid
    return url_for("dispatch.show", month=f"{month:%Y-%m}", unit=unit) if month else ""


@blueprint.post("/sheets/<uuid:sheet>/annulment")
@requires(Permission.PAPER_READ)
def annul(sheet: object) -> Response | Redirect:
    """Annul a sheet, once the password has been entered."""
    found, form = _found(sheet), AnnulForm(request.form)
    if found.kind in domain.CORRECTED:
        raise NotAllowed(sheet=found.uuid)
    if not papers_shelf.annulled(found, form, issued.permission_for(found.kind)):
        return make_response(_sheet_page(found, form), 422)
    return redirect(url_for("sheets.show", sheet=found.uuid), 303)


@blueprint.get("/sheets/<uuid:sheet>.pdf")
@requires(Permission.PAPER_READ)
def file(sheet: object) -> Response:
    """Send the sealed file, byte for byte."""
    return papers_shelf.sealed(_found(sheet))
