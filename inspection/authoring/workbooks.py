"""Writes a list as a workbook that engineers edit in Excel or WPS and send back without loss.

The columns, and how each is filled in, stand in `columns.py`; how a workbook is read again is
`transcription.py`. Words are written as words whatever they begin with (CWE-1236). A list of no
items is the template.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from inspection.authoring.columns import (
    COLUMNS,
    CRITERIA,
    GROUNDS,
    GUIDE,
    INSTRUMENTS,
    ITEMS,
    LEADING,
    LIST,
    NO,
    YES,
    Column,
    Kind,
    value_at,
)
from inspection.domain.proofreading import MOST_ITEMS

Document = Mapping[str, Any]

EMPTY: Document = {"sections": [], "instruments": {}}
"""Written, the template to be filled in."""
ATTACHED_ROWS = 4 * MOST_ITEMS
"""So many grounds or criteria are helped with drop-downs."""
_A4 = 9
_LAST_ROW = 1_048_575
_LINE = 17.0
"""Height of a line in points."""
_SLACK = 1.12
"""Lines do not end where they are full: a word or a mark goes down whole."""

_TYPED = {"num_format": "@", "valign": "top", "text_wrap": True}
_RULED = {"border": 1, "border_color": "#BFBFBF"}
_FACES: dict[str, dict[str, object]] = {
    "words": {**_TYPED, **_RULED},
    "number": {"num_format": "0", "valign": "top", "align": "left", **_RULED},
    "empty": _TYPED,
    "head": {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#EDEDED", **_RULED},
    "title": {"bold": True, "font_size": 16},
    "plain": {"num_format": "@"},
}
"""Words have the format of text, so that editing a cell does not make a formula of it either."""


def written(document: Document) -> bytes:
    """The list as the bytes of a workbook. It may be half done: what is missing stays empty."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    faces = {name: book.add_format(face) for name, face in _FACES.items()}
    sheets = {title: book.add_worksheet(title) for title in (LIST, ITEMS, GROUNDS, CRITERIA)}
    sheets |= {title: book.add_worksheet(title) for title in (INSTRUMENTS, GUIDE)}
    _about(sheets[LIST], document, faces)
    _fill(sheets[ITEMS], ITEMS, list(_items(document)), faces)
    for title, name in ((GROUNDS, "citations"), (CRITERIA, "major")):
        _fill(sheets[title], title, list(_attached(document, name)), faces)
    _fill(sheets[INSTRUMENTS], INSTRUMENTS, list(_instruments(document)), faces)
    _explain(sheets[GUIDE], faces)
    _print_items(sheets[ITEMS], str(document.get("title", {}).get("zh", "")))
    sheets[ITEMS].activate()
    book.close()
    return buffer.getvalue()


# --- rows ---------------------------------------------------------------------


def _items(document: Document) -> Iterator[Document]:
    for section in document.get("sections", ()):
        for item in section.get("items", ()):
            yield {**item, "section": {**section.get("title", {}), "code": section.get("code")}}


def _attached(document: Document, name: str) -> Iterator[Document]:
    """Grounds or criteria, each with the code of its item and the name of its instrument."""
    named = document.get("instruments", {})
    for item in _items(document):
        for each in item.get(name, ()):
            key = each.get("instrument") or each.get("criterion")
            title = named.get(key, {}).get("zh", "")
            yield {**each, "item": item.get("code"), "": title}


def _instruments(document: Document) -> Iterator[Document]:
    for key, text in document.get("instruments", {}).items():
        yield {"key": key, **text}


# --- sheets -------------------------------------------------------------------


def _about(sheet: Worksheet, document: Document, faces: Mapping[str, Format]) -> None:
    """The sheet about the list itself: a line for each thing to say."""
    widths = (18, 60, 50)
    _set_up(sheet, widths)
    _head(sheet, 0, ("项目", "内容", "怎样填"), faces)
    for row, column in enumerate(COLUMNS[LIST], 1):
        value = column.shown(value_at(document, column.path))
        _row(sheet, row, (column.heading, value, _advice(column)), widths, faces)
        _help(sheet, column, 1, row, row)


def _fill(
    sheet: Worksheet, title: str, lines: Sequence[Document], faces: Mapping[str, Format]
) -> None:
    """A table: heading row, a row for each line, help for those that are typed below."""
    columns = COLUMNS[title]
    _set_up(sheet, [column.width for column in columns])
    last = (MOST_ITEMS if title == ITEMS else ATTACHED_ROWS) + 1
    _head(sheet, 0, [column.heading for column in columns], faces)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, faces["empty"])
        _help(sheet, column, place, 1, last)
    for row, line in enumerate(lines, 1):
        shown = [each.shown(value_at(line, each.path or ("",))) for each in columns]
        _row(sheet, row, shown, [column.width for column in columns], faces)
    sheet.autofilter(0, 0, max(len(lines), 1), len(columns) - 1)


