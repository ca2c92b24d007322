"""The escalation ladder (督促阶梯) of an office: which is in force, and a next version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission, roles_with
from inspection.domain import ladder
from inspection.domain.hazard import Level
from inspection.domain.ladder import Code, Ladder, Recipient, Rung
from inspection.domain.problems import NotFound
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.hazards import ladders
from inspection.hazards.ladders import Version
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.web.moments import today

blueprint = Blueprint("ladder", __name__)

Answer = str | tuple[str, int] | Response

RECIPIENTS = (
    SelectChoice(Recipient.ENTERPRISE, _("企业安全管理人员")),
    SelectChoice(Recipient.HEAD, _("企业主要负责人")),
    SelectChoice(Recipient.DEPARTMENT, _("主管部门")),
    SelectChoice(Recipient.TOWN, _("镇街办公室")),
    SelectChoice(Recipient.DISTRICT, _("区安委办")),
)
EXAMPLE_DAYS = 7


def _fields() -> dict[str, Any]:
    """Seven fields for each rung, named `<rung>_<field>`; numbers are read by `_number`."""
    fields: dict[str, Any] = {"version": HiddenField()}
    for code in Code:
        fields[f"{code}_on"] = BooleanField(_("使用这一级"))
        fields[f"{code}_days"] = StringField(_("距整改期限的天数"))
        fields[f"{code}_working"] = SelectField(
            _("按什么日子算"),
            choices=[SelectChoice("", _("自然日")), SelectChoice("working", _("工作日"))],
        )
        fields[f"{code}_major_days"] = StringField(_("重大隐患逾期几天就到这一级（可不填）"))
        fields[f"{code}_returned"] = StringField(_("复查几次未过就到这一级（可不填）"))
        fields[f"{code}_to"] = SelectMultipleField(
            _("发给"), choices=list(RECIPIENTS), validate_choice=False
        )
        fields[f"{code}_zh"] = TextAreaField(_("中文用语"))
        fields[f"{code}_en"] = TextAreaField(_("英文用语"))
    return fields


LadderForm = type("LadderForm", (ProtectedForm,), _fields())
"""One office's ladder as it is filled in."""


@dataclass(frozen=True)
class Shown:
    """One rung of the example: the days on which it is told, and its words with the facts in."""

    rung: Rung
    on: date
    major_on: date
    unknown_years: tuple[int, ...]
    words: str


@blueprint.get("/ladders")
@requires(Permission.LADDER_KEEP)
def show() -> str:
    """Show the ladder in force for the reader's office, or an earlier version of it."""
    wanted = request.args.get("version", 0, type=int)
    with reading() as session:
        unit = directory.by_id(session, _office())
        force = ladders.in_force(session, unit.path)
        own = ladders.versions(session, unit.uuid, unit.name)
    version = next((each for each in own if each.number == wanted), None)
    if wanted and version is None:
        raise NotFound(version=wanted)
    shown = version if version and version.rungs else force
    return _page(unit, own, force, shown, _filled(force.rungs, own))


@blueprint.post("/ladders")
@requires(Permission.LADDER_KEEP)
def save() -> Answer:
    """Show what the filled-in ladder would do, or put it in force."""
    form = LadderForm(request.form)
    form.validate()  # raises FormExpired
    rungs, faults = _rungs(form)
    faults = faults or ladder.faults(rungs)
    with reading() as session:
        unit = directory.by_id(session, _office())
        force = ladders.in_force(session, unit.path)
        own = ladders.versions(session, unit.uuid, unit.name)
    if faults:
        _complain(form, faults)
        return _page(unit, own, force, force, form), 422
    if request.form.get("do") == "preview":
        return _page(unit, own, force, force, form, preview=rungs)
    with writing() as session:
        ladders.save(
            session,
            current_actor(),
            unit.uuid,
            rungs,
            seen=_number(form.version.data) or 0,
            at=wired().clock(),
        )
    flash(gettext("新版本已保存，从下一次督促起使用。"), "done")
    return redirect("/ladders", 303)


