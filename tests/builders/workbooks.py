"""Workbooks as people send them, made with openpyxl or put together by hand."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

HEAD = ("检查内容", "检查方式", "问题表现", "整改要求")
ROW = ("动火前办理作业票，并经批准", "查资料", "未办作业票；无人批准", "立即停止动火，补办作业票")


def workbook(
    *rows: Sequence[object],
    title: str = "Sheet1",
    merged: Iterable[str] = (),
    change: Callable[[Worksheet], object] = lambda _sheet: None,
) -> bytes:
    """A workbook of one sheet with these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    change(sheet)
    return saved(book)


def edited(data: bytes, change: Callable[[openpyxl.Workbook], object]) -> bytes:
    """A workbook after somebody worked on it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """A workbook as the bytes of its file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(data: bytes, **members: bytes) -> bytes:
    """The package with members put in or in place of others; `__` in a name is a slash."""
    buffer = io.BytesIO()
    named = {name.replace("__", "/"): content for name, content in members.items()}
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        kept = {each: old.read(each) for each in old.namelist()}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in {**kept, **named}.items():
            new.writestr(name, content)
    return buffer.getvalue()


def member(data: bytes, name: str) -> bytes:
    """One member of the package."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name)


def form(survey: Sequence[Sequence[Any]], choices: Sequence[Sequence[Any]] = ()) -> bytes:
    """An XLSForm."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    settings = [("form_title", "form_id"), ("灭火器检查", "extinguishers")]
    sheets = (("survey", survey), ("choices", choices), ("settings", settings))
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    return saved(book)
