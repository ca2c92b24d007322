"""The change feed: a tablet asks what is new since its cursor."""

from flask import Blueprint, Response, jsonify, request

from inspection.accounts.policy import Permission
from inspection.domain.workdays import day_of
from inspection.edge import current_actor, reading, requires, wired
from inspection.sync import changes


def add_routes(api: Blueprint) -> None:
    """Add /changes."""
    api.get("/changes")(feed)


@requires(Permission.KEY_ENROL)
def feed() -> Response:
    """What changed since `after`; 304 when the tablet's ETag says it knows all this."""
    after = changes.cursor_from(request.args.get("after", ""))
    with reading() as session:
        found = changes.feed(
            session,
            current_actor(),
            after,
            catalog=wired().catalog,
            blobs=wired().blobs,
            today=day_of(wired().clock()),
            device=request.args.get("device", ""),
        )
    response = jsonify(cursor=found.cursor.text(), changes=found.changes)
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
