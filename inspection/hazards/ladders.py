"""Which ladder is in force where (各单位的督促阶梯): an office's own, else that of the one above.

Each version is an entry of the ledger (`ladder.saved`) and stays readable; there is no table.
What a ladder may look like is in `domain/ladder.py`.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.domain import ladder
from inspection.domain.ladder import Ladder
from inspection.domain.problems import LadderMovedOn
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.organisations import directory
from inspection.organisations.unit import Unit

SAVED = "ladder.saved"


@dataclass(frozen=True)
class Version:
    """A ladder as an office saved it; `seq` is its entry. Version 0, of nobody, is GIVEN.

    Without rungs: the office went back to what it inherits.
    """

    unit_uuid: str
    unit_name: str
    number: int
    seq: int
    rungs: Ladder
    saved_at: datetime | None
    saved_by: str


GIVEN = Version("", "", 0, 0, ladder.DEFAULT, None, "")


def in_force(session: Session, path: str) -> Version:
    """Return the ladder for a unit by its path: its own, else its nearest office's, else GIVEN."""
    ids = [int(part) for part in path.strip("/").split("/")]
    rows = session.execute(select(Unit.id, Unit.uuid, Unit.name).where(Unit.id.in_(ids))).all()
    for row in sorted(rows, key=lambda row: ids.index(row.id), reverse=True):
        saved = versions(session, row.uuid, row.name)
        if saved and saved[-1].rungs:
            return saved[-1]
    return GIVEN


def versions(session: Session, unit_uuid: str, unit_name: str) -> tuple[Version, ...]:
    """Return every version that a unit saved, oldest first."""
    entries = journal.about(session, unit_uuid, kind=SAVED)
    return tuple(_version(entry, unit_name) for entry in entries)


def save(
    session: Session,
    actor: Actor,
    unit_uuid: str,
    rungs: Ladder,
    *,
    seen: int,
    at: datetime,
) -> Entry:
    """Put a ladder in force for a unit and all below it; `seen` is the version it was made from.

    Raises NotFound outside the actor's scope, LadderUnfit, or LadderMovedOn when somebody else
    saved meanwhile; then nothing was written.
    """
    return _append(session, actor, unit_uuid, ladder.checked(rungs), seen=seen, at=at)


def inherit(session: Session, actor: Actor, unit_uuid: str, *, seen: int, at: datetime) -> Entry:
    """Go back to the ladder of the office above, or to GIVEN: the next version has no rungs.

    Raises what `save` raises.
    """
    return _append(session, actor, unit_uuid, (), seen=seen, at=at)


def _append(
    session: Session, actor: Actor, unit_uuid: str, rungs: Ladder, *, seen: int, at: datetime
) -> Entry:
    head = journal.lock(session)
    unit = directory.unit(session, unit_uuid, actor.scope(Permission.LADDER_KEEP))
    before = versions(session, unit.uuid, unit.name)
    number = before[-1].number if before else 0
    if number != seen:
        raise LadderMovedOn(version=number)
    body: dict[str, Any] = {
        "unit": unit.uuid,
        "version": number + 1,
        "rungs": ladder.written(rungs),
        "by": actor.author,
    }
    (entry,) = journal.append(session, [Event(SAVED, body, subject=unit.uuid)], at=at, after=head)
    return entry


def _version(entry: Entry, unit_name: str) -> Version:
    body = json.loads(entry.body)
    return Version(
        unit_uuid=body["unit"],
        unit_name=unit_name,
        number=body["version"],
        seq=entry.seq,
        rungs=ladder.read(body["rungs"]),
        saved_at=entry.at,
        saved_by=body["by"]["name"],
    )
