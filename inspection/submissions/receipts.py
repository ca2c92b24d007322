"""Receipts (回执): the server's signed word on what it holds.

A tablet deletes nothing without one.
"""

from dataclasses import dataclass
from datetime import datetime

from inspection.domain.answers import Fault
from inspection.ledger.journal import instant_text
from inspection.signing.jose import ServerKey

FORMAT = "zhencha.receipt/1"


@dataclass(frozen=True)
class Held:
    """What the server holds of one record, and its place in the ledger."""

    record: str
    digest: str
    jws_digest: str
    faults: tuple[Fault, ...]
    missing: tuple[str, ...]
    seq: int
    link: str
    received_at: datetime


def receipt(held: Held, *, key: ServerKey) -> str:
    """Return the compact JWS that a tablet verifies before it lets go of anything."""
    return key.sign(
        {
            "format": FORMAT,
            "record": held.record,
            "digest": held.digest,
            "jws_digest": held.jws_digest,
            "status": "held" if held.faults else "accepted",
            "complete": not held.missing,
            "missing": list(held.missing),
            "faults": [{"code": fault.code, "pointer": fault.pointer} for fault in held.faults],
            "seq": held.seq,
            "link": held.link,
            "received_at": instant_text(held.received_at),
        }
    )
