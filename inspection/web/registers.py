"""Registers (登记): certificates, drills, training, plans of a unit, the pool of experts.

Forms follow from the fields of `domain/upkeep.py`; what does not do is said by it.
"""

import re
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as Redirect
from wtforms import FileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission
from inspection.authoring import arrivals
from inspection.domain import upkeep
from inspection.domain.checklist import Text
from inspection.domain.office_problems import (
    UpkeepMovedOn,
    UpkeepSheetOdd,
    UpkeepTwice,
    UpkeepUnfit,
)
from inspection.domain.problems import NotFound, Problem
from inspection.domain.upkeep import EXPERT, REGISTERS, Field, Kind, Register
from inspection.edge import current_actor, problems, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import STATUS_OF
from inspection.jobs.confinement import Turns
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.reports import upkeep_lists
from inspection.upkeep import entries, importing
from inspection.upkeep.entries import EntryCard
from inspection.upkeep.importing import CellFault
from inspection.web import step_photos
from inspection.web.lists import sent_workbook
from inspection.web.moments import today
from inspection.web.step_photos import NO_PHOTOS, Chosen

blueprint = Blueprint("registers", __name__)

Answer = str | tuple[str, int] | Redirect

TURNS = Turns(seconds=8, waiting=1)
FAULTS = {
    "missing": _("请填写这一项"),
    "too_long": _("太长了"),
    "not_a_day": _("请写成 2026-11-30 这样的日期"),
    "day_to_come": _("日期不能晚于今天"),
    "before_it_began": _("不能早于开始的日期"),
    "not_a_count": _("请填整数"),
    "too_few": _("少于最低数"),
    "not_hours": _("请填大于 0 的学时，最小 0.5"),
    "unknown_choice": _("请从可填的词里选一个"),
    "twice": _("与前面一行说的是同一次，内容却不同"),
    "merged": _("是合并单元格，请拆开后每行填全"),
}
MOST_FAULTS = 100


class ReasonForm(ProtectedForm):
    """Why an entry is withdrawn."""

    words = StringField(_("撤回的理由"))


class WorkbookForm(ProtectedForm):
    """A workbook with rows of a register."""

    workbook = FileField(_("Excel 工作簿（.xlsx）"))


@blueprint.app_template_filter("said_in")
def said_in(text: Text) -> str:
    """A text of the domain in the reader's language."""
    return text.in_(get_locale().language)


@blueprint.app_template_filter("entry_line")
def entry_line(card: EntryCard) -> str:
    """What an entry says, in one line."""
    return card.line(get_locale().language)


@blueprint.app_template_filter("cited")
def cited(words: str) -> Markup:
    """Words of a record, with the numbers of registers that they cite as links."""
    made, done = Markup(""), 0
    for found in re.finditer(upkeep.NUMBER, words or ""):
        made += escape(words[done : found.start()])
        made += Markup('<a href="{0}">{1}</a>').format(
            url_for("registers.show", number=found[0]), found[0]
        )
        done = found.end()
    return made + escape((words or "")[done:])


# --- reading ------------------------------------------------------------------


@blueprint.get("/units/<uuid:unit>/registers/<register>")
@requires(Permission.UPKEEP_READ)
def index(unit: object, register: str) -> Answer:
    """List one register of a unit; what no longer stands folds away."""
    kind, actor = _known(register), current_actor()
    if kind.office:
        return redirect("/experts", 303)
    with reading() as session:
        facts = directory.unit(session, str(unit), actor.scope(Permission.UPKEEP_READ))
        cards = entries.entries_of(session, actor, kind, unit_id=facts.id)
    return _list_page(facts, kind, cards, WorkbookForm())


def _list_page(
    facts: UnitFacts,
    kind: Register,
    cards: list[EntryCard],
    form: WorkbookForm,
    faults: tuple[CellFault, ...] = (),
) -> str:
    keeps = current_actor().scope(Permission.UPKEEP_KEEP)
    return render_template(
        "web/registers/list.html",
        unit=facts,
        register=kind,
        registers=upkeep.OF_ENTERPRISES,
        standing=[each for each in cards if each.stands],
        former=[each for each in cards if not each.stands],
        keeps=keeps.holds(facts.path, facts.supervisor_id),
        form=form,
        faults=faults[:MOST_FAULTS],
        more_faults=max(len(faults) - MOST_FAULTS, 0),
        fault_words=FAULTS,
        day=today(),
        expires_on=upkeep.expires_on,
    )


@blueprint.get("/experts")
@requires(Permission.EXPERT_READ)
def experts() -> str:
    """List the experts of the pools that the reader may ask."""
    actor = current_actor()
    with reading() as session:
        cards = entries.entries_of(session, actor, EXPERT)
        offices = directory.bodies(session, actor.scope(Permission.EXPERT_KEEP))
    own = next((each for each in offices if each.uuid == actor.unit_uuid), None)
    return render_template(
        "web/registers/experts.html",
        cards=[each for each in cards if each.stands],
        register=EXPERT,
        own=own,
        year=today().year,
    )


