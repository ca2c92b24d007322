"""Taking a step (办理): one form a step, drawn from `domain/handling.py`; nothing decides here.

A page that comes back, because something is wrong or somebody else was quicker, still holds
everything that was typed and every photo that was chosen.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect
from wtforms import Field as Drawn
from wtforms import HiddenField, MultipleFileField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission
from inspection.domain import handling
from inspection.domain.handling import FIELDS, Field, Kind
from inspection.domain.hazard import Step
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
from inspection.hazards.steps import Said, Standing
from inspection.reports import typefaces
from inspection.web import history, step_photos
from inspection.web.moments import today
from inspection.web.step_photos import NO_PHOTOS, Chosen

blueprint = Blueprint("steps", __name__)

SAID_AS_A_WHOLE = (Step.ASSIGN, Step.PLAN)
"""Steps that are said anew as a whole: their forms begin with what was said last."""


class StepForm(ProtectedForm):
    """What every step's form has: the newest entry that was on the page when it was drawn."""

    seen_seq = HiddenField()


@blueprint.get("/hazards/<uuid:hazard>/steps/<step>")
@requires(Permission.HAZARD_HANDLE)
def show(hazard: object, step: str) -> Response:
    """Show a step's form, or why it cannot be taken now."""
    wanted = _step(step)
    found = _standing(str(hazard), wanted)
    before = _said_before(str(hazard), wanted) if wanted in SAID_AS_A_WHOLE else {}
    form = _form_of(wanted)(data={**before, "seen_seq": str(found.last_seq)})
    free = any(offer.step == wanted and not offer.obstacle for offer in found.offers)
    return _page(str(hazard), wanted, form, NO_PHOTOS, status=200 if free else 409)


@blueprint.post("/hazards/<uuid:hazard>/steps/<step>")
@requires(Permission.HAZARD_HANDLE)
def take(hazard: object, step: str) -> Response | Redirect:
    """Take a step with what was filled in; photos are kept first, the entry is written last."""
    wanted = _step(step)
    form = _form_of(wanted)(request.form)
    form.validate()  # raises FormExpired; what was said is judged by the table of fields
    found = _standing(str(hazard), wanted)
    photos = step_photos.chosen(str(hazard))
    said = Said({each.name: each.data for each in form if each.data}, photos.digests)
    faults = _faults(wanted, said, photos, found)
    if faults:
        return _page(str(hazard), wanted, form, photos, faults=faults, status=photos.status)
    try:
        with writing() as session:
            steps.take(
                session,
                current_actor(),
                str(hazard),
                wanted,
                said,
                seen_seq=request.form.get("seen_seq", -1, type=int),
                today=today(),
                at=wired().clock(),
            )
    except StepIncomplete as problem:
        faults = _in_words(wanted, problem)
        return _page(str(hazard), wanted, form, photos, faults=faults, status=422)
    except (HazardMovedOn, StepNotAllowed):
        if not _is_taken_already(wanted, said, found):
            return _page(str(hazard), wanted, form, photos, status=409)
    flash(gettext("已记入台账：%(step)s", step=words.VERBS[wanted]), "done")
    return redirect(f"/hazards/{hazard}", 303)


def _said_before(hazard: str, step: Step) -> dict[str, str]:
    """What was said with the last step of this kind, as it would be typed: plans are mended."""
    with reading() as session:
        entries = enquiries.history(session, hazard)
    said = [entry.body["said"] for entry in entries if entry.kind == f"hazard.{step}"][-1:]
    return {
        each.name: str(Decimal(value) / 100) if each.kind is Kind.MONEY else str(value)
        for each in FIELDS[step]
        for value in [last[each.name] for last in said if each.name in last]
    }


def _step(text: str) -> Step:
    """The step of an address. Raises NotFound for what is no step, or none of a desk's."""
    if text not in set(FIELDS):
        raise NotFound(step=text[:80])
    return Step(text)


def _standing(hazard: str, step: Step) -> Standing:
    """Where the hazard stands. Raises NotFound, and NotAllowed for a step never the reader's."""
    with reading() as session:
        found = steps.standing(session, current_actor(), hazard, today=today())
    if not any(offer.step == step for offer in found.offers):
        raise NotAllowed(step=step)
    return found


