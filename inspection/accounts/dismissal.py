"""Somebody leaves, or a tablet is lost: what may no longer sign from now on.

What was signed stays signed, and what a tablet holds unsent stays there and is still taken in or
kept apart. Nothing here deletes.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from inspection.accounts import devices, invitations, roster
from inspection.accounts.people import Actor, PersonAccount
from inspection.domain.problems import NotAllowed, NotFound
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.signing import credentials


def dismiss(
    session: Session, account: PersonAccount, *, reason: str, at: datetime, by: str = ""
) -> None:
    """Close an account: sessions end, open invitations too, keys and certificate are revoked."""
    if not account.active:
        return
    account.active = False
    invitations.withdraw(session, account.id, at=at)
    for kid in devices.kids_of(session, account.id):
        devices.revoke(session, kid, reason=reason, at=at, by=by)
    credentials.revoke(session, account.uuid, at=at)
    body = {"person": account.uuid, "reason": reason, "by": by}
    journal.append(session, [Event("person.dismissed", body, subject=account.uuid)], at=at)


def dismiss_by(
    session: Session, actor: Actor, person_uuid: str, *, reason: str, at: datetime
) -> None:
    """Dismiss a person in the actor's care. Raises NotFound; nobody dismisses themselves."""
    person = roster.in_care(session, actor, person_uuid)
    if person.person_id == actor.person_id:
        raise NotAllowed(person=person_uuid)
    account = session.get_one(PersonAccount, person.person_id)
    dismiss(session, account, reason=reason, at=at, by=actor.uuid)


def revoke_key(
    session: Session, actor: Actor, person_uuid: str, kid: str, *, reason: str, at: datetime
) -> None:
    """Revoke one key of a person in the actor's care. Raises NotFound."""
    person = roster.in_care(session, actor, person_uuid)
    if kid not in {key.kid for key in person.keys}:
        raise NotFound(kid=kid)
    devices.revoke(session, kid, reason=reason, at=at, by=actor.uuid)


def revoke_tablet(session: Session, actor: Actor, device: str, *, reason: str, at: datetime) -> int:
    """Revoke every key on a tablet that is in the actor's care, and say how many. Raises NotFound.

    Keys of people outside that care stay: their own office decides on them.
    """
    found = roster.tablets(session, actor, device=device) if device else ()
    if not found:
        raise NotFound(device=device)
    signing = [key.kid for _, key in found[0].holders if key.revoked_at is None]
    for kid in signing:
        devices.revoke(session, kid, reason=reason, at=at, by=actor.uuid)
    return len(signing)
