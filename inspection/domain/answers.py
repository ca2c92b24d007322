"""Whether what was answered fits what was asked: the faults of a record's content.

A fault never turns a record away: it holds it, and names the place. The tablet
knows the same rules (static/js/domain/), so an honest record has none. What only the
register knows, whether a hazard is still open, it is asked under the ledger's lock
(`standing_faults`): two tablets may have looked at the same hazard.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inspection.domain import hazard
from inspection.domain.checklist import CheckItem, Checklist
from inspection.domain.hazard import Level, State, Step
from inspection.domain.record import Answer, Finding, Record, Reinspected

PASS, FAIL, NOT_APPLICABLE, NOT_CHECKED = "pass", "fail", "not_applicable", "not_checked"
VALUES = (PASS, FAIL, NOT_APPLICABLE, NOT_CHECKED)

PASSED, RETURNED = "passed", "returned"
STEP_OF_OUTCOME = {PASSED: Step.REINSPECT_PASS, RETURNED: Step.REINSPECT_RETURN}
"""Outcomes of looking again at a hazard, and the step that each is."""

INSPECTORS_NEEDED = {"inspection": 2, "reinspection": 2, "self_inspection": 1}
"""Two officers for a department's check: 行政处罚法 art. 42, 山东省安全生产条例 art. 42."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a record: a stable code and a JSON pointer into its payload."""

    code: str
    pointer: str


def faults(record: Record, checklist: Checklist) -> tuple[Fault, ...]:
    """Return everything in `record` that does not fit `checklist`, in reading order."""
    content = _reinspection_faults if record.kind == "reinspection" else _inspection_faults
    return (
        *content(record, checklist),
        *_signing_faults(record),
        *_time_faults(record),
    )


def _inspection_faults(record: Record, checklist: Checklist) -> Iterator[Fault]:
    yield from _answer_faults(record, checklist)
    yield from _finding_faults(record, checklist)
    if record.reinspected:
        yield Fault("reinspection_unfit", "/reinspected")


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


def _reinspection_faults(record: Record, checklist: Checklist) -> Iterator[Fault]:
    """A re-inspection (复查) speaks of hazards only; its answers follow from the outcomes."""
    if not record.reinspected:
        yield Fault("reinspection_missing", "/reinspected")
    if record.findings:
        yield Fault("finding_unfit", "/findings")
    yield from _concluded_faults(record)
    seen: set[str] = set()
    for index, looked_at in enumerate(record.reinspected):
        pointer = f"/reinspected/{index}"
        if looked_at.hazard in seen:
            yield Fault("reinspection_unfit", f"{pointer}/hazard")
        seen.add(looked_at.hazard)
        if checklist.item(looked_at.item) is None:
            yield Fault("reinspection_unfit", f"{pointer}/item")
        yield from _outcome_faults(record, looked_at, pointer)
    for index, photo in enumerate(record.photos):
        if photo.finding is not None and (photo.finding not in seen or photo.moment != "after"):
            yield Fault("reinspection_unfit", f"/photos/{index}")


def concluded(record: Record) -> dict[str, str]:
    """The answers that outcomes amount to: an item passes when all that was found at it passed."""
    answers = {looked_at.item: PASS for looked_at in record.reinspected}
    returned = {each.item: FAIL for each in record.reinspected if each.outcome == RETURNED}
    return {**answers, **returned}


def _concluded_faults(record: Record) -> Iterator[Fault]:
    wanted = concluded(record)
    for code, value in wanted.items():
        answer = record.answers.get(code)
        if answer is None:
            yield Fault("answer_missing", f"/answers/{code}")
        elif answer.value != value:
            yield Fault("answer_unfit", f"/answers/{code}/value")
    for code in record.answers:
        if code not in wanted:
            yield Fault("answer_unfit", f"/answers/{code}")


def _outcome_faults(record: Record, looked_at: Reinspected, pointer: str) -> Iterator[Fault]:
    if looked_at.outcome not in STEP_OF_OUTCOME:
        yield Fault("reinspection_unfit", f"{pointer}/outcome")
    if not record.photos_of(looked_at.hazard, "after"):
        yield Fault("photo_missing", pointer)
    if looked_at.outcome == RETURNED:
        if not looked_at.words.strip():
            yield Fault("words_missing", f"{pointer}/words")
        if looked_at.deadline_on is None:
            yield Fault("deadline_missing", f"{pointer}/deadline_on")
        elif looked_at.deadline_on < record.finished_at.date():
            yield Fault("deadline_past", f"{pointer}/deadline_on")
    elif looked_at.deadline_on is not None:
        yield Fault("reinspection_unfit", f"{pointer}/deadline_on")


@dataclass(frozen=True)
class Standing:
    """Where a hazard stands in the register, as far as looking at it again depends on it."""

    unit_uuid: str
    checklist_slug: str
    checklist_revision: int
    item_code: str
    state: State


def standing_faults(record: Record, known: Mapping[str, Standing]) -> tuple[Fault, ...]:
    """Return what the register holds against a re-inspection; `known` is by hazard uuid."""
    faults = (
        _standing_fault(record, looked_at, known.get(looked_at.hazard), f"/reinspected/{index}")
        for index, looked_at in enumerate(record.reinspected)
    )
    return tuple(fault for fault in faults if fault)


def _standing_fault(
    record: Record, looked_at: Reinspected, standing: Standing | None, pointer: str
) -> Fault | None:
    if standing is None:
        return Fault("hazard_unknown", f"{pointer}/hazard")
    said = (record.unit_uuid, record.checklist_slug, record.checklist_revision, looked_at.item)
    if said != (
        standing.unit_uuid,
        standing.checklist_slug,
        standing.checklist_revision,
        standing.item_code,
    ):
        return Fault("hazard_elsewhere", f"{pointer}/hazard")
    step = STEP_OF_OUTCOME.get(looked_at.outcome)
    if step is not None and not hazard.allows(standing.state, step):
        return Fault("hazard_closed", f"{pointer}/hazard")
    return None


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