def _head(sheet: Worksheet, row: int, headings: Sequence[str], faces: Mapping[str, Format]) -> None:
    sheet.set_row(row, 2 * _LINE)
    for place, heading in enumerate(headings):
        sheet.write_string(row, place, heading, faces["head"])


def _row(
    sheet: Worksheet,
    row: int,
    cells: Sequence[str | int],
    widths: Sequence[int],
    faces: Mapping[str, Format],
) -> None:
    """Write a row as high as its fullest cell: LibreOffice and WPS do not see to that."""
    lines = [_lines(str(words), width) for words, width in zip(cells, widths, strict=True)]
    sheet.set_row(row, max(lines) * _LINE)
    for place, words in enumerate(cells):
        _write(sheet, row, place, words, faces)


def _lines(words: str, width: int) -> int:
    """How many lines words take in a cell; a Chinese character is as wide as two letters."""
    return sum(
        max(1, ceil(sum(1 if each.isascii() else 2 for each in line) * _SLACK / width))
        for line in words.split("\n")
    )


def _write(
    sheet: Worksheet, row: int, place: int, value: str | int, faces: Mapping[str, Format]
) -> None:
    if isinstance(value, int):
        sheet.write_number(row, place, value, faces["number"])
    elif value:
        sheet.write_string(row, place, value, faces["words"])
    else:
        sheet.write_blank(row, place, None, faces["words"])


def _explain(sheet: Worksheet, faces: Mapping[str, Format]) -> None:
    """How each column is filled in."""
    widths = (12, 20, 60, 40)
    _set_up(sheet, widths)
    for row, line in enumerate(_GUIDANCE):
        sheet.write_string(row, 0, line, faces["plain" if row else "title"])
    start = len(_GUIDANCE) + 1
    _head(sheet, start, ("工作表", "列", "怎样填", "例子"), faces)
    lines = [(title, column) for title, columns in COLUMNS.items() for column in columns]
    for row, (title, column) in enumerate(lines, start + 1):
        cells = (title, column.heading, _advice(column), column.example)
        _row(sheet, row, cells, widths, faces)


_GUIDANCE = (
    "怎样填这份工作簿",
    "只填“检查项”表的检查内容、检查方式、问题表现、整改要求四列，就可以开始起草；其余各列以后再补。",
    "依据、判定标准用检查项的编号相连，一条一行；法规先在“法规”表里给出代号。",
    "填好后在“检查表”页面点“从 Excel 新建”上传。有问题的地方会指明工作表、行和列。",
)


def _advice(column: Column) -> str:
    """How a column is filled in, its choices included."""
    choices = "、".join((column.words or {}).values()) or "、".join(map(str, column.numbers))
    return "。".join(part for part in (column.note, choices and f"可填：{choices}") if part)


def _help(sheet: Worksheet, column: Column, place: int, first: int, last: int) -> None:
    """Drop-downs and limits of cells that are being typed."""
    options = _allowed(column)
    if options is None and not column.note:
        return
    help_: dict[str, object] = {"validate": "any", **(options or {})}
    if column.note:
        help_ |= {"input_title": column.heading[:32], "input_message": _advice(column)[:255]}
    sheet.data_validation(first, place, last, place, help_)


def _allowed(column: Column) -> dict[str, object] | None:
    """What Excel lets somebody type: a list to choose from, or so many characters."""
    sources: dict[Kind, Sequence[object]] = {
        Kind.CHOICE: list((column.words or {}).values()),
        Kind.YES_OR_NO: (YES, NO),
        Kind.IF_YES: (YES,),
        Kind.NUMBER: column.numbers,
    }
    if sources.get(column.kind):
        return {"validate": "list", "source": list(sources[column.kind])}
    if column.heading in (named.name_of for each in COLUMNS.values() for named in each):
        return {"validate": "list", "source": f"={INSTRUMENTS}!$A$2:$A$200"}
    if column.longest:
        message = f"最多 {column.longest} 个字符，请写短一些。"
        return {
            "validate": "length", "criteria": "<=", "value": column.longest,
            "error_title": "太长", "error_message": message,
        }  # fmt: skip
    return None


# --- on paper -----------------------------------------------------------------


def _set_up(sheet: Worksheet, widths: Sequence[int]) -> None:
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页")


def _print_items(sheet: Worksheet, title: str) -> None:
    """What inspectors read goes on paper; English and codes stay on the screen."""
    if title:
        sheet.set_header("&L" + title[:60].replace("&", "&&"))
    sheet.freeze_panes(1, 4)
    sheet.print_area(0, 0, _LAST_ROW, LEADING - 1)  # whole columns, as far as they are filled
