"""The sender's side of a tip-off: filing it, coming back to it, answering.

Nothing here takes an address, a session or a device, so nothing can be kept of one.
"""

import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.accounts import people
from inspection.accounts.policy import Role
from inspection.domain import invitation
from inspection.domain.office_problems import TipoffsCrowded, TipoffSecretWrong, TipoffSentAlready
from inspection.domain.tipoff import Channel, Standing
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import UnitKind
from inspection.tipoffs.dossiers import (
    Tipoff,
    TipoffMessage,
    TipoffReward,
    content_digest,
    words_digest,
)

CODE_LETTERS, PASSPHRASE_LETTERS = 8, 16
"""20^8 codes name a tip-off, 20^16 passphrases guard it: 69 bits, behind argon2."""
MOST_AT_ONCE, WITHIN = 40, timedelta(minutes=10)
"""How many tip-offs one office takes; a count of what came, not of who sends (decision 0008)."""


@dataclass(frozen=True)
class Said:
    """What somebody reports; `photos` are digests of pictures that are kept already."""

    what: str
    place: str
    seen: str
    unit: str
    own_staff: bool
    photos: Sequence[str] = ()


@dataclass(frozen=True)
class Secret:
    """What the sender is shown once; of the passphrase only the hash is kept."""

    code: str
    passphrase: str
    passphrase_hash: str


@dataclass(frozen=True)
class Destination:
    """Where a tip-off goes: an office, the head of an enterprise, or both."""

    office: UnitFacts | None
    enterprise: UnitFacts | None


def new_secret() -> Secret:
    """Draw a query code and a passphrase. Slow: hashing it is meant to be."""
    code, passphrase = _letters(CODE_LETTERS), _letters(PASSPHRASE_LETTERS)
    return Secret(code, passphrase, people.hashed(passphrase))


def _letters(count: int) -> str:
    return "".join(secrets.choice(invitation.ALPHABET) for _ in range(count))


def destination(session: Session, through: UnitFacts, channel: Channel) -> Destination:
    """Return where a tip-off by this unit's QR code goes; by an office's, to that office."""
    if through.kind != UnitKind.ENTERPRISE:
        return Destination(through, None)
    if channel is Channel.HEAD:
        return Destination(None, through)
    above = directory.parent(session, through.id) or directory.root(session)
    return Destination(above, through if channel is Channel.BOTH else None)


def refuse_crowd(session: Session, to: Destination, *, at: datetime) -> None:
    """Raise TipoffsCrowded when this office or head got too many lately. Ask it before photos."""
    if to.office:
        here = Tipoff.office_id == to.office.id
    else:
        here = Tipoff.head_unit_id == (to.enterprise.id if to.enterprise else None)
    lately = select(func.count()).where(here, Tipoff.filed_at > at - WITHIN)
    if (session.scalar(lately) or 0) >= MOST_AT_ONCE:
        raise TipoffsCrowded(retry_after_seconds=round(WITHIN.total_seconds()))


def refuse_repeated(session: Session, form: str) -> None:
    """Raise TipoffSentAlready when a form with this token's digest was taken before."""
    if session.scalar(select(Tipoff.id).where(Tipoff.form == form)) is not None:
        raise TipoffSentAlready()


def file(
    session: Session,
    said: Said,
    secret: Secret,
    to: Destination,
    *,
    about: UnitFacts | None,
    form: str,
    at: datetime,
) -> None:
    """Take in a tip-off and tell whoever is to read it that there is one.

    `about` is the unit whose code was scanned, if it is an enterprise's. Raises TipoffsCrowded or
    TipoffSentAlready; then nothing was written.
    """
    head = journal.lock(session)
    refuse_repeated(session, form)
    refuse_crowd(session, to, at=at)
    row = Tipoff(
        uuid=str(uuid.uuid4()),
        number=f"JB-{head.seq + 1:06d}",
        code=secret.code,
        passphrase_hash=secret.passphrase_hash,
        form=form,
        office_id=to.office.id if to.office else None,
        head_unit_id=to.enterprise.id if to.enterprise else None,
        unit_id=about.id if about else None,
        what=said.what,
        place=said.place,
        seen=said.seen,
        unit_said=said.unit,
        own_staff=said.own_staff,
        photos=list(said.photos),
        standing=Standing.FILED,
        outcome="",
        outcome_words="",
        records=[],
        hazards=[],
        filed_at=at,
    )
    session.add(row)
    session.flush()
    body: dict[str, Any] = {
        "tipoff": row.uuid,
        "channel": row.channel,
        "office": to.office.uuid if to.office else None,
        "unit": about.uuid if about else None,
        "content_sha256": content_digest(row),
    }
    (entry,) = journal.append(
        session, [Event("tipoff.filed", body, subject=row.uuid)], at=at, after=head
    )
    _tell(session, row, to, entry.seq, at=at)


