"""Orders (交办单) as workbooks, a task list as its template, and the month's bulletin as a sheet.

Pure, like `sheets` and `workbooks`; words are Chinese, as in reports.
"""

from typing import Any

from inspection.domain.order import Grade, Kind, State
from inspection.domain.sheet import ORDER_BULLETIN, TITLES
from inspection.domain.workdays import day_of
from inspection.orders.enquiries import Row
from inspection.orders.listreading import DEADLINE, FIRST, JOINT, LEAD, TASK, WORDS
from inspection.orders.months import Compilation, Line
from inspection.reports import sheets
from inspection.reports.sheets import Sheet
from inspection.reports.workbooks import Column, Layout
from inspection.reports.workbooks import Kind as Cells

KINDS = {Kind.ORDER: "交办", Kind.INSTRUCTION: "批示", Kind.FIVE: "五个一"}
STATES = {
    State.ISSUED: "待签收",
    State.WORKING: "办理中",
    State.CLAIMED: "待核查",
    State.SUSTAINED: "长期坚持",
    State.STRUCK_OFF: "已销号",
    State.WITHDRAWN: "已撤回",
}
GRADES = {Grade.GOOD: "好", Grade.FAIR: "尚可", Grade.POOR: "差"}
_A4 = 9


def _grade(row: Row) -> str:
    return GRADES[Grade(row.grade)] if row.grade else ""


def _lateness(row: Row) -> str:
    if row.days_left is None:
        return ""
    return f"逾期 {-row.days_left} 天" if row.days_left < 0 else f"剩 {row.days_left} 天"


REGISTER = Layout(
    "交办台账",
    (
        Column("文号", 22, lambda row: row.number),
        Column("类别", 8, lambda row: KINDS[row.kind]),
        Column("任务", 44, lambda row: row.title),
        Column("任务清单", 26, lambda row: row.list_title),
        Column("交办单位", 20, lambda row: row.office),
        Column("牵头单位", 24, lambda row: row.lead),
        Column("配合单位", 30, lambda row: "、".join(row.joint)),
        Column("完成时限", 26, lambda row: row.deadline.words().zh),
        Column("期限情况", 12, _lateness),
        Column("状态", 10, lambda row: STATES[row.state]),
        Column("退回", 6, lambda row: row.returned, Cells.NUMBER),
        Column("交办日期", 12, lambda row: _day(row.issued_at), Cells.DAY),
        Column("办结日期", 12, lambda row: _day(row.ended_at), Cells.DAY),
        Column("批示人", 12, lambda row: row.source.get("who", "")),
        Column("批示日期", 12, lambda row: row.source.get("on", "")),
        Column("批示内容", 40, lambda row: row.source.get("words", "")),
        Column("评价", 8, _grade),
    ),
)
"""The ledger of orders; of instructions alone it is that of 一批示一报告一台账."""

WORK_LIST = Layout(
    "任务清单",
    (
        Column("序号", 6, lambda line: line["number"], Cells.NUMBER),
        *(
            Column(heading, width, lambda line, heading=heading: line[heading])  # type: ignore[misc]
            for heading, width in (
                (TASK, 40), (WORDS, 56), (LEAD, 22), (JOINT, 30), (DEADLINE, 26), (FIRST, 14),
            )
        ),
    ),
    paper=_A4,
)  # fmt: skip
TEMPLATE_NOTE = (
    "完成时限可写：2027-03-31、2027年3月底、上半年、年底、上半年见成效，长期坚持、长期坚持。"
    "几个单位用顿号隔开。"
)


def _word(line: Line, name: str) -> str:
    return str(getattr(line.written.word, name)) if line.written else ""


def standing(line: Line) -> str:
    """Whether a unit wrote, and in time."""
    if line.written is None:
        return "未报"
    return "迟报" if line.written.late else "已报"


MONTH = Layout(
    "月度调度",
    (
        Column("责任单位", 26, lambda line: line.unit_name),
        Column("交办任务", 10, lambda line: line.orders, Cells.NUMBER),
        Column("本月销号", 10, lambda line: line.struck_off, Cells.NUMBER),
        Column("现已逾期", 10, lambda line: line.overdue, Cells.NUMBER),
        Column("报送", 8, standing),
        Column("本月工作情况", 60, lambda line: _word(line, "done")),
        Column("存在问题", 40, lambda line: _word(line, "troubles")),
        Column("下月打算", 40, lambda line: _word(line, "plans")),
        Column("填写人", 12, lambda line: line.written.by if line.written else ""),
        Column("报送日期", 12, lambda line: _day(line.written and line.written.at), Cells.DAY),
    ),
    paper=_A4,
)

_BULLETIN = (
    sheets.Column("序号", 5, figure=True),
    sheets.Column("责任单位", 18),
    sheets.Column("交办任务", 7, figure=True),
    sheets.Column("本月销号", 7, figure=True),
    sheets.Column("现已逾期", 7, figure=True),
    sheets.Column("报送", 6),
    sheets.Column("本月工作情况", 34),
    sheets.Column("存在问题和下月打算", 26),
)


def bulletin(made: Compilation, *, facts: tuple[tuple[str, str], ...]) -> Sheet:
    """The bulletin of a month (一月一通报): who wrote what, who was late, who did not."""
    rows = tuple(
        (
            str(place),
            each.unit_name,
            str(each.orders),
            str(each.struck_off),
            str(each.overdue),
            standing(each),
            _word(each, "done"),
            "\n".join(part for name in ("troubles", "plans") if (part := _word(each, name))),
        )
        for place, each in enumerate(made.lines, start=1)
    )
    missing = "、".join(each.unit_name for each in made.missing)
    notes = (
        f"注：1. 各责任单位每月 1 日前书面报送上月情况，{made.due_on} 之后为迟报。",
        f"2. 未报单位：{missing or '无'}。",
    )
    said = (
        ("月份", f"{made.month.year} 年 {made.month.month} 月"),
        ("通报单位", made.office.name),
        *facts,
    )
    return Sheet(
        ORDER_BULLETIN, TITLES[ORDER_BULLETIN], made.office.name, "A4", said, _BULLETIN, rows, notes
    )


def _day(at: Any) -> Any:
    return day_of(at) if at else None
