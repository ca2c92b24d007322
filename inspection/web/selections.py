"""Random selections (双随机): announced, drawn, handed out; and how anybody checks one."""

import csv
import io
import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import (
    DateField,
    DateTimeLocalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from inspection.accounts.policy import Permission, Role
from inspection.domain import selection as domain
from inspection.domain.drawing import rank
from inspection.domain.office_problems import SelectionOdd
from inspection.domain.problems import NotFound
from inspection.domain.selection import Pool
from inspection.domain.workdays import CHINA
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm, TicksField
from inspection.selections import conflicts, lots, pools
from inspection.selections.lots import SelectionCard
from inspection.selections.pools import NewSelection, Wanted
from inspection.web.hazards import SECTORS
from inspection.web.moments import today
from inspection.web.premises import VENUES

blueprint = Blueprint("selections", __name__)

Answer = str | tuple[str, int] | Redirect

MOST_STRATA = 6
_NUMBER = _("请填整数")
RISKS = {"": _("不分风险"), pools.HIGH: _("高危企业"), pools.OTHER: _("非高危企业")}
WHY = {
    pools.DECLARED: _("申报了利益关系"),
    pools.RECENT: _("近期检查过"),
    pools.OUT_OF_REACH: _("不在管辖范围"),
}
FAULTS = {
    "pool_empty": _("没有符合条件的企业"),
    "no_stratum": _("至少要写一类企业和要抽几家"),
    "moment_past": _("抽取时间要晚于现在：公开数值要到以后才有"),
    "end_before_start": _("检查结束日期早于开始日期"),
    "visit_before_draw": _("检查要在抽取之后开始"),
}


def _stratum_fields() -> dict[str, Any]:
    """Three fields for each stratum, named `stratum<place>_<field>`."""
    fields: dict[str, Any] = {}
    for place in range(MOST_STRATA):
        fields[f"stratum{place}_sector"] = SelectField(
            _("行业"),
            choices=[
                SelectChoice("", _("全部行业")),
                *(SelectChoice(*each) for each in SECTORS.items()),
            ],
            validate_choice=False,
        )
        fields[f"stratum{place}_risk"] = SelectField(
            _("风险"),
            choices=[SelectChoice(*each) for each in RISKS.items()],
            validate_choice=False,
        )
        fields[f"stratum{place}_wanted"] = IntegerField(
            _("抽几家"), [Optional(), NumberRange(1, 200, _("请填 1 到 200 的整数"))]
        )
    return fields


class _SelectionForm(ProtectedForm):
    """What is announced; the strata's fields are made one by one."""

    title = StringField(_("名称"), [DataRequired(_("请填写名称")), Length(max=60)])
    source = TextAreaField(
        _("用哪个公开数值决定"),
        [DataRequired(_("请写明用哪个公开数值、到哪里查")), Length(max=300)],
    )
    value_from = DateTimeLocalField(_("抽取时间（数值公布之后）"), [InputRequired(_("请填时间"))])
    visit_since = DateField(_("检查从"), [InputRequired(_("请填日期"))])
    visit_until = DateField(_("到（含当天）"), [InputRequired(_("请填日期"))])
    venue = SelectField(
        _("场所"),
        choices=[
            SelectChoice("", _("不限场所")),
            *(SelectChoice(*each) for each in VENUES.items()),
        ],
        validate_choice=False,
    )
    unchecked_days = IntegerField(
        _("多少天没检查过（可不填）"), [Optional(), NumberRange(0, 3650, _NUMBER)]
    )
    inspectors = TicksField(_("检查人员"), validate_choice=False)
    inspectors_each = IntegerField(
        _("每家几名检查人员"),
        [InputRequired(_("请填 2 到 6")), NumberRange(2, 6, _("至少两名，最多六名"))],
    )
    experts = TicksField(_("专家"), validate_choice=False)
    experts_each = IntegerField(
        _("每家几名专家（可不填）"), [Optional(), NumberRange(0, 4, _NUMBER)]
    )
    recent_days = IntegerField(
        _("多少天内去过同一家的回避（可不填）"), [Optional(), NumberRange(0, 3650, _NUMBER)]
    )


SelectionForm = type("SelectionForm", (_SelectionForm,), _stratum_fields())


class DrawForm(ProtectedForm):
    """The public value as it was published."""

    value = StringField(
        _("公布的数值（照原样填）"),
        [
            DataRequired(_("请填公布的数值")),
            Regexp(domain.VALUE, message=_("填一行，最多 120 个字")),
        ],
    )


class WithdrawForm(ProtectedForm):
    """Why an announcement is taken back."""

    words = StringField(_("撤回原因"), [DataRequired(_("请写原因，会记入台账")), Length(max=200)])


@blueprint.get("/selections")
@requires(Permission.SELECTION_READ)
def index() -> str:
    """List the selections."""
    actor = current_actor()
    with reading() as session:
        found = lots.selections(session, actor)
    return render_template(
        "web/selections/list.html",
        selections=found,
        may_keep=actor.may(Permission.SELECTION_KEEP),
        may_declare=actor.may(Permission.CONFLICT_DECLARE),
        now=wired().clock(),
    )


@blueprint.get("/selections/new")
@requires(Permission.SELECTION_KEEP)
def new() -> str:
    """Ask for a selection."""
    return _form_page(SelectionForm(inspectors_each=2, recent_days=365))


@blueprint.post("/selections/new")
@requires(Permission.SELECTION_KEEP)
def announce() -> Answer:
    """Freeze the pool and publish its digest."""
    form = SelectionForm(request.form)
    if not form.validate():
        return _form_page(form), 422
    rows = [place for place in range(MOST_STRATA) if form[f"stratum{place}_wanted"].data]
    try:
        with writing() as session:
            announced = lots.announce(
                session,
                current_actor(),
                _said(form, rows),
                blobs=wired().blobs,
                at=wired().clock(),
            )
    except SelectionOdd as problem:
        _name_faults(form, rows, problem)
        return _form_page(form), 422
    flash(gettext("名单已固定，摘要已公布。到时间填公开数值抽取。"), "done")
    return redirect(f"/selections/{announced}", 303)


@blueprint.get("/selections/<uuid:selection>")
@requires(Permission.SELECTION_READ)
def show(selection: object) -> str:
    """Show one selection as far as the reader may see it."""
    return _page(str(selection), DrawForm(), WithdrawForm())


@blueprint.post("/selections/<uuid:selection>/draw")
@requires(Permission.SELECTION_KEEP)
def draw(selection: object) -> Answer:
    """Enter the public value and draw."""
    form = DrawForm(request.form)
    if not form.validate():
        return _page(str(selection), form, WithdrawForm()), 422
    with writing() as session:
        lots.draw(
            session,
            current_actor(),
            str(selection),
            str(form.value.data),
            blobs=wired().blobs,
            at=wired().clock(),
        )
    flash(gettext("种子和结果已记入台账。"), "done")
    return redirect(f"/selections/{selection}", 303)


@blueprint.post("/selections/<uuid:selection>/withdrawn")
@requires(Permission.SELECTION_KEEP)
def withdraw(selection: object) -> Answer:
    """Take an announcement back."""
    form = WithdrawForm(request.form)
    if not form.validate():
        return _page(str(selection), DrawForm(), form), 422
    with writing() as session:
        lots.withdraw(
            session, current_actor(), str(selection), form.words.data.strip(), at=wired().clock()
        )
    flash(gettext("已撤回，原因留在台账里。"), "done")
    return redirect(f"/selections/{selection}", 303)


@blueprint.post("/selections/<uuid:selection>/assigned")
@requires(Permission.SELECTION_KEEP)
def assign(selection: object) -> Redirect:
    """Tell everybody drawn, and assign the units to experts."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with writing() as session:
        lots.assign(
            session, current_actor(), str(selection), blobs=wired().blobs, at=wired().clock()
        )
    flash(gettext("已通知抽中的人员；专家已指派到抽中的企业。"), "done")
    return redirect(f"/selections/{selection}", 303)


@blueprint.get("/selections/<uuid:selection>.json")
@requires(Permission.SELECTION_WHOLE)
def file(selection: object) -> Response:
    """Send everything by which the draw is repeated."""
    with reading() as session:
        card = lots.whole_card(session, current_actor(), str(selection))
    return _json(card)


@blueprint.get("/selections/<uuid:selection>.csv")
@requires(Permission.SELECTION_WHOLE)
def table(selection: object) -> Response:
    """Send the ordered pool with the result, for Excel."""
    with reading() as session:
        card = lots.whole_card(session, current_actor(), str(selection))
    return _csv(card)


@blueprint.get("/draws/<uuid:selection>")
@requires(Permission.PUBLIC)
def public(selection: object) -> str:
    """Show anybody what was announced, and after the visits the pool and the result."""
    with reading() as session:
        card = lots.any_card(session, str(selection))
    opened = card.is_public(today())
    return render_template(
        "web/selections/public.html",
        selection=card,
        drawn=_drawn(card, lots.pool_of(card, wired().blobs)) if opened else [],
        now=wired().clock(),
    )


@blueprint.get("/draws/<uuid:selection>.json")
@requires(Permission.PUBLIC)
def public_file(selection: object) -> Response:
    """Send anybody the file, when the visits are over. Raises NotFound before."""
    return _json(_opened(str(selection)))


@blueprint.get("/draws/<uuid:selection>.csv")
@requires(Permission.PUBLIC)
def public_table(selection: object) -> Response:
    """Send anybody the ordered pool with the result, when the visits are over."""
    return _csv(_opened(str(selection)))


def _opened(uuid: str) -> SelectionCard:
    with reading() as session:
        card = lots.any_card(session, uuid)
    if not card.is_public(today()):
        raise NotFound(selection=uuid)
    return card


def _json(card: SelectionCard) -> Response:
    text = json.dumps(lots.file_of(card, wired().blobs), ensure_ascii=False, indent=1)
    response = Response(text, content_type="application/json")
    response.headers.set("Content-Disposition", "attachment", filename=f"draw-{card.uuid}.json")
    return response


def _csv(card: SelectionCard) -> Response:
    """Every enterprise of the pool in its stratum's order; a name never begins a formula."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(
        ["stratum", "order", "sha256", "enterprise", "name", "sector", "drawn", "people"]
    )
    pool = lots.pool_of(card, wired().blobs)
    names = {each.uuid: each.name for team in pool.teams for each in team.people}
    sent = {each.enterprise: "; ".join(names[one] for one in each.people) for each in card.visits}
    for place, stratum in enumerate(pool.strata):
        rows = domain.ordered(stratum, card.seed) if card.seed else stratum.enterprises
        for turn, each in enumerate(rows):
            writer.writerow(
                [
                    place + 1,
                    turn + 1 if card.seed else "",
                    rank(card.seed, each.uuid) if card.seed else "",
                    each.uuid,
                    _harmless(each.name),
                    each.of,
                    "yes" if each.uuid in sent else "",
                    _harmless(sent.get(each.uuid, "")),
                ]
            )
    response = Response("\ufeff" + lines.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"draw-{card.uuid}.csv")
    return response


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _said(form: Any, rows: list[int]) -> NewSelection:
    return NewSelection(
        title=form.title.data.strip(),
        source=form.source.data.strip(),
        value_from=form.value_from.data.replace(tzinfo=CHINA),
        visit_since=form.visit_since.data,
        visit_until=form.visit_until.data,
        strata=tuple(
            Wanted(
                form[f"stratum{place}_sector"].data or "",
                form[f"stratum{place}_risk"].data or "",
                form[f"stratum{place}_wanted"].data,
            )
            for place in rows
        ),
        venue=form.venue.data or "",
        unchecked_days=form.unchecked_days.data or 0,
        inspectors=tuple(form.inspectors.data or ()),
        inspectors_each=form.inspectors_each.data,
        experts=tuple(form.experts.data or ()),
        experts_each=form.experts_each.data or 0,
        recent_days=form.recent_days.data or 0,
    )


