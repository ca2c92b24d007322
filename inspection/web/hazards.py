"""The register of hazards (隐患台账) and one hazard's page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, Form, SearchField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission
from inspection.campaigns import running
from inspection.domain.campaign import Belonging
from inspection.domain.hazard import (
    ENDED,
    STAGES,
    Level,
    Obstacle,
    Question,
    Source,
    Stage,
    State,
    Step,
    answered_by,
    awaited,
    is_leading,
)
from inspection.domain.ladder import Code
from inspection.domain.problems import NotFound
from inspection.domain.record import Photo
from inspection.domain.workdays import day_of
from inspection.edge import current_actor, reading, requires, wired
from inspection.edge import steps as words
from inspection.hazards import enquiries, steps
from inspection.hazards.enquiries import HazardCard, HistoryEntry, RegisterPage
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.pages import Found
from inspection.hazards.steps import Standing
from inspection.organisations import directory
from inspection.organisations.unit import Sector
from inspection.reports import shelf
from inspection.submissions import records
from inspection.submissions.records import StoredRecord
from inspection.web import grounds, history, money
from inspection.web.moments import today

blueprint = Blueprint("hazards", __name__)

SECTORS = {
    Sector.CHEMICALS: _("化工和危险化学品"),
    Sector.MACHINERY: _("机械制造"),
    Sector.METALLURGY: _("冶金有色"),
    Sector.BUILDING_MATERIALS: _("建材"),
    Sector.CONSTRUCTION: _("建筑施工"),
    Sector.CATERING: _("餐饮"),
    Sector.LODGING: _("住宿"),
    Sector.RETAIL: _("商贸"),
    Sector.TRANSPORT: _("交通运输"),
    Sector.FOOD: _("食品加工"),
    Sector.WOOD: _("木材家具"),
    Sector.TEXTILES: _("纺织服装"),
    Sector.FISHERY: _("渔业"),
    Sector.EDUCATION: _("学校和培训机构"),
    Sector.HEALTH: _("医疗和养老"),
    Sector.ENTERTAINMENT: _("文化娱乐"),
}
LEVELS = (Level.MAJOR, Level.LARGER, Level.GENERAL)

PLACE = ("page", "at")
"""What an address says of the page, and nothing of the conditions."""
LOOKED_AT_AGAIN = tuple(f"hazard.{step}" for step in (Step.REINSPECT_PASS, Step.REINSPECT_RETURN))
ASKED_BY_STEP = {
    Question.EXTENSION: Step.ASK_EXTENSION,
    Question.DUPLICATE: Step.CALL_DUPLICATE,
    Question.NO_HAZARD: Step.CALL_NO_HAZARD,
}


@blueprint.app_template_global()
def hazard_state(code: str, source: str = "") -> Any:
    """Where a hazard stands, as plain text."""
    return words.state(State(code), source)


@blueprint.app_template_global()
def area_name(uuid: str) -> str:
    """The name of a body whose area narrows the register; "" outside the reader's scope."""
    scope = current_actor().scope(Permission.HAZARD_READ)
    with reading() as session:
        try:
            return directory.unit(session, uuid, scope).name
        except NotFound:
            return ""


class RegisterForm(Form):
    """What narrows the register; it comes with the address, so that a view can be passed on."""

    unit = SearchField(_("单位名称或信用代码"))
    sector = SelectField(
        _("行业"),
        choices=[
            SelectChoice("", _("全部行业")),
            *(SelectChoice(*each) for each in SECTORS.items()),
        ],
        validate_choice=False,
    )
    text = SearchField(_("编号、隐患内容或整改要求"))
    state = SelectField(
        _("具体状态"),
        choices=[
            SelectChoice("", _("全部状态")),
            *(SelectChoice(*each) for each in words.STATES.items()),
        ],
        validate_choice=False,
    )
    source = SelectField(
        _("来源"),
        choices=[
            SelectChoice("", _("全部来源")),
            SelectChoice(Source.DEPARTMENT, _("部门检查")),
            SelectChoice(Source.SELF, _("企业自查")),
        ],
        validate_choice=False,
    )
    level = StringField()
    stage = StringField()
    overdue = BooleanField()
    listed = BooleanField()
    asked = BooleanField()
    open = BooleanField()
    on_time = BooleanField()
    found_since = DateField(_("发现日期，从"))
    found_until = DateField(_("到"))
    closed_since = DateField()
    closed_until = DateField()
    open_on = DateField()
    rung = StringField()
    area = StringField()
    item = StringField()
    campaign = SelectField(_("专项行动"), validate_choice=False)
    campaign_day = DateField()
    """A day of the stage that is meant; none means the whole campaign."""


