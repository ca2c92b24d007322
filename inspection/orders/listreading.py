"""Reads a task list out of somebody's workbook: 任务, 责任单位, 完成时限, whatever they are called.

Headings stand in any order below a title; cells merged downward go on with what is above, lines
merged across are headings of parts. Runs confined, with `authoring.sheetreading`. What the words of
a row mean for orders is `worklists.py`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspection.authoring.transcript import Place
from inspection.domain.office_problems import WorkListHeadless, WorkListTooLong
from inspection.domain.order import MOST_TASKS
from inspection.domain.problems import WorkbookExcessive

if TYPE_CHECKING:  # openpyxl comes with it, and only the confined process has it
    from inspection.authoring.sheetreading import Row, Sheet

_LOOKED_THROUGH = 30
"""Rows with something in them among which a heading row is looked for."""
_PART = 3
"""A cell merged over so many columns is the heading of a part, not a task."""

TASK, WORDS, LEAD, JOINT, DEADLINE, FIRST = (
    "任务", "要求", "牵头单位", "配合单位", "完成时限", "首次见效",
)  # fmt: skip
HEADINGS: dict[str, tuple[str, ...]] = {
    TASK: (TASK, "工作任务", "重点任务", "主要任务", "任务内容", "任务名称", "工作内容", "重点工作",
           "工作事项", "交办事项", "事项"),
    WORDS: (WORDS, "工作要求", "具体要求", "工作措施", "具体措施", "落实措施", "措施", "工作目标"),
    LEAD: (LEAD, "牵头责任单位", "牵头部门", "主责单位", "责任单位", "责任部门"),
    JOINT: (JOINT, "配合部门", "参加单位", "协办单位", "成员单位"),
    DEADLINE: (DEADLINE, "完成时间", "办理时限", "完成期限", "时间节点", "时限", "期限"),
    FIRST: (FIRST, "首次成效", "见成效时间", "阶段时限"),
}  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One task as it stood in a list; `columns` are the columns of its fields, from 1."""

    sheet: str
    row: int
    columns: Mapping[str, int]
    task: str
    words: str
    lead: str
    joint: tuple[str, ...]
    deadline: str
    first: str

    def place(self, heading: str) -> Place:
        """The cell of one of its fields; the row where the list has no such column."""
        return Place(self.sheet, self.row, self.columns.get(heading, 0))


@dataclass(frozen=True)
class WorkList:
    """A list of tasks; `title` is what stands above its headings."""

    title: str
    tasks: tuple[Task, ...]


def read(data: bytes) -> WorkList:
    """Read the tasks of all sheets that have them, in order.

    Raises what `sheetreading` raises, WorkListHeadless or WorkListTooLong.
    """
    from inspection.authoring import sheetreading  # with openpyxl

    try:
        sheets = sheetreading.sheets(data)
    except WorkbookExcessive as problem:
        if "rows" in problem.details:
            raise WorkListTooLong(most=MOST_TASKS, tasks=problem.details["rows"]) from None
        raise
    tasks: list[Task] = []
    title, headed = "", False
    for sheet in sheets:
        head = _head(sheet)
        if head is None:
            continue
        start, columns = head
        headed = True
        title = title or _title(sheet.rows[:start])
        for task in _tasks(sheet.title, sheet.rows[start + 1 :], columns):
            tasks.append(task)
            if len(tasks) > MOST_TASKS:
                raise WorkListTooLong(most=MOST_TASKS, tasks=len(tasks))
    if not headed:
        raise WorkListHeadless()
    return WorkList(title, tuple(tasks))


def _plain(words: str) -> str:
    return re.sub(r"[\s*＊※:：]|[（(].*[)）]$", "", words)


def _columns(row: "Row") -> dict[str, int]:
    """The headings that a row has, and where."""
    there: dict[str, int] = {}
    for place, words in enumerate(row.cells):
        there.setdefault(_plain(words), place)
    return {
        heading: there[next(each for each in names if each in there)]
        for heading, names in HEADINGS.items()
        if any(each in there for each in names)
    }


def _head(sheet: "Sheet") -> tuple[int, dict[str, int]] | None:
    """Where the heading row is: the one with the most known headings, a task's among them.

    Of two rows of headings (责任单位 over 牵头 and 配合) the lower one has all.
    """
    best: tuple[int, dict[str, int]] | None = None
    for index, row in enumerate(sheet.rows[:_LOOKED_THROUGH]):
        found = _columns(row)
        if TASK in found and (best is None or len(found) >= len(best[1])):
            if best is not None and not row.continued:
                continue
            best = (index, found)
    return best


def _title(above: "Sequence[Row]") -> str:
    for row in above:
        if row.filled:
            return str(row.at(row.filled[0]))[:100]
    return ""


def _tasks(sheet: str, rows: "Sequence[Row]", columns: dict[str, int]) -> Iterator[Task]:
    before: Task | None = None
    for row in rows:
        said = {heading: row.at(place).strip() for heading, place in columns.items()}
        if _is_part(row, said) or _columns(row).keys() == columns.keys():
            continue
        task = _task(sheet, row.number, said, columns)
        if before is not None and columns[TASK] in row.continued and _goes_on(before, task):
            before = replace(before, words="\n".join(filter(None, (before.words, task.words))))
            continue
        if before is not None:
            yield before
        before = task
    if before is not None:
        yield before


def _is_part(row: "Row", said: Mapping[str, str]) -> bool:
    """Whether a row says no task: nothing in its columns, or one line across the table."""
    if not any(said.values()):
        return True
    is_wide = any(width >= _PART for width in row.across.values())
    return is_wide and sum(map(bool, said.values())) <= 1


def _goes_on(before: Task, task: Task) -> bool:
    """Whether a row below a merged task only says more of it, for the same units and day."""
    same = (before.lead, before.joint, before.deadline)
    return (task.lead, task.joint, task.deadline) in (same, ("", (), ""))


def _task(sheet: str, number: int, said: Mapping[str, str], columns: dict[str, int]) -> Task:
    leads, joint = _units(said.get(LEAD, ""))
    more, further = _units(said.get(JOINT, ""))
    return Task(
        sheet=sheet,
        row=number,
        columns={heading: place + 1 for heading, place in columns.items()},
        task=said[TASK],
        words=said.get(WORDS, ""),
        lead=leads[0] if leads else "",
        joint=(*leads[1:], *joint, *more, *further),
        deadline=said.get(DEADLINE, ""),
        first=said.get(FIRST, ""),
    )


_LABEL = re.compile("(?:牵头|责任|主责)(?:单位|部门)?[:：]")
_JOINT_LABEL = re.compile("(?:配合|协办|参加)(?:单位|部门)?[:：]")


def _units(words: str) -> tuple[list[str], list[str]]:
    """The units that a cell names; those after 配合单位： apart. The first of the others leads."""
    first, *rest = _JOINT_LABEL.split(_LABEL.sub("", words))
    return _split(first), [each for part in rest for each in _split(part)]


def _split(words: str) -> list[str]:
    return [each for each in re.split(r"[、，,；;。\s/]+", words) if each]
