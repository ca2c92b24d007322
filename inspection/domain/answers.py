"""Whether what was answered fits what was asked: the faults of a record's content.

A fault never turns a record away: it holds it, and names the place. The tablet
knows the same rules (static/js/domain/), so an honest record has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from inspection.domain.checklist import CheckItem, Checklist
from inspection.domain.hazard import Level
from inspection.domain.record import Answer, Finding, Record

PASS, FAIL, NOT_APPLICABLE, NOT_CHECKED = "pass", "fail", "not_applicable", "not_checked"
VALUES = (PASS, FAIL, NOT_APPLICABLE, NOT_CHECKED)

INSPECTORS_NEEDED = {"inspection": 2, "reinspection": 2, "self_inspection": 1}
"""Two officers for a department's check: 行政处罚法 art. 42, 山东省安全生产条例 art. 42."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a record: a stable code and a JSON pointer into its payload."""

    code: str
    pointer: str


def faults(record: Record, checklist: Checklist) -> tuple[Fault, ...]:
    """Return everything in `record` that does not fit `checklist`, in reading order."""
    return (
        *_answer_faults(record, checklist),
        *_finding_faults(record, checklist),
        *_signing_faults(record),
        *_time_faults(record),
    )


def _answer_faults(record: Record, checklist: Checklist) -> Iterator[Fault]:
    for item in checklist.items:
        answer = record.answers.get(item.code)
        if answer is None:
            yield Fault("answer_missing", f"/answers/{item.code}")
        else:
            yield from _one_answer_faults(record, item, answer)
    for code in record.answers:
        if checklist.item(code) is None:
            yield Fault("answer_unfit", f"/answers/{code}")


def _one_answer_faults(record: Record, item: CheckItem, answer: Answer) -> Iterator[Fault]:
    pointer = f"/answers/{item.code}"
    if answer.value not in VALUES:
        yield Fault("answer_unfit", f"{pointer}/value")
    if answer.value == NOT_CHECKED and not answer.reason.strip():
        yield Fault("reason_missing", f"{pointer}/reason")
    found = any(finding.item == item.code for finding in record.findings)
    if answer.value == FAIL and not found:
        yield Fault("finding_missing", pointer)


def _finding_faults(record: Record, checklist: Checklist) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, finding in enumerate(record.findings):
        pointer = f"/findings/{index}"
        if finding.uuid in seen:
            yield Fault("finding_unfit", f"{pointer}/uuid")
        seen.add(finding.uuid)
        yield from _one_finding_faults(record, checklist, finding, pointer)


def _one_finding_faults(
    record: Record, checklist: Checklist, finding: Finding, pointer: str
) -> Iterator[Fault]:
    item, answer = checklist.item(finding.item), record.answers.get(finding.item)
    if item is None or answer is None or answer.value != FAIL:
        yield Fault("finding_unfit", f"{pointer}/item")
    if item and any(item.tag(tag) is None for tag in finding.tags):
        yield Fault("finding_unfit", f"{pointer}/tags")
    if not finding.tags and not finding.words.strip():
        yield Fault("finding_unfit", f"{pointer}/words")
    if finding.level not in set(Level):
        yield Fault("finding_unfit", f"{pointer}/level")
    if not finding.requirement.strip():
        yield Fault("finding_unfit", f"{pointer}/requirement")
    if finding.deadline_on is None and not finding.fixed_on_spot:
        yield Fault("deadline_missing", f"{pointer}/deadline_on")
    if not record.photos_of(finding.uuid, "before"):
        yield Fault("photo_missing", pointer)
    if finding.fixed_on_spot and not record.photos_of(finding.uuid, "after"):
        yield Fault("photo_missing", pointer)


def _signing_faults(record: Record) -> Iterator[Fault]:
    for index, signing in enumerate(record.signings):
        pointer = f"/signatures/{index}"
        if record.person(signing.person) is None:
            yield Fault("signature_missing", f"{pointer}/person")
        if signing.outcome in ("signed", "deputy") and signing.ink is None:
            yield Fault("ink_missing", f"{pointer}/ink")
        if signing.outcome != "signed" and not signing.reason.strip():
            yield Fault("reason_missing", f"{pointer}/reason")
    ended = {signing.person for signing in record.signings}
    for index, person in enumerate(record.people):
        if person.ref not in ended:
            yield Fault("signature_missing", f"/people/{index}")
    if len(signing_accounts(record)) < INSPECTORS_NEEDED[record.kind]:
        yield Fault("inspectors_missing", "/people")


def signing_accounts(record: Record) -> frozenset[str]:
    """Accounts of the inspectors who signed: each owes a device signature over the payload."""
    signed = {signing.person for signing in record.signings if signing.outcome == "signed"}
    return frozenset(
        person.account
        for person in record.people
        if person.role == "inspector" and person.account and person.ref in signed
    )


def _time_faults(record: Record) -> Iterator[Fault]:
    if record.finished_at < record.started_at:
        yield Fault("time_disorder", "/finished_at")
