"""What becomes of an issued paper: delivered to the unit (送达), or annulled (撤销).

Both are entries of the ledger; the sealed file stays as it is, and the number is never used again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.domain.problems import PaperMovedOn
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations.scope import Scope
from inspection.paperwork import shelf
from inspection.paperwork.shelf import ShelvedPaper, State


def deliver(
    session: Session,
    actor: Actor,
    scope: Scope,
    uuid: str,
    said: dict[str, Any],
    *,
    at: datetime,
) -> None:
    """Record how a paper was delivered, or that nobody would sign for it.

    `said` is what `domain.paper.delivery` read. Raises NotFound, or PaperMovedOn when the paper
    is not in force, is not sealed yet, or was delivered before.
    """
    end = journal.lock(session)
    found = _in_force(session, scope, uuid)
    if not found.sha256 or found.delivery or found.is_sheet:
        raise PaperMovedOn(paper=uuid)
    body = {"paper": uuid, "said": said, "by": _person(actor)}
    entries = journal.append(
        session, [Event("paper.delivered", body, subject=uuid)], at=at, after=end
    )
    shelf.VIEW.apply(session, entries)


def annul(
    session: Session, actor: Actor, scope: Scope, uuid: str, reason: str, *, at: datetime
) -> None:
    """Take an issued paper or sheet out of force; whoever does it has just entered their password.

    Raises NotFound, or PaperMovedOn when it is not in force.
    """
    end = journal.lock(session)
    found = _in_force(session, scope, uuid)
    body = {
        "paper": uuid,
        "number": found.number,
        "reason": reason,
        "by": _person(actor),
        "authorised_by": "password",
    }
    entries = journal.append(
        session, [Event(f"{found.family}.annulled", body, subject=uuid)], at=at, after=end
    )
    shelf.VIEW.apply(session, entries)


def _in_force(session: Session, scope: Scope, uuid: str) -> ShelvedPaper:
    found = shelf.paper(session, scope, uuid, drafts=True)
    if found.state != State.ISSUED:
        raise PaperMovedOn(paper=uuid)
    return found


def _person(actor: Actor) -> dict[str, str]:
    return {"person": actor.uuid, "name": actor.name}
