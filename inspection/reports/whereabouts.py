"""Where in a report a character stands, named as the report itself names its parts.

Pure: for telling people which of their words no typeface can print.
"""

from collections.abc import Iterator
from itertools import chain

from inspection.reports.content import ReportContent

_ELSEWHERE = "报告正文"


def places(report: ReportContent, characters: str) -> list[dict[str, str]]:
    """Return each character with each part of the report that holds it, in reading order."""
    found = [
        {"character": character, "place": place}
        for character in characters
        for place in dict.fromkeys(place for place, text in _said(report) if character in text)
    ]
    known = {each["character"] for each in found}
    lost = [{"character": each, "place": _ELSEWHERE} for each in characters if each not in known]
    return found + lost


def _said(report: ReportContent) -> Iterator[tuple[str, str]]:
    """Everything that people wrote, with what the report calls the place."""
    yield from (("签发单位", report.organisation), *report.facts)
    for person in report.inspectors:
        yield report.terms.inspector, f"{person.name}{person.title}{person.badge}{person.unit}"
    for row in chain.from_iterable(group.rows for group in report.groups):
        yield f"检查项 {row.code} 的说明", "".join(row.notes)
    for problem in report.problems:
        yield f"问题 {problem.number} 的问题表现", problem.words
        yield f"问题 {problem.number} 的整改要求", problem.requirement
    for each in report.outcomes:
        yield f"隐患 {each.place} 的问题表现", each.summary + each.requirement
        yield f"隐患 {each.place} 的复查意见", each.words
    for picture in report.pictures:
        yield f"照片 {picture.number} 的说明", picture.caption + picture.facts
    yield report.terms.opinion, report.opinion
    yield report.terms.statement, report.statement
    for block in report.signatures:
        yield f"{block.role}的签名", f"{block.name}{block.detail}{block.hand}{block.ending}"
