"""Where workbooks arrive that people send: the one door, and what becomes of a list read there.

The file is opened in a confined process, as a PDF from outside is, so that a request thread only
waits its turn. What was read is no checklist yet: it begins a draft (`drafts.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from inspection.authoring import defaults, documents
from inspection.authoring.documents import Document
from inspection.authoring.transcript import Transcript
from inspection.authoring.xlsforms import CHOICES, SETTINGS, SURVEY
from inspection.domain.problems import WorkbookTooLarge
from inspection.jobs.confinement import Turns, run_confined

LARGEST_BYTES = 10 * 1024 * 1024
READ_SECONDS = 20
READ_MEMORY_MB = 640
"""No other work's size, so that these have a room of their own and wait for nothing else."""


def transcribed(data: bytes, *, turns: Turns | None = None) -> Transcript:
    """Read the list in a workbook, ours, anybody's or an XLSForm.

    Raises WorkbookTooLarge, WorkbookForeign, WorkbookMacros, WorkbookExcessive,
    WorkbookWithoutItems, ChecklistTooLong, FormUnfit, WorkOverrun; WorkBusy with `turns`.
    """
    if len(data) > LARGEST_BYTES:
        raise WorkbookTooLarge(most=LARGEST_BYTES)
    found: Transcript = run_confined(
        _read, data, seconds=READ_SECONDS, memory_mb=READ_MEMORY_MB, turns=turns
    )
    return found


def _read(data: bytes) -> Transcript:
    from inspection.authoring import sheetreading  # with openpyxl

    sheets = sheetreading.sheets(data)
    return replace(_transcript(sheets), sheets=tuple(sheet.title for sheet in sheets))


def _transcript(sheets: Sequence[Any]) -> Transcript:
    from inspection.authoring import transcription

    titles = {sheet.title.strip().lower() for sheet in sheets}
    if SURVEY in titles and titles & {CHOICES, SETTINGS}:
        from inspection.authoring import formreading  # with pyxform, which takes seconds to load

        return formreading.transcribed(sheets)
    return transcription.transcribed(sheets)


def completed(document: Document, *, on: date) -> Document:
    """What was read, with everything that a draft has, said or not."""
    blank = documents.blank("", defaults.LETTERS, "", on=on)
    return {
        **blank,
        **document,
        "sections": [
            {
                **section,
                "items": [{**documents.fresh_item(""), **each} for each in section["items"]],
            }
            for section in document["sections"]
        ],
    }


def founded(
    document: Document, slug: str, letters: str, *, source: Document | None, on: date
) -> Document:
    """A list of one's own from what was read.

    Of `source`, the published list that the workbook names, items stay that one's; all others get
    codes with the new letters, in their order.
    """
    made = {**completed(document, on=on), "slug": slug, "revision": 1, "list": letters}
    made.pop("origin", None)
    if source:
        made["origin"] = {"slug": source["slug"], "revision": source["revision"]}
    _code_anew(made, set(documents.codes(source)) if source else set(), first=1)
    return made


def followed(document: Document, source: Document, *, used: Iterable[str], on: date) -> Document:
    """The next revision of an own list from what was read: its items keep their codes.

    `used` are all codes that the list ever had, none of which is given to another item.
    """
    made = {**completed(document, on=on), "revision": source["revision"] + 1}
    made |= {name: source[name] for name in ("slug", "list", "origin") if name in source}
    own = f"{made['list']}-"
    numbers = [int(each.removeprefix(own)) for each in used if each.startswith(own)]
    _code_anew(made, set(documents.codes(source)), first=max(numbers, default=0) + 1)
    return made


def _code_anew(document: Document, known: set[str], *, first: int) -> None:
    """Give codes with the list's letters to items that are not known by theirs.

    Two that had the same code have the same again: which of them it is somebody has to say.
    """
    fresh = (f"{document['list']}-{number:02}" for number in count(first))
    codes: dict[str, str] = {}
    for item in documents.items(document):
        if item["code"] not in known:
            if item["code"] not in codes:
                codes[item["code"]] = next(fresh)
            item["code"] = codes[item["code"]]
