"""The weights by which an office ranks (各单位的权重): its own, else those that are given.

Each version is an entry of the ledger (`ranking.weighed`) with who and when; there is no table.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.domain import ranking
from inspection.domain.ranking import Weights
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.organisations import directory

WEIGHED = "ranking.weighed"


@dataclass(frozen=True)
class Version:
    """Weights as an office set them; those that are given are of nobody and no time."""

    weights: Weights
    set_by: str
    set_at: datetime | None


GIVEN = Version(ranking.DEFAULT, "", None)


def versions(session: Session, office_uuid: str) -> tuple[Version, ...]:
    """Return what an office set, oldest first, after what is given."""
    entries = journal.about(session, office_uuid, kind=WEIGHED)
    return (GIVEN, *map(_version, entries))


def keep(session: Session, actor: Actor, weights: Weights, *, at: datetime) -> None:
    """Set the weights of the actor's office from now on; bulletins that were issued stay."""
    office = directory.unit(session, actor.unit_uuid, actor.scope(Permission.RANKING_KEEP))
    body = {
        "office": office.uuid,
        "weights": {part.value: weight for part, weight in weights.items()},
        "by": actor.author,
    }
    journal.append(session, [Event(WEIGHED, body, subject=office.uuid)], at=at)


def _version(entry: Entry) -> Version:
    body = json.loads(entry.body)
    at = entry.at
    return Version(ranking.read(body["weights"]), body["by"]["name"], at)
