"""Where workbooks arrive that people send: the one door, whatever kind of workbook it is.

The file is opened in a confined process, as a PDF from outside is, so that a request thread only
waits its turn.
"""

from inspection.authoring import sheetreading, transcription, xlsforms
from inspection.authoring.transcript import Transcript
from inspection.domain.problems import WorkbookTooLarge
from inspection.jobs.confinement import Turns, run_confined

READ_SECONDS = 15
READ_MEMORY_MB = 640
"""No other work's size, so that these have a room of their own and wait for nothing else."""


def transcribed(data: bytes, *, turns: Turns | None = None) -> Transcript:
    """Read the list in a workbook, ours, anybody's or an XLSForm.

    Raises WorkbookTooLarge, WorkbookForeign, WorkbookMacros, WorkbookExcessive,
    WorkbookWithoutItems, ChecklistTooLong, FormUnfit, WorkOverrun; WorkBusy with `turns`.
    """
    if len(data) > sheetreading.LARGEST_BYTES:
        raise WorkbookTooLarge(most=sheetreading.LARGEST_BYTES)
    found: Transcript = run_confined(
        _read, data, seconds=READ_SECONDS, memory_mb=READ_MEMORY_MB, turns=turns
    )
    return found


def _read(data: bytes) -> Transcript:
    sheets = sheetreading.sheets(data)
    read = xlsforms.transcribed if xlsforms.is_form(sheets) else transcription.transcribed
    return read(sheets)