def _is_taken_already(step: Step, said: Said, found: Standing) -> bool:
    """Whether the newest entry is this very step of this reader: they tapped twice, or the answer
    was lost on its way. Then nothing is wrong and nothing is written again.
    """
    same = handling.read(step, said.texts, said.photos, situation=found.situation, today=today())
    with reading() as session:
        newest = enquiries.history(session, found.uuid)[-1]
    return (
        newest.kind == f"hazard.{step}"
        and newest.body["by"]["person"] == current_actor().uuid
        and newest.body["said"] == same
    )


def _faults(step: Step, said: Said, photos: Chosen, found: Standing) -> dict[str, str]:
    """What does not do, in words, by field: all of it at once, before anything waits its turn."""
    faults = {}
    try:
        handling.read(step, said.texts, said.photos, situation=found.situation, today=today())
    except StepIncomplete as problem:
        faults = _in_words(step, problem)
    for field in FIELDS[step]:
        missing = typefaces.unprintable(said.texts.get(field.name, "")[: field.most])
        if missing:
            faults[field.name] = _unprintable(words.label(step, field.name), missing)
    if photos.faults:
        faults["photos"] = "；".join(photos.faults)
    return faults


def _in_words(step: Step, problem: StepIncomplete) -> dict[str, str]:
    fields = problem.details["fields"]
    return {name: words.fault(step, name, code) for name, code in fields.items()}


def _unprintable(label: Any, characters: list[str]) -> str:
    named = "、".join(
        f"{each if each.isprintable() else ''} U+{ord(each):04X}".strip() for each in characters[:9]
    )
    return gettext(
        "%(label)s：有文书印不出来的字，请换一个写法：%(characters)s",
        label=label,
        characters=named,
    )


def _page(
    hazard: str,
    step: Step,
    form: Any,
    photos: Chosen,
    *,
    faults: Mapping[str, str] | None = None,
    status: int,
) -> Response:
    """Draw the form as it stands, with what others did since it was first drawn."""
    actor = current_actor()
    with reading() as session:
        found = steps.standing(session, actor, hazard, today=today())
        card = enquiries.hazard(session, actor.scope(Permission.HAZARD_READ), hazard)
        entries = enquiries.history(session, hazard)
    seen = int(form.seen_seq.data) if (form.seen_seq.data or "").isdecimal() else -1
    form.seen_seq.data = str(found.last_seq)
    for name, fault in (faults or {}).items():
        form[name].errors = [fault]
    page = render_template(
        "web/steps/form.html",
        hazard=card,
        step=step,
        verb=words.VERBS[step],
        form=form,
        fields=[(form[each.name], each, words.hint(step, each.name)) for each in FIELDS[step]],
        needed=[each.name for each in FIELDS[step] if each.needed(found.situation.level)],
        kept=[token.split(".") for token in photos.tokens],
        since=history.told(entry for entry in entries if entry.seq > seen),
        obstacle=next(
            (words.OBSTACLES[o.obstacle] for o in found.offers if o.step == step and o.obstacle), ""
        ),
        came_back=request.method == "POST",
    )
    return make_response(page, status)


@cache
def _form_of(step: Step) -> type[Any]:
    """The form of a step; its fields take whatever is typed, `handling.read` judges it."""
    return type("FormOfStep", (StepForm,), {each.name: _drawn(step, each) for each in FIELDS[step]})


def _drawn(step: Step, field: Field) -> Drawn:
    label = words.label(step, field.name)
    if field.kind is Kind.CHOICE:
        choices = [SelectChoice(code, words.CHOICES[code]) for code in field.choices]
        return RadioField(label, choices=choices, validate_choice=False)
    if field.kind is Kind.TEXT:
        return TextAreaField(label, render_kw={"rows": 4})
    if field.kind is Kind.PHOTOS:
        return MultipleFileField(label)
    kinds = {Kind.DAY: {"type": "date"}, Kind.MONEY: {"inputmode": "decimal"}}
    return StringField(label, render_kw={"autocomplete": "off", **kinds.get(field.kind, {})})
