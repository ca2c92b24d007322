"""JSON for devices and machines, under /api/v1."""

from flask import Blueprint

from inspection.api import (
    blobs,
    changes,
    custody,
    description,
    hazards,
    invitations,
    keys,
    presence,
    records,
    recoveries,
)


def blueprint() -> Blueprint:
    """All routes of the protocol between tablet and server."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    for module in (
        presence,
        invitations,
        keys,
        recoveries,
        records,
        blobs,
        custody,
        changes,
        hazards,
        description,
    ):
        module.add_routes(api)
    return api
