"""The ledger for strangers (台账检查点): what anyone may mirror, and the page that verifies alone.

Public on purpose, and without a word about any unit or record: length, link, time and signature.
The list only grows, so that a copy kept elsewhere stays the beginning of every later one.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.engine import Engine
from werkzeug.wrappers import Response as Answer

from inspection import database
from inspection.accounts.policy import Permission
from inspection.domain.problems import NotFound
from inspection.edge import reading, requires, signed_in_actor, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.ledger import checkpoints
from inspection.ledger.checkpoints import Checkpoint
from inspection.ledger.journal import instant_text
from inspection.reports.proving import VERIFIER

blueprint = Blueprint("ledger", __name__)

SHOWN = 20
PAGE = 1000
_REVALIDATE = "no-cache"


@blueprint.get("/ledger")
@requires(Permission.PUBLIC)
def index() -> str:
    """Say what checkpoints are, what keeping them is good for, and how to compare."""
    actor = signed_in_actor()
    with reading() as session:
        latest = checkpoints.latest(session, SHOWN)
        total = checkpoints.count(session)
    return render_template(
        "web/ledger/checkpoints.html",
        latest=latest,
        total=total,
        shown=SHOWN,
        keys=[
            (each.jwk["kid"], datetime.fromisoformat(each.since))
            for each in wired().server_key.known
        ],
        address=wired().settings.public_url,
        verifier_digest=hashlib.sha256(_verifier()).hexdigest(),
        may_sign=bool(actor and actor.may(Permission.ADMINISTER)),
        form=ProtectedForm(),
    )


@blueprint.post("/ledger")
@requires(Permission.ADMINISTER)
def take() -> Answer:
    """Sign a checkpoint now."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with writing() as session:
        taken = checkpoints.take(session, key=wired().server_key, at=wired().clock())
    flash(gettext("已签发检查点，到第 %(seq)s 条为止。", seq=taken.seq), "done")
    return redirect(url_for("ledger.index"), 303)


@blueprint.get("/ledger/checkpoints.jsonl")
@requires(Permission.PUBLIC)
def mirror() -> Answer:
    """Every checkpoint, a line each, oldest first; with `after`, a page and a link to the next."""
    after = request.args.get("after", type=int)
    with reading() as session:
        newest = checkpoints.latest(session, 1)
        page = checkpoints.page(session, after=after, limit=PAGE) if after is not None else None
    response = Response(
        "".join(map(_line, page)) if page is not None else _lines(wired().engine),
        content_type="application/jsonl; charset=utf-8",
    )
    if page is not None and len(page) == PAGE:
        following = url_for("ledger.mirror", after=page[-1].id)
        response.headers["Link"] = f'<{following}>; rel="next"'
    if newest:
        signature = newest[0].jws.rpartition(".")[2]
        response.set_etag(hashlib.sha256(f"{after} {signature}".encode()).hexdigest()[:32])
        response.last_modified = newest[0].taken_at
    response.headers["Cache-Control"] = _REVALIDATE
    return response.make_conditional(request)


def _lines(engine: Engine) -> Iterator[str]:
    """The whole list, in short reads: a slow reader keeps no transaction open."""
    after = 0
    while True:
        with database.reading(engine) as session:
            page = checkpoints.page(session, after=after, limit=PAGE)
        yield from map(_line, page)
        if len(page) < PAGE:
            return
        after = page[-1].id


def _line(checkpoint: Checkpoint) -> str:
    said = {
        "seq": checkpoint.seq,
        "link": checkpoint.link,
        "taken_at": instant_text(checkpoint.taken_at),
        "jws": checkpoint.jws,
    }
    return json.dumps(said, separators=(",", ":")) + "\n"


@blueprint.get("/ledger/keys.json")
@requires(Permission.PUBLIC)
def keys() -> Answer:
    """The server's public keys as a key set (RFC 7517 §5), the present one first."""
    known = [{**each, "use": "sig", "alg": "ES256"} for each in wired().server_key.public_jwks]
    response = Response(json.dumps({"keys": known}, indent=1) + "\n", mimetype="application/json")
    response.add_etag()
    response.headers["Cache-Control"] = _REVALIDATE
    return response.make_conditional(request)


@blueprint.get("/verify/offline")
@requires(Permission.PUBLIC)
def verifier() -> Answer:
    """The one file that verifies offline, to keep: it is never shown from here.

    Our pages' policy has no exception, so a browser saves it; opened from the disk it goes by
    the policy that it carries itself.
    """
    response = Response(_verifier(), content_type="text/html; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="zhencha-verifier.html")
    response.add_etag()
    response.headers["Cache-Control"] = _REVALIDATE
    return response.make_conditional(request)


@cache
def _verifier() -> bytes:
    if not VERIFIER.exists():
        raise NotFound(file=VERIFIER.name)  # `npm run build` was not done
    return VERIFIER.read_bytes()
