"""Escalation (逐级督促): finds the rungs that open hazards have reached, keeps and tells each once.

A rung is one entry (`hazard.escalated`) with its grounds, its recipients and the words as they
were sent. It moves nothing: what follows from it is somebody's step. When rungs are reached is in
`domain/ladder.py`, how they are told in `notices/`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection.database import reading, writing
from inspection.domain import ladder
from inspection.domain.hazard import Level, State
from inspection.domain.ladder import Case, Code, Reached
from inspection.domain.workdays import day_of
from inspection.hazards import ladders, order, recipients, register
from inspection.hazards.ladders import Version
from inspection.hazards.recipients import Reader
from inspection.hazards.register import ESCALATED, Hazard
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations.unit import Unit

AT_ONCE = 20
"""Hazards in one transaction: whoever hands in a record does not wait long for the ledger."""
AHEAD = timedelta(days=ladder.MOST_DAYS_BEFORE * 2)
"""No deadline further away than this has a rung yet, holidays included."""


def escalate(*, engine: Engine, clock: Callable[[], datetime]) -> int:
    """Bring every hazard to the rungs that are due today; returns how many rungs were told.

    May run as often as one likes and in several processes at once: what a hazard has reached is
    read again while the ledger is locked.
    """
    with reading(engine) as session:
        due = _Run(session, day_of(clock())).due()
    told = 0
    for start in range(0, len(due), AT_ONCE):
        with writing(engine) as session:
            told += _tell(session, due[start : start + AT_ONCE], at=clock())
    return told


@dataclass
class _Run:
    """What one look at the register needs again and again: each ladder is read once."""

    session: Session
    today: date
    ladders: dict[str, Version] = field(default_factory=dict)

    def due(self) -> list[str]:
        """Return the uuids of the hazards that have come to a new rung, by deadline."""
        rows = self.session.execute(_pressed(self.today)).all()
        return [row.uuid for row in rows if self.reached(row)]

    def reached(self, row: Any) -> tuple[Reached, ...]:
        """The rungs that a hazard has come to and that nobody was told of."""
        case = Case(Level(row.level), row.deadline_on, row.returned, State(row.state))
        taken = {Code(code) for code in row.rungs}
        rungs = self.ladder_of(row).rungs
        return ladder.reached(rungs, case, taken=taken, today=self.today)

    def ladder_of(self, row: Any) -> Version:
        """The ladder in force for a hazard's unit; the enterprises of one office share theirs."""
        office = row.path.rstrip("/").rpartition("/")[0] or row.path
        if office not in self.ladders:
            self.ladders[office] = ladders.in_force(self.session, office)
        return self.ladders[office]


def _pressed(today: date) -> Select[Any]:
    """Hazards whose deadline lies where rungs are, in the register's order."""
    return (
        select(
            Hazard.uuid,
            Hazard.number,
            Hazard.level,
            Hazard.state,
            Hazard.place,
            Hazard.summary,
            Hazard.deadline_on,
            Hazard.returned,
            Hazard.ladder_seq,
            Hazard.rungs,
            Hazard.unit_id,
            Unit.uuid.label("unit_uuid"),
            Unit.name.label("unit_name"),
            Unit.path,
            Unit.supervisor_id,
        )
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(
            Hazard.state.in_(ladder.PRESSED),
            Hazard.urgency < order.due_before(today + AHEAD + timedelta(days=1)),
        )
        .order_by(Hazard.urgency, Hazard.id)
    )


def _tell(session: Session, uuids: Sequence[str], *, at: datetime) -> int:
    """Append and send what is still due of these hazards; returns how many rungs."""
    head = journal.lock(session)
    run = _Run(session, day_of(at))
    rows = session.execute(_pressed(run.today).where(Hazard.uuid.in_(uuids))).all()
    steps = [_Rung(run, row, reached) for row in rows for reached in run.reached(row)]
    if not steps:
        return 0
    entries = journal.append(session, [step.event() for step in steps], at=at, after=head)
    register.apply(session, entries)
    for step, entry in zip(steps, entries, strict=True):
        people = [reader.person_id for reader in step.readers]
        inbox.send(session, step.message(entry), people, at=at)
    return len(steps)


@dataclass
class _Rung:
    """One hazard on one rung: whom it tells, in which words, on what grounds."""

    run: _Run
    row: Any
    reached: Reached
    readers: tuple[Reader, ...] = field(init=False)
    words: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        row, rung = self.row, self.reached.rung
        self.readers = recipients.readers(
            self.run.session, row.unit_id, row.path, row.supervisor_id, rung.to
        )
        facts = {
            "number": row.number,
            "unit": row.unit_name,
            "place": row.place,
            "hazard": row.summary,
            "deadline": row.deadline_on.isoformat(),
            "late": str(max((self.run.today - row.deadline_on).days, 0)),
        }
        self.words = {"zh": ladder.worded(rung.zh, facts), "en": ladder.worded(rung.en, facts)}

    def event(self) -> Event:
        """The entry: enough to show later why it was sent, to whom, and as what."""
        row, rung, due = self.row, self.reached.rung, self.reached.due
        version = self.run.ladder_of(row)
        body = {
            "hazard": row.uuid,
            "unit": row.unit_uuid,
            "rung": rung.code,
            "since": row.ladder_seq,
            "deadline_on": row.deadline_on.isoformat(),
            "due_on": due.on.isoformat(),
            "by": self.reached.by,
            "days": rung.days,
            "working": rung.working,
            "returned": row.returned,
            # No holiday arrangements were known for these years: counted Monday to Friday.
            "unknown_years": list(due.unknown_years),
            "ladder": {"unit": version.unit_uuid, "version": version.number, "seq": version.seq},
            "recipients": [
                {
                    "person": reader.person,
                    "name": reader.name,
                    "unit": reader.unit,
                    "side": reader.side,
                }
                for reader in self.readers
            ],
            "words": self.words,
        }
        return Event(ESCALATED, body, subject=row.uuid)

    def message(self, entry: Entry) -> Message:
        """What the readers find in their inbox."""
        row, code = self.row, self.reached.rung.code
        return Message(
            kind=f"{ESCALATED}.{code}",
            subject=row.uuid,
            basis_seq=entry.seq,
            number=row.number,
            unit_name=row.unit_name,
            deadline_on=row.deadline_on,
            title=ladder.NAMES[code],
            words=self.words,
            link=f"/hazards/{row.uuid}",
        )