@dataclass(frozen=True)
class LookedAtAgain:
    """The photos of one re-inspection, and those of its files that have not arrived."""

    record_uuid: str
    photos: tuple[Photo, ...]
    missing: tuple[str, ...]


@blueprint.get("/hazards")
@requires(Permission.HAZARD_READ)
def index() -> str:
    """Show one page of the register, narrowed by the address."""
    form, actor = RegisterForm(request.args), current_actor()
    wanted = wanted_of(form)
    scope = actor.scope(Permission.HAZARD_READ)
    with reading() as session:
        page = enquiries.search(session, scope, wanted, today=today())
        cards = running.campaigns(session, actor)
        tagged = running.shown(session, actor, [row.uuid for row in page.rows], cards)
    form.campaign.choices = [
        SelectChoice("", _("全部")),
        *(SelectChoice(each.uuid, each.said.name) for each in cards),
    ]
    return render_template(
        "web/hazards/register.html",
        form=form,
        filter=wanted,
        register=page,
        tagged=tagged,
        draw_link=address(wanted, "revisits.new") if actor.may(Permission.REVISIT_DRAW) else "",
        levels=LEVELS,
        stages=[(stage, words.STAGES[stage], _total(page, stage)) for stage in Stage],
        rungs=tuple(Code),
        meanings=words.CHOICES,
        narrowed=wanted != RegisterFilter(page=wanted.page, at=wanted.at),
        link=_link(),
        page_link=lambda number: _link()(**turned(page, number)),
    )


def wanted_of(form: RegisterForm) -> RegisterFilter:
    """What a register's address asks for; what it does not understand it leaves aside."""
    return RegisterFilter(
        unit_text=(form.unit.data or "").strip(),
        sector=form.sector.data if form.sector.data in set(Sector) else "",
        level=form.level.data if form.level.data in set(Level) else "",
        state=form.state.data if form.state.data in set(State) else "",
        stage=form.stage.data if form.stage.data in set(Stage) else "",
        source=form.source.data if form.source.data in set(Source) else "",
        overdue=bool(form.overdue.data),
        listed=bool(form.listed.data),
        asked=bool(form.asked.data),
        rung=form.rung.data if form.rung.data in set(Code) else "",
        text=(form.text.data or "").strip(),
        area=(form.area.data or "").strip()[:36],
        item=(form.item.data or "").strip()[:120],
        page=max(1, request.args.get("page", 1, type=int)),
        open=bool(form.open.data),
        on_time=bool(form.on_time.data),
        found_since=form.found_since.data,
        found_until=form.found_until.data,
        closed_since=form.closed_since.data,
        closed_until=form.closed_until.data,
        open_on=form.open_on.data,
        campaign=_campaign(form),
        at=request.args.get("at", "")[:40],
    )


def _campaign(form: RegisterForm) -> Belonging | None:
    """The campaign that is asked for, or its stage; nothing when the reader may not see it."""
    if not form.campaign.data:
        return None
    with reading() as session:
        card = running.find(session, current_actor(), form.campaign.data)
    if card is None:
        return None
    day = form.campaign_day.data
    return card.rule.within(card.stage_on(day) if day else None)


def turned(page: RegisterPage | Found, number: int) -> dict[str, str]:
    """What an address says of another page: its number, and where the walk to it begins."""
    there = {page.page + 1: page.after, page.page - 1: page.before}.get(number, "")
    return {"page": str(number), "at": there if number > 1 else ""}


def _total(page: RegisterPage, stage: Stage) -> int:
    return sum(page.counts_by_state.get(state, 0) for state in STAGES[stage])


def address(wanted: RegisterFilter, place: str = "hazards.index") -> str:
    """The register's address, or a list's, with these conditions."""
    names = {"unit_text": "unit"}
    given = {
        names.get(field.name, field.name): getattr(wanted, field.name)
        for field in fields(wanted)
        if field.name != "campaign" and getattr(wanted, field.name) != field.default
    }
    if wanted.campaign:
        given |= of_campaign(wanted.campaign)
    return url_for(place, **{name: _said(value) for name, value in given.items()})  # type: ignore[arg-type]


def of_campaign(rule: Belonging) -> dict[str, str]:
    """What an address says of a campaign, or of one stage of it."""
    stage = {"campaign_day": rule.stage.since.isoformat()} if rule.stage else {}
    return {"campaign": rule.campaign, **stage}


def _said(value: object) -> str:
    return "1" if value is True else str(value)


def _link() -> Callable[..., str]:
    """Return a function that gives this register's address with some conditions changed."""
    kept = {name: value for name, value in request.args.items() if value and name not in PLACE}

    def link(**changes: str) -> str:
        wanted = {name: value for name, value in {**kept, **changes}.items() if value}
        return url_for("hazards.index", **wanted)  # type: ignore[arg-type]

    return link


