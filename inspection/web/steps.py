"""Taking a step (办理): one form a step, drawn from `domain/handling.py`; nothing decides here.

A page that comes back, because something is wrong or somebody else was quicker, still holds
everything that was typed.
"""

from functools import cache
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect
from wtforms import HiddenField, MultipleFileField, RadioField, StringField, TextAreaField
from wtforms import Field as Drawn
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission
from inspection.domain.handling import FIELDS, Field, Kind
from inspection.domain.hazard import Obstacle, Step
from inspection.domain.problems import (
    HazardMovedOn,
    NotAllowed,
    NotFound,
    StepIncomplete,
    StepNotAllowed,
)
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge import steps as words
from inspection.edge.forms import ProtectedForm
from inspection.hazards import enquiries, steps
from inspection.hazards.steps import Said
from inspection.web.moments import today

blueprint = Blueprint("steps", __name__)

Answer = Response | Redirect


class StepForm(ProtectedForm):
    """What every step's form has: the newest entry that was on the page when it was drawn."""

    seen_seq = HiddenField()


@blueprint.get("/hazards/<uuid:hazard>/steps/<step>")
@requires(Permission.HAZARD_HANDLE)
def show(hazard: object, step: str) -> Response:
    """Show a step's form, or why it cannot be taken now."""
    wanted = _step(step)
    form = _form_of(wanted)()
    with reading() as session:
        found = steps.standing(session, current_actor(), str(hazard), today=today())
    form.seen_seq.data = str(found.last_seq)
    return _page(str(hazard), wanted, form)


@blueprint.post("/hazards/<uuid:hazard>/steps/<step>")
@requires(Permission.HAZARD_HANDLE)
def take(hazard: object, step: str) -> Answer:
    """Take a step with what was filled in."""
    wanted = _step(step)
    form = _form_of(wanted)(request.form)
    form.validate()  # raises FormExpired; what was said is judged by the table of fields
    try:
        with writing() as session:
            steps.take(
                session,
                current_actor(),
                str(hazard),
                wanted,
                Said({field.name: field.data or "" for field in form}),
                seen_seq=request.form.get("seen_seq", -1, type=int),
                today=today(),
                at=wired().clock(),
            )
    except StepIncomplete as problem:
        for name, code in problem.details["fields"].items():
            form[name].errors = [words.fault(wanted, name, code)]
        return _page(str(hazard), wanted, form, status=422)
    except (HazardMovedOn, StepNotAllowed):
        return _page(str(hazard), wanted, form, status=409)
    flash(gettext("已记入台账：%(step)s", step=words.VERBS[wanted]), "done")
    return redirect(f"/hazards/{hazard}", 303)


def _step(text: str) -> Step:
    """The step of an address. Raises NotFound for what is no step, or none of a desk's."""
    if text not in set(FIELDS):
        raise NotFound(step=text[:80])
    return Step(text)


def _page(hazard: str, step: Step, form: Any, *, status: int = 200) -> Response:
    """Draw the form as it stands, with what others did since it was first drawn.

    Raises NotFound, and NotAllowed when the step is never this reader's.
    """
    actor = current_actor()
    with reading() as session:
        found = steps.standing(session, actor, hazard, today=today())
        card = enquiries.hazard(session, actor.scope(Permission.HAZARD_READ), hazard)
        history = enquiries.history(session, hazard)
    offer = next((each for each in found.offers if each.step == step), None)
    if offer is None:
        raise NotAllowed(step=step)
    seen = int(form.seen_seq.data) if str(form.seen_seq.data).isdecimal() else found.last_seq
    form.seen_seq.data = str(found.last_seq)
    page = render_template(
        "web/steps/form.html",
        hazard=card,
        step=step,
        verb=words.VERBS[step],
        form=form,
        fields=FIELDS[step],
        since=[entry for entry in history if entry.seq > seen],
        obstacle=_sentence(offer.obstacle),
    )
    return make_response(page, 409 if offer.obstacle and status == 200 else status)


def _sentence(obstacle: Obstacle | None) -> Any:
    return words.OBSTACLES[obstacle] if obstacle else None


@cache
def _form_of(step: Step) -> type[Any]:
    return type("FormOfStep", (StepForm,), {f.name: _drawn(step, f) for f in FIELDS[step]})


def _drawn(step: Step, field: Field) -> Drawn:
    label = words.label(step, field.name)
    if field.kind is Kind.CHOICE:
        choices = [SelectChoice(code, words.CHOICES[code]) for code in field.choices]
        return RadioField(label, choices=choices, validate_choice=False)
    kinds = {Kind.TEXT: TextAreaField, Kind.PHOTOS: MultipleFileField}
    return kinds.get(field.kind, StringField)(label)
