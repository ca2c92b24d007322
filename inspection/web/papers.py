"""Drafts of an inspection's papers (执法文书草稿), drawn on request and kept nowhere."""

import io

from flask import Blueprint, Response, send_file
from flask_babel import lazy_gettext as _

from inspection.accounts.policy import Permission
from inspection.domain.problems import NotFound
from inspection.edge import current_actor, reading, requires, wired
from inspection.jobs.confinement import Turns, run_confined
from inspection.reports import papers, pdf, previews
from inspection.submissions import records

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
    if kind not in papers.TITLES:
        raise NotFound(paper=kind)
    wiring = wired()
    with reading() as session:
        scope = current_actor().scope(Permission.RECORD_READ)
        paper = previews.draft(
            session,
            records.record(session, scope, str(record)),
            kind,
            catalog=wiring.catalog,
            organisation=wiring.settings.organisation,
            public_url=wiring.settings.public_url,
            at=wiring.clock(),
        )
    drawn = run_confined(pdf.draw_paper, paper, seconds=DRAW_SECONDS, turns=TURNS)
    response = send_file(
        io.BytesIO(drawn),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"草稿 {paper.title}.pdf",
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
