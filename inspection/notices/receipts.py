"""Who was told of a thing and who has opened it (阅读回执): read from the notices about it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.accounts.people import PersonAccount
from inspection.database import Page, page_of
from inspection.notices.inbox import NoticeRow


@dataclass(frozen=True)
class Told:
    """One person who was told; `opened_at` is None until they open a notice of it."""

    name: str
    unit_name: str
    times: int
    first_at: datetime
    opened_at: datetime | None


def told(session: Session, subject: str, *, page: int) -> Page[Told]:
    """Return who was told of a thing by its uuid, those who have not opened it first."""
    opened_at = func.min(NoticeRow.read_at)
    lines = (
        select(
            PersonAccount.name,
            func.min(NoticeRow.unit_name),
            func.count(),
            func.min(NoticeRow.sent_at),
            opened_at,
        )
        .join(PersonAccount, PersonAccount.id == NoticeRow.person_id)
        .where(NoticeRow.subject == subject)
        .group_by(PersonAccount.id, PersonAccount.name)
        .order_by(opened_at.is_not(None), func.min(NoticeRow.unit_name), PersonAccount.id)
    )
    total = session.scalar(
        select(func.count(NoticeRow.person_id.distinct())).where(NoticeRow.subject == subject)
    )
    return page_of(
        session, lines, lambda rows: [Told(*row) for row in rows], total=total or 0, page=page
    )


def opened(session: Session, subject: str) -> int:
    """How many people have opened a notice of a thing."""
    readers = select(func.count(NoticeRow.person_id.distinct()))
    of_it = NoticeRow.subject == subject
    return session.scalar(readers.where(of_it, NoticeRow.read_at.is_not(None))) or 0
