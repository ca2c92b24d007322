"""Samples (抽查): drawn from the conditions of the list, shown with their seed, printable."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from inspection.accounts.policy import Permission
from inspection.audits import desk, samples
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.web.audits import conditions_of, in_words, wanted_of
from inspection.web.hazards import SECTORS
from inspection.web.seeds import SampleForm

blueprint = Blueprint("audit_samples", __name__)


@blueprint.get("/audits/samples")
@requires(Permission.AUDIT)
def index() -> str:
    """Ask what to draw, from the conditions of the address, and list what was drawn before."""
    form = SampleForm.fresh()
    return _page(form, request.args)


def _page(form: SampleForm, values: Any) -> str:
    actor, wanted = current_actor(), wanted_of(values)
    with reading() as session:
        population = desk.population(session, actor.scope(Permission.AUDIT), wanted)
        earlier = samples.of_person(session, actor.uuid)
    conditions = conditions_of(wanted)
    return render_template(
        "web/audits/samples.html",
        form=form,
        conditions=conditions,
        told=in_words(conditions),
        population=len(population),
        sectors=len({sector for _, sector in population}),
        earlier=earlier,
    )


@blueprint.post("/audits/samples")
@requires(Permission.AUDIT)
def draw() -> Response | Redirect:
    """Draw, write it into the ledger, and show what was drawn."""
    form, actor = SampleForm(request.form), current_actor()
    if not form.validate():
        return make_response(_page(form, request.form), 422)
    with writing() as session:
        drawn = samples.draw(
            session,
            actor,
            actor.scope(Permission.AUDIT),
            wanted_of(request.form),
            size=int(form.size.data or 0),
            seed=str(form.seed.data),
            blobs=wired().blobs,
            at=wired().clock(),
        )
    return redirect(url_for("audit_samples.show", sample=drawn), 303)


@blueprint.get("/audits/samples/<uuid:sample>")
@requires(Permission.AUDIT)
def show(sample: object) -> str:
    """Show a sample as it was drawn: by sector, with all that is needed to draw it again."""
    actor = current_actor()
    with reading() as session:
        found = samples.sample(session, actor.uuid, str(sample))
        rows = desk.picked(session, actor.scope(Permission.AUDIT), found.drawn)
    return render_template(
        "web/audits/sample.html",
        sample=found,
        reports={row.uuid: row for row in rows},
        told=in_words(found.filter),
        sectors={"": gettext("未写行业"), **{str(key): name for key, name in SECTORS.items()}},
    )


@blueprint.get("/audits/samples/<uuid:sample>/population.csv")
@requires(Permission.AUDIT)
def population(sample: object) -> Response:
    """Send the list that was drawn from, as it was: uuid and sector, a report a line."""
    with reading() as session:
        found = samples.sample(session, current_actor().uuid, str(sample))
    response = Response(
        wired().blobs.read(found.population_digest), content_type="text/csv; charset=utf-8"
    )
    response.headers.set("Content-Disposition", "attachment", filename=f"population-{sample}.csv")
    return response
