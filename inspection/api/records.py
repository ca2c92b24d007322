"""Handing in records, and their receipts."""

import hashlib
from uuid import UUID

from flask import Blueprint, Response, jsonify

from inspection.accounts.policy import Permission
from inspection.api import bodies
from inspection.domain.problems import (
    JwsMalformed,
    KeyRevoked,
    KeyUnknown,
    PayloadMalformed,
    Problem,
    RecordConflict,
    RecordExcessive,
    RecordTooLarge,
    RecordUuidMismatch,
    SignatureInvalid,
)
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.submissions import intake, quarantine, records
from inspection.submissions.intake import Acceptance

CONTENT_TYPE = "application/jose+json"
_QUARANTINED = (
    JwsMalformed,
    KeyUnknown,
    KeyRevoked,
    SignatureInvalid,
    PayloadMalformed,
    RecordExcessive,
    RecordUuidMismatch,
)


def add_routes(api: Blueprint) -> None:
    """Add /records."""
    api.put("/records/<uuid:record>")(put)
    api.get("/records/<uuid:record>/receipt")(receipt)


@requires(Permission.RECORD_SUBMIT)
def put(record: UUID) -> tuple[Response, int]:
    """Take a record: 201 the first time, 200 for the same bytes, 202 when it is held."""
    body = bodies.raw(CONTENT_TYPE, most=intake.LARGEST_BYTES, too_large=RecordTooLarge)
    acceptance = _take(str(record), body)
    if acceptance.outcome == "conflict":
        problem = RecordConflict(record=str(record))
        _quarantine(str(record), body, problem)
        raise problem
    status = 202 if acceptance.held else 200 if acceptance.outcome == "repeat" else 201
    return jsonify(receipt=acceptance.receipt), status


def _take(uuid: str, body: bytes) -> Acceptance:
    wiring = wired()
    try:
        with reading() as session:
            known = intake.repeated(session, uuid, hashlib.sha256(body).hexdigest())
            if known is not None:
                return known
            examined = intake.examine(
                session, uuid, body, catalog=wiring.catalog, blobs=wiring.blobs
            )
    except _QUARANTINED as problem:
        _quarantine(uuid, body, problem)
        raise
    with writing() as session:
        return intake.accept(
            session,
            examined,
            submitted_by=current_actor().person_id,
            blobs=wiring.blobs,
            key=wiring.server_key,
            at=wiring.clock(),
        )


def _quarantine(uuid: str, body: bytes, problem: Problem) -> None:
    with writing() as session:
        quarantine.keep(
            session, uuid, body, problem, person_id=current_actor().person_id, at=wired().clock()
        )


@requires(Permission.RECORD_SUBMIT)
def receipt(record: UUID) -> Response:
    """The newest receipt of a record: names the files that are still missing."""
    actor = current_actor()
    with reading() as session:
        receipt = records.receipt_of(
            session,
            actor.scope(Permission.RECORD_SUBMIT),
            str(record),
            person=actor.uuid,
            person_id=actor.person_id,
        )
    return jsonify(receipt=receipt)
