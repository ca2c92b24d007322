"""Lists as files (Excel, XLSForm): downloads, the template, and a draft begun from a workbook."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response as Redirect
from wtforms import FileField

from inspection.accounts.policy import Permission
from inspection.authoring import arrivals, documents, drafts, lists, workbooks, xlsforms
from inspection.authoring.documents import Document
from inspection.authoring.transcript import Arrival, Transcript
from inspection.domain import proofreading
from inspection.domain.problems import FormUnfit, NotFound, Problem, RevisionUnpublished
from inspection.domain.proofreading import Fault
from inspection.edge import current_actor, problems, reading, requires, transcripts, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import STATUS_OF
from inspection.jobs.confinement import Turns
from inspection.web.authoring import document_of, office, origin_of, visible
from inspection.web.lists import WORKBOOK
from inspection.web.moments import today

blueprint = Blueprint("checklist_files", __name__)

TURNS = Turns(seconds=8, waiting=1)
"""One is read, one waits: two of a process's four threads stay free for everybody else."""


class WorkbookForm(ProtectedForm):
    """One workbook."""

    workbook = FileField(_("Excel 工作簿（.xlsx）"))


# --- out ----------------------------------------------------------------------


@blueprint.get("/authoring/lists/<slug>/<int:revision>.xlsx")
@requires(Permission.CHECKLIST_AUTHOR)
def workbook(slug: str, revision: int) -> Response:
    """Send a published revision as a workbook that can be edited and sent back."""
    return _sent(workbooks.written(_published(slug, revision)), f"{slug}.{revision}.xlsx")


@blueprint.get("/authoring/lists/<slug>/<int:revision>/xlsform.xlsx")
@requires(Permission.CHECKLIST_AUTHOR)
def xlsform(slug: str, revision: int) -> Response:
    """Send a published revision as an XLSForm."""
    document = _published(slug, revision)
    return _sent(xlsforms.written(document), f"{slug}.{revision}.xlsform.xlsx")


@blueprint.get("/authoring/drafts/<uuid:draft>.xlsx")
@requires(Permission.CHECKLIST_AUTHOR)
def draft(draft: object) -> Response:
    """Send a draft as a workbook, half done as it is."""
    with reading() as session:
        found = drafts.draft(session, current_actor(), str(draft))
    return _sent(workbooks.written(found.document), f"{found.name}-draft.xlsx")


@blueprint.get("/authoring/template.xlsx")
@requires(Permission.CHECKLIST_AUTHOR)
def template() -> Response:
    """Send an empty workbook with drop-downs, to be filled in."""
    return _sent(workbooks.written(workbooks.EMPTY), gettext("检查表模板.xlsx"))


def _published(slug: str, revision: int) -> Document:
    with reading() as session:
        return visible(session, slug, revision)


def _sent(data: bytes, name: str) -> Response:
    response = Response(data, content_type=WORKBOOK)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


# --- in -----------------------------------------------------------------------


@blueprint.get("/authoring/workbook")
@requires(Permission.CHECKLIST_AUTHOR)
def ask() -> str:
    """Ask for a workbook."""
    return _page(WorkbookForm())


@blueprint.post("/authoring/workbook")
@requires(Permission.CHECKLIST_AUTHOR)
def begin() -> str | tuple[str, int] | Redirect:
    """Begin a draft from a workbook; what came over is told on a page of its own."""
    form = WorkbookForm(CombinedMultiDict([request.files, request.form]))
    form.validate()  # raises FormExpired
    upload = request.files.get("workbook")
    if not upload or not upload.filename:
        form.workbook.errors = [_("请先选一份工作簿")]
        return _page(form), 422
    try:
        found = arrivals.transcribed(upload.read(arrivals.LARGEST_BYTES + 1), turns=TURNS)
    except Problem as problem:
        form.workbook.errors = [_words_of(problem)]
        return _page(form), STATUS_OF[type(problem)]
    with writing() as session:
        uuid = _begun(session, found)
        document = drafts.draft(session, current_actor(), uuid).document
        drafts.keep_arrival(session, uuid, Arrival.of(found, _faults(document)))
    return redirect(url_for("checklist_files.arrival", draft=uuid), 303)


def _begun(session: Session, found: Transcript) -> str:
    """A new list, or the next revision where the workbook is of an own list of one's office."""
    actor, at, document = current_actor(), wired().clock(), found.document
    source = _source(session, document)
    own = [each for each in lists.newest(session, actor) if source and each.slug == source["slug"]]
    if source and own and own[0].own:
        each = [document_of(own[0].slug, number) for number in range(1, own[0].number + 1)]
        used = [code for revision in each for code in documents.codes(revision)]
        made = arrivals.followed(document, each[-1], used=used, on=today())
        return drafts.begin_next(session, actor, own[0].unit_uuid, made, base=each[-1], at=at)
    make = partial(arrivals.founded, document, source=source, on=today())
    return drafts.begin(session, actor, office(session), make, base=source, at=at)


def _source(session: Session, document: Document) -> Document | None:
    """The published list that the workbook was written from, when the reader may see it."""
    slug, revision = document.get("slug"), document.get("revision")
    if not slug or not isinstance(revision, int):
        return None
    try:
        return visible(session, slug, revision)
    except (NotFound, RevisionUnpublished):
        return None


def _faults(document: Mapping[str, Any]) -> list[Fault]:
    schema, origin = wired().checklist_schema, origin_of(document)
    return proofreading.faults(document, schema=schema, origin=origin)


@blueprint.get("/authoring/drafts/<uuid:draft>/workbook")
@requires(Permission.CHECKLIST_AUTHOR)
def arrival(draft: object) -> str:
    """Say what became of the workbook that a draft began with, and what was wrong, by its cells."""
    with reading() as session:
        begun = drafts.draft(session, current_actor(), str(draft))
        told = drafts.arrival(session, current_actor(), str(draft))
    return render_template(
        "web/authoring/transcribed.html",
        draft=begun,
        items=len(documents.codes(begun.document)),
        wrong=transcripts.wrong(told.transcript, told.faults),
        notes=transcripts.notes(told.transcript),
    )


def _words_of(problem: Problem) -> str:
    """Why a workbook was refused, and what helps; of a form also what pyxform says."""
    why = f" (pyxform: {problem.details['why']})" if isinstance(problem, FormUnfit) else ""
    return f"{problems.spoken(problem).whole}{why}"


def _page(form: WorkbookForm) -> str:
    return render_template("web/authoring/workbook.html", form=form)
