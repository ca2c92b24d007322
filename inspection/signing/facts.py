"""What examining a signed PDF can find: each signature's worth as facts in three values.

Plain values, apart from `examination.py`, which finds them: whoever only reads facts need not load
what reads PDF signatures (half a second).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """ETSI EN 319 102-1: a thing is so, is not so, or cannot be told from what is at hand."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True)
class SignatureFacts:
    """One signature: whose, when, and each question about it with its own answer."""

    field: str
    kind: str
    """`seal`, `person`, `attested` (ink of somebody without an account) or `timestamp`."""
    name: str
    organisation: str
    person: str
    """uuid of the account that the certificate names, or ""."""
    serial: str
    reason: str
    stamped_at: datetime | None
    """By the time-stamping authority; None when no trusted timestamp says so."""
    intact: Outcome
    """The signed bytes are the bytes in the file."""
    trusted: Outcome
    """The certificate leads to the trusted root and was not revoked when it signed."""
    timed: Outcome
    """A trusted timestamp says when."""
    unchanged: Outcome
    """Whatever was added after this signature is what the document allows to be added."""
    covers_all: bool
    """Covers the file from its first to its last byte."""
    revision: int = 1
    """Place among the signatures, counted from 1: what PDF readers call the revision it signs."""
    covers_bytes: int = 0
    """The signed range ends here, counted from the file's first byte."""
    built_in_clock: bool = False
    """The time comes from this system's own time-stamping service, not from a third party."""
    revocation_known: bool = True
    """For each certificate on the way to the root a list was at hand of what its issuer revoked."""
    record_digest: str = ""
    """Of attested ink: SHA-256 of the record that it belongs to, as the certificate says."""
    ink_digest: str = ""
    """Of attested ink: SHA-256 of the strokes, as the certificate says."""

    @property
    def outcome(self) -> Outcome:
        """All questions together: the worst answer."""
        return worst(self.intact, self.trusted, self.timed, self.unchanged)


@dataclass(frozen=True)
class Examination:
    """What the PDF says of itself. `trouble` is "" unless it could not be read."""

    trouble: str
    signatures: tuple[SignatureFacts, ...] = ()
    unsigned_fields: tuple[str, ...] = ()
    attachments: tuple[tuple[str, bytes], ...] = ()

    def attachment(self, name: str) -> bytes | None:
        """Return the embedded file of this name, or None."""
        return next((data for known, data in self.attachments if known == name), None)

    @property
    def covered_to_the_end(self) -> bool:
        """Whether the last signature is a timestamp over the entire file."""
        last = self.signatures[-1] if self.signatures else None
        return bool(last and last.kind == "timestamp" and last.covers_all)


def worst(*outcomes: Outcome) -> Outcome:
    """Return FAILED if any is, else INDETERMINATE if any is, else PASSED."""
    for bad in (Outcome.FAILED, Outcome.INDETERMINATE):
        if bad in outcomes:
            return bad
    return Outcome.PASSED
