"""Issued reports (检查报告): the list that an auditor opens first, and the files themselves."""

import io
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import CombinedMultiDict
from wtforms import FileField, Form, SearchField

from inspection.accounts import people
from inspection.accounts.policy import Permission
from inspection.domain.problems import NotFound, Problem
from inspection.edge import current_actor, reading, requires, wired
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import STATUS_OF, spoken
from inspection.reports import own_certificate, revisions, shelf
from inspection.reports.shelf import ShelvedReport

blueprint = Blueprint("reports", __name__)

LARGEST_GROWTH = 16 * 1024 * 1024
"""What is read of an upload beyond the issued file: decades of revisions fit, and one byte more."""


class SearchForm(Form):
    """What narrows the list."""

    text = SearchField(_("文号或单位名称"))


class OwnCertificateForm(ProtectedForm):
    """The report as its signer has signed it elsewhere."""

    document = FileField(_("签过名的 PDF"))


@blueprint.get("/reports")
@requires(Permission.REPORT_READ)
def index() -> str:
    """List the issued reports in scope, newest first."""
    form = SearchForm(request.args)
    text = (form.text.data or "").strip()
    number = max(1, request.args.get("page", 1, type=int))
    scope = current_actor().scope(Permission.REPORT_READ)
    with reading() as session:
        page = shelf.search(session, scope, text, number)
    return render_template(
        "web/reports/list.html",
        form=form,
        reports=page,
        page_link=lambda wanted: url_for("reports.index", text=text or None, page=wanted),
    )


@blueprint.get("/reports/<uuid:report>")
@requires(Permission.REPORT_READ)
def show(report: object) -> str:
    """Show one report: every file it ever had, and what its signers can still add."""
    return _page(str(report))


@blueprint.get("/reports/<uuid:report>.pdf")
@requires(Permission.REPORT_READ)
def download(report: object) -> Response:
    """Send the newest file of a report, exactly as it was signed."""
    with reading() as session:
        shelved = _in_scope(session, str(report))
        sha256, _size = revisions.current(session, shelved.uuid)
    return _sent(shelved, sha256, "")


@blueprint.get("/reports/<uuid:report>/revisions/<int:number>.pdf")
@requires(Permission.REPORT_READ)
def download_revision(report: object, number: int) -> Response:
    """Send one file of a report as it was then; 0 is the issued one."""
    with reading() as session:
        shelved = _in_scope(session, str(report))
        added = revisions.of(session, shelved.uuid)
    files = [shelved.sha256, *(each.sha256 for each in added)]
    if number >= len(files):
        raise NotFound(revision=number)
    return _sent(shelved, files[number], f"-{number}")


@blueprint.post("/reports/<uuid:report>/own-certificate")
@requires(Permission.REPORT_SIGN)
def sign_with_own(report: object) -> Any:
    """Take back a report that a signer has signed elsewhere, with a certificate of their own."""
    form = OwnCertificateForm(CombinedMultiDict([request.files, request.form]))
    form.validate()  # raises FormExpired
    upload = request.files.get("document")
    if not upload or not upload.filename:
        form.document.errors = [_("请先选一份 PDF 文件")]
        return _page(str(report), form), 422
    with reading() as session:
        shelved = _in_scope(session, str(report))
    wiring = wired()
    try:
        own_certificate.receive(
            shelved,
            current_actor().uuid,
            upload.read(shelved.size + LARGEST_GROWTH),
            engine=wiring.engine,
            blobs=wiring.blobs,
            roots=wiring.settings.own_roots,
            at=wiring.clock(),
        )
    except Problem as problem:
        if not problem.code.startswith("own_"):
            raise
        form.document.errors = [spoken(problem).whole]
        return _page(str(report), form), STATUS_OF[type(problem)]
    return redirect(url_for("reports.show", report=report), 303)


def _page(uuid: str, form: OwnCertificateForm | None = None) -> str:
    actor = current_actor()
    with reading() as session:
        shelved = _in_scope(session, uuid)
        added = revisions.of(session, uuid)
        names = people.names(session, (each.made_by for each in added))
        offer = own_certificate.offer(session, shelved, actor.uuid)
    return render_template(
        "web/reports/show.html",
        report=shelved,
        revisions=[
            (each, names.get(each.made_by, ""), own_certificate.described(each)) for each in added
        ],
        current=added[-1] if added else shelved,
        may_audit=actor.may(Permission.AUDIT),
        offer=offer if actor.may(Permission.REPORT_SIGN) else None,
        form=form or OwnCertificateForm(),
    )


def _in_scope(session: Session, uuid: str) -> ShelvedReport:
    return shelf.report(session, current_actor().scope(Permission.REPORT_READ), uuid)


def _sent(shelved: ShelvedReport, sha256: str, suffix: str) -> Response:
    return send_file(
        io.BytesIO(wired().blobs.read(sha256)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{shelved.number}{suffix}.pdf",
        etag=sha256,
    )
