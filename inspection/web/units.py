"""Units (单位): finding one, everything known of it on one page, and changing its name or place."""

from collections import defaultdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import Form, SearchField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from inspection.accounts import people
from inspection.accounts.policy import Permission
from inspection.domain.hazard import ENDED, State
from inspection.domain.problems import UnitUnfit
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.enforcement import enquiries as enforcement
from inspection.hazards import enquiries, unit_changes
from inspection.hazards.unit_changes import Description
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import Sector
from inspection.reports import shelf
from inspection.submissions import records
from inspection.web import scores
from inspection.web.enforcement import NAMES, item_title
from inspection.web.hazards import LEVELS, SECTORS
from inspection.web.moments import today
from inspection.web.premises import VENUES

blueprint = Blueprint("units", __name__)

SHOWN = 8
"""Hazards, records and reports that a unit's page shows before it leads to the whole list."""


class SearchForm(Form):
    """What narrows the list."""

    text = SearchField(_("单位名称或信用代码"))


class ChangeForm(ProtectedForm):
    """What may change of a unit, and why; what does not do is said by `unit_changes`."""

    name = StringField(_("单位名称"), filters=[lambda text: (text or "").strip()])
    parent = SelectField(_("上级（所在镇街）"), validate_choice=False)
    supervisor = SelectField(_("主管部门"), validate_choice=False)
    reason = StringField(_("理由（依据的文件）"), filters=[lambda text: (text or "").strip()])


_FAULTS = {
    "missing": _("请填写这一项"),
    "too_long": _("太长了，最多 200 字"),
    "taken": _("已有别的单位叫这个名称"),
    "unchanged": _("没有任何改动"),
    "below_itself": _("不能归到自己或下级单位"),
    "no_place": _("上级只能是镇街或区"),
    "out_of_scope": _("这个上级不在您的范围内"),
    "no_department": _("主管部门只能是部门"),
}


@blueprint.get("/units")
@requires(Permission.UNIT_READ)
def index() -> str:
    """List the enterprises in scope, by name."""
    form = SearchForm(request.args)
    text = (form.text.data or "").strip()
    number = max(1, request.args.get("page", 1, type=int))
    scope = current_actor().scope(Permission.UNIT_READ)
    with reading() as session:
        found = directory.search(session, scope, text, page=min(number, 10**6))
        changing = current_actor().scope(Permission.UNIT_CHANGE)
        bodies = directory.bodies(session, changing)
    return render_template(
        "web/units/list.html",
        form=form,
        units=found,
        bodies=bodies,
        sectors=SECTORS,
        page_link=lambda wanted: url_for("units.index", text=text or None, page=wanted),
    )


@blueprint.get("/units/<uuid:unit>")
@requires(Permission.UNIT_READ)
def show(unit: object) -> str:
    """Show one unit: facts, people, open hazards, records and reports, as far as one may read."""
    actor = current_actor()
    with reading() as session:
        facts = directory.unit(session, str(unit), actor.scope(Permission.UNIT_READ))
        # Who administers sees that a unit exists, and reads no inspection of it.
        reader = actor.scope(Permission.HAZARD_READ).holds(facts.path, facts.supervisor_id)
        penal = actor.scope(Permission.ENFORCEMENT_READ)
        counts = enquiries.standing_of_unit(session, facts.id) if reader else []
        return render_template(
            "web/units/show.html",
            unit=facts,
            reader=reader,
            sector=SECTORS[Sector(facts.sector)] if facts.sector in set(Sector) else "",
            venues=gettext("、").join(str(VENUES[each]) for each in facts.venues if each in VENUES),
            describing=actor.scope(Permission.UNIT_DESCRIBE).holds(facts.path, facts.supervisor_id),
            responsible=people.responsible(session, facts.id),
            standing=_standing(counts),
            levels=LEVELS,
            hazards=enquiries.open_of_unit(session, facts.id, most=SHOWN, today=today())
            if reader
            else (),
            measures=enforcement.measures(session, penal, unit_id=facts.id),
            penalties=enforcement.penalties(session, penal, unit_id=facts.id),
            often=enforcement.often_fined(session, penal, unit_id=facts.id),
            repeats=[
                (each, item_title(each))
                for each in enforcement.repeats(session, penal, unit_id=facts.id)
            ],
            scored=scores.of_unit(session, facts) if reader else (),
            names=NAMES,
            may_change=actor.scope(Permission.UNIT_CHANGE).holds(facts.path, facts.supervisor_id),
            changes=unit_changes.past(session, facts.uuid),
            enforcing=actor.scope(Permission.ENFORCE).holds(facts.path, facts.supervisor_id),
            records=records.of_unit(session, facts.id, limit=SHOWN) if reader else (),
            reports=shelf.of_unit(session, facts.id, limit=SHOWN) if reader else (),
        )


@blueprint.get("/units/<uuid:unit>/change")
@requires(Permission.UNIT_CHANGE)
def ask_change(unit: object) -> str:
    """Ask how a unit is called from now on, and where it stands."""
    with reading() as session:
        facts = directory.unit(session, str(unit), current_actor().scope(Permission.UNIT_CHANGE))
        now = unit_changes.described(session, facts)
    return _change_page(facts, ChangeForm(data=vars(now)))


@blueprint.post("/units/<uuid:unit>/change")
@requires(Permission.UNIT_CHANGE)
def change(unit: object) -> Response | tuple[str, int]:
    """Change a unit; what the register repeats of it follows."""
    form, actor = ChangeForm(request.form), current_actor()
    form.validate()  # raises FormExpired; what was said is judged by `unit_changes`
    new = Description(
        name=form.name.data,
        parent=form.parent.data or "",
        supervisor=form.supervisor.data or "",
    )
    try:
        with writing() as session:
            unit_changes.change(
                session, actor, str(unit), new, reason=form.reason.data, at=wired().clock()
            )
    except UnitUnfit as problem:
        for name, code in problem.details["fields"].items():
            form[name].errors = [_FAULTS[code]]
        with reading() as session:
            facts = directory.unit(session, str(unit), actor.scope(Permission.UNIT_CHANGE))
        return _change_page(facts, form), 422
    flash(gettext("变更已记入台账，隐患台账随之更新。"), "done")
    return redirect(f"/units/{unit}", 303)


def _change_page(facts: UnitFacts, form: ChangeForm) -> str:
    scope = current_actor().scope(Permission.UNIT_CHANGE)
    with reading() as session:
        now = unit_changes.described(session, facts)
        above = {each.uuid: each.name for each in directory.bodies(session, scope)}
        beside = directory.departments_beside(session, facts.path)
    above = {now.parent: facts.parent, **above} if now.parent else {"": gettext("没有上级")}
    form.parent.choices = [SelectChoice(*each) for each in above.items()]
    form.supervisor.choices = [
        SelectChoice("", _("没有主管部门")),
        *(SelectChoice(each.uuid, each.name) for each in beside),
    ]
    return render_template("web/units/change.html", unit=facts, form=form)


def _standing(counts: list[tuple[str, str, int]]) -> list[tuple[str, dict[str, int], int]]:
    """State, how many of each level, and how many in all; open ones first, each that occurs."""
    by_state: dict[str, dict[str, int]] = defaultdict(dict)
    for state, level, count in counts:
        by_state[state][level] = count
    order = sorted(State, key=lambda state: state in ENDED)
    return [
        (state, by_state[state], sum(by_state[state].values()))
        for state in order
        if state in by_state
    ]
