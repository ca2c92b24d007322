"""What is on a unit's premises (场所与风险特征): a page for its office, and the words for it."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from inspection.accounts.policy import Permission
from inspection.domain.applicability import Applicability, Venue
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm, TicksField
from inspection.hazards import unit_changes
from inspection.organisations import directory, premises
from inspection.organisations.directory import UnitFacts
from inspection.organisations.premises import MOST_STAFF, Premises
from inspection.organisations.unit import Sector
from inspection.web.hazards import SECTORS

blueprint = Blueprint("premises", __name__)

VENUES: dict[str, LazyString] = {
    Venue.CROWDED: _("人员密集场所"),
    Venue.SMALL_PREMISES: _("九小场所"),
    Venue.COMBINED_PREMISES: _("三合一场所"),
    Venue.GAS: _("使用燃气"),
    Venue.SPECIAL_EQUIPMENT: _("特种设备"),
    Venue.CONFINED_SPACE: _("有限空间"),
    Venue.DUST: _("涉爆粉尘"),
    Venue.AMMONIA: _("涉氨制冷"),
    Venue.MOLTEN_METAL: _("熔融金属"),
    Venue.HAZARDOUS_CHEMICALS: _("使用或储存危险化学品"),
    Venue.FIREWORKS: _("烟花爆竹经营"),
    Venue.RENTED_OUT: _("场地出租"),
    Venue.CONTRACTORS: _("有外包作业"),
    Venue.SELF_BUILT: _("自建房"),
}


class PremisesForm(ProtectedForm):
    """What is asked of a unit."""

    sector = SelectField(
        _("行业"),
        choices=[SelectChoice("", _("未登记")), *(SelectChoice(*each) for each in SECTORS.items())],
    )
    high_risk = BooleanField(_("高危行业"))
    venues = TicksField(_("场所与风险"), choices=[SelectChoice(*each) for each in VENUES.items()])
    staff = IntegerField(
        _("从业人数"), [Optional(), NumberRange(0, MOST_STAFF, _("请填人数，不知道可以不填。"))]
    )


@blueprint.app_template_global()
def meant_for(applies: Applicability) -> list[str | LazyString]:
    """Whom a list or an item is for, in words; nothing when it is for everybody."""
    words: list[str | LazyString] = [SECTORS[Sector(each)] for each in applies.sectors]
    words += [VENUES[each] for each in applies.venues]
    if applies.high_risk:
        words.append(_("高危行业"))
    if applies.staff_at_least:
        words.append(gettext("%(count)s 人以上", count=applies.staff_at_least))
    return words


@blueprint.get("/units/<uuid:unit>/premises")
@requires(Permission.UNIT_DESCRIBE)
def show(unit: object) -> str:
    """Ask what is on the premises."""
    facts = _unit(unit)
    return _page(facts, PremisesForm(obj=facts))


@blueprint.post("/units/<uuid:unit>/premises")
@requires(Permission.UNIT_DESCRIBE)
def describe(unit: object) -> Response | Redirect:
    """Set it."""
    facts, form = _unit(unit), PremisesForm(request.form)
    if not form.validate():
        return make_response(_page(facts, form), 422)
    actor = current_actor()
    given = Premises(
        sector=form.sector.data or "",
        venues=tuple(form.venues.data or ()),
        high_risk=bool(form.high_risk.data),
        staff=form.staff.data,
    )
    with writing() as session, unit_changes.followed(session, {facts.id}):
        premises.describe(
            session, facts.uuid, given, person=actor.uuid, name=actor.name, at=wired().clock()
        )
    flash(gettext("已保存。平板下次联网后按此推送检查表。"), "done")
    return redirect(f"/units/{facts.uuid}", 303)


def _unit(unit: object) -> UnitFacts:
    scope = current_actor().scope(Permission.UNIT_DESCRIBE)
    with reading() as session:
        return directory.unit(session, str(unit), scope)


def _page(unit: UnitFacts, form: PremisesForm) -> str:
    return render_template("web/units/premises.html", unit=unit, form=form)