@blueprint.get("/registers/<number>")
@requires(Permission.UPKEEP_READ)
def show(number: str) -> str:
    """Show one entry, whether it stands or not: records may cite it."""
    return _entry_page(number, ReasonForm())


def _entry_page(number: str, form: ReasonForm) -> str:
    actor = current_actor()
    with reading() as session:
        card = entries.entry(session, actor, number)
    return render_template(
        "web/registers/show.html",
        entry=card,
        pairs=[
            (each.label, upkeep.shown(each, card.said[each.name], get_locale().language))
            for each in card.register.fields
            if each.name in card.said
        ],
        keeps=card.stands and _keeps(card),
        form=form,
    )


def _keeps(card: EntryCard) -> bool:
    permission = Permission.EXPERT_KEEP if card.register.office else Permission.UPKEEP_KEEP
    with reading() as session:
        unit = directory.find(session, card.unit_uuid)
    actor = current_actor()
    ours = entries.takes_back(actor, card.unit_uuid, own=card.own)
    reach = actor.scope(permission)
    return ours and unit is not None and reach.holds(unit.path, unit.supervisor_id)


@blueprint.get("/registers/<number>/photos/<digest>")
@requires(Permission.UPKEEP_READ)
def photo(number: str, digest: str) -> Response:
    """Send a photo that goes with an entry."""
    with reading() as session:
        card = entries.entry(session, current_actor(), number)
    return step_photos.sent(digest, said=digest in card.photos)


# --- entering -----------------------------------------------------------------


@blueprint.get("/units/<uuid:unit>/registers/<register>/new")
@requires(Permission.UPKEEP_KEEP)
def form(unit: object, register: str) -> str:
    """Ask for an entry; one that takes another's place begins with what that says."""
    kind, actor = _known(register), current_actor()
    replaces = request.args.get("replaces", "")
    with reading() as session:
        facts = entries.kept_by(session, actor, kind, str(unit))
        former = entries.entry(session, actor, replaces) if replaces else None
    if former and (former.unit_uuid != facts.uuid or former.register != kind):
        raise NotFound(entry=replaces[:40])
    if former and not former.stands:
        raise UpkeepMovedOn(entry=replaces)
    begun = former.said if former else {"kind": request.args.get("kind", "")}
    filled = FORMS[kind.code](data={name: str(value) for name, value in begun.items()})
    return _form_page(facts, kind, filled, replaces)


@blueprint.post("/units/<uuid:unit>/registers/<register>/new")
@requires(Permission.UPKEEP_KEEP)
def enter(unit: object, register: str) -> Answer:
    """Enter it."""
    kind, actor = _known(register), current_actor()
    replaces = request.form.get("replaces", "")
    filled = FORMS[kind.code](request.form)
    filled.validate()  # raises FormExpired
    with reading() as session:
        facts = entries.kept_by(session, actor, kind, str(unit))
    photos = step_photos.chosen(facts.uuid) if kind.photos else NO_PHOTOS
    given = {each.name: filled[each.name].data or "" for each in kind.fields}
    try:
        said = upkeep.read(kind, given, today=today())
    except UpkeepUnfit as problem:
        for name, code in problem.details["fields"].items():
            filled[name].errors = [FAULTS[code]]
        return _form_page(facts, kind, filled, replaces, photos), 422
    if photos.faults:
        return _form_page(facts, kind, filled, replaces, photos), photos.status
    try:
        with writing() as session:
            (number,) = entries.enter(
                session,
                actor,
                facts.uuid,
                kind,
                [said],
                photos=photos.digests,
                replaces=replaces,
                at=wired().clock(),
            )
    except UpkeepTwice as problem:
        filled[kind.once[-1]].errors = [_already(problem)]
        return _form_page(facts, kind, filled, replaces, photos), STATUS_OF[UpkeepTwice]
    flash(gettext("已登记，编号 %(number)s。", number=number), "done")
    return redirect(f"/registers/{number}", 303)


def _form_page(
    facts: UnitFacts,
    kind: Register,
    filled: ProtectedForm,
    replaces: str,
    photos: Chosen = NO_PHOTOS,
) -> str:
    return render_template(
        "web/registers/form.html",
        unit=facts,
        register=kind,
        form=filled,
        replaces=replaces,
        photos=photos,
        foreign=facts.uuid != current_actor().unit_uuid and not kind.office,
    )


@blueprint.post("/registers/<number>/withdraw")
@requires(Permission.UPKEEP_KEEP)
def withdraw(number: str) -> Answer:
    """Take an entry back, with a reason."""
    filled = ReasonForm(request.form)
    filled.validate()  # raises FormExpired
    try:
        with writing() as session:
            entries.withdraw(
                session, current_actor(), number, filled.words.data or "", at=wired().clock()
            )
    except UpkeepUnfit as problem:
        filled.words.errors = [FAULTS[problem.details["fields"]["words"]]]
        return _entry_page(number, filled), 422
    flash(gettext("已撤回。原来的内容留在台账里。"), "done")
    return redirect(f"/registers/{number}", 303)