@blueprint.post("/ladders/inherited")
@requires(Permission.LADDER_KEEP)
def inherit() -> Response:
    """Go back to the ladder of the office above."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    seen = _number(request.form.get("version")) or 0
    with writing() as session:
        unit = directory.by_id(session, _office())
        ladders.inherit(session, current_actor(), unit.uuid, seen=seen, at=wired().clock())
    flash(gettext("已改回沿用上级的督促阶梯，从下一次督促起使用。"), "done")
    return redirect("/ladders", 303)


def _office() -> int:
    """The unit whose ladder the reader keeps: where they hold the first role that keeps one."""
    keeping = roles_with(Permission.LADDER_KEEP)
    return next(each.unit_id for each in current_actor().memberships if each.role in keeping)


def _filled(rungs: Ladder, own: tuple[Version, ...]) -> Any:
    """The form with a ladder in it; rungs that are not used hold what is given."""
    given: dict[str, Any] = {"version": own[-1].number if own else 0}
    used = {rung.code: rung for rung in rungs}
    for each in ladder.DEFAULT:
        rung = used.get(each.code, each)
        given |= {
            f"{rung.code}_on": rung.code in used,
            f"{rung.code}_days": str(rung.days),
            f"{rung.code}_working": "working" if rung.working else "",
            f"{rung.code}_major_days": "" if rung.major_days is None else str(rung.major_days),
            f"{rung.code}_returned": "" if rung.returned is None else str(rung.returned),
            f"{rung.code}_to": list(rung.to),
            f"{rung.code}_zh": rung.zh,
            f"{rung.code}_en": rung.en,
        }
    return LadderForm(data=given)


def _rungs(form: Any) -> tuple[Ladder, dict[str, str]]:
    """Read the rungs that are used; what is no number is told by its place."""
    rungs, faults = [], {}
    for code in Code:
        said = {name: form[f"{code}_{name}"].data for name in _NAMES}
        if not said["on"]:
            continue
        for name in ("days", "major_days", "returned"):
            if said[name] and _number(said[name]) is None:
                faults[f"{code}.{name}"] = "not_a_number"
        if not said["days"]:
            faults[f"{code}.days"] = "missing"
        rungs.append(_rung(code, said))
    return tuple(rungs), faults


_NAMES = ("on", "days", "working", "major_days", "returned", "to", "zh", "en")


def _rung(code: Code, said: Mapping[str, Any]) -> Rung:
    return Rung(
        code,
        _number(said["days"]) or 0,
        tuple(side for side in Recipient if side in said["to"]),
        said["zh"].strip(),
        said["en"].strip(),
        working=said["working"] == "working",
        major_days=_number(said["major_days"]),
        returned=_number(said["returned"]),
    )


def _number(text: str | None) -> int | None:
    """A whole number of few digits, or None."""
    text = (text or "").strip().removeprefix("+").replace("−", "-")
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None


def _complain(form: Any, faults: Mapping[str, str]) -> None:
    """Put each fault at its field, in words."""
    for place, code in faults.items():
        if place:
            rung, _dot, name = place.partition(".")
            title = ladder.NAMES[Code(rung)][get_locale().language]
            said = gettext("%(rung)s：%(words)s", rung=title, words=_fault_words(code))
            form[f"{rung}_{name}"].errors = [said]
        else:
            form.form_errors.append(_fault_words(code))


def _fault_words(code: str) -> str:
    words: dict[str, str] = {
        "no_rung": gettext("至少要用一级"),
        "rungs_disordered": gettext("各级的次序不对"),
        "missing": gettext("请填写这一项"),
        "not_a_number": gettext("请填整数"),
        "too_long": gettext("用语最多 500 字"),
        "nobody": gettext("请选至少一类收件人"),
        "out_of_range": gettext("超出了范围：天数 0 到 365，次数 1 到 20"),
        "before_deadline": gettext("只有“提醒”可以在期限之前，这一级请填 0 或更大的数"),
        "not_before_deadline": gettext("“提醒”在期限之前发出，请填 -1 到 -30"),
        "before_lower_rung": gettext("不能早于前一级"),
        "placeholder_unknown": gettext("大括号里只能用页面上列出的几种"),
    }
    return words[code]


def _example(rungs: Ladder) -> tuple[date, list[Shown]]:
    """What a ladder does to a hazard that is due in a week."""
    due, language = today() + timedelta(days=EXAMPLE_DAYS), get_locale().language
    shown = []
    for rung in rungs:
        general = ladder.falls_due(rung, Level.GENERAL, due).due
        facts = {
            "number": "YH2026-000123",
            "unit": gettext("示例机械有限公司"),
            "place": gettext("喷漆车间"),
            "hazard": gettext("配电箱前堆放杂物"),
            "deadline": due.isoformat(),
            "late": str(max((general.on - due).days, 0)),
        }
        shown.append(
            Shown(
                rung,
                general.on,
                ladder.falls_due(rung, Level.MAJOR, due).due.on,
                general.unknown_years,
                ladder.worded(rung.en if language == "en" else rung.zh, facts),
            )
        )
    return due, shown


def _page(
    unit: UnitFacts,
    own: tuple[Version, ...],
    force: Version,
    shown: Version,
    form: Any,
    *,
    preview: Ladder | None = None,
) -> str:
    due, example = _example(preview or shown.rungs)
    return render_template(
        "web/ladders/show.html",
        unit=unit,
        own=own,
        force=force,
        shown=shown,
        form=form,
        preview=preview is not None,
        due=due,
        example=example,
        codes=tuple(Code),
        recipients=RECIPIENTS_BY_SIDE,
        placeholders=ladder.PLACEHOLDERS,
    )


RECIPIENTS_BY_SIDE = {Recipient(choice.value): choice.label for choice in RECIPIENTS}
