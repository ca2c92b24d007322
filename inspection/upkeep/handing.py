"""Lists for spot checks (抽查清单) handed on: the office says which body looks at who is late."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission, Role
from inspection.domain.cadence import Standing, State
from inspection.domain.problems import NotFound
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import Scope
from inspection.organisations.unit import UnitKind
from inspection.upkeep import standings
from inspection.upkeep.standings import Filter, UnitStanding

HANDED_ON = "upkeep.handed_on"
_TOLD = (Role.INSPECTOR, Role.OFFICE)


def hand_on(
    session: Session,
    actor: Actor,
    body_uuid: str,
    wanted: Filter,
    asked: Mapping[str, str],
    *,
    today: date,
    at: datetime,
) -> int:
    """Hand a body the list of those below it, or supervised by it, who are late; returns how many.

    `asked`: the conditions as an address has them. Whoever has none late is told nothing. Raises
    NotFound for what is no body in scope.
    """
    body = directory.unit(session, body_uuid, actor.scope(Permission.UPKEEP_HAND_ON))
    if body.kind == UnitKind.ENTERPRISE:
        raise NotFound(unit=body_uuid)
    late = late_ones(session, body, wanted, today=today)
    if not late:
        return 0
    handed = str(uuid.uuid4())
    said = {
        "handed": handed,
        "to": body.uuid,
        "conditions": dict(asked),
        "units": [row.unit.uuid for row in late],
        "by": actor.author,
    }
    (entry,) = journal.append(session, [Event(HANDED_ON, said, subject=handed)], at=at)
    message = Message(
        kind=HANDED_ON,
        subject=handed,
        basis_seq=entry.seq,
        number="",
        unit_name=body.name,
        deadline_on=None,
        title={"zh": "抽查清单", "en": "List for spot checks"},
        words={
            "zh": f"{actor.unit_name} {actor.name}：{len(late)} 家企业有应做事项逾期，请抽查。",
            "en": f"{actor.unit_name} {actor.name}: {len(late)} enterprises are late with duties; "
            "please check them on the spot.",
        },
        link=f"/upkeep/print?{urlencode(asked)}",
    )
    inbox.send(session, message, people.holding(session, body.id, _TOLD), at=at)
    return len(late)


def late_ones(
    session: Session, body: UnitFacts, wanted: Filter, *, today: date
) -> list[UnitStanding]:
    """The enterprises of a body that are late with what is asked."""
    supervises = {body.id} if body.kind == UnitKind.DEPARTMENT else set()
    scope = Scope(paths=frozenset({body.path}), supervisors=frozenset(supervises))
    found = standings.overview(session, scope, wanted, today=today)
    return [row for row in found.rows if late_duties(row, wanted)]


def late_duties(row: UnitStanding, wanted: Filter) -> list[Standing]:
    """What an enterprise is late with, of what is asked."""
    return [
        each
        for each in row.standings
        if each.state is State.OVERDUE and wanted.duty in ("", each.cadence.code)
    ]
