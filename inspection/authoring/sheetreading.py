"""Opens a workbook that somebody sent (.xlsx) and hands out its sheets as words in rows.

It comes from outside, so it is looked at from the outside first: a package may be small and unpack
to more than any machine holds (a zip bomb), and a workbook with macros is not opened at all.
Formulas count as what Excel last made of them; links to other files are not followed, entities not
resolved. Runs confined (`jobs/confinement.py`): the limits here are for clear words, those there
hold. What the words mean is not known here.
"""

import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zipfile import BadZipFile, ZipFile

import openpyxl
from defusedxml.ElementTree import iterparse
from openpyxl.utils.cell import range_boundaries

from inspection.domain.problems import WorkbookExcessive, WorkbookForeign, WorkbookMacros

MOST_MEMBERS = 1000
MOST_UNPACKED_BYTES = 60 * 1024 * 1024
MOST_MEMBER_BYTES = 25 * 1024 * 1024
MOST_RATIO = 120
"""Unpacked to packed bytes; workbooks as Excel and WPS write them stay below 40."""
SMALL_BYTES = 1024 * 1024
"""So much may be packed as tightly as it likes."""
MOST_SHEETS = 60
MOST_ROWS = 20_000
"""With something in them, all sheets together."""
MOST_COLUMNS = 80
"""What stands further right is not read."""
MOST_CHARACTERS = 5_000_000
MOST_MERGES = 20_000

_CONTENT_TYPES = "[Content_Types].xml"
_MACRO_SIGNS = (b"macroenabled", b"vbaproject", b"macrosheet")


@dataclass(frozen=True)
class Row:
    """A row with something in it; `cells` begin at column A, empty ones are ""."""

    number: int
    cells: tuple[str, ...]
    continued: frozenset[int] = frozenset()
    """Places of cells that a merged cell further up reaches down to; they hold its words."""
    across: Mapping[int, int] = field(default_factory=dict)
    """Places of merged cells that begin here, and over how many columns they reach."""

    def at(self, place: int) -> str:
        """The words of a cell."""
        return self.cells[place] if place < len(self.cells) else ""

    @property
    def filled(self) -> tuple[int, ...]:
        """The places of cells with something in them."""
        return tuple(place for place, words in enumerate(self.cells) if words)


@dataclass(frozen=True)
class Sheet:
    """A visible sheet."""

    title: str
    rows: tuple[Row, ...]


def sheets(data: bytes) -> tuple[Sheet, ...]:
    """Read all sheets. Raises WorkbookForeign, WorkbookMacros or WorkbookExcessive."""
    _look_at_package(data)
    try:
        return _read(data)
    except (WorkbookExcessive, MemoryError):
        raise
    except Exception as error:  # whatever is wrong with a file, openpyxl has an error of its own
        raise WorkbookForeign(why=type(error).__name__) from None


def _look_at_package(data: bytes) -> None:
    """Refuse what should not be unpacked, by the list of its members."""
    try:
        with ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            _refuse_bombs([(each.file_size, each.compress_size) for each in members])
            names = [each.filename.lower() for each in members]
            if any("vbaproject" in name or "/macrosheets/" in name for name in names):
                raise WorkbookMacros()
            types = package.read(_CONTENT_TYPES).lower()
    except (BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError) as error:
        raise WorkbookForeign(why=type(error).__name__) from None
    if any(sign in types for sign in _MACRO_SIGNS):
        raise WorkbookMacros()
    if b"spreadsheetml.sheet.main" not in types:
        raise WorkbookForeign(why="not a workbook")


def _refuse_bombs(members: list[tuple[int, int]]) -> None:
    unpacked, packed = (sum(sizes) for sizes in zip(*members, strict=True)) if members else (0, 0)
    if len(members) > MOST_MEMBERS:
        raise WorkbookExcessive(members=len(members), most=MOST_MEMBERS)
    if unpacked > MOST_UNPACKED_BYTES or any(size > MOST_MEMBER_BYTES for size, _ in members):
        raise WorkbookExcessive(unpacked_bytes=unpacked, most=MOST_UNPACKED_BYTES)
    if unpacked > SMALL_BYTES and unpacked > packed * MOST_RATIO:
        raise WorkbookExcessive(unpacked_bytes=unpacked, packed_bytes=packed, most=MOST_RATIO)


def _read(data: bytes) -> tuple[Sheet, ...]:
    budget = _Budget()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's, about drop-downs and styles it leaves aside
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        shown = [each for each in book.worksheets if each.sheet_state == "visible"]
        if len(shown) > MOST_SHEETS:
            raise WorkbookExcessive(sheets=len(shown), most=MOST_SHEETS)
        read = tuple(Sheet(each.title, tuple(_rows(each, budget))) for each in shown)
        book.close()
    return read


class _Budget:
    """What is left of the rows and characters that one workbook may have."""

    def __init__(self) -> None:
        self._rows, self._characters = 0, 0

    def spend(self, cells: tuple[str, ...]) -> None:
        self._rows += 1
        self._characters += sum(map(len, cells))
        if self._rows > MOST_ROWS:
            raise WorkbookExcessive(rows=self._rows, most=MOST_ROWS)
        if self._characters > MOST_CHARACTERS:
            raise WorkbookExcessive(characters=self._characters, most=MOST_CHARACTERS)


def _rows(sheet: Any, budget: _Budget) -> Iterator[Row]:
    """Rows with something in them, merged cells reaching down filled."""
    merges = _merges(sheet)
    held: dict[int, tuple[int, str]] = {}  # by place: the last row that its words reach, the words
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [_words(value) for value in values[:MOST_COLUMNS]]
        if not any(cells):  # also below a tall merged cell, where thousands may lie
            continue
        continued = set()
        for place, (last, words) in held.items():
            if number <= last and words:
                cells += [""] * (place + 1 - len(cells))
                cells[place] = words
                continued.add(place)
        across = {}
        for place, width, last in merges.get(number, ()):
            across[place] = width
            held[place] = (last, cells[place] if place < len(cells) else "")
        budget.spend(tuple(cells))
        yield Row(number, tuple(cells), frozenset(continued), across)


def _merges(sheet: Any) -> dict[int, list[tuple[int, int, int]]]:
    """Merged cells by the row they begin in: place, width, last row.

    Read from the file itself: openpyxl knows them only where it makes every cell of them.
    """
    found: dict[int, list[tuple[int, int, int]]] = {}
    with sheet._get_source() as source:
        merged = (each for _, each in _ended(source) if each.tag.endswith("}mergeCell"))
        for count, each in enumerate(merged, 1):
            if count > MOST_MERGES:
                raise WorkbookExcessive(merged=count, most=MOST_MERGES)
            left, top, right, bottom = range_boundaries(each.get("ref"))
            if left <= MOST_COLUMNS:
                found.setdefault(top, []).append((left - 1, right - left + 1, bottom))
    return found


def _ended(source: Any) -> Iterator[tuple[str, Any]]:
    for event, element in iterparse(source):
        yield event, element
        if element.tag.endswith("}row"):
            element.clear()  # or the whole sheet would stay in memory


def _words(value: object) -> str:
    """A cell's value as somebody would write it; days as 2026-11-30."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | datetime):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    words = str(value).replace("\r\n", "\n").replace("\r", "\n").rstrip()
    # An empty first line stays: cells that go together line by line may begin with one.
    return words.lstrip(" \t\xa0\u3000") if words.strip() else ""
