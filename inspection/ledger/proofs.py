"""What a report carries to prove that its record stood in the ledger (台账凭证).

The file holds the entry by which the record was accepted, the path from that entry to a
checkpoint (`tree`), the checkpoint as it was signed, and the server's public keys. For each
device key that signed the record it holds the same about the entry that enrolled it, so that a
stranger can check the device signatures too, and sees whom this ledger said the key belonged to.

Reading and checking are pure and alike in static/js/verifier/proof.js; tests/vectors/proof.json
holds both to the same answers. Whether the keys are really the server's is for whoever kept them
(/ledger/keys.json): a key that comes inside the file proves only that the file agrees with itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from inspection.ledger import chain, checkpoints, journal, tree
from inspection.ledger.chain import Entry
from inspection.ledger.checkpoints import Checkpoint, Statement
from inspection.signing.jose import MOST_SIGNATURES, ServerKey

FORMAT_1 = "zhencha.ledger-proof/1"
"""Entry, checkpoint and keys without the path between; readable for ever, no longer made."""
FORMAT = "zhencha.ledger-proof/2"
_FORMATS = (FORMAT, FORMAT_1)


@dataclass(frozen=True)
class Proven:
    """An entry, and how it stands under a signed checkpoint; no path in format 1."""

    entry: Entry
    path: tuple[str, ...] | None
    checkpoint: str


@dataclass(frozen=True)
class Proof:
    """The proof of one record, with the entries that enrolled its signers' device keys."""

    format: str
    record: Proven
    device_keys: tuple[Proven, ...]
    server_keys: tuple[Mapping[str, str], ...]


def prove(
    session: Session,
    seq: int,
    *,
    enrolments: Iterable[int],
    checkpoint: Checkpoint,
    key: ServerKey,
) -> Proof:
    """Prove the entry at `seq`, and those at `enrolments`, from a checkpoint taken after them."""
    return Proof(
        FORMAT,
        _proven(session, seq, checkpoint, key),
        tuple(
            _proven(
                session,
                each,
                checkpoints.covering(session, each, key=key.public_jwk) or checkpoint,
                key,
            )
            for each in enrolments
        ),
        (key.public_jwk,),
    )


def _proven(session: Session, seq: int, checkpoint: Checkpoint, key: ServerKey) -> Proven:
    entry = journal.entry(session, seq)
    assert entry is not None, "what is proved is in the ledger"
    path = checkpoints.path(session, seq, checkpoint.seq, key=key.public_jwk)
    return Proven(entry, tuple(path), checkpoint.jws)


def text(proof: Proof) -> bytes:
    """The proof as the file that a report carries."""
    return json.dumps(
        {
            "format": proof.format,
            "chain": chain.VERSION,
            **_written(proof.record),
            "device_keys": [_written(each) for each in proof.device_keys],
            "server_keys": [dict(each) for each in proof.server_keys],
        },
        ensure_ascii=False,
        sort_keys=True,
        indent=1,
    ).encode()


def _written(proven: Proven) -> dict[str, Any]:
    path = {} if proven.path is None else {"path": list(proven.path)}
    return {"entry": vars(proven.entry), **path, "checkpoint": proven.checkpoint}


def read(data: bytes) -> Proof | None:
    """Read a proof of either format; None when it is none."""
    try:
        said = json.loads(data)
        if said["format"] not in _FORMATS or said["chain"] != chain.VERSION:
            return None
        enrolments = said.get("device_keys", ())
        if len(enrolments) > MOST_SIGNATURES:
            return None
        return Proof(
            said["format"],
            _read(said),
            tuple(_read(each) for each in enrolments),
            tuple(dict(each) for each in said["server_keys"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _read(said: Mapping[str, Any]) -> Proven:
    entry = Entry(**said["entry"])
    texts = (entry.kind, entry.body, entry.recorded_at, entry.prev_link, entry.link)
    if type(entry.seq) is not int or not all(isinstance(each, str) for each in texts):
        raise ValueError(entry)
    if not 0 < entry.seq < 1 << tree.HIGHEST:
        raise ValueError(entry.seq)
    "".join(texts).encode()  # JSON can spell surrogates, which no entry can have hashed
    path = said.get("path")
    known = None if path is None else tree.hashes(path)
    return Proven(entry, known, str(said["checkpoint"]))


def trouble(proven: Proven, keys: Iterable[Mapping[str, str]]) -> str:
    """The first thing wrong with a proof, judged by these server keys; "" when it proves.

    `entry_altered`: its content does not give its link. `checkpoint_unsigned`: none of the keys
    signed the checkpoint. `not_in_checkpoint`: the path does not lead to it. `path_missing`:
    format 1, which does not say how the entry stands under the checkpoint; nothing is wrong.
    """
    entry = proven.entry
    if entry != chain.follow(entry.prev_link, entry.seq, entry.kind, entry.body, entry.recorded_at):
        return "entry_altered"
    statement = statement_of(proven, keys)
    if statement is None:
        return "checkpoint_unsigned"
    if statement.seq == entry.seq and statement.link == entry.link:
        return ""
    if proven.path is None or statement.format == checkpoints.FORMAT_1:
        return "path_missing"
    return "" if _leads(proven, statement) else "not_in_checkpoint"


def statement_of(proven: Proven, keys: Iterable[Mapping[str, str]]) -> Statement | None:
    """What the checkpoint of a proof says, if one of these keys signed it."""
    found = (checkpoints.statement_of(proven.checkpoint, each) for each in keys)
    return next((each for each in found if each is not None), None)


def _leads(proven: Proven, statement: Statement) -> bool:
    entry, path = proven.entry, proven.path or ()
    return tree.stands(entry.link, entry.seq, path, statement.seq, statement.peaks)
