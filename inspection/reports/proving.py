"""The ledger proof of one record (台账凭证): found in the database, written as it travels.

What a proof is and how it is checked is `ledger.proofs`. A report carries one from the day it was
made; an evidence bundle asks for a newer one with `proof_text`, and puts beside it the page that
checks it without us and without a network: VERIFIER.
"""

from sqlalchemy.orm import Session

from inspection.accounts import devices
from inspection.ledger import journal, proofs
from inspection.ledger.checkpoints import Checkpoint
from inspection.ledger.proofs import Proof
from inspection.settings import ROOT
from inspection.signing import jose
from inspection.signing.jose import DeviceSignature, EnrolledKey, ServerKey
from inspection.submissions.records import StoredRecord

VERIFIER = ROOT / "static" / "dist" / "verifier.html"
"""The built page (static/build.mjs, sources in static/js/verifier); one file, for any browser."""


def proof_text(
    session: Session, stored: StoredRecord, *, checkpoint: Checkpoint, key: ServerKey
) -> bytes:
    """Prove a record from a checkpoint taken since it was accepted; returns ledger-proof.json."""
    return proofs.text(prove(session, stored, checkpoint=checkpoint, key=key))


def prove(
    session: Session, stored: StoredRecord, *, checkpoint: Checkpoint, key: ServerKey
) -> Proof:
    """Prove the record's entry, and the entries that enrolled its signers' device keys."""
    signed = jose.verify_record(stored.jws, lambda kid: _enrolled(session, kid))
    enrolments = sorted({seq for each in signed.signatures for seq in _enrolments(session, each)})
    return proofs.prove(session, stored.seq, enrolments=enrolments, checkpoint=checkpoint, key=key)


def _enrolled(session: Session, kid: str) -> EnrolledKey | None:
    known = devices.key(session, kid)
    return known.enrolled if known else None


def _enrolments(session: Session, signature: DeviceSignature) -> list[int]:
    """The entry that enrolled the key of this signature."""
    named = f'"kid":"{signature.kid}"'
    entries = journal.about(session, signature.person, kind="key.enrolled")
    return [each.seq for each in entries if named in each.body][:1]
