"""Photos of hazards, for tablets that will look at them again without a network."""

import re
from uuid import UUID

from flask import Blueprint, Response

from inspection.accounts.policy import Permission
from inspection.domain.problems import NotFound
from inspection.edge import current_actor, reading, requires, wired
from inspection.hazards import enquiries

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_TYPES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def add_routes(api: Blueprint) -> None:
    """Add /hazards."""
    api.get("/hazards/<uuid:hazard>/photos/<digest>")(photo)


@requires(Permission.HAZARD_READ)
def photo(hazard: UUID, digest: str) -> Response:
    """The bytes of one photo of a hazard in scope; what they are does not change."""
    with reading() as session:
        scope = current_actor().scope(Permission.HAZARD_READ)
        card = enquiries.hazard(session, scope, str(hazard))
        said = enquiries.photos_of_steps(session, card.uuid)
    shown = {*card.photos_before, *card.photos_after, *said}
    if not _DIGEST.match(digest) or digest not in shown or not wired().blobs.has(digest):
        raise NotFound(photo=digest[:80])
    data = wired().blobs.read(digest)
    kind = next((name for start, name in _TYPES if data.startswith(start)), None)
    if kind is None:
        raise NotFound(photo=digest)
    response = Response(data, content_type=kind)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
