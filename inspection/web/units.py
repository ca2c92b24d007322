"""Units (单位): finding one, and everything known of it on one page."""

from collections import defaultdict

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Form, SearchField

from inspection.accounts import people
from inspection.accounts.policy import Permission
from inspection.domain.hazard import ENDED, State
from inspection.edge import current_actor, reading, requires
from inspection.enforcement import enquiries as enforcement
from inspection.hazards import enquiries
from inspection.organisations import directory
from inspection.organisations.unit import Sector
from inspection.reports import shelf
from inspection.submissions import records
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
    return render_template(
        "web/units/list.html",
        form=form,
        units=found,
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
            hazards=enquiries.open_of_unit(session, facts.id, limit=SHOWN, today=today())
            if reader
            else (),
            measures=enforcement.measures(session, penal, unit_id=facts.id),
            penalties=enforcement.penalties(session, penal, unit_id=facts.id),
            often=enforcement.often_fined(session, penal, unit_id=facts.id),
            repeats=[
                (each, item_title(each))
                for each in enforcement.repeats(session, penal, unit_id=facts.id)
            ],
            names=NAMES,
            enforcing=actor.scope(Permission.ENFORCE).holds(facts.path, facts.supervisor_id),
            records=records.of_unit(session, facts.id, limit=SHOWN) if reader else (),
            reports=shelf.of_unit(session, facts.id, limit=SHOWN) if reader else (),
        )


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
