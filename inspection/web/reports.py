"""Issued reports (检查报告): the list that an auditor opens first, and the files themselves."""

import io

from flask import Blueprint, Response, render_template, request, send_file, url_for
from flask_babel import lazy_gettext as _
from wtforms import Form, SearchField

from inspection.accounts.policy import Permission
from inspection.edge import current_actor, reading, requires, wired
from inspection.reports import shelf

blueprint = Blueprint("reports", __name__)


class SearchForm(Form):
    """What narrows the list."""

    text = SearchField(_("文号或单位名称"))


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


@blueprint.get("/reports/<uuid:report>.pdf")
@requires(Permission.REPORT_READ)
def download(report: object) -> Response:
    """Send a report's bytes exactly as they were signed."""
    with reading() as session:
        scope = current_actor().scope(Permission.REPORT_READ)
        shelved = shelf.report(session, scope, str(report))
    data = io.BytesIO(wired().blobs.read(shelved.sha256))
    return send_file(
        data,
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{shelved.number}.pdf",
        etag=shelved.sha256,
    )
