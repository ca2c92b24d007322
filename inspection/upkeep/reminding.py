"""Reminders (提醒) of what comes due: to the people of the enterprise, 30, 7 and 0 days before.

One message a day and enterprise says everything that has newly come so near; each is one entry of
the ledger, so that nothing is told twice.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.policy import Role
from inspection.database import reading, writing
from inspection.domain import cadence
from inspection.domain.checklist import Text
from inspection.domain.upkeep import POSTS
from inspection.domain.workdays import day_of
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import EVERYTHING
from inspection.upkeep import register, standings
from inspection.upkeep.register import REMINDED, UpkeepReminder
from inspection.upkeep.standings import Expiry, UnitStanding

_TOLD = (Role.ENTERPRISE, Role.HEAD)
_AT_ONCE = 100
"""Enterprises told in one transaction: so many take their turn at the ledger together, and whoever
hands in a record meanwhile waits for no more.
"""


@dataclass(frozen=True)
class Line:
    """One thing that comes due; `about` is the code of a duty or the number of a certificate."""

    about: str
    words: Text
    due_on: date
    days: int


def remind(*, engine: Engine, clock: Callable[[], datetime]) -> int:
    """Tell every enterprise what has come nearer than it was told of; returns how many were told.

    May run as often as one likes and in several processes at once: what was told is read again
    while the ledger is locked.
    """
    today = day_of(clock())
    with reading(engine) as session:
        units = directory.enterprises(session, EVERYTHING)
    told = 0
    for start in range(0, len(units), _AT_ONCE):
        some = units[start : start + _AT_ONCE]
        with reading(engine) as session:
            waiting = [unit for unit, _lines in _due(session, some, today)]
        if waiting:
            with writing(engine) as session:
                told += _tell(session, waiting, today, at=clock())
    return told


def _due(
    session: Session, units: Sequence[UnitFacts], today: date
) -> list[tuple[UnitFacts, list[Line]]]:
    unit_ids = [unit.id for unit in units]
    told = _told(session, unit_ids, today)
    ending: dict[int, list[Expiry]] = defaultdict(list)
    for each in standings.expiries(session, unit_ids):
        ending[each.unit_id].append(each)
    found = []
    for standing in standings.of_units(session, units, today=today):
        unit = standing.unit
        lines = _lines(standing, ending[unit.id], told.get(unit.id, {}), today)
        if lines:
            found.append((unit, lines))
    return found


_Told = Mapping[tuple[str, date], list[int]]


def _told(session: Session, unit_ids: Sequence[int], today: date) -> Mapping[int, _Told]:
    found: dict[int, dict[tuple[str, date], list[int]]] = defaultdict(lambda: defaultdict(list))
    rows = session.scalars(
        select(UpkeepReminder).where(
            UpkeepReminder.unit_id.in_(unit_ids), UpkeepReminder.due_on >= today
        )
    )
    for row in rows:
        found[row.unit_id][row.about, row.due_on].append(row.days)
    return found


def _lines(
    standing: UnitStanding, ending: Sequence[Expiry], told: _Told, today: date
) -> list[Line]:
    """Certificates are told of one by one; the duty that counts them says nothing more."""
    wanted = [
        (each.cadence.code, each.cadence.name, each.due_on)
        for each in standing.standings
        if each.due_on and each.cadence.code != "certificates"
    ]
    wanted += [(each.number, _certificate(each), each.on) for each in ending]
    found = []
    for about, words, due_on in wanted:
        days = cadence.reminder(due_on, today=today, told=told.get((about, due_on), ()))
        if days is not None:
            found.append(Line(about, words, due_on, days))
    return sorted(found, key=lambda line: line.due_on)


def _certificate(ending: Expiry) -> Text:
    post, trade = POSTS[ending.post], f" {ending.trade}" if ending.trade else ""
    return Text(
        f"{ending.holder}的证书（{post.zh}{trade}）",
        f"Certificate of {ending.holder} ({post.en}{trade})",
    )


def _tell(session: Session, units: Sequence[UnitFacts], today: date, *, at: datetime) -> int:
    head = journal.lock(session)
    due = _due(session, units, today)
    if not due:
        return 0
    events = [Event(REMINDED, _body(unit, lines), subject=unit.uuid) for unit, lines in due]
    entries = journal.append(session, events, at=at, after=head)
    register.VIEW.apply(session, entries)
    for (unit, lines), entry in zip(due, entries, strict=True):
        message = _message(unit, lines, entry.seq)
        inbox.send(session, message, people.holding(session, unit.id, _TOLD), at=at)
    return len(due)


def _body(unit: UnitFacts, lines: Sequence[Line]) -> dict[str, Any]:
    told = [
        {"about": line.about, "due_on": line.due_on.isoformat(), "days": line.days}
        for line in lines
    ]
    return {"unit": unit.uuid, "told": told}


def _message(unit: UnitFacts, lines: Sequence[Line], seq: int) -> Message:
    return Message(
        kind=REMINDED,
        subject=unit.uuid,
        basis_seq=seq,
        number="",
        unit_name=unit.name,
        deadline_on=lines[0].due_on,
        title={"zh": "应做事项快到期了", "en": "Duties come due"},
        words={
            "zh": "；".join(f"{line.words.zh} {line.due_on} 前" for line in lines) + "。",
            "en": "; ".join(f"{line.words.en} by {line.due_on}" for line in lines) + ".",
        },
        link=f"/units/{unit.uuid}/upkeep",
    )
