"""The two lists (问题隐患清单, 隐患整治责任清单): on the page, for print, as workbooks."""

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from inspection.accounts.policy import Permission
from inspection.domain.problems import NotFound
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.hazards import lists
from inspection.reports import exports, workbooks
from inspection.reports.exports import AT_ONCE, ListKind
from inspection.web.hazards import LEVELS, PLACE, RegisterForm, turned, wanted_of
from inspection.web.moments import today

blueprint = Blueprint("lists", __name__)

PRINTED = 500
"""So many lines are drawn for print; longer lists are workbooks."""
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 256 * 1024


@blueprint.get("/lists/<kind>")
@requires(Permission.HAZARD_READ)
def show(kind: str) -> str:
    """Show one page of a list, narrowed by the address like the register."""
    kind = _known(kind)
    form = RegisterForm(request.args)
    wanted = wanted_of(form)
    scope = current_actor().scope(Permission.HAZARD_READ)
    page_of = lists.page_of_problems if kind == ListKind.PROBLEMS else lists.page_of_duties
    with reading() as session:
        found, lines = page_of(session, scope, wanted, today=today())
    return render_template(
        "web/lists/show.html",
        kind=kind,
        form=form,
        filter=wanted,
        found=found,
        lines=lines,
        levels=LEVELS,
        at_once=not found.is_more and found.total <= AT_ONCE,
        link=_link,
        page_link=lambda number: _link("lists.show", kind, **turned(found, number)),
        asked=_asked(),
        may_sign=current_actor().may(Permission.SHEET_SIGN),
    )


@blueprint.get("/lists/<kind>/print")
@requires(Permission.HAZARD_READ)
def printed(kind: str) -> str:
    """Show a list as it goes on paper, as far as paper is sensible."""
    kind = _known(kind)
    wanted = wanted_of(RegisterForm(request.args))
    scope = current_actor().scope(Permission.HAZARD_READ)
    read = lists.problems if kind == ListKind.PROBLEMS else lists.duties
    with reading() as session:
        lines = list(islice(read(session, scope, wanted, today=today()), PRINTED + 1))
    return render_template(
        "web/lists/print.html",
        kind=kind,
        filter=wanted,
        lines=lines[:PRINTED],
        more=len(lines) > PRINTED,
        most=PRINTED,
        at=wired().clock(),
        asked=_asked(),
    )


@blueprint.post("/lists/<kind>.xlsx")
@requires(Permission.HAZARD_READ)
def workbook(kind: str) -> Response | Redirect:
    """Send a short list as a workbook; a long one is asked for on its page.

    A form, not a link: who takes it is told in the ledger.
    """
    ProtectedForm(request.form).validate()  # raises FormExpired
    kind = _known(kind)
    wanted = wanted_of(RegisterForm(request.args))
    scope = current_actor().scope(Permission.HAZARD_READ)
    page_of = lists.page_of_problems if kind == ListKind.PROBLEMS else lists.page_of_duties
    with reading() as session:
        found, _lines = page_of(session, scope, wanted, today=today())
    if found.is_more or found.total > AT_ONCE:
        flash(_("这份清单较长，请点“生成 Excel”，做好后下载。"), "wait")
        return redirect(_link("lists.show", kind), 303)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        at = wired().clock()
        rows, seq = exports.write(
            path, kind, scope, wanted, engine=wired().engine, today=today(), at=at
        )
        made = path.read_bytes()
    with writing() as session:
        exports.told(session, current_actor(), kind, wanted, rows=rows, seq=seq, at=at)
    return _sent(Response(made), kind)


@blueprint.post("/lists/<kind>/exports")
@requires(Permission.HAZARD_READ)
def ask(kind: str) -> Redirect:
    """Have a long list made."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    wanted = wanted_of(RegisterForm(request.args))
    with writing() as session:
        uuid = exports.ask(
            session, current_actor(), _known(kind), wanted, today=today(), at=wired().clock()
        )
    return redirect(url_for("lists.export", export=uuid), 303)


@blueprint.get("/lists/exports/<uuid:export>")
@requires(Permission.HAZARD_READ)
def export(export: object) -> Response:
    """Show how far a long list is; the page asks again by itself until it is there."""
    with reading() as session:
        made = exports.export(session, current_actor(), str(export))
    response = Response(render_template("web/lists/export.html", export=made))
    if not made.sha256:
        response.headers["Refresh"] = "3"
    return response


@blueprint.get("/lists/exports/<uuid:export>.xlsx")
@requires(Permission.HAZARD_READ)
def download(export: object) -> Response | Redirect:
    """Send a long list that is made."""
    with reading() as session:
        made = exports.export(session, current_actor(), str(export))
    if not made.sha256:
        return redirect(url_for("lists.export", export=export), 303)
    file = wired().blobs.open(made.sha256)
    response = Response(iter(lambda: file.read(_PIECE), b""))
    response.call_on_close(file.close)
    response.content_length = made.size
    return _sent(response, made.kind)


def _known(kind: str) -> ListKind:
    """The list that an address names. Raises NotFound."""
    if kind not in set(ListKind):
        raise NotFound(list=kind)
    return ListKind(kind)


def _sent(response: Response, kind: str) -> Response:
    names = {ListKind.PROBLEMS: "问题隐患清单", ListKind.DUTIES: "隐患整治责任清单"}
    response.content_type = WORKBOOK
    name = f"{names[ListKind(kind)]}-{today():%Y%m%d}.xlsx"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _asked() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if value and name not in PLACE}


def _link(endpoint: str, kind: str, **changes: str) -> str:
    """An address of a list with the present conditions, some of them changed."""
    wanted = {name: value for name, value in {**_asked(), **changes}.items() if value}
    return url_for(endpoint, kind=kind, **wanted)  # type: ignore[arg-type]


def sent_workbook(layout: workbooks.Layout, lines: Any, about: str, name: str) -> Response:
    """Send lines as a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        workbooks.write(path, layout, lines, about=about)
        response = Response(path.read_bytes(), content_type=WORKBOOK)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
