"""Publishing a list (发布) by four eyes, and retiring it (停用).

One person sends a draft, another confirms it with the password just entered (at the edge). Each
step is an entry of the ledger; that of publication names the digest of the bytes that lie in
`catalog.authored`, so that a revision edited by hand is found by comparing the two.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor, MembershipRow, PersonAccount
from inspection.accounts.policy import Permission, roles_with
from inspection.authoring import documents, drafts
from inspection.authoring.drafts import DraftRow, State
from inspection.catalog.authored import AuthoredRevision
from inspection.domain import proofreading
from inspection.domain.problems import (
    ChecklistAltered,
    DraftFaulty,
    DraftMovedOn,
    NotFound,
    SecondPersonNeeded,
)
from inspection.ledger import journal
from inspection.ledger.journal import Event, Head, LedgerEntry
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations.unit import Unit

PROPOSED, RETURNED = "checklist.proposed", "checklist.returned"
PUBLISHED, RETIRED = "checklist.published", "checklist.retired"
_TITLES = {
    PROPOSED: {"zh": "检查表待发布", "en": "A checklist waits for publication"},
    RETURNED: {"zh": "检查表已退回修改", "en": "A checklist was returned"},
    PUBLISHED: {"zh": "检查表已发布", "en": "A checklist was published"},
}


def send(
    session: Session, actor: Actor, draft_uuid: str, *, version: int, faults: int, at: datetime
) -> None:
    """Send a draft to whoever may publish it, and tell them.

    Raises DraftMovedOn when `version` is not what lies there, DraftFaulty while it has faults.
    """
    end = journal.lock(session)
    row, unit = _as_seen(session, actor, draft_uuid, State.DRAFTING, version)
    if faults:
        raise DraftFaulty(draft=draft_uuid, faults=faults)
    row.state, row.sent_by, row.remarks, row.changed_at = State.IN_REVIEW, actor.uuid, "", at
    body = {**_said(row, unit), "by": _person(actor)}
    seq = _append(session, PROPOSED, body, row.uuid, at=at, after=end)
    inbox.settle(session, RETURNED, row.uuid, at=at)
    readers = _publishers(session, unit, besides=row.authors)
    words = {
        "zh": f"{actor.name}起草了《{_title(row)}》，请核对并发布，或写明意见退回。",
        "en": f"{actor.name} drafted “{_title(row)}”. Please check and publish or return it.",
    }
    _tell(session, PROPOSED, row, unit, seq, words, readers, at=at)


def send_back(
    session: Session, actor: Actor, draft_uuid: str, remarks: str, *, at: datetime
) -> None:
    """Return a draft to its authors with remarks; they may also take it back themselves."""
    end = journal.lock(session)
    row, unit = drafts.locked(session, actor, draft_uuid, State.IN_REVIEW)
    row.state, row.remarks, row.changed_at = State.DRAFTING, remarks, at
    body = {**_said(row, unit), "remarks": remarks, "by": _person(actor)}
    seq = _append(session, RETURNED, body, row.uuid, at=at, after=end)
    inbox.settle(session, PROPOSED, row.uuid, at=at)
    words = {
        "zh": f"{actor.name}退回了《{_title(row)}》：{remarks}",
        "en": f"{actor.name} returned “{_title(row)}”: {remarks}",
    }
    readers = _people(session, row.authors - {actor.uuid})
    _tell(session, RETURNED, row, unit, seq, words, readers, at=at)


def publish(
    session: Session,
    actor: Actor,
    draft_uuid: str,
    *,
    version: int,
    schema: Mapping[str, Any],
    origin: Mapping[str, Any] | None,
    family: str = "",
    at: datetime,
) -> tuple[str, int]:
    """Publish what the second person has read, and return its slug and revision.

    `origin` is the revision it was taken from, `family` that one's; without them it stands alone.
    Whoever publishes has just entered their password. Raises SecondPersonNeeded, DraftMovedOn,
    DraftFaulty.
    """
    end = journal.lock(session)
    if actor.uuid in drafts.draft(session, actor, draft_uuid).authors:
        raise SecondPersonNeeded(draft=draft_uuid)
    row, unit = _as_seen(session, actor, draft_uuid, State.IN_REVIEW, version)
    document = json.loads(row.document)
    if faults := proofreading.faults(document, schema=schema, origin=origin):
        raise DraftFaulty(draft=draft_uuid, faults=len(faults))
    if document["revision"] != last_revision(session, row.slug) + 1:
        raise DraftMovedOn(draft=draft_uuid)
    written = documents.as_file(proofreading.whole(document))
    digest = hashlib.sha256(written.encode()).hexdigest()
    drafters = [{"person": each} for each in sorted(row.authors)]
    body = {**_said(row, unit), "digest": digest, "drafted_by": drafters, **_confirming(actor)}
    seq = _append(session, PUBLISHED, body, row.uuid, at=at, after=end)
    session.add(
        AuthoredRevision(
            slug=row.slug,
            revision=document["revision"],
            family=family or row.slug,
            digest=digest,
            document=written,
            unit_id=unit.id,
            published_at=at,
            drafted_by=row.drafted_by,
            published_by=actor.uuid,
            seq=seq,
        )
    )
    row.state, row.changed_at = State.PUBLISHED, at
    session.flush()
    inbox.settle(session, PROPOSED, row.uuid, at=at)
    words = {
        "zh": f"{actor.name}发布了《{_title(row)}》第 {document['revision']} 版。",
        "en": f"{actor.name} published revision {document['revision']} of “{_title(row)}”.",
    }
    readers = _people(session, row.authors)
    _tell(session, PUBLISHED, row, unit, seq, words, readers, at=at)
    return row.slug, document["revision"]


def retire(session: Session, actor: Actor, slug: str, reason: str, *, at: datetime) -> None:
    """Take a list out of use; its revisions stay readable for ever. Raises NotFound, DraftMovedOn.

    Whoever retires it has just entered their password. Its next revision brings it back.
    """
    end = journal.lock(session)
    scope = actor.scope(Permission.CHECKLIST_PUBLISH)
    mine = select(AuthoredRevision.revision).join(Unit, Unit.id == AuthoredRevision.unit_id)
    known = session.scalars(mine.where(AuthoredRevision.slug == slug, scope.condition())).all()
    if not known:
        raise NotFound(list=slug)
    in_use = AuthoredRevision.retired_at.is_(None)
    newest = (AuthoredRevision.slug == slug) & (AuthoredRevision.revision == max(known))
    if session.scalar(select(AuthoredRevision.id).where(newest, in_use)) is None:
        raise DraftMovedOn(list=slug)
    body = {"slug": slug, "revision": max(known), "reason": reason, **_confirming(actor)}
    _append(session, RETIRED, body, slug, at=at, after=end)
    session.execute(
        update(AuthoredRevision)
        .where(AuthoredRevision.slug == slug, in_use)
        .values(retired_at=at)
        .execution_options(synchronize_session=False)
    )


def last_revision(session: Session, slug: str) -> int:
    """The number of the newest published revision; 0 when there is none."""
    newest = select(func.max(AuthoredRevision.revision)).where(AuthoredRevision.slug == slug)
    return session.scalar(newest) or 0


# --- what was published is still what it was --------------------------------


def altered(session: Session) -> Iterator[ChecklistAltered]:
    """Every published revision whose bytes, or whose entry, are not what they were."""
    told = {}
    entries = select(LedgerEntry.seq, LedgerEntry.body).where(LedgerEntry.kind == PUBLISHED)
    for seq, text in session.execute(entries):
        said = json.loads(text)
        told[said["slug"], said["revision"]] = (seq, said["digest"])
    row = AuthoredRevision
    found = session.execute(select(row.slug, row.revision, row.digest, row.document, row.seq))
    for slug, revision, digest, document, seq in found:
        entered = told.pop((slug, revision), (0, ""))
        bytes_digest = hashlib.sha256(document.encode()).hexdigest()
        if (seq, digest, bytes_digest) != (*entered, entered[1]):
            yield _altered(slug, revision, entered[1], bytes_digest)
    for (slug, revision), (_, digest) in told.items():
        yield _altered(slug, revision, digest, "")


def refuse_altered(session: Session) -> None:
    """Raise ChecklistAltered for the first revision that is not what was published."""
    for problem in altered(session):
        raise problem


def _altered(slug: str, revision: int, published: str, found: str) -> ChecklistAltered:
    return ChecklistAltered(name=f"{slug}.{revision}", published=published, found=found)


# --- parts ------------------------------------------------------------------


def _as_seen(
    session: Session, actor: Actor, draft_uuid: str, state: State, version: int
) -> tuple[DraftRow, Unit]:
    row, unit = drafts.locked(session, actor, draft_uuid, state)
    if row.version != version:
        raise DraftMovedOn(draft=draft_uuid, version=row.version)
    return row, unit


def _said(row: DraftRow, unit: Unit) -> dict[str, Any]:
    document = json.loads(row.document)
    origin = {"origin": document["origin"]} if "origin" in document else {}
    return {
        "draft": row.uuid,
        "slug": row.slug,
        "revision": document["revision"],
        "list": row.letters,
        "title": document["title"]["zh"],
        "unit": unit.uuid,
        "content": documents.digest(document),
        **origin,
    }


def _title(row: DraftRow) -> str:
    return str(json.loads(row.document)["title"]["zh"])


def _person(actor: Actor) -> dict[str, str]:
    return {"person": actor.uuid, "name": actor.name}


def _confirming(actor: Actor) -> dict[str, Any]:
    """What an entry says of whoever authorised it with their password."""
    return {"by": {**_person(actor), "unit": actor.unit_name}, "authorised_by": "password"}


def _append(
    session: Session, kind: str, body: dict[str, Any], subject: str, *, at: datetime, after: Head
) -> int:
    (entry,) = journal.append(session, [Event(kind, body, subject=subject)], at=at, after=after)
    return entry.seq


def _publishers(session: Session, unit: Unit, *, besides: frozenset[str]) -> list[int]:
    """Who may publish a unit's lists: people of its own, or else of the next above with any."""
    for unit_id in reversed(unit.path.strip("/").split("/")):
        found = session.scalars(
            select(PersonAccount.id)
            .join(MembershipRow, MembershipRow.person_id == PersonAccount.id)
            .where(
                MembershipRow.unit_id == int(unit_id),
                MembershipRow.role.in_(roles_with(Permission.CHECKLIST_PUBLISH)),
                PersonAccount.active,
                PersonAccount.uuid.not_in(besides),
            )
            .distinct()
            .order_by(PersonAccount.id)
        ).all()
        if found:
            return list(found)
    return []


def _people(session: Session, uuids: frozenset[str]) -> list[int]:
    wanted = select(PersonAccount.id).where(PersonAccount.uuid.in_(uuids), PersonAccount.active)
    return list(session.scalars(wanted.order_by(PersonAccount.id)))


def _tell(
    session: Session,
    kind: str,
    row: DraftRow,
    unit: Unit,
    seq: int,
    words: dict[str, str],
    readers: list[int],
    *,
    at: datetime,
) -> None:
    message = Message(
        kind=kind,
        subject=row.uuid,
        basis_seq=seq,
        number=_title(row),
        unit_name=unit.name,
        deadline_on=None,
        title=_TITLES[kind],
        words=words,
        link=f"/authoring/drafts/{row.uuid}",
    )
    inbox.send(session, message, readers, at=at)