class _Name:
    """A text of the domain as a label of a form: read anew for every reader."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __str__(self) -> str:
        return said_in(self._text)


def _control(each: Field) -> Any:
    label: Any = _Name(each.label)
    if each.kind is Kind.CHOICE:
        none = Text("请选择", "Choose") if each.needed else Text("未填", "Not said")
        choices = {"": none, **each.choices}
        named: Any = [SelectChoice(code, _Name(name)) for code, name in choices.items()]
        return SelectField(label, choices=named, validate_choice=False)
    if each.kind is Kind.WORDS:
        return TextAreaField(label, render_kw={"rows": "4"})
    controls: dict[Kind, dict[str, str]] = {
        Kind.DAY: {"type": "date"},
        Kind.COUNT: {"inputmode": "numeric"},
        Kind.HOURS: {"inputmode": "decimal"},
    }
    return StringField(label, render_kw=controls.get(each.kind))


FORMS: dict[str, type[ProtectedForm]] = {
    code: type(
        f"{code.title()}Form", (ProtectedForm,), {each.name: _control(each) for each in kind.fields}
    )
    for code, kind in REGISTERS.items()
}
"""The form of each register, made of its fields."""


# --- workbooks ----------------------------------------------------------------


@blueprint.get("/units/<uuid:unit>/registers/<register>/template.xlsx")
@requires(Permission.UPKEEP_KEEP)
def template(unit: object, register: str) -> Response:
    """Send the empty list of a register."""
    kind, _facts = _brought(unit, register)
    about = upkeep_lists.how_to_fill(kind)
    return sent_workbook(upkeep_lists.template(kind), (), about, f"{kind.name.zh}-模板.xlsx")


@blueprint.post("/units/<uuid:unit>/registers/<register>/workbook")
@requires(Permission.UPKEEP_KEEP)
def bring_in(unit: object, register: str) -> Answer:
    """Enter the rows of a workbook: all of them, or none and what is wrong with which cell."""
    (kind, facts), actor = _brought(unit, register), current_actor()
    filled = WorkbookForm(request.form)
    filled.validate()  # raises FormExpired
    with reading() as session:
        cards = entries.entries_of(session, actor, kind, unit_id=facts.id)
    upload = request.files.get("workbook")
    if not upload or not upload.filename:
        filled.workbook.errors = [gettext("请先选一份工作簿")]
        return _list_page(facts, kind, cards, filled), 422
    data = upload.read(arrivals.LARGEST_BYTES + 1)
    try:
        found = importing.read(data, kind, today=today(), turns=TURNS)
    except Problem as problem:
        filled.workbook.errors = [_words_of(problem)]
        return _list_page(facts, kind, cards, filled), STATUS_OF[type(problem)]
    if found.faults:
        filled.workbook.errors = [gettext("有几处不对，一条也没有登记；请改好后重新上传")]
        return _list_page(facts, kind, cards, filled, found.faults), 422
    known = [dict(each.said) for each in cards if each.stands]
    fresh = []
    for row in found.rows:
        if row not in known and row not in fresh:
            fresh.append(row)
    if fresh:
        try:
            with writing() as session:
                entries.enter(session, actor, facts.uuid, kind, fresh, at=wired().clock())
        except UpkeepTwice as problem:
            filled.workbook.errors = [_already(problem)]
            return _list_page(facts, kind, cards, filled), STATUS_OF[UpkeepTwice]
    words = gettext(
        "登记了 %(new)s 条，%(old)s 条与已有的相同，没有重复登记。",
        new=len(fresh),
        old=len(found.rows) - len(fresh),
    )
    flash(words, "done" if fresh else "wait")
    return redirect(url_for("registers.index", unit=facts.uuid, register=kind.code), 303)


def _brought(unit: object, register: str) -> tuple[Register, UnitFacts]:
    kind = _known(register)
    if not kind.workbook:
        raise NotFound(register=register)
    with reading() as session:
        return kind, entries.kept_by(session, current_actor(), kind, str(unit))


def _already(problem: UpkeepTwice) -> str:
    number = problem.details["entry"]
    return f"{problems.spoken(problem).whole}{gettext('编号：%(number)s。', number=number)}"


def _words_of(problem: Problem) -> str:
    missing = ""
    if isinstance(problem, UpkeepSheetOdd):
        columns = gettext("、").join(problem.details["missing"])
        missing = gettext("缺：%(columns)s。", columns=columns)
    return f"{problems.spoken(problem).whole}{missing}"


def _known(register: str) -> Register:
    """The register that an address names. Raises NotFound."""
    if register not in REGISTERS:
        raise NotFound(register=register[:40])
    return REGISTERS[register]
