"""What a report of a re-inspection says of each hazard (整改复查意见): of then, and of now.

Pure, like `content`: what the ledger knew of the hazards comes in as values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count

from inspection.domain.answers import RETURNED
from inspection.domain.checklist import Checklist
from inspection.domain.record import Photo, Record, Reinspected
from inspection.domain.workdays import day_of
from inspection.reports import content, wording
from inspection.reports.content import Outcome, Picture, ReportContent

LABELS = {"passed": ("✓", "已整改"), "returned": ("×", "未整改")}


@dataclass(frozen=True)
class Former:
    """What the ledger said of a hazard before it was looked at again.

    `source` is the number of the report that demanded it; `shots` are the photos
    taken so far, each with the record that holds it.
    """

    number: str
    level: str
    summary: str
    requirement: str
    deadline_on: date | None
    source: str
    found_at: datetime
    rounds: int
    shots: tuple[tuple[Record, Photo], ...]


def with_outcomes(
    report: ReportContent, record: Record, checklist: Checklist, formers: Mapping[str, Former]
) -> ReportContent:
    """Return the report with what was found of each hazard in the place of answers and findings."""
    numbers = count(1)
    outcomes = tuple(
        _outcome(place, looked_at, record, checklist, formers[looked_at.hazard], numbers)
        for place, looked_at in enumerate(record.reinspected, start=1)
    )
    sources = dict.fromkeys(
        f"{former.source}（{wording.day_text(day_of(former.found_at))}）"
        for former in (formers[each.hazard] for each in record.reinspected)
    )
    return replace(
        report,
        facts=(*report.facts, ("复查依据", "；".join(sources))),
        summary=_summary(record),
        groups=(),
        other_pictures=(),
        outcomes=outcomes,
    )


def _summary(record: Record) -> str:
    returned = sum(each.outcome == RETURNED for each in record.reinspected)
    passed = len(record.reinspected) - returned
    said = [f"共复查隐患 {len(record.reinspected)} 条"]
    if passed:
        said.append(f"已整改 {passed} 条，予以销号")
    if returned:
        said.append(f"未整改 {returned} 条，责令按新的期限继续整改")
    return "；".join(said) + "。"


def _outcome(
    place: int,
    looked_at: Reinspected,
    record: Record,
    checklist: Checklist,
    former: Former,
    numbers: Iterator[int],
) -> Outcome:
    item = checklist.item(looked_at.item)
    sign, label = LABELS[looked_at.outcome]
    return Outcome(
        place=place,
        number=former.number,
        code=looked_at.item,
        title=item.title.zh if item else "",
        level=former.level,
        level_label=content.LEVELS.get(former.level, former.level),
        summary=former.summary,
        requirement=former.requirement,
        deadline=wording.day_text(former.deadline_on) if former.deadline_on else "未定",
        rounds=former.rounds,
        value=looked_at.outcome,
        sign=sign,
        label=label,
        words=looked_at.words.strip(),
        new_deadline=wording.day_text(looked_at.deadline_on) if looked_at.deadline_on else "",
        pictures=tuple(_pictures(place, looked_at, record, former, numbers)),
    )


def _pictures(
    place: int, looked_at: Reinspected, record: Record, former: Former, numbers: Iterator[int]
) -> Iterator[Picture]:
    for of, photo in former.shots:
        moment = "整改前" if of.kind != "reinspection" else "上次复查"
        yield content.picture(photo, of, next(numbers), f"隐患 {place}·{moment}")
    for photo in record.photos_of(looked_at.hazard, "after"):
        yield content.picture(photo, record, next(numbers), f"隐患 {place}·本次复查")
