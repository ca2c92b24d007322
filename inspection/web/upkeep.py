"""What enterprises have to do when (应做事项): one's own page, the office's table, lists for spot
checks, and the same as a workbook.
"""

from itertools import groupby

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import Form, SearchField, SelectField
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission
from inspection.domain import cadence, upkeep
from inspection.domain.cadence import CADENCES, Cadence, Ground, State
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.organisations import directory
from inspection.organisations.unit import Sector
from inspection.reports import upkeep_lists
from inspection.reports.upkeep_lists import Line
from inspection.upkeep import handing, standings
from inspection.upkeep.standings import Filter, Overview
from inspection.web.grounds import criterion_link
from inspection.web.hazards import SECTORS
from inspection.web.lists import sent_workbook
from inspection.web.moments import today
from inspection.web.registers import said_in

blueprint = Blueprint("upkeep", __name__)

STATES = {State.OVERDUE: _("逾期"), State.DUE: _("待做"), State.DONE: _("已完成")}
ROWS_A_PAGE = 50
PRINTED = 200
"""So many enterprises are drawn for print; longer lists are workbooks."""
SPANS = {1: _("每月"), 3: _("每季度"), 6: _("每半年"), 12: _("每年"), 36: _("每三年")}
KIND_OF = {
    "drill": "special",
    "disposal_drill": "disposal",
    "fire_drill": "fire",
    "warning_education": "warning",
    "confined_space_training": "confined_space",
    "fire_training": "fire",
    "manager_training": "yearly",
    "staff_training": "yearly",
}
"""What the form of a register begins with when it is opened from a duty."""


class FilterForm(Form):
    """What narrows the table."""

    duty = SelectField(
        _("事项"),
        choices=[
            SelectChoice("", _("全部事项")),
            *(SelectChoice(each.code, each.name.zh) for each in CADENCES),
        ],
    )
    sector = SelectField(
        _("行业"),
        choices=[
            SelectChoice("", _("全部行业")),
            *(SelectChoice(*each) for each in SECTORS.items()),
        ],
    )
    text = SearchField(_("单位名称"))


@blueprint.app_template_global()
def upkeep_grounds(grounds: tuple[Ground, ...]) -> list[tuple[str, str, str]]:
    """Each ground of a duty: its words, where the library explains it, its mark."""
    library = wired().library
    found = []
    for each in grounds:
        known = library.find(each.instrument) if each.instrument else None
        if each.instrument and known:
            words = f"{said_in(known.title)} {each.clause}".strip()
            found.append((words, criterion_link(each.instrument, each.clause), each.mark))
        else:
            found.append((gettext("专项行动方案的要求（管理性，不是法条）"), "", ""))
    return found


@blueprint.app_template_global()
def own_overdue() -> int:
    """How many duties of the reader's enterprise are late."""
    actor = current_actor()
    with reading() as session:
        unit = directory.find(session, actor.unit_uuid)
        found = standings.of_unit(session, unit, today=today()) if unit else None
    return found.count(State.OVERDUE) if found else 0


@blueprint.get("/units/<uuid:unit>/upkeep")
@requires(Permission.UPKEEP_READ)
def show(unit: object) -> str:
    """Show what one enterprise has to do: by when, why, and where it is entered."""
    actor = current_actor()
    with reading() as session:
        facts = directory.unit(session, str(unit), actor.scope(Permission.UPKEEP_READ))
        found = standings.of_unit(session, facts, today=today())
        ending = standings.expiries(session, [facts.id])
    keeps = actor.scope(Permission.UPKEEP_KEEP).holds(facts.path, facts.supervisor_id)
    order = list(STATES)
    return render_template(
        "web/upkeep/unit.html",
        of=found,
        unit=facts,
        standings=sorted(found.standings, key=lambda each: order.index(each.state)),
        months=[
            (month, list(some))
            for month, some in groupby(ending, key=lambda each: f"{each.on:%Y-%m}")
        ],
        registers=upkeep.OF_ENTERPRISES,
        keeps=keeps,
        states=STATES,
        spans=SPANS,
        kind_of=KIND_OF,
        posts=upkeep.POSTS,
        day=today(),
        State=State,
    )


