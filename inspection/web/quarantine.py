"""Irregular records (异常记录), for the administrator: what was refused or is on nobody's list.

Refused bytes and held records about unknown units. To look at and to download; nothing is
released here. What tablets still hold stands in custody.py.
"""

import re
import unicodedata

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext

from inspection.accounts.policy import Permission
from inspection.domain.problems import NotFound
from inspection.edge import problems, reading, requires
from inspection.submissions import quarantine, records
from inspection.submissions.quarantine import Quarantined

blueprint = Blueprint("quarantine", __name__)

MOST_ROWS = 20
"""Rows of each short table above the list."""
MOST_READABLE = 64_000
"""Characters of a refused payload that a page shows; the rest is in the download."""

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_PIECE = re.compile(
    r'"(?:[^"\\]|\\.)*"?'  # a string, kept as it was written
    r"|\{\s*\}|\[\s*\]|[{}\[\],:]|\s+|[^\"{}\[\],:\s]+",
    re.DOTALL,
)
_DEEPEST = 8


@blueprint.get("/quarantine")
@requires(Permission.QUARANTINE_READ)
def index() -> str:
    """List what was refused, newest first, below what waits for a unit."""
    number = max(1, request.args.get("page", 1, type=int))
    with reading() as session:
        page = quarantine.search(session, number)
        first = page.page == 1
        unplaced = records.without_unit(session, limit=MOST_ROWS) if first else []
    return render_template(
        "web/quarantine/list.html",
        refused=page,
        unplaced=unplaced,
        most=MOST_ROWS,
        sentence=problems.sentence,
        page_link=lambda wanted: url_for("quarantine.index", page=wanted),
    )


@blueprint.get("/quarantine/<uuid:record>/<digest>")
@requires(Permission.QUARANTINE_READ)
def show(record: object, digest: str) -> str:
    """Show one refused body: why, from whom, what it says, and what was accepted in its place."""
    found = _refused(str(record), digest)
    payload = found.payload
    text, whole = readable(payload) if payload is not None else ("", True)
    return render_template(
        "web/quarantine/show.html",
        refused=found,
        sentence=problems.sentence(found.code),
        details=_details(found),
        payload=payload,
        payload_digest=quarantine.digest_of(payload) if payload is not None else "",
        text=text,
        whole=whole,
    )


@blueprint.get("/quarantine/<uuid:record>/<digest>/bytes")
@requires(Permission.QUARANTINE_READ)
def download(record: object, digest: str) -> Response:
    """Send the bytes exactly as they came, as a file that no browser interprets."""
    found = _refused(str(record), digest)
    response = Response(found.body, content_type="application/octet-stream")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{found.uuid}.{found.digest[:12]}.bin"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _refused(record: str, digest: str) -> Quarantined:
    if not _DIGEST.match(digest):
        raise NotFound(record=record)
    with reading() as session:
        return quarantine.refused(session, record, digest)


def _details(found: Quarantined) -> list[tuple[str, str]]:
    """What the refusal itself named."""
    names = {
        "kid": gettext("签名密钥"),
        "pointer": gettext("出错位置"),
        "inside": gettext("记录内的编号"),
    }
    return [
        (names[key], visible(str(value))) for key, value in found.details.items() if key in names
    ]


def readable(payload: bytes) -> tuple[str, bool]:
    """Return a payload as text that can be read, and whether that is all of it.

    Every character of the signed text stays, also what a JSON parser would
    silently drop (a name given twice); only space between tokens is laid out anew.
    """
    text = payload.decode("utf-8", "replace")
    laid_out = _laid_out(text[:MOST_READABLE]) if text[:1] == "{" else text
    whole = len(text) <= MOST_READABLE and len(laid_out) <= 2 * MOST_READABLE
    return visible(laid_out[: 2 * MOST_READABLE]), whole


def visible(text: str) -> str:
    """Write out characters that steer a display without being seen: bidi marks, NUL, zero width."""
    hidden = ("Cc", "Cf", "Zl", "Zp")
    return "".join(
        f"\\u{ord(each):04x}" if each != "\n" and unicodedata.category(each) in hidden else each
        for each in text
    )


def _laid_out(text: str) -> str:
    parts: list[str] = []
    depth = 0
    for piece in _PIECE.findall(text):
        if piece.isspace():
            continue
        if piece in ("}", "]"):
            depth -= 1
            parts.append(_new_line(depth))
        parts.append(": " if piece == ":" else piece)
        if piece in ("{", "["):
            depth += 1
        if piece in ("{", "[", ","):
            parts.append(_new_line(depth))
    return "".join(parts)


def _new_line(depth: int) -> str:
    return "\n" + "  " * min(max(depth, 0), _DEEPEST)
