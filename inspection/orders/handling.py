"""Steps in the life of an order: acknowledged, fed back with evidence, struck off or returned.

What may be done by whom stands in `domain/order.py`. Of two people who decide on one page at once
the first counts; the other is told and sees what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission, roles_with
from inspection.domain.office_problems import OrderIncomplete, OrderMovedOn
from inspection.domain.order import JUDGED, Grade, Kind, Side, Step
from inspection.domain.workdays import day_of
from inspection.ledger import journal
from inspection.ledger.chain import Entry
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.orders import enquiries, register
from inspection.orders.enquiries import Card
from inspection.orders.issuing import heard_by
from inspection.organisations import directory

LONGEST_WORDS = 4000
MOST_DOCUMENTS = 8


@dataclass(frozen=True)
class Document:
    """A document that goes with a feedback: kept under its digest, byte for byte."""

    sha256: str
    name: str


@dataclass(frozen=True)
class Said:
    """What somebody says with a step; `seen_seq` is the newest entry that their page showed."""

    words: str = ""
    photos: Sequence[str] = ()
    documents: Sequence[Document] = ()
    grade: str = ""
    seen_seq: int = 0


def faults(card: Card, step: Step, said: Said) -> dict[str, str]:
    """Return what is missing of a step, by field."""
    found = {}
    instruction = card.row.kind is Kind.INSTRUCTION
    if step not in (Step.RECEIVE, Step.STRIKE_OFF, Step.SUSTAIN) and not said.words:
        found["words"] = "missing"
    if len(said.words) > LONGEST_WORDS:
        found["words"] = "too_long"
    if step is Step.CLAIM and instruction and not said.documents:
        found["documents"] = "report_missing"
    elif step is Step.CLAIM and not said.photos and not said.documents:
        found["documents"] = "evidence_missing"
    if len(said.documents) > MOST_DOCUMENTS:
        found["documents"] = "too_many"
    if step is Step.STRIKE_OFF and instruction:
        if said.grade not in set(Grade):
            found["grade"] = "missing"
        if not said.words:
            found["words"] = "missing"
    return found


def take(
    session: Session, actor: Actor, uuid: str, step: Step, said: Said, *, at: datetime
) -> None:
    """Take a step. Raises NotFound, OrderMovedOn or OrderIncomplete."""
    head = journal.lock(session)
    card = enquiries.order(session, actor, uuid, today=day_of(at))
    stale = step in JUDGED and said.seen_seq != card.last_seq
    if step not in card.steps or card.side is None or stale:
        raise OrderMovedOn(order=uuid, state=card.row.state)
    if wrong := faults(card, step, said):
        raise OrderIncomplete(fields=wrong)
    body = {
        "order": uuid,
        "unit": actor.unit_uuid,
        "side": card.side,
        "words": said.words,
        "photos": list(said.photos),
        "documents": [vars(each) for each in said.documents],
        "by": actor.author,
    }
    if step is Step.STRIKE_OFF and card.row.kind is Kind.INSTRUCTION:
        body["grade"] = said.grade
    event = Event(register.KIND_OF[step], body, subject=uuid)
    (entry,) = journal.append(session, [event], at=at, after=head)
    register.VIEW.apply(session, [entry])
    _tell(session, actor, card, step, entry, at=at)


_TOLD: dict[Step, tuple[str, str]] = {
    Step.CLAIM: ("已反馈办结，请核查", "reported as done, please check"),
    Step.SUSTAIN: ("阶段成效已认可，转为长期坚持", "result accepted, to be kept going"),
    Step.RETURN: ("退回，请继续办理", "sent back, please go on"),
    Step.STRIKE_OFF: ("已销号", "struck off"),
    Step.WITHDRAW: ("已撤回", "withdrawn"),
}


def _tell(
    session: Session, actor: Actor, card: Card, step: Step, entry: Entry, *, at: datetime
) -> None:
    """The office hears of what is done; responsible units hear of what the office decided."""
    if step not in _TOLD:
        return
    zh, en = _TOLD[step]
    row = card.row
    message = Message(
        kind=entry.kind,
        subject=row.uuid,
        basis_seq=entry.seq,
        number=row.number,
        unit_name=row.lead,
        deadline_on=row.due_on,
        title={"zh": f"交办{zh}：{row.title}", "en": f"Order {en}: {row.title}"},
        words={"zh": f"{actor.unit_name}：{zh}。", "en": f"{actor.unit_name}: {en}."},
        link=f"/orders/{row.uuid}",
    )
    if card.side is Side.LEAD:
        office = directory.unit(session, card.office_uuid)
        told = people.holding(session, office.id, roles_with(Permission.ORDER_ISSUE))
    else:
        units = [directory.unit(session, each.uuid).id for each in card.units]
        told = tuple(dict.fromkeys(each for unit in units for each in heard_by(session, unit)))
    inbox.send(session, message, told, at=at)


def evidence_of(session: Session, actor: Actor, uuid: str, sha256: str, *, at: datetime) -> str:
    """Return the name of a document or photo of an order; "" for a photo. Raises LookupError."""
    card = enquiries.order(session, actor, uuid, today=day_of(at))
    named = {digest: name for each in card.history for digest, name in each.documents}
    photos = {digest: "" for each in card.history for digest in each.photos}
    return {**photos, **named}[sha256]
