"""Task lists (任务清单) as orders: a workbook or the shipped example, looked through, then issued.

Nothing is stored before it is confirmed: what was read travels with the page.
"""

from dataclasses import dataclass

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
from wtforms import FileField, HiddenField, StringField

from inspection.accounts.policy import Permission
from inspection.authoring.arrivals import LARGEST_BYTES
from inspection.domain.office_problems import WorkListTooLong
from inspection.domain.problems import Problem
from inspection.edge import current_actor, problems, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import STATUS_OF
from inspection.edge.transcripts import Line, place
from inspection.jobs.confinement import Turns
from inspection.orders import enquiries, issuing, worklists
from inspection.orders.listreading import WorkList
from inspection.orders.worklists import Chosen, Fault
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.reports import orders as workbook_of
from inspection.web.lists import sent_workbook
from inspection.web.moments import today
from inspection.web.orders import FAULTS

blueprint = Blueprint("work_lists", __name__)

Answer = str | Response | Redirect

TURNS = Turns(seconds=8, waiting=1)
_MORE_FAULTS = {
    "title_missing": _("没有写任务"),
    "lead_missing": _("没有写责任单位"),
    "deadline_missing": _("没有写完成时限"),
    "unmatched": _("还没有对应到下级单位，请在上面选"),
    "unread": _("看不懂这个时限，例如写 2027-03-31、上半年、长期坚持"),
    "repeated": _("与前面一项重复"),
    "circular_lead": _("与前面同一任务互为牵头和配合，请定一个牵头单位"),
}


class UploadForm(ProtectedForm):
    """A workbook, or the example."""

    workbook = FileField(_("任务清单工作簿（.xlsx）"))
    example = HiddenField()


class ListForm(ProtectedForm):
    """The list that was read and its title; units, days and ticks are read by their names."""

    packed = HiddenField()
    title = StringField(_("清单名称"))


@dataclass(frozen=True)
class Named:
    """A unit that a list names, and which own units it was matched to."""

    number: int
    name: str
    leads: bool
    chosen: tuple[str, ...]


@blueprint.get("/orders/template.xlsx")
@requires(Permission.ORDER_ISSUE)
def template() -> Response:
    """Send the template, with the example in it: it can be edited and sent back."""
    lines = worklists.as_lines(worklists.example(today=today()))
    name = gettext("任务清单模板") + ".xlsx"
    return sent_workbook(workbook_of.WORK_LIST, lines, workbook_of.TEMPLATE_NOTE, name)


@blueprint.get("/orders/import")
@requires(Permission.ORDER_ISSUE)
def ask() -> str:
    """Ask for a workbook."""
    return render_template("web/orders/import.html", form=UploadForm())


@blueprint.post("/orders/import")
@requires(Permission.ORDER_ISSUE)
def look_through() -> Answer:
    """Read a list and show what would be issued, and what is wrong by its cells."""
    form = UploadForm(request.form)
    form.validate()  # raises FormExpired
    upload = request.files.get("workbook")
    if form.example.data:
        work = worklists.example(today=today())
    elif not upload or not upload.filename:
        form.workbook.errors = [gettext("请先选一份工作簿")]
        return make_response(render_template("web/orders/import.html", form=form), 422)
    else:
        try:
            data = upload.stream.read(LARGEST_BYTES + 1)
            work = worklists.read(data, turns=TURNS)
        except Problem as problem:
            form.workbook.errors = [problems.spoken(problem).whole]
            page = render_template("web/orders/import.html", form=form)
            return make_response(page, STATUS_OF[type(problem)])
    return _preview(work, ListForm(title=work.title), _guessed(work))


@blueprint.post("/orders/import/confirm")
@requires(Permission.ORDER_ISSUE)
def confirm() -> Answer:
    """Issue the tasks that were taken, all or none."""
    form = ListForm(request.form)
    form.validate()  # raises FormExpired
    try:
        work = worklists.unpacked(form.packed.data or "")
    except ValueError:
        return redirect(url_for("work_lists.ask"), 303)
    chosen = _chosen(work)
    title = (form.title.data or "").strip()[:100]
    if not title:
        form.title.errors = [FAULTS["missing"]]
    orders, faults = worklists.drawn_up(work, chosen, current_actor().unit_uuid, today=today())
    if not orders and not faults:
        form.form_errors.append(gettext("至少勾选一项"))
    if form.errors or faults or request.form.get("act") != "issue":
        status = 422 if request.form.get("act") == "issue" else 200
        return make_response(_preview(work, form, chosen), status)
    try:
        with writing() as session:
            actor, at = current_actor(), wired().clock()
            made = issuing.issue(session, actor, orders, list_title=title, at=at)
            of_list = enquiries.order(session, actor, made[0], today=today()).row.list_uuid
    except WorkListTooLong as problem:
        form.form_errors.append(problems.spoken(problem).whole)
        return make_response(_preview(work, form, chosen), 422)
    flash(gettext("已交办 %(num)s 张。", num=len(made)), "done")
    return redirect(url_for("orders.index", list=of_list), 303)


def _guessed(work: WorkList) -> Chosen:
    """Everything taken, each name with the units that it most likely means."""
    actor = current_actor()
    with reading() as session:
        bodies = issuing.reachable(session, actor)
        units = {
            name: worklists.guess(session, actor, name, bodies)
            for name, _leads in worklists.names(work)
        }
    return Chosen(units, {}, {}, range(len(work.tasks)))


def _chosen(work: WorkList) -> Chosen:
    """What the page says: units by the number of their name, days and ticks by that of the task."""
    said = request.form
    units = {
        name: tuple(said.getlist(f"units-{number}"))
        for number, (name, _leads) in enumerate(worklists.names(work))
    }
    numbers = range(len(work.tasks))
    return Chosen(
        units=units,
        deadlines={each: said.get(f"deadline-{each}", "").strip()[:60] for each in numbers},
        firsts={each: said.get(f"first-{each}", "").strip()[:60] for each in numbers},
        taken={each for each in numbers if f"take-{each}" in said},
    )


def _preview(work: WorkList, form: ListForm, chosen: Chosen) -> str:
    actor = current_actor()
    orders, faults = worklists.drawn_up(work, chosen, actor.unit_uuid, today=today())
    with reading() as session:
        bodies = issuing.reachable(session, actor)
        enterprises = _enterprises(session, chosen, bodies)
    form.packed.data = worklists.packed(work)
    named = [
        Named(number, name, leads, tuple(chosen.units.get(name, ())))
        for number, (name, leads) in enumerate(worklists.names(work))
    ]
    return render_template(
        "web/orders/preview.html",
        work=work,
        form=form,
        chosen=chosen,
        named=named,
        bodies=bodies,
        enterprises=enterprises,
        understood=worklists.understood(work, chosen, today=today()),
        orders=orders,
        faults=[_line(work, each) for each in faults],
        faulty={each.number for each in faults},
    )


def _enterprises(session: Session, chosen: Chosen, bodies: list[UnitFacts]) -> dict[str, UnitFacts]:
    """Names that stand for one enterprise: it is no choice for others."""
    known = {each.uuid for each in bodies}
    scope = current_actor().scope(Permission.ORDER_ISSUE)
    return {
        name: directory.unit(session, units[0], scope)
        for name, units in chosen.units.items()
        if len(units) == 1 and units[0] not in known
    }


def _line(work: WorkList, fault: Fault) -> Line:
    words = FAULTS.get(fault.code) or _MORE_FAULTS[fault.code]
    if not fault.place.sheet:
        return Line(gettext("第 %(num)s 项", num=fault.number + 1), str(words))
    return Line(place(fault.place), str(words))
