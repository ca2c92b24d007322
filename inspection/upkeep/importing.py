"""Rows of a register from a workbook: all of them, or the faults by row and column and none.

The file is opened as the lists of safety engineers are (`authoring/sheetreading.py`): confined,
hostile ones refused. The columns are the register's fields, found by their headings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from inspection.authoring.arrivals import LARGEST_BYTES, READ_MEMORY_MB, READ_SECONDS
from inspection.domain import upkeep
from inspection.domain.office_problems import UpkeepSheetOdd, UpkeepUnfit
from inspection.domain.problems import WorkbookExcessive, WorkbookTooLarge
from inspection.domain.upkeep import Register, Said
from inspection.jobs.confinement import Turns, run_confined

MOST_ROWS = 2000
HEADINGS_WITHIN = 10
"""The headings stand in one of the first rows: titles may stand above them."""


@dataclass(frozen=True)
class CellFault:
    """What does not do in one cell; `column` as Excel names it, `heading` as the register does."""

    row: int
    column: str
    heading: str
    code: str
    found: str


@dataclass(frozen=True)
class Reading:
    """What a workbook holds; rows only when there is no fault."""

    rows: tuple[Said, ...]
    faults: tuple[CellFault, ...]


_Cells = tuple[int, tuple[str, ...], frozenset[int]]
"""A row: its number, its cells, and the places of those that are merged with others."""


def read(data: bytes, register: Register, *, today: date, turns: Turns | None = None) -> Reading:
    """Read the first sheet. Raises UpkeepSheetOdd, WorkbookTooLarge, WorkbookForeign,
    WorkbookMacros, WorkbookExcessive, WorkOverrun; WorkBusy with `turns`.
    """
    if len(data) > LARGEST_BYTES:
        raise WorkbookTooLarge(most=LARGEST_BYTES)
    cells: list[_Cells] = run_confined(
        _cells, data, seconds=READ_SECONDS, memory_mb=READ_MEMORY_MB, turns=turns
    )
    start, places = _headings(cells, register)
    below = cells[start + 1 :]
    if len(below) > MOST_ROWS:
        raise WorkbookExcessive(rows=len(below), most=MOST_ROWS)
    rows: list[Said] = []
    first: dict[tuple[str, ...], Said] = {}
    faults: list[CellFault] = []
    for number, words, merged in below:
        given = {name: words[at] if at < len(words) else "" for name, at in places.items()}
        try:
            codes = {name: "merged" for name, at in places.items() if at in merged}
            if codes:
                raise UpkeepUnfit(fields=codes)
            said = upkeep.read(register, given, today=today)
            if register.once and first.setdefault(upkeep.what(register, said), said) != said:
                raise UpkeepUnfit(fields={register.once[-1]: "twice"})
            rows.append(said)
        except UpkeepUnfit as problem:
            faults += _faults(number, register, places, given, problem.details["fields"])
    return Reading(() if faults else tuple(rows), tuple(faults))


def _cells(data: bytes) -> list[_Cells]:
    from inspection.authoring import sheetreading  # with openpyxl

    found = sheetreading.sheets(data)
    return [
        (row.number, row.cells, row.continued | {*row.across})
        for sheet in found[:1]
        for row in sheet.rows
    ]


def _headings(cells: list[_Cells], register: Register) -> tuple[int, Mapping[str, int]]:
    """The row of the headings, and where each field stands. Raises UpkeepSheetOdd."""
    best: Mapping[str, int] = {}
    start = 0
    for at, (_number, words, _merged) in enumerate(cells[:HEADINGS_WITHIN]):
        plain = ["".join(each.split()).rstrip("*＊") for each in words]
        here = {
            each.name: plain.index(each.label.zh)
            for each in register.fields
            if each.label.zh in plain
        }
        if len(here) > len(best):
            start, best = at, here
    missing = [each.label.zh for each in register.fields if each.needed and each.name not in best]
    if missing:
        raise UpkeepSheetOdd(missing=missing)
    return start, best


def _faults(
    number: int,
    register: Register,
    places: Mapping[str, int],
    given: Mapping[str, str],
    codes: Mapping[str, str],
) -> Iterator[CellFault]:
    for name, code in codes.items():
        heading = register.field(name).label.zh
        yield CellFault(number, _letter(places[name]), heading, code, given[name][:60])


def _letter(place: int) -> str:
    """A column's name; what is read ends at column 80."""
    tens, ones = divmod(place, 26)
    return (chr(64 + tens) if tens else "") + chr(65 + ones)
