"""The first page, by role; the choice of language; and what the head bar of every page needs."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import pgettext
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import AnyOf

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission, Role
from inspection.edge import language, requires, signed_in_actor
from inspection.edge.forms import ProtectedForm
from inspection.reports.wording import ten_thousands
from inspection.web import moments, money

blueprint = Blueprint("home", __name__)
blueprint.add_app_template_filter(moments.instant, "instant")
blueprint.add_app_template_filter(moments.exact, "exact")
blueprint.add_app_template_filter(ten_thousands, "ten_thousands")
blueprint.add_app_template_filter(money.amount, "amount")

HOME_OF = (
    (Role.OFFICE, "/hazards"),
    (Role.AUDITOR, "/audits"),
    (Role.INSPECTOR, "/tablet/"),
    (Role.EXPERT, "/tablet/"),
    (Role.ENTERPRISE, "/enterprise"),
    (Role.HEAD, "/enterprise"),
    (Role.ADMINISTRATOR, "/quarantine"),
)
"""Where each role begins; somebody with several begins at the first."""


class LanguageForm(ProtectedForm):
    """The language somebody chose, and the page to go back to."""

    language = StringField(validators=[AnyOf(language.LANGUAGES)])
    next = StringField()


@blueprint.get("/")
@requires(Permission.PUBLIC)
def show() -> Response | str:
    """Send each role to its own list; who has none sees what may be opened."""
    actor = signed_in_actor()
    if actor is None:
        return redirect("/sign-in")
    for role, address in HOME_OF:
        if role in actor.roles:
            return redirect(address)
    return render_template("web/home/show.html", places=_places(actor))


def _places(actor: Actor) -> list[tuple[str, str, str]]:
    places = [(_("核验"), _("核对一份检查报告是否完整、未被改动"), "/verify")]
    if actor.may(Permission.HAZARD_READ):
        places.insert(0, (_("隐患台账"), _("本单位范围内的隐患"), "/hazards"))
    return places


@blueprint.post("/language")
@requires(Permission.PUBLIC)
def choose_language() -> Response:
    """Remember the language in a cookie and go back."""
    form = LanguageForm(request.form)
    response = redirect(own_address(form.next.data), 303)
    if form.validate():
        response.set_cookie(
            language.COOKIE, str(form.language.data), max_age=365 * 86400, samesite="Lax"
        )
    return response


def own_address(wanted: str | None) -> str:
    """Return `wanted` when it is a path of this site, else the first page."""
    wanted = wanted or ""
    parts = urlsplit(wanted)
    foreign = parts.scheme or parts.netloc or "\\" in wanted or wanted.startswith("//")
    return wanted if wanted.startswith("/") and not foreign else "/"


@dataclass(frozen=True)
class HeadGroup:
    """Places that the head bar keeps under one word; a group of one is shown as its place."""

    name: str
    places: list[tuple[str, str]]
    """Words and address."""

    def here(self, path: str) -> str | None:
        """The address of the place that a page belongs to, none when it is another group's."""
        begun = [href for _words, href in self.places if f"{path}/".startswith(_room(href))]
        return max(begun, key=len, default=None)


def _room(href: str) -> str:
    return "/lists/" if href.startswith("/lists/") else href.rstrip("/") + "/"


@blueprint.app_template_global()
def head_groups(actor: Actor) -> list[HeadGroup]:
    """The places of the head bar that this person may open, by what they are about."""
    groups = (
        (
            pgettext("places", "隐患"),
            (_("本单位隐患"), "/enterprise", Permission.HAZARD_RECTIFY),
            (_("隐患台账"), "/hazards", Permission.HAZARD_READ),
            (_("挂图作战"), "/board", Permission.HAZARD_READ),
            (_("清单"), "/lists/problems", Permission.HAZARD_READ),
            (_("回头看"), "/revisits", Permission.REVISIT_READ),
            (_("统计"), "/statistics", Permission.HAZARD_READ),
            (_("督促阶梯"), "/ladders", Permission.LADDER_KEEP),
        ),
        (
            _("检查"),
            (_("平板检查"), "/tablet/", Permission.KEY_ENROL),
            (_("审核台"), "/audits", Permission.AUDIT),
            (_("检查记录"), "/records", Permission.RECORD_READ),
            (_("检查报告"), "/reports", Permission.REPORT_READ),
            (_("还在平板上"), "/custody", Permission.CUSTODY_READ),
            (pgettext("places", "检查表"), "/authoring", Permission.CHECKLIST_AUTHOR),
            (_("标准库"), "/criteria", Permission.PUBLIC),
            (_("提示卡"), "/cards", Permission.PUBLIC),
            (_("救援包"), "/rescue", Permission.RECORD_SUBMIT),
            (_("异常记录"), "/quarantine", Permission.QUARANTINE_READ),
        ),
        (
            _("统筹"),
            (_("交办"), "/orders", Permission.ORDER_READ),
            (_("专项行动"), "/campaigns", Permission.CAMPAIGN_READ),
            (_("双随机"), "/selections", Permission.SELECTION_READ),
            (_("调度表"), "/dispatch", Permission.DISPATCH_READ),
            (_("排名"), "/rankings", Permission.RANKING_READ),
            (_("隐患排查治理通报"), "/bulletins", Permission.BULLETIN_READ),
        ),
        (
            _("执法"),
            (_("文书"), "/papers", Permission.PAPER_READ),
            (_("签名的表"), "/sheets", Permission.PAPER_READ),
            (_("措施与处罚"), "/enforcement", Permission.ENFORCEMENT_READ),
            (_("屡查屡犯"), "/repeat-offences", Permission.ENFORCEMENT_READ),
        ),
        (
            _("举报与事故"),
            (pgettext("places", "举报"), "/tipoffs", Permission.TIPOFF_READ),
            (_("事故直报"), "/incidents", Permission.INCIDENT_READ),
            (_("叫应"), "/calls", Permission.CALL_READ),
            (_("值班表"), "/duty", Permission.DUTY_READ),
        ),
        (
            _("单位与人员"),
            (pgettext("places", "单位"), "/units", Permission.UNIT_READ),
            (_("应做事项"), "/upkeep", Permission.UPKEEP_READ),
            (_("专家库"), "/experts", Permission.EXPERT_READ),
            (_("人员与平板"), "/people", Permission.DEVICE_MANAGE),
            (_("指派"), "/assignments", Permission.ASSIGN),
            (_("恢复密钥"), "/recoveries", Permission.ADMINISTER),
            (_("导出记录"), "/exports", Permission.ADMINISTER),
        ),
        (_("核验"), (_("核验"), "/verify", Permission.PUBLIC)),
    )
    held = [
        HeadGroup(
            name, [(words, href) for words, href, permission in all_ if actor.may(permission)]
        )
        for name, *all_ in groups
    ]
    return [group for group in held if group.places]


@blueprint.app_template_global()
def csrf_field() -> Markup:
    """A hidden token for the small forms of the head bar."""
    return Markup(ProtectedForm().csrf_token(id=False))  # noqa: S704  # WTForms escaped it
