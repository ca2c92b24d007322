"""Dealing with a tip-off: accept it or set it aside, look into it, answer, close, reward.

Each act is an entry of the ledger without a word of the tip-off. A tip-off raises no hazard by
itself: somebody goes and looks, and the signed record of that inspection is linked; a hazard that
was closed too soon is opened again with the tip-off as its cause.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.domain.office_problems import TipoffMovedOn
from inspection.domain.problems import NotFound, SecondPersonNeeded
from inspection.domain.tipoff import REWARDED, Outcome, Standing, reward
from inspection.hazards.register import Hazard
from inspection.ledger import journal
from inspection.ledger.journal import Event, Head
from inspection.organisations import directory
from inspection.organisations.unit import Unit
from inspection.submissions.records import SubmittedRecord
from inspection.tipoffs import desk
from inspection.tipoffs.dossiers import Tipoff, TipoffMessage, TipoffReward, words_digest


@dataclass(frozen=True)
class Turn:
    """A tip-off that this actor deals with, while nobody else can write."""

    row: Tipoff
    head: Head


def accept(session: Session, actor: Actor, uuid: str, unit_uuid: str, *, at: datetime) -> None:
    """Accept a tip-off (受理) as one about this unit, which lies in the actor's scope."""
    turn = _turn(session, actor, uuid, Standing.FILED)
    scope = actor.scope(Permission.TIPOFF_READ)
    unit = directory.unit(session, unit_uuid, scope)
    turn.row.unit_id, turn.row.standing = unit.id, Standing.ACCEPTED
    _append(session, actor, turn, "tipoff.accepted", {"unit": unit.uuid}, at=at)


def set_aside(session: Session, actor: Actor, uuid: str, *, at: datetime) -> None:
    """Mark a tip-off as spam: it stays readable and asks for nothing more."""
    turn = _turn(session, actor, uuid, Standing.FILED)
    turn.row.standing = Standing.SPAM
    _append(session, actor, turn, "tipoff.set_aside", {}, at=at)


def say(session: Session, actor: Actor, uuid: str, words: str, *, at: datetime) -> None:
    """Say something to the sender, who reads it with code and passphrase."""
    turn = _turn(session, actor, uuid, *Standing)
    message = TipoffMessage(tipoff_id=turn.row.id, by_name=actor.name, words=words, said_at=at)
    session.add(message)
    _append(session, actor, turn, "tipoff.told", {"words_sha256": words_digest(words)}, at=at)


def link_record(session: Session, actor: Actor, uuid: str, record: str, *, at: datetime) -> None:
    """Link the inspection that looked into it, and the hazards that it raised.

    Raises NotFound when it is no inspection of the tip-off's unit.
    """
    turn = _turn(session, actor, uuid, Standing.ACCEPTED, Standing.CLOSED)
    here = SubmittedRecord.unit_id == turn.row.unit_id
    if (
        session.scalar(select(SubmittedRecord.id).where(SubmittedRecord.uuid == record, here))
        is None
    ):
        raise NotFound(record=record)
    raised = session.scalars(select(Hazard.uuid).where(Hazard.record_uuid == record)).all()
    turn.row.records = _with(turn.row.records, record)
    for each in raised:
        turn.row.hazards = _with(turn.row.hazards, each)
    said = {"record": record, "hazards": list(raised)}
    _append(session, actor, turn, "tipoff.looked_into", said, at=at)


def link_hazard(session: Session, actor: Actor, uuid: str, number: str, *, at: datetime) -> None:
    """Link a hazard of the tip-off's unit by its number. Raises NotFound when it has none such."""
    turn = _turn(session, actor, uuid, Standing.ACCEPTED, Standing.CLOSED)
    here = Hazard.unit_id == turn.row.unit_id
    hazard = session.scalar(select(Hazard.uuid).where(Hazard.number == number.upper(), here))
    if hazard is None:
        raise NotFound(hazard=number)
    turn.row.hazards = _with(turn.row.hazards, hazard)
    _append(session, actor, turn, "tipoff.linked", {"hazard": hazard}, at=at)


