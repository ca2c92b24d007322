"""What the signatures of the PDF are worth, each question apart (签名核验)."""

from collections.abc import Iterator
from typing import Any

from inspection.signing.facts import Examination, Outcome, SignatureFacts
from inspection.verification.facts import FAILED, PASSED, Fact

OWN_FIELD = "own-"
"""Fields for a signer's own certificate, whose issuer we neither know nor judge (own-1 …)."""


def told(found: Examination) -> Iterator[Fact]:
    """Tell each signature, what is unsigned, and whether the last one covers the file."""
    if found.trouble:
        yield Fact("unreadable", FAILED)
        return
    if not found.signatures:
        yield Fact("unsigned", FAILED)
        return
    for each in found.signatures:
        yield from _questions(each)
    if found.unsigned_fields:
        yield Fact("fields_unsigned", FAILED, {"fields": list(found.unsigned_fields)})
    yield _cover(found)


def covers(found: Examination) -> str:
    """How much of the file the signatures speak for: `entire_file`, `part` or `nothing`."""
    if not found.signatures:
        return "nothing"
    return "entire_file" if _cover(found).outcome == PASSED else "part"


def worth(signature: SignatureFacts) -> Outcome:
    """The signature's outcome; a certificate from elsewhere counts by what can be known of it."""
    if _from_elsewhere(signature):
        return PASSED
    return signature.outcome


def from_elsewhere(found: Examination) -> bool:
    """Whether somebody signed with a certificate whose issuer we do not know."""
    return any(_from_elsewhere(each) for each in found.signatures)


def unasked(found: Examination) -> bool:
    """Whether a certificate counts of which nobody could ask whether it was revoked."""
    return any(each.trusted == PASSED and not each.revocation_known for each in found.signatures)


def notes(found: Examination) -> tuple[str, ...]:
    """Codes of what other software will say about these very signatures, and what is harmless.

    Met with Adobe Reader's words, pdfsig and mutool (PDF.md §4); only for signatures that hold:
    beside a real fault an excuse would mislead.
    """
    if not found.signatures or any(worth(each) != PASSED for each in found.signatures):
        return ()
    several = ("edits_since_signing",) if len(found.signatures) > 1 else ()
    own_clock = any(each.built_in_clock for each in found.signatures)
    clock = ("built_in_clock",) if own_clock else ()
    return (*several, "validity_unknown", "not_ltv_enabled", *clock)


def _from_elsewhere(signature: SignatureFacts) -> bool:
    return (
        signature.field.startswith(OWN_FIELD)
        and signature.kind != "timestamp"
        and signature.intact == PASSED
        and signature.unchanged == PASSED
        and signature.trusted != FAILED
        and signature.outcome != PASSED
    )


def _cover(found: Examination) -> Fact:
    """Whether the last timestamp covers the file: a broken one covers nothing, whatever it says."""
    last = found.signatures[-1]
    details = {"field": last.field}
    if last.kind == "timestamp" and last.intact == FAILED:
        return Fact("cover_broken", FAILED, details)
    if found.covered_to_the_end:
        return Fact("whole_file_covered", PASSED, details)
    return Fact("whole_file_not_covered", FAILED, details)


def _questions(signature: SignatureFacts) -> Iterator[Fact]:
    details = {
        "field": signature.field,
        "name": signature.name,
        "organisation": signature.organisation,
        "stamped_at": signature.stamped_at.isoformat() if signature.stamped_at else None,
        "revision": signature.revision,
        "covers": "entire_file" if signature.covers_all else "revision",
        "covers_bytes": signature.covers_bytes,
        "kind": signature.kind,
    }
    if signature.outcome == PASSED:
        yield Fact(f"{signature.kind}_signature_valid", PASSED, details)
    elif _from_elsewhere(signature):
        yield Fact("own_signature_intact", PASSED, details)
    elif signature.intact == FAILED:
        timestamp = signature.kind == "timestamp"
        yield Fact("timestamp_broken" if timestamp else "signature_broken", FAILED, details)
    else:
        yield from _doubts(signature, details)


def _doubts(signature: SignatureFacts, details: dict[str, Any]) -> Iterator[Fact]:
    """What is wrong with a signature whose own bytes are whole."""
    if signature.trusted == FAILED:
        yield Fact("certificate_revoked", FAILED, details)
    elif signature.trusted != PASSED:
        yield Fact("certificate_not_trusted", signature.trusted, details)
    elif signature.timed != PASSED:  # without a trusted certificate this goes without saying
        yield Fact("time_not_trusted", signature.timed, details)
    if signature.unchanged != PASSED:
        yield Fact("changed_after_signature", signature.unchanged, details)
