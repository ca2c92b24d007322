"""Looking back (倒查): every earlier check of a unit, or of one item there, newest first."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import DateField, Form, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from inspection.accounts.policy import Permission
from inspection.domain import answers
from inspection.domain.checklist import CheckItem, Checklist, Citation
from inspection.domain.problems import NotFound
from inspection.domain.record import Answer, Finding, Photo, Record, Reinspected
from inspection.domain.workdays import CHINA, day_of
from inspection.edge import current_actor, reading, requires, wired
from inspection.hazards import enquiries
from inspection.organisations import directory
from inspection.reports import shelf
from inspection.submissions.look_back import EarlierCheck, ItemName, look_back
from inspection.web.records import tally

blueprint = Blueprint("look_back", __name__)

_ITEM = re.compile(r"([a-z0-9-]{1,60}):([A-Za-z0-9-]{1,20})\Z")


class LookBackForm(Form):
    """What is looked back at; it comes with the address, so that it can be passed on."""

    unit = HiddenField()
    item = SelectField(_("检查项"), validate_choice=False)
    before = DateField(_("事故或倒查日期（含当天）"), [Optional()])


@dataclass(frozen=True)
class CheckedItem:
    """What one check said of the item that is looked back at."""

    item: CheckItem | None
    answer: Answer | None
    citations: tuple[tuple[str, Citation], ...]
    """Instrument in words and the citation, of those in force on the day of the check."""
    findings: tuple[Finding, ...]
    looked_at: tuple[Reinspected, ...]
    photos: tuple[Photo, ...]


@dataclass(frozen=True)
class Shown:
    """One earlier check as the page shows it."""

    check: EarlierCheck
    checklist: Checklist | None
    title: str
    report_uuid: str | None
    answered: int
    tally: tuple[tuple[str, int], ...]
    item: CheckedItem | None


@blueprint.get("/look-back")
@requires(Permission.RECORD_READ)
def index() -> str | Response:
    """Show the earlier checks of a unit; without a unit, ask for one."""
    form = LookBackForm(request.args)
    if not form.unit.data:
        return redirect("/units")
    item = _item(form.item.data)
    form.item.choices = _choices()
    form.validate()
    number = max(1, request.args.get("page", 1, type=int))
    with reading() as session:
        scope = current_actor().scope(Permission.RECORD_READ)
        unit = directory.unit(session, form.unit.data, scope)
        found = look_back(
            session, unit.id, item=item, before=_end_of(form.before.data), page=min(number, 10**6)
        )
        issued = shelf.uuids_of(session, [each.record.uuid for each in found.checks])
    return render_template(
        "web/look_back/show.html",
        form=form,
        unit=unit,
        found=found,
        shown=[_shown(each, item, issued.get(each.record.uuid)) for each in found.checks],
        item=item,
        item_title=_item_title(item),
        language=get_locale().language,
        page_link=lambda wanted: url_for("look_back.index", **{**request.args, "page": wanted}),
    )


@blueprint.get("/hazards/<uuid:hazard>/look-back")
@requires(Permission.HAZARD_READ)
def from_hazard(hazard: object) -> Response:
    """Look back from a hazard: the same item of the same unit, up to the day it was found."""
    with reading() as session:
        scope = current_actor().scope(Permission.HAZARD_READ)
        card = enquiries.hazard(session, scope, str(hazard))
    address = url_for(
        "look_back.index",
        unit=card.unit_uuid,
        item=f"{card.checklist_slug}:{card.item_code}",
        before=day_of(card.found_at).isoformat(),
    )
    return redirect(address)


def _item(text: str | None) -> ItemName | None:
    if not text:
        return None
    named = _ITEM.match(text)
    if named is None:
        raise NotFound(item=text[:80])
    slug, code = named.groups()
    return ItemName(wired().catalog.kin(slug), code)


def _end_of(day: date | None) -> datetime | None:
    """Checks of the day itself count: what happened first that day is for the reader to see."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA) if day else None


def _choices() -> dict[str, list[SelectChoice]]:
    language = get_locale().language
    lists = {
        f"{each.list_letter} {each.title.in_(language)}": [
            SelectChoice(f"{each.slug}:{item.code}", f"{item.code} {item.title.in_(language)}")
            for item in each.items
        ]
        for each in wired().catalog.current()
    }
    return {"": [SelectChoice("", _("全部检查项"))], **lists}


def _item_title(item: ItemName | None) -> str:
    """The item's title by the newest revision that has it; its code when none has."""
    if item is None:
        return ""
    current = (each for each in wired().catalog.current() if each.slug in item.slugs)
    known = next((found for each in current if (found := each.item(item.code))), None)
    return f"{item.code} {known.title.in_(get_locale().language)}" if known else item.code


def _shown(check: EarlierCheck, item: ItemName | None, report_uuid: str | None) -> Shown:
    record = check.record
    checklist = wired().catalog.find(record.checklist_slug, record.checklist_revision)
    unanswered = (answers.NOT_CHECKED, answers.NOT_APPLICABLE)
    return Shown(
        check=check,
        checklist=checklist,
        title=checklist.title.in_(get_locale().language) if checklist else record.checklist_slug,
        report_uuid=report_uuid,
        answered=sum(each.value not in unanswered for each in record.answers.values()),
        tally=tuple(tally(record)),
        item=_checked(record, checklist, item.code) if item else None,
    )


def _checked(record: Record, checklist: Checklist | None, code: str) -> CheckedItem:
    item = checklist.item(code) if checklist else None
    return CheckedItem(
        item=item,
        answer=record.answers.get(code),
        citations=_in_force(checklist, item, day_of(record.finished_at)),
        findings=tuple(each for each in record.findings if each.item == code),
        looked_at=tuple(each for each in record.reinspected if each.item == code),
        photos=tuple(each for each in record.photos if each.item == code),
    )


def _in_force(
    checklist: Checklist | None, item: CheckItem | None, day: date
) -> tuple[tuple[str, Citation], ...]:
    if checklist is None or item is None:
        return ()
    language, named = get_locale().language, checklist.instruments
    return tuple(
        (
            named[each.instrument].in_(language) if each.instrument in named else each.instrument,
            each,
        )
        for each in item.citations
        if each.in_force_on(day)
    )
