"""Enrolment of a person's signing key on a tablet."""

from flask import Blueprint, Response, jsonify

from inspection.accounts import devices
from inspection.accounts.policy import Permission
from inspection.api import bodies
from inspection.api.presence import described
from inspection.domain.problems import JsonMalformed
from inspection.edge import current_actor, requires, wired, writing
from inspection.ledger.journal import instant_text
from inspection.signing import credentials
from inspection.signing.certificates import Holder


def add_routes(api: Blueprint) -> None:
    """Add /keys."""
    api.post("/keys")(enrol)


@requires(Permission.KEY_ENROL)
def enrol() -> tuple[Response, int]:
    """Enrol a key of the signed-in person; also makes the certificate for their PDF signature."""
    data = bodies.json_object()
    if not isinstance(data.get("jwk"), dict):
        raise JsonMalformed(pointer="/jwk")
    offer = devices.Enrolment(
        jwk=data["jwk"],
        device=bodies.text(data, "device", most=36),
        device_label=bodies.text(data, "device_label")[:100] if data.get("device_label") else "",
        proof=bodies.text(data, "proof"),
    )
    actor, at = current_actor(), wired().clock()
    with writing() as session:
        kid = devices.enrol(session, actor, offer, at=at)
        holder = Holder(person=actor.uuid, name=actor.name, badge=actor.badge, unit=actor.unit_name)
        credentials.enrol(session, holder, authority=wired().authority, at=at)
    answer = {
        "kid": kid,
        "person": described(actor),
        "server_keys": [wired().server_key.public_jwk],
        "server_time": instant_text(at),
    }
    return jsonify(answer), 201
