"""A checklist drawn as a form (检查表): one page for each revision and language, the same for ever.

Beside it the same list as text, to be read and printed. The form holds no person's data, so tablets
keep it; `static/js/form` binds it to a draft. What an answer means is in `domain/answers.py`;
nothing is accepted here.
"""

from flask import Blueprint, Response, abort, make_response, render_template
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Form, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from inspection import __version__
from inspection.accounts.policy import Permission
from inspection.domain.checklist import Checklist
from inspection.domain.problems import ChecklistUnknown, RevisionUnpublished
from inspection.edge import requires, wired
from inspection.edge.language import LANGUAGES
from inspection.web import grounds
from inspection.web.moments import today

blueprint = Blueprint("checklists", __name__)

FOR_EVER = "public, max-age=31536000, immutable"

ANSWERS = (
    ("pass", _("合格")),
    ("fail", _("不合格")),
    ("not_applicable", _("不适用")),
    ("not_checked", _("未检查")),
)
METHODS = {
    "documents": _("查资料"),
    "on_site": _("现场查看"),
    "interview": _("询问"),
    "quiz": _("抽考"),
    "exercise": _("实操"),
    "measurement": _("检测"),
    "certificate": _("核证件"),
    "video": _("调阅视频"),
}


class FindingForm(Form):
    """One problem found at an item; the page draws it once, as a template to be copied."""

    words = TextAreaField(_("问题描述"), [Length(max=1000)])
    level = RadioField(
        _("隐患等级"),
        choices=[("general", _("一般")), ("larger", _("较大")), ("major", _("重大"))],
    )
    fixed_on_spot = BooleanField(_("当场已改"))
    deadline = RadioField(
        _("整改期限"),
        choices=[
            ("0", _("立即")),
            ("3", _("3 天")),
            ("7", _("7 天")),
            ("15", _("15 天")),
            ("30", _("30 天")),
            ("date", _("定日期")),
        ],
    )
    requirement = TextAreaField(_("整改要求"), [InputRequired(), Length(max=1000)])


def form_for(checklist: Checklist) -> type[Form]:
    """Build the form of a revision: for every item its answer, a reason and a note."""
    fields: dict[str, object] = {}
    for item in checklist.items:
        fields[item.code] = RadioField(_("检查结果"), [InputRequired()], choices=list(ANSWERS))
        fields[f"{item.code}.reason"] = StringField(_("原因"), [Length(max=200)])
        fields[f"{item.code}.note"] = TextAreaField(_("备注"), [Length(max=1000)])
    return type("ChecklistForm", (Form,), fields)


@blueprint.get("/checklists/<slug>/<int:revision>/form/<digest>/<lang>")
@requires(Permission.PUBLIC)
def form(slug: str, revision: int, digest: str, lang: str) -> Response:
    """Draw a revision; an address with another digest or language names nothing."""
    checklist = _known(slug, revision, digest)
    if lang not in LANGUAGES:
        abort(404)
    page = render_template(
        "web/checklists/form.html",
        checklist=checklist,
        form=form_for(checklist)(),
        finding=FindingForm(),
        methods=METHODS,
        app_version=__version__,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = FOR_EVER
    return response


@blueprint.get("/checklists/<slug>/<int:revision>/text/<digest>")
@requires(Permission.PUBLIC)
def text(slug: str, revision: int, digest: str) -> str:
    """Show a revision to be read and printed: what each item asks, and what it rests on today."""
    checklist = _known(slug, revision, digest)
    return render_template(
        "web/checklists/text.html",
        checklist=checklist,
        methods=METHODS,
        grounds=grounds.of_items(checklist, [item.code for item in checklist.items], today()),
        short=wired().catalog.is_short(checklist),
        language=get_locale().language,
    )


def _known(slug: str, revision: int, digest: str) -> Checklist:
    """A revision, for whoever knows its digest: a list made here is not for everybody."""
    try:
        checklist = wired().catalog.revision(slug, revision)
    except (ChecklistUnknown, RevisionUnpublished):
        abort(404)
    if digest != checklist.digest:
        abort(404)
    return checklist