@blueprint.get("/upkeep")
@requires(Permission.UPKEEP_READ)
def index() -> str | Redirect:
    """Show the table of enterprises and duties; an enterprise is led to its own."""
    actor = current_actor()
    if actor.may(Permission.HAZARD_RECTIFY):
        return redirect(url_for("upkeep.show", unit=actor.unit_uuid), 303)
    wanted, found = _overview()
    page = max(1, request.args.get("page", 1, type=int))
    pages = max(1, -(-len(found.rows) // ROWS_A_PAGE))
    page = min(page, pages)
    return render_template(
        "web/upkeep/overview.html",
        filter=wanted,
        found=found,
        rows=found.rows[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE],
        page=page,
        pages=pages,
        form=_form(),
        cadences=_shown(wanted),
        all_cadences=CADENCES,
        states=STATES,
        link=_link,
        page_link=lambda number: _link(page=number),
        day=today(),
    )


@blueprint.get("/upkeep/print")
@requires(Permission.UPKEEP_READ)
def printed() -> str:
    """Show who is late with what, as a list that goes along on a spot check (抽查)."""
    wanted, found = _overview()
    actor = current_actor()
    with reading() as session:
        bodies = directory.bodies(session, actor.scope(Permission.UPKEEP_HAND_ON))
    form = HandingForm()
    form.body.choices = [SelectChoice(each.uuid, each.name) for each in bodies]
    rows = [(row, handing.late_duties(row, wanted)) for row in found.rows]
    late = [(row, duties) for row, duties in rows if duties]
    return render_template(
        "web/upkeep/print.html",
        rows=late[:PRINTED],
        more=len(late) > PRINTED,
        most=PRINTED,
        conditions=_spoken(wanted),
        asked=_asked(),
        form=form if bodies else None,
        here=_link("upkeep.printed"),
        at=wired().clock(),
        day=today(),
    )


@blueprint.post("/upkeep.xlsx")
@requires(Permission.UPKEEP_READ)
def workbook() -> Response:
    """Send the table as a workbook, a line for each duty.

    A form, not a link: who takes it is told in the ledger.
    """
    ProtectedForm(request.form).validate()  # raises FormExpired
    wanted, found = _overview()
    lines = [
        Line(row, each, today())
        for row in found.rows
        for each in row.standings
        if _asks(wanted, each) and wanted.state in ("", each.state)
    ]
    about = f"条件：{_words(wanted)}。按 {today()} 计算。"
    name = f"应做事项-{today():%Y%m%d}.xlsx"
    response = sent_workbook(upkeep_lists.DUTIES, lines, about, name)
    with writing() as session:
        upkeep_lists.told(
            session, current_actor(), _words(wanted), rows=len(lines), at=wired().clock()
        )
    return response


class HandingForm(ProtectedForm):
    """Which body is handed the list."""

    body = SelectField(_("交给"), validate_choice=False)


@blueprint.post("/upkeep/print")
@requires(Permission.UPKEEP_HAND_ON)
def hand_on() -> Redirect:
    """Hand the list on to the people of a town or department."""
    form = HandingForm(request.form)
    form.validate()  # raises FormExpired
    with writing() as session:
        count = handing.hand_on(
            session,
            current_actor(),
            form.body.data or "",
            _wanted(),
            _asked(),
            today=today(),
            at=wired().clock(),
        )
    if count:
        flash(gettext("已交给对方的检查人员，%(num)s 家，收件箱里有链接。", num=count), "done")
    else:
        flash(gettext("对方范围内没有符合条件的逾期企业，没有发出。"), "wait")
    return redirect(_link("upkeep.printed"), 303)


def _wanted() -> Filter:
    args = request.args
    return Filter(
        duty=args["duty"] if args.get("duty") in cadence.BY_CODE else "",
        state=args["state"] if args.get("state") in set(State) else "",
        sector=args["sector"] if args.get("sector") in set(SECTORS) else "",
        high_risk=args.get("high_risk") == "1",
        text=args.get("text", "").strip()[:100],
    )


def _overview() -> tuple[Filter, Overview]:
    wanted = _wanted()
    scope = current_actor().scope(Permission.UPKEEP_READ)
    with reading() as session:
        return wanted, standings.overview(session, scope, wanted, today=today())


def _asks(wanted: Filter, each: cadence.Standing) -> bool:
    return wanted.duty in ("", each.cadence.code)


def _shown(wanted: Filter) -> list[Cadence]:
    return [each for each in CADENCES if wanted.duty in ("", each.code)]


def _form() -> FilterForm:
    form = FilterForm(request.args)
    form.duty.choices = [
        SelectChoice("", gettext("全部事项")),
        *(SelectChoice(each.code, said_in(each.name)) for each in CADENCES),
    ]
    return form


def _spoken(wanted: Filter) -> str:
    """The conditions in the reader's language."""
    said = (
        said_in(cadence.BY_CODE[wanted.duty].name) if wanted.duty else "",
        str(STATES[State(wanted.state)]) if wanted.state else "",
        gettext("行业 %(name)s", name=SECTORS[Sector(wanted.sector)]) if wanted.sector else "",
        gettext("高危") if wanted.high_risk else "",
        gettext("单位 %(name)s", name=wanted.text) if wanted.text else "",
    )
    return gettext("；").join(each for each in said if each) or gettext("全部")


def _words(wanted: Filter) -> str:
    """The same as it stands in workbooks and in the ledger."""
    with force_locale("zh"):
        return _spoken(wanted)


_NAMES = ("duty", "state", "sector", "high_risk", "text")


def _asked() -> dict[str, str]:
    return {name: request.args[name] for name in _NAMES if request.args.get(name)}


def _link(endpoint: str = "upkeep.index", **changes: str | int) -> str:
    """An address with the present conditions, some of them changed."""
    wanted = {name: value for name, value in {**_asked(), **changes}.items() if value}
    return url_for(endpoint, **wanted)  # type: ignore[arg-type]
