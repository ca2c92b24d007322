"""What a verdict is made of (核验事实): facts with stable codes, each about one topic.

Plain values. How a fact is found out is `document`, `signatures` and `inside`;
how it is said is `edge.verdicts`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inspection.reports.shelf import PublicReport
from inspection.signing.facts import Outcome, worst

PASSED, FAILED, INDETERMINATE = Outcome.PASSED, Outcome.FAILED, Outcome.INDETERMINATE

TOPICS: dict[str, tuple[str, ...]] = {
    "document": (
        "issued_here",
        "not_issued_here",
        "seal_without_report",
        "bytes_as_issued",
        "superseded",
        "annulled",
        "rolled_back",
        "bytes_after_end",
        "bytes_altered",
        "issued_bytes_lost",
        "not_a_pdf",
        "unreadable",
        "examination_overrun",
    ),
    "signatures": (
        "unsigned",
        "seal_signature_valid",
        "person_signature_valid",
        "attested_signature_valid",
        "timestamp_signature_valid",
        "own_signature_intact",
        "signature_broken",
        "timestamp_broken",
        "certificate_not_trusted",
        "certificate_revoked",
        "time_not_trusted",
        "changed_after_signature",
        "fields_unsigned",
        "whole_file_covered",
        "whole_file_not_covered",
        "cover_broken",
    ),
    "record": (
        "record_as_accepted",
        "record_differs",
        "record_missing",
        "record_unknown",
        "device_signature_valid",
        "device_signature_broken",
        "device_key_unknown",
        "warrants_match",
        "warrant_missing",
        "ink_attested",
        "ink_unfit",
    ),
    "paper": (
        "paper_as_confirmed",
        "paper_differs",
        "paper_missing",
        "confirmations_match",
        "confirmation_missing",
    ),
    "ledger": (
        "paper_entry_matches",
        "paper_entry_differs",
        "ledger_entry_matches",
        "ledger_entry_differs",
        "ledger_proof_missing",
        "proof_leads_to_checkpoint",
        "proof_broken",
        "checkpoint_matches",
        "checkpoint_differs",
        "checkpoint_broken",
    ),
    "photos": ("photos_match", "photos_differ"),
}
"""Topic → codes, in the order in which a reader meets them."""

_TOPIC_OF = {code: topic for topic, codes in TOPICS.items() for code in codes}
CODES = frozenset(_TOPIC_OF)


@dataclass(frozen=True)
class Fact:
    """One thing found out: a stable code, its outcome, and values for the sentence."""

    code: str
    outcome: Outcome
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"{self.code} stands under no topic")

    @property
    def topic(self) -> str:
        """What the fact is about: a key of TOPICS."""
        return _TOPIC_OF[self.code]


@dataclass(frozen=True)
class SignerLine:
    """One signature of the PDF, as the verify page lists it."""

    field: str
    kind: str
    name: str
    organisation: str
    role: str
    stamped_at: datetime | None
    built_in_clock: bool
    """The time comes from this system's own time-stamping service, not from a third party."""
    device_signed_at: datetime | None
    revision: int
    """Which revision of the file it covers, counted from 1."""
    covers_bytes: int
    covers_all: bool
    outcome: Outcome


@dataclass(frozen=True)
class Verdict:
    """The outcome, the facts that led to it, and what nobody looked at.

    `covers` says how much of the file the signatures speak for: `entire_file`,
    `part` or `nothing`. `notes` are codes of harmless things that other software
    will say about this very file.
    """

    outcome: Outcome
    facts: tuple[Fact, ...]
    signers: tuple[SignerLine, ...]
    covers: str
    not_checked: tuple[str, ...]
    notes: tuple[str, ...]
    sha256: str
    size: int
    report: PublicReport | None

    def about(self, topic: str) -> tuple[Fact, ...]:
        """Return the facts of one topic, what speaks against the file first."""
        rank = (FAILED, INDETERMINATE, PASSED)
        found = (fact for fact in self.facts if fact.topic == topic)
        return tuple(sorted(found, key=lambda fact: rank.index(fact.outcome)))

    def has(self, code: str) -> bool:
        """Whether this fact is among those found."""
        return any(fact.code == code for fact in self.facts)


def outcome_of(facts: tuple[Fact, ...]) -> Outcome:
    """Return the worst outcome among the facts."""
    return worst(*(fact.outcome for fact in facts))


def either(good: bool) -> Outcome:
    """PASSED or FAILED."""
    return PASSED if good else FAILED
