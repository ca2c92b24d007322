"""Issuing papers of an inspection (出具文书): drafts, and the form by which one is proposed.

What a paper says is `reports.papers`, what is left to the officers `domain.paper`, how one is
issued `paperwork`. Papers that are on the shelf are `papers_shelf`.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect
from wtforms import PasswordField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from inspection.accounts.policy import Permission
from inspection.domain import paper as domain
from inspection.domain.hazard import ENDED
from inspection.domain.paper import Decision, Followed
from inspection.domain.problems import GlyphMissing, NotFound, PaperIncomplete, RecordIncomplete
from inspection.domain.record import Record
from inspection.domain.workdays import day_of
from inspection.edge import current_actor, passwords, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.hazards import enquiries, findings
from inspection.jobs.confinement import Turns, run_confined
from inspection.paperwork import issuers, issuing, shelf
from inspection.paperwork.issuers import Issuer
from inspection.paperwork.issuing import Proposal
from inspection.reports import papers, pdf, previews
from inspection.reports.papers import Words
from inspection.reports.pdf import Drawing
from inspection.reports.previews import Ground
from inspection.submissions import records
from inspection.submissions.records import StoredRecord
from inspection.web.moments import today

blueprint = Blueprint("papers", __name__)

DRAW_SECONDS = 20
TURNS = Turns(seconds=15, waiting=3)
NAMES = {
    "onsite_record": _("现场检查记录"),
    "rectify_order": _("责令限期整改指令书"),
    "onsite_measure": _("现场处理措施决定书"),
    "review_opinion": _("整改复查意见书"),
}


@blueprint.get("/records/<uuid:record>/papers/<kind>.pdf")
@requires(Permission.RECORD_READ)
def preview(record: object, kind: str) -> Response:
    """Send the draft of one paper; no transaction is open while it is drawn."""
    if kind not in domain.TITLES:
        raise NotFound(paper=kind)
    with reading() as session:
        scope = current_actor().scope(Permission.RECORD_READ)
        ground = _ground(session, records.record(session, scope, str(record)))
    words = papers.compose(ground.record, ground.report, kind)
    drawn = _drawn_draft(ground.record, words)
    response = send_file(
        io.BytesIO(drawn.pdf),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"草稿 {words.title}.pdf",
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _ground(session: Session, stored: StoredRecord) -> Ground:
    wiring, actor = wired(), current_actor()
    issues = actor.may(Permission.PAPER_ISSUE)
    return previews.ground(
        session,
        stored,
        catalog=wiring.catalog,
        library=wiring.library,
        organisation=actor.unit_name if issues else wiring.settings.organisation,
        public_url=wiring.settings.public_url,
        at=wiring.clock(),
    )


def _drawn_draft(record: Record, words: Words, number: str = "") -> Drawing:
    draft = papers.draft(record, words, at=wired().clock())
    draft = replace(draft, number=number) if number else draft
    kept = wired().blobs
    inks = {each: kept.read(each) for each in words.inks if kept.has(each)}
    drawn: Drawing = run_confined(
        pdf.draw_paper, draft, (), inks, seconds=DRAW_SECONDS, turns=TURNS
    )
    return drawn


@dataclass(frozen=True)
class _Desk:
    """What stands on an officer's desk before a paper is proposed."""

    stored: StoredRecord
    ground: Ground
    kind: str
    issuer: Issuer
    items: dict[int, date | None]
    """Problems that are still open, with the record's deadlines."""
    hazards: dict[int, str]
    followable: tuple[Followed, ...]

    @property
    def record(self) -> Record:
        return self.ground.record

    @property
    def inspected_on(self) -> date:
        return day_of(self.record.started_at)


def _desk(record: object, kind: str) -> _Desk:
    """Read the desk. Raises NotFound, PaperUnfit or OfficerMissing."""
    if kind not in domain.TITLES:
        raise NotFound(paper=kind)
    actor = current_actor()
    with reading() as session:
        scope = actor.scope(Permission.PAPER_ISSUE)
        stored = records.record(session, scope, str(record))
        ground = _ground(session, stored)
        papers.compose(ground.record, ground.report, kind)  # raises PaperUnfit
        issuing.refuse_others(ground.record, actor.uuid)
        hazards = {
            number: findings.hazard_uuid(stored.uuid, each.uuid)
            for number, each in enumerate(ground.record.findings, start=1)
        }
        standing = enquiries.standings(session, hazards.values())
        left = papers.items(ground.record, kind)
        return _Desk(
            stored=stored,
            ground=ground,
            kind=kind,
            issuer=issuers.of(session, actor.unit_uuid).issuer,
            items={
                number: day
                for number, day in left.items()
                if standing[hazards[number]].state not in ENDED
            },
            hazards=hazards,
            followable=_followable(session, ground.record, kind),
        )


