"""The register of hazards (隐患台账) and one hazard's page."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from flask import Blueprint, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, Form, SearchField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission
from inspection.domain.hazard import ENDED, TRANSITIONS, Level, Source, State, Step
from inspection.domain.record import Photo
from inspection.edge import current_actor, reading, requires, wired
from inspection.hazards import enquiries
from inspection.hazards.enquiries import HazardCard
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.stages import Stage
from inspection.organisations.unit import Sector
from inspection.reports import shelf
from inspection.submissions import records
from inspection.submissions.records import StoredRecord
from inspection.web.moments import today

blueprint = Blueprint("hazards", __name__)

SECTORS = {
    Sector.CHEMICALS: _("化工和危险化学品"),
    Sector.MACHINERY: _("机械制造"),
    Sector.METALLURGY: _("冶金有色"),
    Sector.CONSTRUCTION: _("建筑施工"),
    Sector.CATERING: _("餐饮"),
    Sector.LODGING: _("住宿"),
    Sector.RETAIL: _("商贸"),
    Sector.TRANSPORT: _("交通运输"),
    Sector.FOOD: _("食品加工"),
    Sector.WOOD: _("木材家具"),
    Sector.TEXTILES: _("纺织服装"),
    Sector.FISHERY: _("渔业"),
}
LEVELS = (Level.MAJOR, Level.LARGER, Level.GENERAL)

ON_THE_SPOT = frozenset({Step.FIX_ON_SPOT, Step.REINSPECT_PASS, Step.REINSPECT_RETURN})
"""Steps that happen inside a signed inspection and are never taken from this page."""
LOOKED_AT_AGAIN = tuple(f"hazard.{step}" for step in (Step.REINSPECT_PASS, Step.REINSPECT_RETURN))


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
    level = StringField()
    state = StringField()
    overdue = BooleanField()
    open = BooleanField()
    stage = StringField()
    source = StringField()
    listed = BooleanField()
    on_time = BooleanField()
    found_since = DateField(_("发现日期，从"))
    found_until = DateField(_("到"))
    closed_since = DateField()
    closed_until = DateField()
    open_on = DateField()


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
    form = RegisterForm(request.args)
    wanted = wanted_of(form)
    scope = current_actor().scope(Permission.HAZARD_READ)
    with reading() as session:
        page = enquiries.search(session, scope, wanted, today=today())
    return render_template(
        "web/hazards/register.html",
        form=form,
        filter=wanted,
        register=page,
        levels=LEVELS,
        states=tuple(State),
        narrowed=wanted != RegisterFilter(page=wanted.page),
        link=_link(),
        page_link=lambda number: _link()(page=str(number)),
    )


def wanted_of(form: RegisterForm) -> RegisterFilter:
    """What a register's address asks for; what it does not understand it leaves aside."""
    return RegisterFilter(
        unit_text=(form.unit.data or "").strip(),
        sector=form.sector.data if form.sector.data in set(Sector) else "",
        level=form.level.data if form.level.data in set(Level) else "",
        state=form.state.data if form.state.data in set(State) else "",
        overdue=bool(form.overdue.data),
        text=(form.text.data or "").strip(),
        page=max(1, request.args.get("page", 1, type=int)),
        open=bool(form.open.data),
        stage=form.stage.data if form.stage.data in set(Stage) else "",
        source=form.source.data if form.source.data in set(Source) else "",
        listed=bool(form.listed.data),
        on_time=bool(form.on_time.data),
        found_since=form.found_since.data,
        found_until=form.found_until.data,
        closed_since=form.closed_since.data,
        closed_until=form.closed_until.data,
        open_on=form.open_on.data,
    )


def address(wanted: RegisterFilter, place: str = "hazards.index") -> str:
    """The register's address, or a list's, with these conditions."""
    names = {"unit_text": "unit"}
    given = {
        names.get(field.name, field.name): getattr(wanted, field.name)
        for field in fields(wanted)
        if getattr(wanted, field.name) != field.default
    }
    return url_for(place, **{name: _said(value) for name, value in given.items()})  # type: ignore[arg-type]


def _said(value: object) -> str:
    return "1" if value is True else str(value)


def _link() -> Callable[..., str]:
    """Return a function that gives this register's address with some conditions changed."""
    kept = {name: value for name, value in request.args.items() if value and name != "page"}

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
        history = enquiries.history(session, card.uuid)
        stored = records.record(session, actor.scope(Permission.RECORD_READ), card.record_uuid)
        report_uuid = shelf.uuids_of(session, [card.record_uuid]).get(card.record_uuid)
        again = {
            entry.seq: records.record(
                session, actor.scope(Permission.RECORD_READ), entry.body["record"]
            )
            for entry in history
            if entry.kind in LOOKED_AT_AGAIN
        }
    checklist = wired().catalog.find(card.checklist_slug, card.checklist_revision)
    item = checklist.item(card.item_code) if checklist else None
    language = get_locale().language
    tags = [tag.text.in_(language) for code in card.tags if item and (tag := item.tag(code))]
    deadline = card.deadline_on
    return render_template(
        "web/hazards/show.html",
        hazard=card,
        history=history,
        photos=_photos(card, records.payload_of(stored).photos),
        missing=stored.missing,
        again={seq: _looked_at_again(card, each) for seq, each in again.items()},
        report_uuid=report_uuid,
        checklist=checklist,
        item=item,
        tags=tags,
        language=language,
        days_left=(deadline - today()).days if deadline and card.state not in ENDED else None,
        steps=lawful_steps(card.state),
    )


def lawful_steps(state: str) -> tuple[Step, ...]:
    """Return the steps that the table of domain/hazard.py offers from `state` at the desk."""
    return tuple(
        row.step for row in TRANSITIONS if row.before == state and row.step not in ON_THE_SPOT
    )


def _looked_at_again(card: HazardCard, stored: StoredRecord) -> LookedAtAgain:
    shots = records.payload_of(stored).photos_of(card.uuid)
    return LookedAtAgain(stored.uuid, shots, stored.missing)


def _photos(card: HazardCard, photos: tuple[Photo, ...]) -> list[Photo]:
    shown = set(card.photos_before) | set(card.photos_after)
    return [photo for photo in photos if photo.sha256 in shown and photo.item == card.item_code]
