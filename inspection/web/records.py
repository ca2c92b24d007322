"""Records handed in (检查记录): the list, one record whole, and the bytes of its photos."""

import re
from collections import Counter
from dataclasses import replace

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from wtforms import Form, SearchField

from inspection.accounts.policy import Permission
from inspection.domain import answers
from inspection.domain.checklist import Checklist
from inspection.domain.problems import NotFound
from inspection.domain.record import Clock, Record
from inspection.domain.workdays import day_of
from inspection.edge import current_actor, reading, requires, wired
from inspection.edge.held import fault_sentence
from inspection.edge.problems import Spoken, spoken_code, time_server_sentence
from inspection.hazards import enquiries, findings
from inspection.jobs import queue
from inspection.jobs.queue import Trouble
from inspection.organisations import directory
from inspection.paperwork import shelf as paper_shelf
from inspection.paperwork.issuing import is_officer
from inspection.reports import shelf
from inspection.reports.papers import fitting
from inspection.submissions import intake, records
from inspection.submissions.records import HELD, StoredRecord
from inspection.web import grounds, papers, scores
from inspection.web.papers_shelf import STATES, sees_drafts

blueprint = Blueprint("records", __name__)

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class SearchForm(Form):
    """What narrows the list."""

    text = SearchField(_("单位名称"))


@blueprint.get("/records")
@requires(Permission.RECORD_READ)
def index() -> str:
    """List the records in scope, newest first."""
    form = SearchForm(request.args)
    text = (form.text.data or "").strip()
    number = max(1, request.args.get("page", 1, type=int))
    scope = current_actor().scope(Permission.RECORD_READ)
    with reading() as session:
        page = records.search(session, scope, text, number)
        issued = shelf.uuids_of(session, [row.uuid for row in page.rows])
    found = {(row.checklist_slug, row.checklist_revision) for row in page.rows}
    return render_template(
        "web/records/list.html",
        form=form,
        records=page,
        reports=issued,
        titles={key: _title(wired().catalog.find(*key)) for key in found},
        page_link=lambda wanted: url_for("records.index", text=text or None, page=wanted),
    )


@blueprint.get("/records/<uuid:record>")
@requires(Permission.RECORD_READ)
def show(record: object) -> str:
    """Show one record as it was signed, with what holds it back and what fixes it in place."""
    with reading() as session:
        scope = current_actor().scope(Permission.RECORD_READ)
        stored = records.record(session, scope, str(record))
        payload = records.payload_of(stored)
        raised = dict(enquiries.raised(session, stored.uuid))
        report_uuid = shelf.uuids_of(session, [stored.uuid]).get(stored.uuid)
        trouble = queue.trouble(session, intake.report_job_key(stored.uuid))
        unit = directory.find(session, payload.unit_uuid)
        given = paper_shelf.of_record(session, stored.uuid, drafts=sees_drafts(current_actor()))
    checklist = wired().catalog.find(payload.checklist_slug, payload.checklist_revision)
    return render_template(
        "web/records/show.html",
        stored=stored,
        report_uuid=report_uuid,
        trouble=trouble,
        delay=_delay(trouble) if trouble else None,
        glyphs=_glyphs(trouble) if trouble else [],
        record=payload,
        checklist=checklist,
        title=_title(checklist) or payload.checklist_slug,
        faults=[(fault_sentence(fault.code), fault.pointer) for fault in stored.faults],
        hazards=_hazards(payload, raised),
        papers=_papers(stored, payload),
        given_papers=given,
        paper_states=STATES,
        may_issue=is_officer(payload, current_actor().uuid),
        tally=tally(payload),
        grounds=grounds.of_items(
            wired().library.narrowed(checklist, unit.sector) if checklist and unit else checklist,
            {finding.item for finding in payload.findings},
            day_of(payload.finished_at),
        ),
        score=scores.of_record(payload, checklist, unit.sector if unit else ""),
        short=bool(checklist and wired().catalog.is_short(checklist)),
        clock=_clock_words(payload.clock),
        language=get_locale().language,
    )


@blueprint.get("/records/<uuid:record>/photos/<digest>")
@requires(Permission.RECORD_READ)
def photo(record: object, digest: str) -> Response:
    """Send the bytes of one photo of a record in scope, as the type the record gives it."""
    with reading() as session:
        scope = current_actor().scope(Permission.RECORD_READ)
        payload = records.payload_of(records.record(session, scope, str(record)))
    types = {file.sha256: file.type for each in payload.photos for file in each.files}
    if not _DIGEST.match(digest) or digest not in types or not wired().blobs.has(digest):
        raise NotFound(photo=digest)
    response = Response(wired().blobs.read(digest), content_type=types[digest])
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _delay(trouble: Trouble) -> Spoken:
    """Say why the report waits; a mistake of ours has no code and is said as one."""
    if trouble.code == "timestamp_unavailable":
        reason = time_server_sentence(trouble.details)
        return replace(spoken_code(trouble.code), sentence=reason)
    if trouble.code:
        return spoken_code(trouble.code)
    return Spoken(
        "", gettext("出具时出了内部错误。"), gettext("记录已完整收存。"), gettext("请联系管理员。")
    )


def _glyphs(trouble: Trouble) -> list[tuple[str, str, str]]:
    """Each character that cannot be printed: itself, its code point, and where it stands."""
    return [
        (each["character"], f"U+{ord(each['character']):04X}", each["place"])
        for each in trouble.details.get("places", [])
    ]


def _title(checklist: Checklist | None) -> str:
    return checklist.title.in_(get_locale().language) if checklist else ""


def _papers(stored: StoredRecord, payload: Record) -> list[tuple[str, str]]:
    """The papers that this record gives ground for: kind and name."""
    if stored.state == HELD:
        return []
    return [(kind, str(papers.NAMES[kind])) for kind in fitting(payload)]


def _hazards(payload: Record, raised: dict[str, str]) -> dict[str, str]:
    """Return hazard uuids by finding uuid, of those findings that reached the register."""
    found = {each.uuid: findings.hazard_uuid(payload.uuid, each.uuid) for each in payload.findings}
    return {finding: hazard for finding, hazard in found.items() if hazard in raised}


def tally(payload: Record) -> list[tuple[str, int]]:
    """How many items got each of the four answers, with the answer in words."""
    counted = Counter(answer.value for answer in payload.answers.values())
    words = {
        answers.PASS: gettext("合格"),
        answers.FAIL: gettext("不合格"),
        answers.NOT_APPLICABLE: gettext("不适用"),
        answers.NOT_CHECKED: gettext("未检查"),
    }
    return [(words[value], counted[value]) for value in answers.VALUES]


def _clock_words(clock: Clock) -> str:
    if clock.server_offset_ms is None:
        words = gettext("检查期间没有对过服务器时间")
    elif abs(clock.server_offset_ms) < 1000:
        words = gettext("与服务器相差不到 1 秒")
    else:
        seconds = f"{abs(clock.server_offset_ms) / 1000:.0f}"
        # The offset is the server's clock less the device's.
        slow = clock.server_offset_ms > 0
        words = (
            gettext("比服务器慢 %(seconds)s 秒", seconds=seconds)
            if slow
            else gettext("比服务器快 %(seconds)s 秒", seconds=seconds)
        )
    return str(words)