def _name_faults(form: Any, rows: list[int], problem: SelectionOdd) -> None:
    """Say beside the fields what is odd; strata are counted without the empty ones between."""
    named = {f"stratum{place}_wanted": f"stratum{row}_wanted" for place, row in enumerate(rows)}
    there, who = problem.details["there"], problem.details["names"]
    for name, code in problem.details["fields"].items():
        words = {
            "more_than_there_are": gettext(
                "符合条件的只有 %(num)s 家，不够抽", num=there.get(name, 0)
            ),
            "more_people_than_there_are": gettext("选的人不够每家要的人数"),
            "too_many_keep_away": gettext(
                "有 %(num)s 家可去的人不够（如%(units)s），跳过后不够抽：其余的人要回避、近期去过或"
                "管辖不到。可以少抽几家、多选人、减少每家人数，或缩短回避的天数。",
                num=there.get(name, 0),
                units=who.get(name, ""),
            ),
            "in_two_at_once": gettext(
                "同一段日子里已在另一次双随机中：%(who)s", who=who.get(name, "")
            ),
        }
        form[named.get(name, name)].errors = [words.get(code) or FAULTS[code]]


def _form_page(form: Any) -> str:
    with reading() as session:
        people = conflicts.sendable(session, current_actor())
    for role, field in ((Role.INSPECTOR, form.inspectors), (Role.EXPERT, form.experts)):
        named = {
            each.uuid: f"{each.name} · {each.unit_name}" for each in people if each.role == role
        }
        field.choices = [SelectChoice(*each) for each in named.items()]
    return render_template("web/selections/form.html", form=form, places=range(MOST_STRATA))


