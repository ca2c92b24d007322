"""Issuing a paper (出具文书): proposed by one officer, confirmed by another, then numbered.

Each of them has just entered their password (at the edge, docs/decisions/0007): what they say is
an entry of the ledger, and that entry is the warrant by which `sealing` uses their key. Nothing
is issued by one person alone (行政处罚法 art. 42). The number is given together with the second
confirmation while the ledger is locked, so that there is no gap and no double.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.domain import paper as domain
from inspection.domain.hazard import ENDED
from inspection.domain.problems import (
    IssuerUnnamed,
    NotFound,
    OfficerMissing,
    PaperMovedOn,
    PaperStands,
    SecondOfficerNeeded,
)
from inspection.domain.record import Record
from inspection.domain.workdays import day_of
from inspection.hazards import enquiries, register
from inspection.jobs import queue
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event, Head
from inspection.organisations.scope import Scope
from inspection.paperwork import issuers, shelf
from inspection.paperwork.shelf import ShelvedPaper, State
from inspection.submissions import records

SEAL_JOB = "paper.seal"


@dataclass(frozen=True)
class Proposal:
    """What one officer wants to issue; its words are kept under `content_sha256` already.

    `hazards` are those it speaks of, with the day by which it orders each to be put right.
    """

    kind: str
    record_uuid: str
    unit_uuid: str
    content_sha256: str
    hazards: Mapping[str, date | None]
    follows: tuple[str, ...] = ()


def propose(session: Session, actor: Actor, given: Proposal, *, at: datetime) -> str:
    """Write down what the first officer proposes, and return the paper's uuid.

    Raises OfficerMissing, IssuerUnnamed, PaperStands, or PaperMovedOn when a hazard was closed
    or a followed paper annulled meanwhile.
    """
    end = journal.lock(session)
    _refuse_others(session, actor, given.record_uuid)
    issuer = issuers.of(session, actor.unit_uuid)
    if not issuer.issuer.mark:
        raise IssuerUnnamed(unit=actor.unit_uuid)
    _refuse_twice(session, given)
    _refuse_outdated(session, given.kind, given.hazards, given.follows)
    itself = str(uuid.uuid4())
    body = {
        "paper": itself,
        "kind": given.kind,
        "title": domain.TITLES[given.kind],
        "record": given.record_uuid,
        "unit": given.unit_uuid,
        "issuer": issuer.uuid,
        "organisation": issuer.name,
        "content_sha256": given.content_sha256,
        "hazards": {each: day.isoformat() if day else None for each, day in given.hazards.items()},
        "follows": list(given.follows),
        **confirming(actor),
    }
    _append(session, [Event("paper.proposed", body, subject=itself)], at=at, after=end)
    return itself


def confirm(session: Session, actor: Actor, uuid: str, *, seen_sha256: str, at: datetime) -> None:
    """The second officer confirms: the paper gets its number, and its seal from the job.

    `seen_sha256` is the digest of what stood on their page. Raises OfficerMissing,
    SecondOfficerNeeded, or PaperMovedOn.
    """
    end = journal.lock(session)
    found, hazards = _proposed(session, uuid)
    if found.content_sha256 != seen_sha256:
        raise PaperMovedOn(paper=uuid)
    _refuse_others(session, actor, found.record_uuid)
    if actor.uuid == found.confirmations[0].person:
        raise SecondOfficerNeeded(paper=uuid)
    _refuse_outdated(session, found.kind, hazards, found.follows)
    year = day_of(at).year
    ordinal = shelf.next_ordinal(session, found.issuer_id, found.kind, year)
    mark = issuers.of(session, found.issuer_uuid).issuer.mark
    number = domain.number(mark, found.kind, year, ordinal)
    first = found.confirmations[0]
    body = {
        "paper": uuid,
        "kind": found.kind,
        "record": found.record_uuid,
        "unit": found.unit_uuid,
        "hazards": list(found.hazards),
        "content_sha256": found.content_sha256,
        "number": number,
        "year": year,
        "ordinal": ordinal,
        "officers": [
            {"person": first.person, "name": first.name, "badge": first.badge},
            {"person": actor.uuid, "name": actor.name, "badge": actor.badge},
        ],
        "proposed": first.link,
        **confirming(actor),
    }
    events = [Event("paper.issued", body, subject=uuid)]
    if found.kind == "rectify_order":
        events += _ordered(uuid, number, hazards)
    _append(session, events, at=at, after=end)
    ask_seal(session, uuid, at=at)


def ask_seal(session: Session, uuid: str, *, at: datetime) -> None:
    """Have an issued paper or sheet sealed."""
    queue.enqueue(session, SEAL_JOB, {"paper": uuid}, key=job_key(uuid), at=at)


def job_key(uuid: str) -> str:
    """The key of the job that seals a paper."""
    return f"{SEAL_JOB}:{uuid}"


def drop(
    session: Session, actor: Actor, scope: Scope, uuid: str, reason: str, *, at: datetime
) -> None:
    """Take a proposal back before it is issued; it never had a number. Raises PaperMovedOn."""
    end = journal.lock(session)
    if shelf.paper(session, scope, uuid, drafts=True).state != State.PROPOSED:
        raise PaperMovedOn(paper=uuid)
    body = {"paper": uuid, "reason": reason, "by": _person(actor)}
    _append(session, [Event("paper.dropped", body, subject=uuid)], at=at, after=end)


def is_officer(record: Record, person: str) -> bool:
    """Whether somebody may put their name to papers on a record: who inspected, signs."""
    return any(each.role == "inspector" and each.account == person for each in record.people)


def _refuse_others(session: Session, actor: Actor, record_uuid: str) -> None:
    stored = records.any_record(session, record_uuid)
    if stored is None:
        raise NotFound(record=record_uuid)
    refuse_others(records.payload_of(stored), actor.uuid)


def refuse_others(record: Record, person: str) -> None:
    """Raise OfficerMissing for somebody who did not inspect."""
    if not is_officer(record, person):
        raise OfficerMissing(record=record.uuid)


def _refuse_twice(session: Session, given: Proposal) -> None:
    """A record is told once, and no problem is ordered away twice while the first order stands."""
    for each in shelf.of_record(session, given.record_uuid, drafts=True):
        same = each.kind == given.kind and each.stands
        if same and (set(each.hazards) & set(given.hazards) or not given.hazards):
            raise PaperStands(paper=each.uuid, number=each.number)


def _refuse_outdated(
    session: Session, kind: str, hazards: Mapping[str, date | None], follows: tuple[str, ...]
) -> None:
    """What is ordered is still open, and what is followed still stands."""
    followed = [shelf.find(session, each) for each in follows]
    if any(each is None or each.state != State.ISSUED for each in followed):
        raise PaperMovedOn(follows=list(follows))
    if kind in ("rectify_order", "onsite_measure"):
        standing = enquiries.standings(session, hazards)
        if any(standing[each].state in ENDED for each in hazards):
            raise PaperMovedOn(hazards=list(hazards))


def _proposed(session: Session, uuid: str) -> tuple[ShelvedPaper, dict[str, date | None]]:
    """A paper that waits for its second officer, and the days that it orders."""
    found = shelf.find(session, uuid)
    if found is None:
        raise NotFound(paper=uuid)
    if found.state != State.PROPOSED:
        raise PaperMovedOn(paper=uuid)
    said = journal.body_of(session, found.confirmations[0].seq)["hazards"]
    return found, {each: date.fromisoformat(day) if day else None for each, day in said.items()}


def _ordered(uuid: str, number: str, hazards: Mapping[str, date | None]) -> list[Event]:
    """The order stands in the history of each hazard, and sets its deadline."""
    return [
        Event(
            "hazard.ordered",
            {"hazard": each, "paper": uuid, "number": number, "deadline_on": day.isoformat()},
            subject=each,
        )
        for each, day in hazards.items()
        if day
    ]


def confirming(actor: Actor) -> dict[str, Any]:
    """What an entry says of whoever authorised it with their password."""
    by = {**_person(actor), "unit": actor.unit_name, "badge": actor.badge}
    return {"by": by, "authorised_by": "password"}


def _person(actor: Actor) -> dict[str, str]:
    return {"person": actor.uuid, "name": actor.name}


def _append(session: Session, events: list[Event], *, at: datetime, after: Head) -> list[Entry]:
    entries = journal.append(session, events, at=at, after=after)
    shelf.VIEW.apply(session, entries)
    register.apply(session, entries)
    return entries
