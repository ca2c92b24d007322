"""Finds the table in a sheet as people make them: its heading row, columns, sections and rows.

Headings stand in any order and under several names, below a title, on every printed page again; a
line across the table begins a section; a merged cell, or an empty one, goes on with what is above.
What a cell's words mean is `transcription.py`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inspection.authoring.columns import Column
from inspection.authoring.normal import numbered, one_line
from inspection.authoring.sheetreading import Row, Sheet
from inspection.authoring.transcript import Place

GROUND = "检查依据"
"""A heading that only plain workbooks have: legal grounds in running text."""
_LOOKED_THROUGH = 30
"""Rows with something in them among which a heading row is looked for."""

SYNONYMS = {
    "检查内容": ("检查要点", "检查事项", "检查重点", "检查内容及要求", "检查内容和要求",
             "排查内容", "排查事项", "自查内容", "检查标准", "检查项目"),
    "检查方式": ("检查方法", "核查方式", "核查方法", "检查手段", "方式", "方法"),
    "问题表现": ("常见问题", "典型问题", "主要问题", "存在问题", "问题隐患", "隐患表现", "典型隐患",
             "问题清单", "不合格情形", "问题描述"),
    "整改要求": ("整改措施", "整改建议", "整改意见", "处置要求", "处理要求"),
    "整改期限（天）": ("整改期限", "整改时限", "期限"),
    "部分": ("环节", "检查环节", "类别", "检查类别", "分类", "项目类别", "检查单元", "检查部位",
           "模块", "检查项目"),
    "检查项": ("检查项名称", "项目名称", "检查项目"),
    GROUND: (GROUND, "依据", "法律依据", "法规依据", "检查依据及条款", "依据条款", "法律法规依据"),
    "取证方式": ("证据", "证据要求", "留存证据"),
}  # fmt: skip
_EITHER = "检查项目"
"""In some workbooks the item itself, in others its title or its section."""
_COUNTING = ("序号", "编号")
_OF_NO_USE = re.compile(
    "序号|检查结果|检查情况|检查记录|是否.*|不?符合(项|情况)?|不?合格|不适用|备注|说明|得分|扣分|分值|"
    "检查人.*|责任人|.*名称|照片|结果|现场情况|复查.*"
)
"""Headings of what is filled in on site, or only for reading: their absence is not told."""


@dataclass(frozen=True)
class Table:
    """The table of one sheet; `columns` are places by heading."""

    sheet: str
    title: str
    """What stands above the heading row, "" when nothing does."""
    columns: dict[str, int]
    unknown: dict[str, int]
    rows: tuple[Row, ...]
    counting: tuple[int, ...] = ()
    """Where rows are counted (序号) or coded (编号): a row with a number of its own is a thing."""

    def words(self, row: Row, heading: str) -> str:
        """What a row says under a heading."""
        place = self.columns.get(heading)
        return row.at(place) if place is not None else ""

    def place(self, row: Row, heading: str) -> Place:
        """The cell of a row under a heading; the row itself where there is no such column."""
        return Place(self.sheet, row.number, self.columns.get(heading, -1) + 1)


@dataclass(frozen=True)
class Entry:
    """What a table says of one thing: its first row, and rows that go on with it."""

    section: tuple[str, Place]
    rows: tuple[Row, ...]


def table(sheet: Sheet, known: Sequence[Column], needed: str) -> Table | None:
    """The table of a sheet in which `needed` is a heading; None when there is none."""
    headings = [column.heading for column in known]
    best: dict[str, int] = {}
    start = 0
    for index, row in enumerate(sheet.rows[:_LOOKED_THROUGH]):
        found = _columns(row, headings)
        if needed in found and len(found) > len(best):
            best, start = found, index
    if not best:
        return None
    head = sheet.rows[start]
    body = tuple(row for row in sheet.rows[start + 1 :] if needed not in _columns(row, headings))
    columns = _settled(best, head, body)
    counting = tuple(place for place in head.filled if _plain(head.at(place)) in _COUNTING)
    title = _title(sheet.rows[:start])
    return Table(sheet.title, title, columns, _unknown(head, columns), body, counting)


def _plain(heading: str) -> str:
    """A heading without what only decorates it."""
    return re.sub(r"[\s*＊※:：]", "", heading)


def _columns(row: Row, headings: Sequence[str]) -> dict[str, int]:
    """The headings that a row has, and where: by their own names first, then by others."""
    there = {_plain(words): place for place, words in reversed(list(enumerate(row.cells))) if words}
    without_notes = {re.sub(r"[（(].*[)）]$", "", words): place for words, place in there.items()}
    found: dict[str, int] = {}
    for names in ({each: (each,) for each in headings}, SYNONYMS):
        for heading, others in names.items():
            taken = set(found.values())
            places = [
                named[each] for named in (there, without_notes) for each in others if each in named
            ]
            free = [place for place in places if place not in taken]
            if heading not in found and heading in (*headings, GROUND) and free:
                found[heading] = free[0]
    return found


def _settled(columns: dict[str, int], head: Row, body: tuple[Row, ...]) -> dict[str, int]:
    """检查项目 is the section where it says the same of several rows, else the title."""
    place = columns.get("部分")
    if place is None or _plain(head.at(place)) != _EITHER or "检查项" in columns:
        return columns
    said = [row.at(place) for row in body if row.at(place)]
    if len(set(said)) < len(said) or len(said) < len(body):
        return columns
    return {**{key: at for key, at in columns.items() if key != "部分"}, "检查项": place}


def _title(above: Sequence[Row]) -> str:
    """The first line above the table that could be a title."""
    lines = (one_line(row.at(place)) for row in above for place in row.filled[:1])
    return next((line for line in lines if not re.search("[:：]", line)), "")


def _unknown(head: Row, columns: dict[str, int]) -> dict[str, int]:
    left = {_plain(head.at(place)): place for place in head.filled}
    return {
        words: place
        for words, place in left.items()
        if place not in columns.values() and not _OF_NO_USE.fullmatch(words)
    }


def entries(found: Table, needed: str) -> Iterator[Entry]:
    """The things that the table lists, each with the section it stands in."""
    section: tuple[str, Place] = ("", Place(found.sheet))
    begun: list[Row] = []
    for row in found.rows:
        if _signature(row):
            continue
        line = _section_line(found, row, needed)
        if not line and _goes_on(found, row, needed):
            begun += [row] if begun else []
            continue
        if begun:
            yield Entry(section, tuple(begun))
        begun = [] if line else [row]
        named = line or found.words(row, "部分")
        if named:
            section = (named, found.place(row, "部分"))
    if begun:
        yield Entry(section, tuple(begun))


def _section_line(found: Table, row: Row, needed: str) -> str:
    """The title of a section, when the row is nothing but that."""
    filled = [place for place in row.filled if place not in row.continued]
    if len(filled) != 1:
        return ""
    (place,) = filled
    words, across = one_line(row.at(place)), row.across.get(place, 1) > 2
    if place == found.columns.get(needed) and not across:
        return ""
    return words if across or numbered(words) or place == found.columns.get("部分") else ""


def _goes_on(found: Table, row: Row, needed: str) -> bool:
    """Whether a row goes on with what the row above began."""
    if any(row.at(place) and place not in row.continued for place in found.counting):
        return False
    return found.columns[needed] in row.continued or not found.words(row, needed)


def _signature(row: Row) -> bool:
    """Whether it is a line below a table where people sign, or a remark."""
    filled = row.filled
    words = row.at(filled[0]) if len(filled) == 1 else ""
    return bool(re.search("[:：]\\s*$|^(注|备注|说明)[:：]|签[名字]|盖章", words))


def gathered(found: Table, entry: Entry, heading: str) -> list[str]:
    """What all rows of an entry say under a heading, each cell once."""
    place = found.columns.get(heading, -1)
    first = entry.rows[:1]
    more = (row for row in entry.rows[1:] if place not in row.continued)
    return [row.at(place) for row in (*first, *more) if place >= 0 and row.at(place)]
