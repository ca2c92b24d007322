"""What sheets say (出具的表): the two lists, an enterprise's figures, an office's half month.

Pure: lines of the register in, a table of texts out, frozen as bytes before anybody signs. Words
are Chinese, as in reports. How a sheet looks is `templates/reports/sheet.html`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from inspection.domain.dispatch import Line
from inspection.domain.hazard import Level
from inspection.domain.sheet import DISPATCH, TITLES
from inspection.hazards.lists import DutyLine, ProblemLine
from inspection.hazards.statistics import Figures, Measure, Period, Progress, Table, UnitProgress
from inspection.reports import wording
from inspection.reports.faces import ConfirmedFace
from inspection.reports.workbooks import LEVELS, LISTED, SOURCES, state

FORMAT = "zhencha.sheet/1"
MEASURES = {
    Measure.FOUND: "本期发现",
    Measure.CLOSED: "本期销号",
    Measure.ON_TIME: "其中按期销号",
    Measure.OPEN: "期末未销号",
    Measure.OVERDUE: "其中逾期",
    Measure.LISTED: "其中挂牌督办",
    Measure.MAJOR_FOUND: "本期发现重大隐患",
    Measure.MAJOR_CLOSED: "本期销号重大隐患",
    Measure.MAJOR_OPEN: "期末未销号重大隐患",
}


@dataclass(frozen=True)
class Column:
    """One column: its head, and its share of the width. `figure`: numbers, set to the right."""

    name: str
    share: int
    figure: bool = False
    merged: bool = False
    """Cells below each other that say the same are drawn as one."""


@dataclass(frozen=True)
class Part:
    """One part of a sheet that has several: its heading, what is said, and a table or none.

    The shares of its columns are hundredths of the width.
    """

    heading: str
    words: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A table as it was when it was signed; `paper` is A3 or A4, landscape unless it says more."""

    kind: str
    title: str
    organisation: str
    paper: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    """What a bulletin consists of, in place of one table."""

    def texts(self) -> Iterator[str]:
        """Every text that comes from the register, or from whoever wrote the sheet."""
        yield from (cell for row in self.rows for cell in row)
        for part in self.parts:
            yield from (part.heading, *part.words, *part.notes)
            yield from (cell for row in part.rows for cell in row)


@dataclass(frozen=True)
class IssuedSheet:
    """A sheet with its number and who signs it, ready to be drawn."""

    sheet: Sheet
    number: str
    field: str
    face: ConfirmedFace
    made_at: datetime
    verify_url: str
    seal: str


def frozen(sheet: Sheet) -> bytes:
    """Write a sheet as the bytes whose digest the signer confirms."""
    said = {"format": FORMAT, **asdict(sheet)}
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


def thawed(data: bytes) -> Sheet:
    """Read what `frozen` wrote."""
    said = json.loads(data)
    assert said.pop("format") == FORMAT, "only we write these"
    said["facts"] = tuple((name, value) for name, value in said["facts"])
    said["columns"] = tuple(Column(**each) for each in said["columns"])
    said["rows"] = tuple(tuple(row) for row in said["rows"])
    said["notes"] = tuple(said["notes"])
    said["parts"] = tuple(map(_part, said.get("parts", ())))
    return Sheet(**said)


def _part(said: dict[str, Any]) -> Part:
    return Part(
        said["heading"],
        tuple(said["words"]),
        tuple(Column(**each) for each in said["columns"]),
        tuple(tuple(row) for row in said["rows"]),
        tuple(said["notes"]),
    )


_PROBLEMS = (
    Column("序号", 4, figure=True),
    Column("编号", 9),
    Column("单位", 14),
    Column("位置", 9),
    Column("问题", 24),
    Column("整改要求", 20),
    Column("等级", 5),
    Column("来源", 6),
    Column("发现日期", 8),
    Column("检查人员", 8),
    Column("整改期限", 8),
    Column("状态", 8),
    Column("销号日期", 8),
    Column("挂牌督办", 9),
)
_DUTIES = (
    Column("序号", 4, figure=True),
    Column("编号", 9),
    Column("单位", 14),
    Column("主要负责人", 7),
    Column("隐患", 20),
    Column("等级", 5),
    Column("责任人", 7),
    Column("整改措施", 20),
    Column("资金（万元）", 7, figure=True),
    Column("整改期限", 8),
    Column("应急预案", 14),
    Column("督办部门", 10),
    Column("状态", 8),
    Column("挂牌督办", 9),
)


def problem_list(
    lines: Iterable[ProblemLine], *, organisation: str, facts: tuple[tuple[str, str], ...]
) -> Sheet:
    """The list of problems (问题隐患清单)."""
    rows = tuple(
        (
            str(place),
            each.number,
            each.unit_name,
            each.place,
            each.summary,
            each.requirement,
            _word(LEVELS, each.level),
            _word(SOURCES, each.source),
            each.found_on.isoformat(),
            "、".join(each.finders),
            _day(each.deadline_on),
            state(each) + (f"，退回 {each.returned} 次" if each.returned else ""),
            _day(each.closed_on),
            _listed(each.listed_level, each.listed_order),
        )
        for place, each in enumerate(lines, start=1)
    )
    return _sheet("problem_list", organisation, "A3", facts, _PROBLEMS, rows)


