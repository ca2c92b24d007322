"""The record's place in the ledger (台账位置): the proof that the file carries, and the ledger.

What a stranger recomputes from the proof alone is `ledger.proofs` and
docs/verifying-by-hand.md; here it is also compared with the ledger as it stands today.
"""

import json
from collections.abc import Iterator

from sqlalchemy.orm import Session

from inspection.ledger import journal, proofs
from inspection.ledger.chain import Entry
from inspection.ledger.proofs import Proof, Proven
from inspection.signing.jose import ServerKey
from inspection.verification.facts import FAILED, PASSED, Fact, either


def facts(
    session: Session, data: bytes | None, digest: str, server_key: ServerKey, *, about: str
) -> Iterator[Fact]:
    """Examine the proof file for the `record` or the `paper` with this digest."""
    proof = proofs.read(data or b"")
    if proof is None:
        yield Fact("ledger_proof_missing", FAILED)
        return
    yield _entry(session, proof, digest, about)
    trouble = proofs.trouble(proof.record, server_key.public_jwks)
    if trouble == "checkpoint_unsigned":
        yield Fact("checkpoint_broken", FAILED)
        return
    yield _checkpoint(session, proof.record, server_key)
    if trouble == "not_in_checkpoint":
        yield Fact("proof_broken", FAILED)
    elif not trouble:
        yield _led(proof.record, server_key)


_ENTRIES = {
    "record": (("record.",), "digest"),
    "paper": (("paper.issued", "sheet.issued"), "content_sha256"),
}
"""About what → how the entry's kind begins, and what it calls the digest."""


def _entry(session: Session, proof: Proof, digest: str, about: str) -> Fact:
    """The entry, and those that enrolled its signers' keys, are the ledger's own."""
    entry = proof.record.entry
    sound = (
        _digest_in(entry, about) == digest
        and entry == journal.entry(session, entry.seq)
        and all(each.entry == journal.entry(session, each.entry.seq) for each in proof.device_keys)
    )
    of_paper = about == "paper"
    details = {"seq": entry.seq, "link": entry.link}
    if not sound:  # whatever it claims as its time is a stranger's text
        return Fact("paper_entry_differs" if of_paper else "ledger_entry_differs", FAILED, details)
    return Fact(
        "paper_entry_matches" if of_paper else "ledger_entry_matches",
        PASSED,
        {**details, "recorded_at": entry.recorded_at},
    )


def _digest_in(entry: Entry, about: str) -> str | None:
    begins, name = _ENTRIES[about]
    try:
        body = json.loads(entry.body)
    except (ValueError, RecursionError):
        return None
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, str) and entry.kind.startswith(begins) else None


def _checkpoint(session: Session, proven: Proven, server_key: ServerKey) -> Fact:
    said = proofs.statement_of(proven, server_key.public_jwks)
    assert said is not None, "a checkpoint without our signature is told before"
    ours = journal.entry(session, said.seq)
    same = ours is not None and ours.link == said.link
    details = {"seq": said.seq, "taken_at": said.taken_at}
    return Fact("checkpoint_matches" if same else "checkpoint_differs", either(same), details)


def _led(proven: Proven, server_key: ServerKey) -> Fact:
    said = proofs.statement_of(proven, server_key.public_jwks)
    upto = said.seq if said else proven.entry.seq
    return Fact("proof_leads_to_checkpoint", PASSED, {"from_seq": proven.entry.seq, "seq": upto})
