"""Lists as Excel workbooks: one sheet, typed cells, written row by row in little memory.

Words are written as words whatever they begin with, so that no cell is ever a formula
(CWE-1236); days are days and money is a number of 万元. What stands in a list is in
`hazards/lists.py`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from inspection.domain.dispatch import Line
from inspection.domain.handling import LIST_LEVELS
from inspection.domain.hazard import Level, Source, State
from inspection.domain.problems import WorkbookIncomplete
from inspection.domain.workdays import day_of
from inspection.hazards.lists import DutyLine, ProblemLine
from inspection.reports.wording import SECTORS, visible

MOST_ROWS = 1_000_000
"""A sheet of Excel ends at 1 048 576."""
LONGEST_CELL = 32_000
"""Characters; Excel refuses more than 32 767."""
HEAD_ROWS = 3
ROWS_A_SIGN = 2000

LEVELS = {Level.MAJOR: "重大", Level.LARGER: "较大", Level.GENERAL: "一般"}
STATES: dict[str, str] = {
    State.REGISTERED: "已登记",
    State.GRADED: "已定级",
    State.REPORTED: "已上报",
    State.PLANNED: "方案待批",
    State.APPROVED: "方案已批准",
    State.RECTIFYING: "整改中",
    State.CLAIMED: "待复查、待验收",
    State.VERIFIED: "待核销",
    State.CLOSED: "已销号",
    State.TRANSFERRED: "已移送",
    State.DUPLICATE: "重复登记",
    State.NOT_A_HAZARD: "不属隐患",
}
"""Of hazards of either source together; of one hazard, `state` says it."""
_CLAIMED: dict[str, str] = {Source.DEPARTMENT: "待复查", Source.SELF: "待验收"}
SOURCES = {Source.DEPARTMENT: "部门检查", Source.SELF: "企业自查"}
LISTED = dict(zip(LIST_LEVELS, ("省级", "市级", "县级", "镇级"), strict=True))


class Kind(StrEnum):
    """What the cells of a column hold."""

    WORDS = "words"
    NUMBER = "number"
    MONEY = "money"
    """Handed over in 分, written in 万元."""
    DAY = "day"
    FIGURE = "figure"
    """A number as it is, or words where the line has no number."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet; `value` reads its cell from a line, None for an empty one."""

    heading: str
    width: int
    """In characters of the sheet's face, as Excel counts."""
    value: Callable[[Any], object]
    kind: Kind = Kind.WORDS


@dataclass(frozen=True)
class Layout:
    """A kind of list: its title and its columns."""

    title: str
    columns: tuple[Column, ...]
    paper: int = 8
    """Excel's number of the paper it is printed on, landscape: 8 is A3, 9 is A4."""


def _level(line: Any) -> str:
    return LEVELS[line.level]


def state(line: ProblemLine | DutyLine) -> str:
    """Where a hazard stands: what an enterprise found itself it accepts itself."""
    return _CLAIMED[line.source] if line.state == State.CLAIMED else STATES[line.state]


def _listed(line: Any) -> str:
    return f"{LISTED[line.listed_level]} {line.listed_order}" if line.listed_level else ""


def _lateness(line: DutyLine) -> str:
    if line.days_left is None:
        return ""
    if line.days_left < 0:
        return f"逾期 {-line.days_left} 天"
    return f"剩 {line.days_left} 天" if line.days_left else "今天到期"


PROBLEMS = Layout(
    "问题隐患清单",
    (
        Column("编号", 16, lambda line: line.number),
        Column("单位", 30, lambda line: line.unit_name),
        Column("统一社会信用代码", 21, lambda line: line.credit_code),
        Column("行业", 14, lambda line: SECTORS.get(line.sector, line.sector)),
        Column("部位", 18, lambda line: line.place),
        Column("发现日期", 12, lambda line: line.found_on, Kind.DAY),
        Column("检查人员", 16, lambda line: "、".join(line.finders)),
        Column("来源", 10, lambda line: SOURCES[line.source]),
        Column("问题隐患", 44, lambda line: line.summary),
        Column("整改要求", 40, lambda line: line.requirement),
        Column("等级", 8, _level),
        Column("检查表", 24, lambda line: f"{line.checklist_slug}.{line.checklist_revision}"),
        Column("检查项", 10, lambda line: line.item),
        Column("照片", 6, lambda line: line.photos, Kind.NUMBER),
        Column("整改期限", 12, lambda line: line.deadline_on, Kind.DAY),
        Column("状态", 12, state),
        Column("销号日期", 12, lambda line: line.closed_on, Kind.DAY),
        Column("复查退回", 9, lambda line: line.returned, Kind.NUMBER),
        Column("挂牌督办", 24, _listed),
    ),
)
DUTIES = Layout(
    "隐患整治责任清单",
    (
        Column("编号", 16, lambda line: line.number),
        Column("责任单位", 30, lambda line: line.unit_name),
        Column("主要负责人", 12, lambda line: line.principal),
        Column("问题隐患", 44, lambda line: line.summary),
        Column("等级", 8, _level),
        Column("整改责任人", 12, lambda line: line.responsible),
        Column("整改措施", 40, lambda line: line.measures),
        Column("整改资金（万元）", 14, lambda line: line.funds, Kind.MONEY),
        Column("整改期限", 12, lambda line: line.deadline_on, Kind.DAY),
        Column("期限情况", 12, _lateness),
        Column("计划完成", 12, lambda line: line.planned_on, Kind.DAY),
        Column("应急预案", 30, lambda line: line.emergency),
        Column("督办单位", 24, lambda line: line.supervisor),
        Column("状态", 12, state),
        Column("提交整改", 12, lambda line: _day_of(line.claimed_at), Kind.DAY),
        Column("销号日期", 12, lambda line: line.closed_on, Kind.DAY),
        Column("挂牌督办", 24, _listed),
    ),
)