def _followable(session: Session, record: Record, kind: str) -> tuple[Followed, ...]:
    """The papers in force on the hazards that were looked at again."""
    if kind != "review_opinion":
        return ()
    wanted = [each.hazard for each in record.reinspected]
    found = shelf.following(session, wanted)
    return tuple(
        Followed(each.uuid, each.title, each.number, each.issued_on)
        for each in found
        if each.kind in domain.FOLLOWED
    )


class ProposalForm(ProtectedForm):
    """What every paper asks for; `_form` adds what one kind leaves to the officers."""

    receiver = StringField(_("交给谁（被检查单位接收人）"))
    password = PasswordField(_("您的登录密码"), [Length(max=1000)])


def _form(desk: _Desk, data: Mapping[str, Any]) -> Any:
    """Build the form of one paper."""
    added: dict[str, Any] = {}
    if desk.kind in ("rectify_order", "onsite_measure"):
        choices = [SelectChoice(str(number), str(number)) for number in desk.items]
        added["items"] = SelectMultipleField(_("列入哪几项"), choices=choices)
        added["government"] = StringField(_("复议机关（人民政府）"))
        added["court"] = StringField(_("诉讼法院（人民法院）"))
    if desk.kind == "rectify_order":
        added |= {f"deadline_{number}": StringField(_("整改期限")) for number in desk.items}
    if desk.kind == "onsite_measure":
        measures = [SelectChoice(each, each) for each in domain.MEASURES]
        added["measures"] = SelectMultipleField(_("现场处理措施"), choices=measures)
        added["object"] = StringField(_("措施适用于（场所、设备、作业）"))
        added["from_on"] = StringField(_("措施自"))
        added["until_on"] = StringField(_("措施至"))
    if desk.kind == "review_opinion":
        sources = [
            SelectChoice(each.uuid, f"{each.title} {each.number}") for each in desk.followable
        ]
        added["followed"] = SelectMultipleField(_("依据哪份文书复查"), choices=sources)
    made = type("ProposalForm", (ProposalForm,), added)
    return made(request.form) if request.method == "POST" else made(data=data)


def _suggested(desk: _Desk) -> dict[str, Any]:
    """What the form holds at first: what the record says, as far as it still can be."""
    parties = [each for each in desk.record.people if each.role == "party"]
    said: dict[str, Any] = {
        "receiver": parties[0].name if parties else "",
        "government": desk.issuer.government,
        "court": desk.issuer.court,
        "items": [str(number) for number in desk.items],
        "from_on": desk.inspected_on.isoformat(),
        "followed": [each.uuid for each in desk.followable],
    }
    for number, day in desk.items.items():
        said[f"deadline_{number}"] = day.isoformat() if day and day >= today() else ""
    return said


@blueprint.get("/records/<uuid:record>/papers/<kind>")
@requires(Permission.PAPER_ISSUE)
def form(record: object, kind: str) -> str:
    """Show what a paper would say, and ask for what the law leaves to the officers."""
    desk = _desk(record, kind)
    words = papers.compose(desk.record, desk.ground.report, kind)
    return _page(desk, _form(desk, _suggested(desk)), words)


@blueprint.post("/records/<uuid:record>/papers/<kind>")
@requires(Permission.PAPER_ISSUE)
def propose(record: object, kind: str) -> Response | Redirect | str:
    """Show the paper with what was filled in; or write the proposal down, password entered."""
    desk = _desk(record, kind)
    filled = _form(desk, {})
    filled.validate()  # raises FormExpired
    try:
        decision = _decision(desk)
    except PaperIncomplete as problem:
        tell(filled, problem)
        words = papers.compose(desk.record, desk.ground.report, kind)
        return make_response(_page(desk, filled, words), 422)
    words = papers.compose(desk.record, desk.ground.report, kind, decision)
    if request.form.get("act") == "preview":
        return _page(desk, filled, words, previewed=True)
    if not _printable(desk, filled, words) or not is_really_them(filled):
        return make_response(_page(desk, filled, words, previewed=True), 422)
    uuid = _propose(desk, words, decision)
    flash(
        gettext("已记入台账。请另一位检查人员登录后打开本页，核对并确认，然后编号、签名、盖章。"),
        "done",
    )
    return redirect(url_for("papers_shelf.show", paper=uuid), 303)


