"""Verification for anyone (核验): the page behind the QR code, an upload, and the verdict.

Public on purpose: a report is worth what strangers can check of it. Facts come
from `verification.verdict`, their sentences from `edge.verdicts`; nothing is
decided here.
"""

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import CombinedMultiDict
from wtforms import FileField, HiddenField

from inspection.accounts.policy import Permission
from inspection.edge import reading, requires, verdicts, wired
from inspection.edge.forms import ProtectedForm
from inspection.reports import shelf
from inspection.verification import verdict
from inspection.verification.verdict import FAILED, INDETERMINATE, PASSED, Fact, Verdict

blueprint = Blueprint("verification", __name__)

TROUBLE_FIRST = (FAILED, INDETERMINATE, PASSED)


class UploadForm(ProtectedForm):
    """One file, and the digest that the browser computed before it was sent."""

    document = FileField(_("PDF 文件"))
    digest = HiddenField()


@blueprint.get("/verify")
@requires(Permission.PUBLIC)
def ask() -> str:
    """Ask for a file."""
    return render_template("web/verification/upload.html", form=UploadForm())


@blueprint.post("/verify")
@requires(Permission.PUBLIC)
def examine() -> str | tuple[str, int]:
    """Examine the file and give the verdict. Nothing of it is kept."""
    form = UploadForm(CombinedMultiDict([request.files, request.form]))
    form.validate()  # raises FormExpired
    upload = request.files.get("document")
    data = upload.read(verdict.LARGEST_BYTES + 1) if upload else b""
    if not upload or not upload.filename:
        form.document.errors = [_("请先选一份 PDF 文件")]
        return render_template("web/verification/upload.html", form=form), 422
    with reading() as session:
        found = verdict.examine_document(
            session,
            data,
            blobs=wired().blobs,
            authority=wired().authority,
            server_key=wired().server_key,
            at=wired().clock(),
        )
    return render_template(
        "web/verification/verdict.html",
        verdict=found,
        facts=_told(found),
        signers=[(line.outcome, verdicts.signer(line)) for line in found.signers],
        headline=verdicts.headline(found),
        coverage=verdicts.coverage(found),
        not_checked=[verdicts.not_checked(code) for code in found.not_checked],
        as_sent=_as_sent(form, found),
        file_name=upload.filename,
        form=UploadForm(),
    )


def _told(found: Verdict) -> list[tuple[str, str]]:
    """Return outcome and sentence of every fact, what speaks against the file first."""

    def weight(fact: Fact) -> int:
        return TROUBLE_FIRST.index(fact.outcome)

    return [(fact.outcome, verdicts.sentence(fact)) for fact in sorted(found.facts, key=weight)]


def _as_sent(form: UploadForm, found: Verdict) -> bool | None:
    """Whether the browser's digest is ours; None when the browser computed none."""
    said = (form.digest.data or "").strip().lower()
    return said == found.sha256 if said else None


@blueprint.get("/verify/<uuid:report>")
@requires(Permission.PUBLIC)
def show(report: object) -> Response:
    """Show what anyone may know of a report: that it was issued, and by what to know it."""
    with reading() as session:
        facts = shelf.public_facts(session, str(report))
    page = render_template("web/verification/report.html", report=facts, form=UploadForm())
    return make_response(page, 200 if facts else 404)
