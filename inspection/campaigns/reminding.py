"""Reminds offices of what their campaigns owe: a report when a stage ends, a word at the end.

The system knows when a stage ends, not what was reported of it: so a stage is told of once, some
days before. A campaign that nobody closed after its last day is told of once more. Each is an entry
of the ledger that names the day, so that nobody is told twice.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.policy import Permission, roles_with
from inspection.campaigns.register import Campaign
from inspection.database import reading, writing
from inspection.domain.workdays import day_of
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message

SOON, LATE = "campaign.due_soon", "campaign.overdue"
DAYS_BEFORE = 7


@dataclass(frozen=True)
class _Due:
    """What an office is to be told of its campaign: which stage ends, or ended as the last."""

    kind: str
    stage: str
    until: date
    readers: tuple[int, ...]


def remind(*, engine: Engine, clock: Callable[[], datetime]) -> int:
    """Tell what is due today and was not told; returns of how many campaigns.

    May run as often as one likes and in several processes at once.
    """
    with reading(engine) as session:
        rows = session.scalars(select(Campaign).where(Campaign.closed_at.is_(None)))
        waiting = [row.id for row in rows.all() if _due(session, row, day_of(clock()))]
    for campaign in waiting:
        with writing(engine) as session:
            _tell(session, campaign, at=clock())
    return len(waiting)


def _due(session: Session, row: Campaign, today: date) -> _Due | None:
    ends = [(stage["name"], date.fromisoformat(stage["until"])) for stage in row.stages]
    soon = [end for end in ends if today <= end[1] <= today + timedelta(days=DAYS_BEFORE)]
    if row.closed_at is not None or not (soon or ends[-1][1] < today):
        return None
    kind, (stage, until) = (SOON, soon[0]) if soon else (LATE, ends[-1])
    told = journal.about(session, row.uuid, kind=kind)
    if any(json.loads(each.body)["until"] == until.isoformat() for each in told):
        return None
    readers = people.holding(session, row.office_id, roles_with(Permission.CAMPAIGN_RUN))
    return _Due(kind, stage, until, readers) if readers else None


def _tell(session: Session, campaign: int, *, at: datetime) -> None:
    head = journal.lock(session)
    row = session.get_one(Campaign, campaign)
    due = _due(session, row, day_of(at))
    if due is None:
        return
    body = {"campaign": row.uuid, "stage": due.stage, "until": due.until.isoformat()}
    event = Event(due.kind, body, subject=row.uuid)
    (entry,) = journal.append(session, [event], at=at, after=head)
    inbox.send(session, _message(row, due, entry.seq), due.readers, at=at)


def _message(row: Campaign, due: _Due, seq: int) -> Message:
    titles = {
        SOON: {"zh": "专项行动阶段报告快到期", "en": "A campaign's stage report is due soon"},
        LATE: {"zh": "专项行动已到期，还没有结束", "en": "A campaign is past its last day"},
    }
    words = {
        SOON: {
            "zh": f"{row.name}“{due.stage}”阶段到 {due.until} 结束，请汇总进度，按时报出阶段报告。",
            "en": f"The stage {due.stage} of {row.name} ends on {due.until}. Please compile how "
            "far it is and report in time.",
        },
        LATE: {
            "zh": f"{row.name}到 {due.until} 已满，请写明成效，结束这个专项行动。",
            "en": f"{row.name} ended on {due.until}. Please say what came of it and close it.",
        },
    }
    return Message(
        kind=due.kind,
        subject=row.uuid,
        basis_seq=seq,
        number="",
        unit_name=row.name,
        deadline_on=None,
        title=titles[due.kind],
        words=words[due.kind],
        link=f"/campaigns/{row.uuid}",
    )