def close(
    session: Session, actor: Actor, uuid: str, outcome: Outcome, words: str, *, at: datetime
) -> None:
    """Close a tip-off with what was found; the words are the sender's to read."""
    turn = _turn(session, actor, uuid, Standing.ACCEPTED)
    turn.row.standing, turn.row.outcome, turn.row.outcome_words = Standing.CLOSED, outcome, words
    said = {"outcome": outcome, "words_sha256": words_digest(words)}
    _append(session, actor, turn, desk.CLOSED, said, at=at)


def grant(
    session: Session,
    actor: Actor,
    uuid: str,
    *,
    fine: int,
    own_staff: bool,
    case_number: str,
    at: datetime,
) -> None:
    """Grant the reward that the rule gives for a fine, in 分; once, and only for what was true.

    Raises SecondPersonNeeded for whoever found it true.
    """
    turn = _turn(session, actor, uuid, Standing.CLOSED)
    known = session.scalar(select(TipoffReward.id).where(TipoffReward.tipoff_id == turn.row.id))
    if known is not None or turn.row.outcome not in REWARDED:
        raise TipoffMovedOn(standing=turn.row.standing)
    _refuse_alone(session, actor, uuid, desk.CLOSED)
    amount = reward(fine, own_staff=own_staff)
    session.add(
        TipoffReward(
            tipoff_id=turn.row.id,
            case_number=case_number,
            fine=fine,
            own_staff=own_staff,
            amount=amount,
            granted_by=actor.name,
            granted_at=at,
            paid_by="",
        )
    )
    said = {"amount": amount, "fine": fine, "case_number": case_number, "anonymous": True}
    _append(session, actor, turn, desk.GRANTED, said, at=at)


def pay(session: Session, actor: Actor, uuid: str, tipoff_id: int, *, at: datetime) -> None:
    """Record that the reward was paid out; the caller has seen code and passphrase fit.

    Raises NotFound when they are another tip-off's, TipoffMovedOn when nothing is to be paid,
    SecondPersonNeeded for whoever granted it.
    """
    turn = _turn(session, actor, uuid, Standing.CLOSED)
    if turn.row.id != tipoff_id:
        raise NotFound(tipoff=uuid)
    due = session.scalars(
        select(TipoffReward).where(TipoffReward.tipoff_id == tipoff_id)
    ).one_or_none()
    if due is None or due.paid_at is not None:
        raise TipoffMovedOn(standing=turn.row.standing)
    _refuse_alone(session, actor, uuid, desk.GRANTED)
    due.paid_at, due.paid_by = at, actor.name
    due.paying_office_id = directory.unit(session, actor.unit_uuid).id
    _append(session, actor, turn, "tipoff.paid", {"amount": due.amount}, at=at)


def _refuse_alone(session: Session, actor: Actor, uuid: str, kind: str) -> None:
    """Money takes two people: whoever did this step does not do the next as well."""
    if desk.done_by(session, uuid, kind) == actor.uuid:
        raise SecondPersonNeeded(tipoff=uuid)


def _turn(session: Session, actor: Actor, uuid: str, *begun: Standing) -> Turn:
    """Take the turn at the ledger and find the tip-off. Raises NotFound or TipoffMovedOn."""
    head = journal.lock(session)
    row = session.scalars(
        select(Tipoff).where(Tipoff.uuid == uuid, desk.answered_by(actor))
    ).one_or_none()
    if row is None:
        raise NotFound(tipoff=uuid)
    if row.standing not in begun:
        raise TipoffMovedOn(standing=row.standing)
    return Turn(row, head)


def _with(known: list[str], more: str) -> list[str]:
    return [*known, more] if more not in known else known


def _append(
    session: Session, actor: Actor, turn: Turn, kind: str, said: dict[str, Any], *, at: datetime
) -> None:
    unit = session.scalar(select(Unit.uuid).where(Unit.id == turn.row.unit_id))
    body = {
        "tipoff": turn.row.uuid,
        "unit": unit,
        **said,
        "by": actor.author,
    }
    session.flush()
    event = Event(kind, body, subject=turn.row.uuid)
    journal.append(session, [event], at=at, after=turn.head)