@blueprint.get("/hazards/<uuid:hazard>")
@requires(Permission.HAZARD_READ)
def show(hazard: object) -> str:
    """Show one hazard: what it is, what happened, what can lawfully come next."""
    actor = current_actor()
    with reading() as session:
        card = enquiries.hazard(session, actor.scope(Permission.HAZARD_READ), str(hazard))
        entries = enquiries.history(session, card.uuid)
        found = steps.standing(session, actor, card.uuid, today=today())
        stored = records.record(session, actor.scope(Permission.RECORD_READ), card.record_uuid)
        again = {
            entry.seq: records.record(
                session, actor.scope(Permission.RECORD_READ), entry.body["record"]
            )
            for entry in entries
            if entry.kind in LOOKED_AT_AGAIN
        }
        spoke = [card.record_uuid, *(each.uuid for each in again.values())]
        reports = shelf.uuids_of(session, spoke)
    checklist = wired().catalog.find(card.checklist_slug, card.checklist_revision)
    if checklist:
        checklist = wired().library.narrowed(checklist, card.sector)
    item = checklist.item(card.item_code) if checklist else None
    language = get_locale().language
    tags = [tag.text.in_(language) for code in card.tags if item and (tag := item.tag(code))]
    deadline = card.deadline_on
    free = _free(found)
    return render_template(
        "web/hazards/show.html",
        hazard=card,
        history=history.told(entries),
        photos=_photos(card, records.payload_of(stored).photos),
        missing=stored.missing,
        again={seq: _looked_at_again(card, each) for seq, each in again.items()},
        reports=reports,
        item=item,
        grounds=grounds.of_item(checklist, item, day_of(card.found_at))
        if checklist and item
        else None,
        tags=tags,
        language=language,
        days_left=(deadline - today()).days if deadline and card.state not in ENDED else None,
        ended=card.state in ENDED,
        steps=[each for each in free if each[0] not in words.SELDOM],
        seldom=[each for each in free if each[0] in words.SELDOM],
        primary=_primary(free),
        barred=_barred(found),
        awaited=words.SIDES[awaited(found.situation)],
        waits=_question(found, entries),
        looks_again=actor.may(Permission.INSPECT) and card.source == Source.DEPARTMENT,
        elements=_elements(card),
        meanings=words.CHOICES,
    )


def _free(found: Standing) -> list[tuple[Step, Any]]:
    """The steps that may be taken now, with their verbs, what leads on first."""
    free = {offer.step for offer in found.offers if not offer.obstacle}
    return [(step, verb) for step, verb in words.VERBS.items() if step in free]


def _primary(steps: Sequence[tuple[Step, Any]]) -> Step | None:
    """The one step that the page puts forward, if any leads on."""
    return next((step for step, _ in steps[:1] if is_leading(step)), None)


def _barred(found: Standing) -> list[tuple[list[Any], Any]]:
    """The steps that are the reader's but not now, with the reason that they have in common."""
    why: dict[Obstacle, list[Any]] = {}
    for offer in found.offers:
        if offer.obstacle:
            why.setdefault(offer.obstacle, []).append(words.VERBS[offer.step])
    return [(verbs, words.OBSTACLES[obstacle]) for obstacle, verbs in why.items()]


def _question(found: Standing, entries: Sequence[HistoryEntry]) -> dict[str, Any] | None:
    """The question that waits: what was asked, by whom, and who may answer."""
    question = found.situation.question
    if question is None:
        return None
    kind = f"hazard.{ASKED_BY_STEP[question]}"
    asked = history.told([entry for entry in entries if entry.kind == kind][-1:])[0]
    return {"asked": asked, "answered_by": words.SIDES[answered_by(found.situation)]}


def _elements(card: HazardCard) -> list[tuple[Any, Any]]:
    """The five elements (五落实) as they were said last; none before anybody said them."""
    if not card.responsible:
        return []
    return [
        (gettext("责任人"), card.responsible),
        (gettext("措施"), card.measures),
        (gettext("资金"), "" if card.funds is None else money.amount(card.funds)),
        (gettext("时限"), card.planned_on),
        (gettext("应急措施"), card.emergency),
    ]


def _looked_at_again(card: HazardCard, stored: StoredRecord) -> LookedAtAgain:
    shots = records.payload_of(stored).photos_of(card.uuid)
    return LookedAtAgain(stored.uuid, shots, stored.missing)


def _photos(card: HazardCard, photos: tuple[Photo, ...]) -> list[Photo]:
    shown = set(card.photos_before) | set(card.photos_after)
    return [photo for photo in photos if photo.sha256 in shown and photo.item == card.item_code]
