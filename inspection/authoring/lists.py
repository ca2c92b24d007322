"""Own lists as they stand (自编检查表一览): which there are, whose they are, in use or retired."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.catalog.authored import AuthoredRevision
from inspection.domain.problems import NotFound
from inspection.organisations.unit import Unit


@dataclass(frozen=True)
class Revision:
    """One published revision of an own list; people are uuids."""

    slug: str
    number: int
    digest: str
    title: dict[str, str]
    unit_uuid: str
    unit_name: str
    origin: dict[str, Any] | None
    effective_on: date
    """From this day on it is offered."""
    items: int
    drafted_by: str
    published_by: str
    published_at: datetime
    retired_at: datetime | None
    seq: int
    own: bool
    """Whether it is the reader's to go on with; lists of units above are only read and taken."""


def newest(session: Session, actor: Actor) -> list[Revision]:
    """The newest revision of every list that the actor's units made or may use, by title."""
    found: dict[str, Revision] = {}
    for each in _revisions(session, actor):
        found[each.slug] = each
    return sorted(found.values(), key=lambda each: each.title["zh"])


def revisions(session: Session, actor: Actor, slug: str) -> list[Revision]:
    """All revisions of one list, newest first. Raises NotFound."""
    found = list(_revisions(session, actor, AuthoredRevision.slug == slug))
    if not found:
        raise NotFound(list=slug)
    return found[::-1]


def _revisions(
    session: Session, actor: Actor, *conditions: ColumnElement[bool]
) -> Iterable[Revision]:
    scope = actor.scope(Permission.CHECKLIST_AUTHOR)
    above = {
        int(part) for each in actor.memberships for part in each.unit_path.strip("/").split("/")
    }
    rows = session.execute(
        select(AuthoredRevision, Unit)
        .join(Unit, Unit.id == AuthoredRevision.unit_id)
        .where(or_(scope.condition(), Unit.id.in_(above)), *conditions)
        .order_by(AuthoredRevision.slug, AuthoredRevision.revision)
    )
    for row, unit in rows:
        said = json.loads(row.document)
        yield Revision(
            slug=row.slug,
            number=row.revision,
            digest=row.digest,
            title=said["title"],
            unit_uuid=unit.uuid,
            unit_name=unit.name,
            origin=said.get("origin"),
            effective_on=date.fromisoformat(said["effective_on"]),
            items=sum(len(section["items"]) for section in said["sections"]),
            drafted_by=row.drafted_by,
            published_by=row.published_by,
            published_at=row.published_at,
            retired_at=row.retired_at,
            seq=row.seq,
            own=scope.holds(unit.path, unit.supervisor_id),
        )
