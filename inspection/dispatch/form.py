"""The official form of a table (调度表的样式): its lines, and the sheet that is signed.

How a sheet looks on paper is `reports/`.
"""

import hashlib
from dataclasses import replace

from inspection.dispatch import tables
from inspection.dispatch.tables import MonthTable
from inspection.domain import dispatch as domain
from inspection.domain.dispatch import Line
from inspection.domain.dispatch_rows import BY_CODE
from inspection.reports import sheets, wording
from inspection.reports.sheets import Sheet


def lines(made: MonthTable) -> tuple[Line, ...]:
    """Return the 35 lines of a table, with last month's values and who entered them by hand."""
    by = {row: keeper.name for row, keeper in made.keepers.items()}
    return domain.lines(made.values, made.before.values if made.before else None, by)


def facts(made: MonthTable) -> tuple[tuple[str, str], ...]:
    """Return what the head of the form says."""
    until = wording.day_text(made.period.until)
    return (
        ("填报单位", made.office.name),
        ("时间", until),
        ("累计期间", f"{wording.day_text(made.period.since)} 至 {until}"),
    )


def sheet(made: MonthTable) -> Sheet:
    """Return the sheet as it is confirmed. It names the digest of all that its values count."""
    digest = hashlib.sha256(tables.things_text(made)).hexdigest()
    notes = (
        f"注：1. 每月 {made.terms.due_day} 日前上报截至 {made.terms.lock_day} 日的累计情况；"
        "“家”按企业去重，“家次”“个次”按次数计。",
        f"2. 第二组第 6 行：{BY_CODE['2.6'].means.zh}",
        f"3. 第二组第 7 行：{BY_CODE['2.7'].means.zh}",
        f"4. 各数所计的条目清单随表留存，SHA-256：{digest}",
    )
    return sheets.dispatch_table(
        lines(made), organisation=made.office.name, facts=facts(made), notes=notes
    )


def with_note(plain: Sheet, note: str) -> Sheet:
    """Add the sender's note, which is printed below the table."""
    return replace(plain, notes=(*plain.notes, f"说明：{note}")) if note else plain
