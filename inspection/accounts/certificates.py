"""People's PDF certificates in an operator's hands (个人证书): who has one, taken back, renewed.

Taking one back and renewing are ledger entries. What was signed before stays valid; the next
report of somebody whose certificate was taken back is signed with a new one, while the account is
active: to stop somebody from signing, dismiss them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.domain.problems import NotFound
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.signing import credentials
from inspection.signing.authority import Authority, PersonKey
from inspection.signing.certificates import Holder
from inspection.signing.credentials import Issued


@dataclass(frozen=True)
class Listed:
    """One certificate and how it stands: `valid`, `expired`, `revoked` or `replaced`."""

    issued: Issued
    state: str


def listed(session: Session, *, at: datetime) -> tuple[Listed, ...]:
    """Every certificate that was made for a person, oldest first."""
    return tuple(_stated(credentials.issued(session), at))


def _stated(found: tuple[Issued, ...], at: datetime) -> Iterator[Listed]:
    newest = {each.person: each.serial for each in found if each.revoked_at is None}
    for each in found:
        if each.revoked_at is not None:
            yield Listed(each, "revoked")
        elif each.expires_at <= at:
            yield Listed(each, "expired")
        else:
            yield Listed(each, "valid" if newest[each.person] == each.serial else "replaced")


def revoke(session: Session, serial: str, *, reason: str, at: datetime) -> Issued:
    """Take back one certificate from now on; once is enough. Raises NotFound."""
    found = next((each for each in credentials.issued(session) if each.serial == serial), None)
    if found is None:
        raise NotFound(certificate=serial)
    if found.revoked_at is None:
        credentials.revoke_one(session, serial, at=at)
        body = {"certificate": serial, "person": found.person, "reason": reason}
        journal.append(session, [Event("certificate.revoked", body, subject=found.person)], at=at)
    return found


def key_of(session: Session, person: str, *, authority: Authority, at: datetime) -> PersonKey:
    """Return the key of somebody who signs at a desk; made at their first signature.

    Raises NotFound when the account is closed and its certificate has run out.
    """
    actor = people.actor(session, person)
    if actor is None:
        return credentials.credential(session, person, at=at)
    holder = Holder(actor.uuid, actor.name, actor.badge, actor.unit_name)
    return credentials.enrol(session, holder, authority=authority, at=at)


def renew(
    session: Session,
    *,
    authority: Authority,
    within: timedelta | None,
    person: str = "",
    at: datetime,
) -> tuple[Issued, ...]:
    """Make a new certificate for each active account whose own ends within this time.

    `within` None renews whatever it is; `person` narrows it to one account. What was issued
    before stays valid until its end, so that reports in the making lose nothing.
    """
    before = [each.issued for each in listed(session, at=at) if each.state in ("valid", "expired")]
    latest = {each.person: each for each in before}
    due = [
        each
        for each in latest.values()
        if person in ("", each.person) and (within is None or each.expires_at <= at + within)
    ]
    return tuple(made for each in due for made in _renewed(session, each.person, authority, at))


def _renewed(session: Session, person: str, authority: Authority, at: datetime) -> Iterator[Issued]:
    actor = people.actor(session, person)
    if actor is None:
        return  # the account is closed: nobody signs with it any more
    holder = Holder(actor.uuid, actor.name, actor.badge, actor.unit_name)
    key = credentials.issue(session, holder, authority=authority, at=at)
    body = {"certificate": key.serial, "person": person}
    journal.append(session, [Event("certificate.renewed", body, subject=person)], at=at)
    yield next(each for each in credentials.issued(session) if each.serial == key.serial)