def duty_list(
    lines: Iterable[DutyLine], *, organisation: str, facts: tuple[tuple[str, str], ...]
) -> Sheet:
    """The list of duties (隐患整治责任清单)."""
    rows = tuple(
        (
            str(place),
            each.number,
            each.unit_name,
            each.principal,
            each.summary,
            _word(LEVELS, each.level),
            each.responsible,
            each.measures,
            "" if each.funds is None else wording.ten_thousands(each.funds),
            _day(each.deadline_on) + (f"（计划 {each.planned_on}）" if each.planned_on else ""),
            each.emergency,
            each.supervisor,
            state(each),
            _listed(each.listed_level, each.listed_order),
        )
        for place, each in enumerate(lines, start=1)
    )
    notes = ("空白处为尚未填报；资金以万元计。",)
    return _sheet("duty_list", organisation, "A3", facts, _DUTIES, rows, notes)


def statistics(
    table: Table, kind: str, *, organisation: str, facts: tuple[tuple[str, str], ...]
) -> Sheet:
    """An enterprise's figures of a quarter or a year, all and by level and source."""
    groups = [("合计", table.total)]
    groups += [(LEVELS[level], table.by_level[level]) for level in Level]
    groups += [(SOURCES[source], table.by_source[source]) for source in table.by_source]
    columns = (
        Column("指标", 26),
        *(Column(name, 12, figure=True) for name, _ in groups),
    )
    rows = tuple((name, *(say(figures) for _, figures in groups)) for name, say in _FIGURES)
    period, due = period_words(table.period), wording.day_text(table.due_on)
    notes = (
        "本表按台账当前内容统计：期间延期或重新打开的隐患，会使以往各期的数字变动；以签发时为准。",
        "销号率＝本期销号 ÷（本期销号＋期末未销号）；按期率＝按期销号 ÷ 本期销号。",
    )
    facts = (("统计期间", period), ("应报日期", f"{due} 前"), *facts)
    return _sheet(kind, organisation, "A4", facts, columns, rows, notes)


def half_month(
    progress: Progress, *, organisation: str, facts: tuple[tuple[str, str], ...]
) -> Sheet:
    """An office's half month: every unit, and by how much each figure moved since the last."""
    measures = (
        Measure.FOUND,
        Measure.CLOSED,
        Measure.OPEN,
        Measure.OVERDUE,
        Measure.LISTED,
        Measure.MAJOR_OPEN,
    )
    columns = (
        Column("序号", 5, figure=True),
        Column("单位", 34),
        Column("行业", 14),
        *(Column(MEASURES[each], 13, figure=True) for each in measures),
    )
    rows = (
        ("", "合计", "", *(_moved(progress.total, each) for each in measures)),
        *(
            (
                str(place),
                unit.unit_name,
                wording.SECTORS.get(unit.sector, unit.sector),
                *(_moved(unit, each) for each in measures),
            )
            for place, unit in enumerate(progress.units, start=1)
        ),
    )
    left = progress.units_in_all - len(progress.units)
    notes = ("括号内为比上一个半月的增减。", *((f"另有 {left} 家单位没有列出。",) if left else ()))
    facts = (
        ("统计期间", period_words(progress.period)),
        ("上期", period_words(progress.previous)),
        *facts,
    )
    return _sheet("half_month", organisation, "A4", facts, columns, rows, notes)


_DISPATCH = (
    Column("项目", 15, merged=True),
    Column("序号", 5, figure=True),
    Column("内容", 41),
    Column("单位", 6),
    Column("累计", 10, figure=True),
    Column("上月累计", 10, figure=True),
    Column("增减", 9, figure=True),
    Column("填报", 12),
)


def dispatch_table(
    lines: Iterable[Line],
    *,
    organisation: str,
    facts: tuple[tuple[str, str], ...],
    notes: tuple[str, ...],
) -> Sheet:
    """The monthly dispatch table (调度表), as the annex of the plan has it."""
    rows = tuple(
        (
            line.group,
            line.number,
            line.value.name.zh,
            line.value.unit,
            line.value.written(line.now),
            line.last,
            line.moved,
            line.filled_by,
        )
        for line in lines
    )
    return _sheet(DISPATCH, organisation, "A4 portrait", facts, _DISPATCH, rows, notes)


def bulletin(
    parts: tuple[Part, ...],
    kind: str,
    *,
    organisation: str,
    facts: tuple[tuple[str, str], ...],
    notes: tuple[str, ...],
) -> Sheet:
    """A bulletin (通报) of an office: parts one below the other, as on a page of a letter."""
    return Sheet(kind, TITLES[kind], organisation, "A4 portrait", facts, (), (), notes, parts)


def period_words(period: Period) -> str:
    """Write a period."""
    return f"{wording.day_text(period.since)} 至 {wording.day_text(period.until)}"


def _sheet(
    kind: str,
    organisation: str,
    paper: str,
    facts: tuple[tuple[str, str], ...],
    columns: tuple[Column, ...],
    rows: tuple[tuple[str, ...], ...],
    notes: tuple[str, ...] = (),
) -> Sheet:
    return Sheet(kind, TITLES[kind], organisation, paper, facts, columns, rows, notes)


def _count(measure: Measure) -> Callable[[Figures], str]:
    return lambda figures: str(figures.of(measure))


_FIGURES: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    *((name, _count(measure)) for measure, name in MEASURES.items()),
    ("销号率", lambda figures: _percent(figures.closing_rate)),
    ("按期率", lambda figures: _percent(figures.on_time_rate)),
    ("本期销号隐患的整改资金（万元）", lambda figures: wording.ten_thousands(figures.funds)),
)


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f}%"


def _moved(unit: UnitProgress, measure: Measure) -> str:
    by = unit.moved(measure)
    return f"{unit.now.of(measure)}（{by:+d}）" if by else f"{unit.now.of(measure)}（0）"


def _word(words: Mapping[Any, str], code: str) -> str:
    return words.get(code, code)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _listed(level: str, order: str) -> str:
    return " ".join(part for part in (LISTED.get(level, level), order) if part)
