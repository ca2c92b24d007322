"""The recovery key and what is asked of it: public halves and closed envelopes only."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from inspection.accounts import recovery
from inspection.accounts.policy import Permission
from inspection.accounts.recovery import WrappedDataKey
from inspection.api import bodies
from inspection.domain.problems import JsonMalformed
from inspection.edge import current_actor, requires, wired, writing


def add_routes(api: Blueprint) -> None:
    """Add /recovery-key and /recoveries."""
    api.put("/recovery-key")(put_in_force)
    api.post("/recoveries")(ask)
    api.put("/recoveries/<uuid:asked>/answer")(answer)


@requires(Permission.ADMINISTER)
def put_in_force() -> tuple[Response, int]:
    """Put a recovery key in force; the private half stays where it was made."""
    data = bodies.json_object()
    if not isinstance(data.get("jwk"), dict):
        raise JsonMalformed(pointer="/jwk")
    with writing() as session:
        kid = recovery.put_in_force(session, current_actor(), data["jwk"], at=wired().clock())
    return jsonify(kid=kid), 201


@requires(Permission.KEY_ENROL)
def ask() -> tuple[Response, int]:
    """Ask for one's own data key of a lost PIN: 201 the first time, 200 for the same pair again."""
    data = bodies.json_object()
    with writing() as session:
        asked, fresh = recovery.ask(
            session,
            current_actor(),
            _wrapped(data, "old"),
            _wrapped(data, "new"),
            device=bodies.text(data, "device", most=36),
            at=wired().clock(),
        )
    return jsonify(recovery=asked), 201 if fresh else 200


@requires(Permission.ADMINISTER)
def answer(asked: UUID) -> tuple[Response, int]:
    """Hand a recovered data key to its person: 201 the first time, 200 when it was answered."""
    data = bodies.json_object()
    with writing() as session:
        fresh = recovery.answer(
            session,
            current_actor(),
            str(asked),
            iv=bodies.text(data, "iv", most=32),
            key=bodies.text(data, "key", most=128),
            at=wired().clock(),
        )
    return jsonify(answered=True), 201 if fresh else 200


def _wrapped(data: dict[str, Any], name: str) -> WrappedDataKey:
    given = data.get(name)
    if not isinstance(given, dict):
        raise JsonMalformed(pointer=f"/{name}")
    return WrappedDataKey(
        data_kid=bodies.text(given, "data_kid", most=64),
        recovery_kid=bodies.text(given, "recovery_kid", most=64),
        key=bodies.text(given, "key", most=1024),
    )