def _figure(line: Line, value: int | None) -> object:
    if value is None or line.value.is_yes_no:
        return "" if value is None else line.value.written(value)
    return float(line.value.written(value)) if line.value.is_money else value


DISPATCH_TABLE = Layout(
    "调度表",
    (
        Column("项目", 20, lambda line: line.group),
        Column("序号", 6, lambda line: line.number),
        Column("内容", 44, lambda line: line.value.name.zh),
        Column("单位", 8, lambda line: line.value.unit),
        Column("累计", 12, lambda line: _figure(line, line.now), Kind.FIGURE),
        Column("上月累计", 12, lambda line: _figure(line, line.before), Kind.FIGURE),
        Column("增减", 10, lambda line: line.moved, Kind.FIGURE),
        Column("填报", 14, lambda line: line.filled_by),
        Column("指标说明", 60, lambda line: line.value.means.zh),
    ),
    paper=9,
)


def _day_of(at: Any) -> date | None:
    return day_of(at) if at else None


def write(
    path: Path,
    layout: Layout,
    lines: Iterable[Any],
    *,
    about: str,
    so_far: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Write a list into a new file and return how many lines it holds.

    `about` says under the title what was asked and when; `so_far` hears now and then how
    many lines are written. Raises WorkbookIncomplete when the file does not hold them all.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(path, options)
    faces = {kind: book.add_format(_FACES[kind]) for kind in Kind}
    sheet = book.add_worksheet(layout.title)
    _set_up(sheet, layout)
    sheet.write_string(0, 0, layout.title, book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, about)
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
    for place, column in enumerate(layout.columns):
        sheet.write_string(HEAD_ROWS - 1, place, column.heading, heading)
    count = 0
    for line in lines:
        for place, column in enumerate(layout.columns):
            _write_cell(sheet, HEAD_ROWS + count, place, column, column.value(line), faces)
        count += 1
        if count % ROWS_A_SIGN == 0:
            so_far(count)
    sheet.autofilter(HEAD_ROWS - 1, 0, HEAD_ROWS - 1 + count, len(layout.columns) - 1)
    book.close()
    _check(path, count)
    return count


_FACES: dict[Kind, dict[str, object]] = {
    Kind.WORDS: {"num_format": "@", "valign": "top", "text_wrap": True},
    Kind.NUMBER: {"num_format": "0", "valign": "top"},
    Kind.MONEY: {"num_format": "General", "valign": "top"},
    Kind.DAY: {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    Kind.FIGURE: {"valign": "top", "align": "right"},
}
"""Words have the format of text, so that editing a cell does not make a formula of it either."""


def _set_up(sheet: Worksheet, layout: Layout) -> None:
    for place, column in enumerate(layout.columns):
        sheet.set_column(place, place, column.width)
    sheet.freeze_panes(HEAD_ROWS, 2)
    sheet.set_landscape()
    sheet.set_paper(layout.paper)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROWS - 1)
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页")


def _write_cell(
    sheet: Worksheet, row: int, place: int, column: Column, value: Any, faces: dict[Kind, Any]
) -> None:
    face = faces[column.kind]
    if value is None or value == "":
        sheet.write_blank(row, place, None, face)
    elif column.kind is Kind.WORDS or isinstance(value, str):
        sheet.write_string(row, place, _fitting(str(value)), face)
    elif column.kind is Kind.DAY:
        sheet.write_datetime(row, place, value, face)
    else:
        sheet.write_number(
            row, place, value / 1_000_000 if column.kind is Kind.MONEY else value, face
        )


def _fitting(words: str) -> str:
    shown = visible(words)
    return shown if len(shown) <= LONGEST_CELL else f"{shown[:LONGEST_CELL]}…"


def _check(path: Path, count: int) -> None:
    held = rows_in(path) - HEAD_ROWS
    if held != count:
        raise WorkbookIncomplete(promised=count, held=held)


def rows_in(path: Path) -> int:
    """Count the rows of the first sheet in a workbook, reading the file itself."""
    with ZipFile(path) as package, package.open("xl/worksheets/sheet1.xml") as sheet:
        return sum(1 for _ in _rows(sheet))


def _rows(sheet: Any) -> Iterator[None]:
    parents: list[Any] = []
    for event, element in ElementTree.iterparse(sheet, ("start", "end")):  # noqa: S314  # our own
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if element.tag.endswith("}row"):
            yield None
        if element.tag.endswith("}row") and parents:
            parents[-1].clear()  # or the whole sheet would stay in memory
