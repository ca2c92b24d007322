"""Verification for anyone (核验): the page behind the QR code, by digest, by upload.

Public on purpose: a report is worth what strangers can check of it. Facts come
from `verification`, their sentences from `edge.verdicts`; nothing is decided here.
"""

import re
from datetime import timedelta

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import CombinedMultiDict
from wtforms import FileField, HiddenField

from inspection.accounts.policy import Permission
from inspection.edge import reading, requires, verdicts, wired
from inspection.edge.forms import ProtectedForm
from inspection.edge.pace import Pace
from inspection.jobs.confinement import Turns
from inspection.paperwork import shelf as papers
from inspection.reports import revisions, shelf
from inspection.verification import verdict
from inspection.verification.facts import Verdict

blueprint = Blueprint("verification", __name__)

EXAMINE_SECONDS = 20
"""For strangers; `flask verify` is given longer."""
TURNS = Turns(seconds=8, waiting=1)
"""One is examined, one waits: two of a process's four threads stay free for everybody else."""
EXAMINATIONS, EXAMINATIONS_WITHIN = 30, timedelta(minutes=10)
_PACE = "zhencha.verification.pace"
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class UploadForm(ProtectedForm):
    """One file, and the digest that the browser computed before it was sent."""

    document = FileField(_("PDF 文件"))
    digest = HiddenField()


@blueprint.get("/verify")
@requires(Permission.PUBLIC)
def ask() -> str:
    """Ask for a file."""
    return _upload_page(UploadForm())


@blueprint.get("/verify/digest")
@requires(Permission.PUBLIC)
def by_digest() -> Response | tuple[str, int]:
    """Say what a SHA-256 tells, without the file: JSON for the script, a page for people."""
    digest = re.sub(r"[\s:]", "", request.args.get("sha256", "")).lower()
    if not _SHA256.match(digest):
        trouble = _("SHA-256 是 64 位十六进制数，请核对后再填。")
        return _upload_page(UploadForm(), digest=digest, digest_trouble=trouble), 422
    with reading() as session:
        found = verdict.by_digest(session, digest)
    said = verdicts.by_digest(found)
    facts = [verdicts.sentence(fact) for fact in found.facts] if found else []
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        outcome = found.outcome if found else None
        return jsonify(sha256=digest, known=bool(found), outcome=outcome, said=said, facts=facts)
    return make_response(
        render_template(
            "web/verification/digest.html",
            digest=digest,
            known=found,
            said=said,
            facts=facts,
            form=UploadForm(),
        )
    )


@blueprint.post("/verify")
@requires(Permission.PUBLIC)
def examine() -> str | tuple[str, int]:
    """Examine the file and give the verdict. Nothing of it is kept."""
    _pace().note(request.remote_addr or "", at=wired().clock())
    form = UploadForm(CombinedMultiDict([request.files, request.form]))
    form.validate()  # raises FormExpired
    upload = request.files.get("document")
    if not upload or not upload.filename:
        form.document.errors = [_("请先选一份 PDF 文件")]
        return _upload_page(form), 422
    found = _examined(upload.read(verdict.LARGEST_BYTES + 1))
    return render_template(
        "web/verification/verdict.html",
        verdict=found,
        headline=verdicts.headline(found),
        topics=_told(found),
        signers=[
            (line.outcome, verdicts.signer(line), verdicts.scope(line)) for line in found.signers
        ],
        coverage=verdicts.coverage(found),
        notes=[verdicts.note(code) for code in found.notes],
        not_checked=[verdicts.not_checked(code) for code in found.not_checked],
        as_sent=_as_sent(form, found),
        file_name=upload.filename,
    )


def _examined(data: bytes) -> Verdict:
    wiring = wired()
    return verdict.examine_document(
        data,
        engine=wiring.engine,
        blobs=wiring.blobs,
        authority=wiring.authority,
        server_key=wiring.server_key,
        at=wiring.clock(),
        seconds=EXAMINE_SECONDS,
        turns=TURNS,
    )


def _pace() -> Pace:
    pace: Pace = current_app.extensions.setdefault(_PACE, Pace(EXAMINATIONS, EXAMINATIONS_WITHIN))
    return pace


def _upload_page(form: UploadForm, **more: object) -> str:
    return render_template("web/verification/upload.html", form=form, **more)


def _told(found: Verdict) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Return each topic: name, outcome, its word, and outcome and sentence of every fact."""
    return [
        (name, outcome, word, [(fact.outcome, verdicts.sentence(fact)) for fact in facts])
        for name, outcome, word, facts in verdicts.topics(found)
    ]


def _as_sent(form: UploadForm, found: Verdict) -> bool | None:
    """Whether the browser's digest is ours; None when the browser computed none."""
    said = (form.digest.data or "").strip().lower()
    return said == found.sha256 if said else None


@blueprint.get("/verify/<uuid:report>")
@requires(Permission.PUBLIC)
def show(report: object) -> Response:
    """Show what anyone may know of a report or paper: that it was issued, by what to know it."""
    with reading() as session:
        paper = papers.find(session, str(report))
        facts = shelf.public_facts(session, str(report))
        added = revisions.of(session, str(report))
    if paper is not None and paper.number:
        return make_response(
            render_template("web/verification/paper.html", paper=paper, form=UploadForm())
        )
    page = render_template(
        "web/verification/report.html", report=facts, revisions=added, form=UploadForm()
    )
    return make_response(page, 200 if facts else 404)
