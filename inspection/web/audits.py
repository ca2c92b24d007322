"""The auditor's desk (审核台): the list of reports, narrowed by conditions.

What a condition means is `audits.desk`. The address holds every condition, so that a
view can be passed on. One report is `audits_case`; samples and downloads have modules
of their own and read their conditions here.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import lazy_gettext as _
from wtforms import DateField, Form, SearchField, SelectField
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission
from inspection.audits import desk
from inspection.audits.desk import DeskFilter
from inspection.domain import traits
from inspection.domain.record import KINDS
from inspection.edge import current_actor, reading, requires
from inspection.edge.forms import ProtectedForm
from inspection.organisations.unit import Sector
from inspection.web.hazards import SECTORS

blueprint = Blueprint("audits", __name__)

CONCLUSION_WORDS = {
    "no_objection": _("无异议"),
    "needs_correction": _("需更正"),
    "objection": _("有异议"),
}
OPINION_WORDS = {desk.NO_OPINION: _("还没有意见"), **CONCLUSION_WORDS}
FINDINGS_WORDS = {"some": _("有问题"), "none": _("没有问题"), traits.MAJOR: _("有重大问题")}
ENDING_WORDS = {"refused": _("有人拒绝签字"), "absent": _("有人不在场"), "deputy": _("有代签")}
REVISION_WORDS = {desk.UNREVISED: _("出具时原样"), desk.REVISED: _("后来有增补")}
KIND_WORDS = {
    "inspection": _("部门检查"),
    "self_inspection": _("企业自查"),
    "reinspection": _("整改复查"),
}
ALLOWED = {
    "sector": tuple(Sector),
    "kind": KINDS,
    "findings": desk.FINDINGS,
    "ending": traits.ENDINGS,
    "opinion": desk.OPINION_STATES,
    "revision": (desk.REVISED, desk.UNREVISED),
}
NAMES = ("text", "checklist", *ALLOWED, "since", "until")


def _choices(all_of_them: Any, words: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice("", all_of_them), *(SelectChoice(*each) for each in words.items())]


class DeskForm(Form):
    """What narrows the list."""

    text = SearchField(_("单位名称、信用代码或文号"))
    sector = SelectField(_("行业"), choices=_choices(_("全部行业"), SECTORS))
    kind = SelectField(_("类别"), choices=_choices(_("全部类别"), KIND_WORDS))
    checklist = SelectField(_("检查表"))
    ending = SelectField(_("签字结果"), choices=_choices(_("不限"), ENDING_WORDS))
    revision = SelectField(_("文件"), choices=_choices(_("不限"), REVISION_WORDS))
    since = DateField(_("出具日期自"))
    until = DateField(_("出具日期至"))


def wanted_of(values: Mapping[str, str]) -> DeskFilter:
    """Read the conditions; what is none of ours is no condition."""
    chosen = {
        name: value
        for name, known in ALLOWED.items()
        if (value := values.get(name, "")) and value in known
    }
    return DeskFilter(
        text=values.get("text", "").strip()[:100],
        checklist=values.get("checklist", "")[:60],
        since=_day(values.get("since", "")),
        until=_day(values.get("until", "")),
        **chosen,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def conditions_of(wanted: DeskFilter) -> dict[str, str]:
    """The conditions as parts of an address; those that are not set are left out."""
    found = {name: getattr(wanted, name) for name in NAMES}
    return {name: str(value) for name, value in found.items() if value}


def in_words(conditions: Mapping[str, str]) -> list[tuple[Any, Any]]:
    """The conditions as names and values for a reader."""
    words: dict[str, tuple[Any, Mapping[Any, Any]]] = {
        "text": (_("单位或文号"), {}),
        "sector": (_("行业"), SECTORS),
        "kind": (_("类别"), KIND_WORDS),
        "checklist": (_("检查表"), {}),
        "findings": (_("问题"), FINDINGS_WORDS),
        "ending": (_("签字结果"), ENDING_WORDS),
        "opinion": (_("审核意见"), OPINION_WORDS),
        "revision": (_("文件"), REVISION_WORDS),
        "since": (_("出具日期自"), {}),
        "until": (_("出具日期至"), {}),
    }
    return [
        (name, values.get(conditions[key], conditions[key]))
        for key, (name, values) in words.items()
        if key in conditions
    ]


@blueprint.get("/audits")
@requires(Permission.AUDIT)
def index() -> str:
    """Show one page of the reports in scope, narrowed by the address."""
    wanted = wanted_of(request.args)
    scope = current_actor().scope(Permission.AUDIT)
    with reading() as session:
        page = desk.search(session, scope, wanted, max(1, request.args.get("page", 1, type=int)))
        lists = dict(desk.checklists(session, scope))
    form = DeskForm(data={name: getattr(wanted, name) for name in NAMES})
    form.checklist.choices = _choices(_("全部检查表"), lists)
    conditions = conditions_of(wanted)
    return render_template(
        "web/audits/list.html",
        form=form,
        filter=wanted,
        found=page,
        conditions=conditions,
        more=bool(conditions.keys() - {"text", "opinion", "findings"}),
        opinions=OPINION_WORDS,
        findings=FINDINGS_WORDS,
        kinds=KIND_WORDS,
        endings=ENDING_WORDS,
        link=_link(conditions),
        page_link=lambda number: _link(conditions)(page=str(number)),
        protection=ProtectedForm(),
    )


def _link(conditions: dict[str, str]) -> Callable[..., str]:
    """Return a function that gives this list's address with some conditions changed."""

    def link(**changes: str) -> str:
        kept = {name: value for name, value in {**conditions, **changes}.items() if value}
        return url_for("audits.index", **kept)  # type: ignore[arg-type]

    return link
