"""Custody notices: what tablets hold signed and have not delivered yet."""

import re
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any

from flask import Blueprint, Response

from inspection.accounts.policy import Permission
from inspection.api import bodies
from inspection.domain.problems import JsonMalformed
from inspection.edge import current_actor, requires, wired, writing
from inspection.submissions import custody
from inspection.submissions.custody import Holding, Notice

MOST_AT_ONCE = 200
LARGEST_BYTES = 200 * 1024
_STORAGE = ("persistent", "best_effort")
_STATES = ("waiting", "attention")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def add_routes(api: Blueprint) -> None:
    """Add /custody."""
    api.post("/custody")(note)


@requires(Permission.RECORD_SUBMIT)
def note() -> Response:
    """Write down what a tablet says it holds."""
    data = bodies.json_object(most=LARGEST_BYTES)
    device = bodies.text(data, "device", most=36)
    listed = data.get("records")
    if not isinstance(listed, list) or len(listed) > MOST_AT_ONCE:
        raise JsonMalformed(pointer="/records")
    notices = [_notice(each) for each in listed]
    holds = _holding(data["holds"]) if "holds" in data else None
    who = current_actor().person_id
    with writing() as session:
        custody.note(session, device, notices, holds=holds, reported_by=who, at=wired().clock())
    return Response(status=204)


def _holding(data: Any) -> Holding:
    if not isinstance(data, dict):
        raise JsonMalformed(pointer="/holds")
    return Holding(bodies.count(data, "records"), bodies.count(data, "drafts"))


def _notice(data: Any) -> Notice:
    if not isinstance(data, dict):
        raise JsonMalformed(pointer="/records")
    if data.get("storage") not in _STORAGE or not _UUID.match(str(data.get("uuid"))):
        raise JsonMalformed(pointer="/records")
    try:
        signed_at = datetime.fromisoformat(bodies.text(data, "signed_at", most=40))
    except ValueError as error:
        raise JsonMalformed(pointer="/signed_at") from error
    if signed_at.tzinfo is None or not MINYEAR < signed_at.year < MAXYEAR:
        raise JsonMalformed(pointer="/signed_at")
    # Members of later versions of the tablet: whoever does not know them has sent nothing yet.
    if data.setdefault("state", "waiting") not in _STATES:
        raise JsonMalformed(pointer="/state")
    for name in ("photos", "bytes"):
        data.setdefault(f"{name}_left", data.get(name))
    return Notice(
        record=data["uuid"],
        digest=bodies.text(data, "digest", most=64),
        signer=bodies.text(data, "signer", most=36),
        signed_at=signed_at,
        photos=bodies.count(data, "photos"),
        bytes=bodies.count(data, "bytes"),
        storage=data["storage"],
        unit_name=bodies.text(data, "unit", most=200) if data.get("unit") else "",
        state=data["state"],
        photos_left=bodies.count(data, "photos_left"),
        bytes_left=bodies.count(data, "bytes_left"),
    )
