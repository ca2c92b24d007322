"""An invitation from the office's screen signs its person in on this tablet."""

from flask import Blueprint, Response, current_app, g, request

from inspection.accounts import invitations, signing_in
from inspection.accounts.policy import Permission
from inspection.accounts.signing_in import Account
from inspection.api import bodies, presence
from inspection.domain.problems import (
    DemonstrationRefused,
    InvitationExpired,
    InvitationUnknown,
    InvitationUsed,
    InvitationWithdrawn,
    Problem,
)
from inspection.edge import reading, requires, wired, writing
from inspection.edge.request import remember

NOBODY = "#invitation"
"""Under what name refused codes are counted; only their address has a limit."""

REFUSALS = (
    InvitationUnknown,
    InvitationExpired,
    InvitationUsed,
    InvitationWithdrawn,
    DemonstrationRefused,
)


def add_routes(api: Blueprint) -> None:
    """Add /invitations/redeem."""
    api.post("/invitations/redeem")(redeem)


@requires(Permission.PUBLIC)
def redeem() -> Response:
    """Use up an invitation: begins a session as a password would, and answers as /me does."""
    data = bodies.json_object(most=4096)
    code = bodies.text(data, "token", most=200)
    device = bodies.text(data, "device", most=36) if data.get("device") else ""
    try:
        token = _begun(code, device)
    except REFUSALS as refusal:
        _note(refusal)
        raise
    response: Response = presence.me()
    remember(response, token)
    return response


def _begun(code: str, device: str) -> str:
    """Return the token of a new session; `g.actor` is whoever was invited."""
    at, production = wired().clock(), wired().settings.production
    with reading() as session:  # a made-up code does not take a writer's turn
        signing_in.address_may_try(session, address=request.remote_addr or "", at=at)
        invitations.holder(session, code, production=production, at=at)
    with writing() as session:
        actor = invitations.use(session, code, device=device, production=production, at=at)
        token = signing_in.begin(session, Account(actor.person_id, actor.uuid), at=at)
    g.actor = actor
    return token


def _note(refusal: Problem) -> None:
    current_app.logger.info("invitation refused: %s", refusal.code)
    with writing() as session:
        signing_in.note_failure(
            session, NOBODY, address=request.remote_addr or "", at=wired().clock()
        )