def _page(uuid: str, drawing: DrawForm, withdrawing: WithdrawForm) -> str:
    actor = current_actor()
    with reading() as session:
        card = lots.card_for(session, actor, uuid)
        inspected = lots.inspected(session, card)
    whole = not card.in_part
    pool = lots.pool_of(card, wired().blobs)
    return render_template(
        "web/selections/show.html",
        selection=card,
        drawn=_drawn(card, pool),
        inspected=inspected,
        pool=pool if whole else None,
        names={
            each.uuid: each.name
            for group in (
                *(stratum.enterprises for stratum in pool.strata),
                *(team.people for team in pool.teams),
            )
            for each in group
        },
        ordered=lambda stratum: (
            domain.ordered(stratum, card.seed) if card.seed else stratum.enterprises
        ),
        keeps=whole and actor.may(Permission.SELECTION_KEEP),
        drawing=drawing,
        withdrawing=withdrawing,
        sectors=SECTORS,
        risks=RISKS,
        why=WHY,
        passed={each.uuid for each, _team in domain.short_of_people(pool)},
        now=wired().clock(),
    )


def _drawn(card: SelectionCard, pool: Pool) -> list[dict[str, Any]]:
    """The drawn enterprises in order, in words."""
    enterprises = {each.uuid: each for stratum in pool.strata for each in stratum.enterprises}
    people = {each.uuid: (each, team.role) for team in pool.teams for each in team.people}
    return [
        {
            "uuid": visit.enterprise,
            "name": enterprises[visit.enterprise].name,
            "sector": SECTORS.get(enterprises[visit.enterprise].of, ""),  # type: ignore[call-overload]
            "people": [
                gettext("%(name)s（专家）", name=people[each][0].name)
                if people[each][1] == Role.EXPERT
                else people[each][0].name
                for each in visit.people
            ],
        }
        for visit in card.visits
    ]
