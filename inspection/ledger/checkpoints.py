"""Signed statements of where the ledger ended at a moment: length, last link, time, peaks.

Somebody who keeps a checkpoint can later prove that the ledger still begins with what it began
with then. The signature is a compact JWS by the server's key. Since format 2 a statement also
carries the peaks of the tree over all links (`tree`), which proofs lead to, and how the tree grew
since the checkpoint before: whoever mirrors all of them sees for himself that nothing before an
end was ever exchanged, without being shown one entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant
from inspection.domain.problems import JwsMalformed, KeyMalformed, SignatureInvalid
from inspection.ledger import journal, tree
from inspection.ledger.journal import Head
from inspection.signing import jose
from inspection.signing.jose import ServerKey

FORMAT_1 = "zhencha.checkpoint/1"
"""Length, link and time only; readable for ever, no longer made."""
FORMAT = "zhencha.checkpoint/2"


class LedgerCheckpoint(Base):
    """A checkpoint as it was signed."""

    __tablename__ = "ledger_checkpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(index=True)
    link: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(UtcInstant)
    jws: Mapped[str]


@dataclass(frozen=True)
class Checkpoint:
    """Length and last link of the ledger at `taken_at`, and the JWS that says so."""

    id: int
    seq: int
    link: str
    taken_at: datetime
    jws: str


@dataclass(frozen=True)
class Statement:
    """What a checkpoint says. Format 1 has no peaks and does not say what it follows."""

    format: str
    seq: int
    link: str
    taken_at: str
    peaks: tuple[str, ...] = ()
    after: int = 0
    grown: tuple[str, ...] = ()


_NOTHING = Statement(FORMAT, 0, "0" * 64, "")
_NEAR = 50


def take(session: Session, *, key: ServerKey, at: datetime) -> Checkpoint:
    """Sign where the ledger ends now; the same end is not signed twice.

    Holds the ledger's lock until the transaction ends, so that each checkpoint follows the last.
    """
    head = journal.lock(session)
    last = _newest(session, head.seq, key.public_jwk)
    if last and last[1].seq == head.seq:
        return _checkpoint(last[0])
    statement = _next(session, head, last[1] if last else _NOTHING, at)
    row = LedgerCheckpoint(seq=head.seq, link=head.link, taken_at=at, jws=key.sign(statement))
    session.add(row)
    session.flush()
    return _checkpoint(row)


def _next(session: Session, head: Head, last: Statement, at: datetime) -> dict[str, Any]:
    links = journal.links(session, after=last.seq, until=head.seq)
    nodes = [tree.root(span, {}, links.__getitem__) for span in tree.spans(last.seq, head.seq)]
    return {
        "format": FORMAT,
        "seq": head.seq,
        "link": head.link,
        "taken_at": journal.instant_text(at),
        "peaks": list(tree.grown(last.seq, last.peaks, nodes, head.seq)),
        "after": last.seq,
        "grown": nodes,
    }


def page(session: Session, *, after: int = 0, limit: int = 1000) -> list[Checkpoint]:
    """Return up to `limit` checkpoints after the one with this id, in the order of signing."""
    rows = select(LedgerCheckpoint).where(LedgerCheckpoint.id > after)
    found = session.scalars(rows.order_by(LedgerCheckpoint.id).limit(limit))
    return [_checkpoint(row) for row in found]


def latest(session: Session, limit: int) -> list[Checkpoint]:
    """Return the newest checkpoints, newest first."""
    found = session.scalars(
        select(LedgerCheckpoint).order_by(LedgerCheckpoint.id.desc()).limit(limit)
    )
    return [_checkpoint(row) for row in found]


def count(session: Session) -> int:
    """How many checkpoints were signed."""
    return session.scalar(select(func.count()).select_from(LedgerCheckpoint)) or 0


def covering(session: Session, seq: int, *, key: Mapping[str, str]) -> Checkpoint | None:
    """The first checkpoint with peaks that the entry at `seq` stands under.

    An old entry is best proved by a checkpoint of its own days: the way up is short.
    None when there is none, or none among the nearest, as in ledgers from before format 2.
    """
    rows = select(LedgerCheckpoint).where(LedgerCheckpoint.seq >= seq)
    near = session.scalars(rows.order_by(LedgerCheckpoint.seq, LedgerCheckpoint.id).limit(_NEAR))
    return next((_checkpoint(row) for row in near if _sound(session, row, key)), None)


def path(session: Session, seq: int, size: int, *, key: Mapping[str, str]) -> list[str]:
    """The hashes that lead from the entry at `seq` up to its peak in a ledger of `size` entries.

    Reads no more than the links between the checkpoint before the entry and `size`.
    """
    last = _newest(session, seq - 1, key)
    base = last[1] if last else _NOTHING
    known = dict(zip(tree.spans(0, base.seq), base.peaks, strict=True))
    links = journal.links(session, after=base.seq, until=size)
    return [tree.root(span, known, links.__getitem__) for span in tree.siblings(seq, size)]


def statement_of(jws: str, jwk: Mapping[str, str]) -> Statement | None:
    """What a checkpoint says; None when this key did not sign it, or it is no checkpoint."""
    try:
        said = jose.verify_compact(jws, jwk)
        if said["format"] not in (FORMAT, FORMAT_1):
            return None
        return Statement(
            said["format"],
            _length(said["seq"]),
            tree.hashes([said["link"]])[0],
            str(said["taken_at"]),
            tree.hashes(said.get("peaks", ())),
            _length(said.get("after", 0)),
            tree.hashes(said.get("grown", ())),
        )
    except (JwsMalformed, SignatureInvalid, KeyMalformed, KeyError, TypeError, ValueError):
        return None


def _length(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _newest(
    session: Session, seq: int, key: Mapping[str, str]
) -> tuple[LedgerCheckpoint, Statement] | None:
    """The newest checkpoint of at most `seq` entries, if it is sound; else one starts anew.

    A checkpoint that somebody altered is named by `flask ledger check`; nothing is built on it.
    """
    row = session.scalar(
        select(LedgerCheckpoint)
        .where(LedgerCheckpoint.seq <= seq)
        .order_by(LedgerCheckpoint.seq.desc(), LedgerCheckpoint.id.desc())
        .limit(1)
    )
    statement = _sound(session, row, key) if row else None
    return (row, statement) if row and statement else None


def _sound(session: Session, row: LedgerCheckpoint, key: Mapping[str, str]) -> Statement | None:
    """What the row's JWS says, if this server signed it, with peaks, for the ledger as it is."""
    said = statement_of(row.jws, key)
    if said is None or said.format != FORMAT or said.seq != row.seq:
        return None
    stands = journal.links(session, after=said.seq - 1, until=said.seq)
    return said if stands == {said.seq: said.link} or said.seq == 0 else None


def _checkpoint(row: LedgerCheckpoint) -> Checkpoint:
    return Checkpoint(row.id, row.seq, row.link, row.taken_at, row.jws)
