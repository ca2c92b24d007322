"""Carrying reports away: batches with their manifest, and whole cases with their proof.

Both are forms, not links: each writes into the ledger who took what, before it is sent.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from inspection.accounts.policy import Permission
from inspection.audits import archives, batches, bundles, cases, desk
from inspection.audits.archives import MOST_FILES
from inspection.audits.batches import Batch
from inspection.domain.problems import DownloadTooLarge
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.web.audits import conditions_of, wanted_of

blueprint = Blueprint("audit_exports", __name__)


@blueprint.post("/audits/exports")
@requires(Permission.AUDIT)
def prepare() -> Redirect:
    """Prepare a batch: the picked reports, or all that the conditions leave."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    actor = current_actor()
    scope = actor.scope(Permission.AUDIT)
    picked = _uuids(request.form.getlist("report"))
    wants_picked = request.form.get("what") == "picked"
    if wants_picked and not picked:
        flash(gettext("还没有勾选报告。勾选之后再下载，或者下载全部筛选结果。"), "wait")
        conditions: dict[str, Any] = {**conditions_of(wanted_of(request.form))}
        return redirect(url_for("audits.index", **conditions), 303)
    if len(picked) > MOST_FILES:
        raise DownloadTooLarge(files=len(picked), most_files=MOST_FILES)
    with writing() as session:
        rows = (
            desk.picked(session, scope, picked)
            if wants_picked
            else desk.listed(session, scope, wanted_of(request.form), most=MOST_FILES + 1)
        )
        made = batches.prepare(session, actor, rows, blobs=wired().blobs, at=wired().clock())
    return redirect(url_for("audit_exports.show", export=made), 303)


def _uuids(texts: list[str]) -> list[str]:
    found = []
    for text in dict.fromkeys(texts):
        try:
            found.append(str(UUID(text)))
        except ValueError:
            continue
    return found


@blueprint.get("/audits/exports/<uuid:export>")
@requires(Permission.AUDIT)
def show(export: object) -> str:
    """Show what a batch holds and its manifest's own digest, before it is downloaded."""
    return render_template("web/audits/export.html", batch=_batch(export))


@blueprint.get("/audits/exports/<uuid:export>.zip")
@requires(Permission.AUDIT)
def download(export: object) -> Response:
    """Send a prepared batch."""
    batch = _batch(export)
    parts = batches.parts(batch, wired().blobs)
    return _sent(archives.written(parts, wired().blobs), f"reports-{batch.digest[:12]}.zip")


def _batch(export: object) -> Batch:
    actor = current_actor()
    with reading() as session:
        scope = actor.scope(Permission.AUDIT)
        return batches.batch(session, actor.uuid, scope, str(export), blobs=wired().blobs)


@blueprint.post("/audits/<uuid:report>/case.zip")
@requires(Permission.AUDIT)
def case(report: object) -> Response:
    """Write down that the case is carried away, and send it."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    actor = current_actor()
    with writing() as session:
        bundle = bundles.prepare(
            session,
            actor,
            cases.case(session, actor.scope(Permission.AUDIT), str(report)),
            blobs=wired().blobs,
            authority=wired().authority,
            server_key=wired().server_key,
            at=wired().clock(),
        )
    return _sent(archives.written(bundle.parts, wired().blobs), bundle.name)


def _sent(pieces: Iterable[bytes], name: str) -> Response:
    response = Response(pieces, content_type="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