def _tell(session: Session, row: Tipoff, to: Destination, seq: int, *, at: datetime) -> None:
    """Tell the readers that something came, without a word of it: notices go by e-mail too."""
    told: list[tuple[UnitFacts | None, Collection[Role]]] = [
        (to.office, {Role.OFFICE}),
        (to.enterprise, {Role.HEAD}),
    ]
    readers = [
        person for unit, roles in told if unit for person in people.holding(session, unit.id, roles)
    ]
    title = {"zh": "收到举报", "en": "A tip-off came in"}
    words = {
        "zh": f"收到一件举报 {row.number}，请查看并决定是否受理。",
        "en": f"Tip-off {row.number} came in. Please read it and decide whether to accept it.",
    }
    name = (to.office or to.enterprise or directory.root(session)).name
    message = Message(
        "tipoff.filed", row.uuid, seq, row.number, name, None, title, words, f"/tipoffs/{row.uuid}"
    )
    inbox.send(session, message, dict.fromkeys(readers), at=at)


@dataclass(frozen=True)
class Exchanged:
    """One message; `by_name` is "" for the sender."""

    by_name: str
    words: str
    said_at: datetime


@dataclass(frozen=True)
class Progress:
    """What the sender is shown: where it stands and what was said, not what they had written."""

    standing: Standing
    outcome: str
    outcome_words: str
    messages: tuple[Exchanged, ...]
    reward: int | None
    """In 分."""
    paid: bool


def progress(session: Session, tipoff_id: int) -> Progress:
    """Return how a tip-off stands; the caller has seen that it is the sender who asks."""
    row = session.get_one(Tipoff, tipoff_id)
    reward = session.scalars(
        select(TipoffReward).where(TipoffReward.tipoff_id == tipoff_id)
    ).one_or_none()
    return Progress(
        Standing(row.standing),
        row.outcome,
        row.outcome_words,
        messages(session, tipoff_id),
        reward.amount if reward else None,
        bool(reward and reward.paid_at),
    )


def known(session: Session, code: str, passphrase: str) -> int:
    """Return the id of the tip-off of a code and passphrase as typed. Raises TipoffSecretWrong.

    An unknown code is refused at once, so that made-up ones cost no argon2; that a code exists is
    no secret.
    """
    letters = invitation.read(code, CODE_LETTERS)
    row = session.scalars(select(Tipoff).where(Tipoff.code == letters)).one_or_none()
    typed = invitation.read(passphrase, PASSPHRASE_LETTERS)
    if row is None or not typed or not people.password_fits(row.passphrase_hash, typed):
        raise TipoffSecretWrong()
    return row.id


def messages(session: Session, tipoff_id: int) -> tuple[Exchanged, ...]:
    """Return what was said about a tip-off, oldest first."""
    rows = session.scalars(
        select(TipoffMessage).where(TipoffMessage.tipoff_id == tipoff_id).order_by(TipoffMessage.id)
    )
    return tuple(Exchanged(row.by_name, row.words, row.said_at) for row in rows)


def answer(session: Session, tipoff_id: int, words: str, *, at: datetime) -> None:
    """Add what the sender says; the caller has seen that it is the sender."""
    head = journal.lock(session)
    row = session.get_one(Tipoff, tipoff_id)
    session.add(TipoffMessage(tipoff_id=row.id, by_name="", words=words, said_at=at))
    body = {"tipoff": row.uuid, "words_sha256": words_digest(words)}
    journal.append(session, [Event("tipoff.answered", body, subject=row.uuid)], at=at, after=head)
