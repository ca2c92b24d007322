"""Is the server really there, and who am I to it."""

from typing import Any

from flask import Blueprint, Response, jsonify

from inspection.accounts import recovery
from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.edge import current_actor, reading, requires


def add_routes(api: Blueprint) -> None:
    """Add /ping and /me."""
    api.get("/ping")(ping)
    api.get("/me")(me)


@requires(Permission.PUBLIC)
def ping() -> Response:
    """Nothing but a date: tells a working server from a captive portal."""
    return Response(status=204)


@requires(Permission.SIGNED_IN)
def me() -> Response:
    """Whoever is signed in, and the recovery key that their data keys are wrapped for."""
    with reading() as session:
        key = recovery.key_in_force(session)
    return jsonify(
        person=described(current_actor()),
        recovery_key={"kid": key.kid, "jwk": key.jwk} if key else None,
    )


def described(actor: Actor) -> dict[str, Any]:
    """A person as tablets know them."""
    return {
        "uuid": actor.uuid,
        "name": actor.name,
        "badge": actor.badge,
        "title": actor.title,
        "unit": actor.unit_name,
        "unit_uuid": actor.unit_uuid,
        "roles": sorted(actor.roles),
    }