def _propose(desk: _Desk, words: Words, decision: Decision) -> str:
    if desk.kind == "review_opinion":
        hazards: dict[str, date | None] = {each.hazard: None for each in desk.record.reinspected}
    elif desk.kind == "onsite_record":
        hazards = dict.fromkeys(desk.hazards.values())
    else:
        hazards = {desk.hazards[number]: day for number, day in decision.items.items()}
    missing = [each for each in words.inks if not wired().blobs.has(each)]
    if missing:
        raise RecordIncomplete(missing=missing)
    assert desk.stored.unit_uuid is not None, "a held record gives no ground for a paper"
    proposal = Proposal(
        kind=desk.kind,
        record_uuid=desk.stored.uuid,
        unit_uuid=desk.stored.unit_uuid,
        content_sha256=wired().blobs.keep(papers.frozen(words)),
        hazards=hazards,
        follows=tuple(each.uuid for each in decision.followed),
    )
    with writing() as session:
        return issuing.propose(session, current_actor(), proposal, at=wired().clock())


def _decision(desk: _Desk) -> Decision:
    chosen = {name: request.form.getlist(name) for name in ("items", "measures", "followed")}
    return domain.decide(
        desk.kind,
        request.form,
        chosen,
        open_items=desk.items,
        followable=desk.followable,
        inspected_on=desk.inspected_on,
        today=today(),
    )


def _printable(desk: _Desk, filled: Any, words: Words) -> bool:
    """Draw it once, number and all: a character without a glyph is told now, not by the job."""
    number = domain.number(desk.issuer.mark, desk.kind, today().year, 1)
    try:
        _drawn_draft(desk.record, words, number)
    except GlyphMissing as missing:
        filled.form_errors.append(unprintable(missing))
        return False
    return True


def unprintable(missing: GlyphMissing) -> str:
    """Name each character that no typeface has."""
    characters = "、".join(f"“{c}”（U+{ord(c):04X}）" for c in missing.details["characters"])
    said: str = gettext(
        "这些字没有字形，印不出来，请换一种写法：%(characters)s", characters=characters
    )
    return said


def is_really_them(filled: Any) -> bool:
    """Ask for the password; what is wrong with it is told at its field."""
    trouble = passwords.refused(str(filled.password.data or ""))
    if trouble == passwords.WRONG:
        filled.password.errors = [gettext("密码不对，没有提交。")]
    elif trouble:
        filled.password.errors = [gettext("试的次数太多，没有提交。请过十分钟再试。")]
    return not trouble


def tell(filled: Any, problem: PaperIncomplete) -> None:
    """Put the sentence for each fault beside its field."""
    words = {
        "missing": gettext("请填写或选择"),
        "too_long": gettext("太长了，写不下"),
        "not_a_day": gettext("日期不对，写成 2026-11-22 这样"),
        "day_past": gettext("期限不能早于今天"),
        "day_to_come": gettext("日期不能晚于今天"),
        "day_too_early": gettext("日期太早：在检查或签发之前"),
        "day_not_later": gettext("结束日期不能早于开始日期"),
        "term_too_long": gettext("期限不能超过 6 个月"),
        "not_a_mark": gettext("简称里不能有括号和空格"),
    }
    for name, code in problem.details["fields"].items():
        filled[name].errors = [words[code]]


def _page(desk: _Desk, filled: Any, words: Words, *, previewed: bool = False) -> str:
    return render_template(
        "web/papers/form.html",
        record=desk.record,
        stored=desk.stored,
        kind=desk.kind,
        name=NAMES[desk.kind],
        form=filled,
        words=words,
        items={each.number: each for each in desk.ground.report.problems},
        open_items=tuple(desk.items),
        followable=desk.followable,
        issuer=desk.issuer,
        previewed=previewed,
    )
