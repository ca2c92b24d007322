"""Who issues papers (发文单位): the mark in a unit's numbers, and where addressees may turn."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import StringField

from inspection.accounts.policy import Permission
from inspection.domain.problems import NotFound, PaperIncomplete
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.paperwork import issuers
from inspection.paperwork.issuers import Issuer, IssuingUnit
from inspection.web.papers import tell

blueprint = Blueprint("issuers", __name__)


class IssuerForm(ProtectedForm):
    """What one unit writes on its papers."""

    mark = StringField(_("发文简称"))
    government = StringField(_("复议机关（人民政府）"))
    court = StringField(_("诉讼法院（人民法院）"))


@blueprint.get("/papers/issuers")
@requires(Permission.ISSUER_DESCRIBE)
def index() -> str:
    """List the offices in scope with what they write on papers."""
    with reading() as session:
        found = issuers.listed(session, current_actor())
    return render_template("web/papers/issuers.html", units=found)


@blueprint.get("/papers/issuers/<uuid:unit>")
@requires(Permission.ISSUER_DESCRIBE)
def show(unit: object) -> str:
    """Ask what a unit writes on its papers."""
    found = _found(unit)
    return _page(found, IssuerForm(data=vars(found.issuer)))


@blueprint.post("/papers/issuers/<uuid:unit>")
@requires(Permission.ISSUER_DESCRIBE)
def describe(unit: object) -> Response | Redirect:
    """Set it."""
    found, form = _found(unit), IssuerForm(request.form)
    form.validate()  # raises FormExpired
    given = Issuer(
        *((each.data or "").strip() for each in (form.mark, form.government, form.court))
    )
    try:
        with writing() as session:
            issuers.describe(session, current_actor(), found.uuid, given, at=wired().clock())
    except PaperIncomplete as problem:
        tell(form, problem)
        return make_response(_page(found, form), 422)
    flash(gettext("已保存，以后签发的文书按此编号。"), "done")
    return redirect("/papers/issuers", 303)


def _found(unit: object) -> IssuingUnit:
    with reading() as session:
        for each in issuers.listed(session, current_actor()):
            if each.uuid == str(unit):
                return each
    raise NotFound(unit=str(unit))


def _page(unit: IssuingUnit, form: IssuerForm) -> str:
    return render_template("web/papers/issuer.html", unit=unit, form=form)
