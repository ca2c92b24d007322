"""What there is to tell of somebody's workbook, in words: each with its sheet, row and column."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from inspection.authoring.transcript import Place, Remark, Told, Transcript
from inspection.domain.proofreading import Fault
from inspection.edge import faults


@dataclass(frozen=True)
class Line:
    """One thing to tell, and where it is in the workbook."""

    place: str
    words: str


def wrong(transcript: Transcript, found: Iterable[Fault]) -> list[Line]:
    """What could not be understood, and what proofreading found in what could.

    In the order in which one reads a workbook: by sheet, row, column.
    """
    told = [
        *((each.place, line(each)) for each in transcript.faults),
        *((transcript.place_of(each.pointer), _fault(transcript, each)) for each in found),
    ]
    told.sort(key=lambda each: transcript.order_of(each[0]))
    return list(dict.fromkeys(words for _place, words in told))  # one cell's grounds say the same


def notes(transcript: Transcript) -> list[Line]:
    """What its author ought to know, in the same order."""
    found = sorted(transcript.notes, key=lambda each: transcript.order_of(each.place))
    return [line(each) for each in found]


def line(remark: Remark) -> Line:
    """A remark in words."""
    return Line(place(remark.place), _sentence(remark))


def place(where: Place) -> str:
    """A cell, as readers of workbooks call it."""
    if not where.row:
        return str(_("工作表“%(sheet)s”", sheet=where.sheet))
    if not where.column:
        return str(_("工作表“%(sheet)s”第 %(row)s 行", sheet=where.sheet, row=where.row))
    return str(
        _(
            "工作表“%(sheet)s”第 %(row)s 行 %(column)s 列",
            sheet=where.sheet,
            row=where.row,
            column=where.letters,
        )
    )


def _fault(transcript: Transcript, fault: Fault) -> Line:
    where = transcript.place_of(fault.pointer)
    named = place(where) if where else faults.field_name(fault.pointer)
    return Line(named, faults.sentence(fault))


def _sentence(remark: Remark) -> str:
    said = {name: str(value) for name, value in remark.values.items()}
    words: dict[Told, Callable[[], str]] = {
        Told.ITEM_UNKNOWN: lambda: _("没有编号为“%(code)s”的检查项", **said),
        Told.TAGS_UNEQUAL: lambda: _(
            "问题表现有 %(count)s 条，与它对应的英文或代码行数更多", **said
        ),
        Told.FIELD_UNKNOWN: lambda: _("没有“%(heading)s”这一栏", **said),
        Told.COLUMN_LEFT: lambda: _("不认识“%(heading)s”这一列，没有带入", **said),
        Told.GROUND_UNREAD: lambda: _("“%(words)s”里没有《》括起的法规名称，没有带入", **said),
        Told.GROUND_UNMARKED: lambda: _("检查依据是从文字里认出来的，请逐条核对，并选核对程度"),
        Told.SUPPLIED: lambda: _supplied(said["what"]),
        Told.QUESTION_CARRIED: lambda: _(
            "%(count)s 个问题成为检查项，分在 %(sections)s 个部分，两种语言和填写说明一并带入",
            **said,
        ),
        Told.TAGS_CARRIED: lambda: _("%(count)s 个选项成为问题表现", **said),
        Told.QUESTION_LEFT: lambda: _("“%(name)s”是 %(kind)s 类问题，没有带入", **said),
        Told.PART_LEFT: lambda: _(
            "“%(name)s”的%(what)s没有带入", name=said["name"], what=_part(said["part"])
        ),
        Told.REPEAT_FLATTENED: lambda: _("“%(name)s”是重复组，带入后只查一遍", **said),
        Told.NOW_REQUIRED: lambda: _("%(count)s 个问题原来可以不答，检查表里每项都要答", **said),
    }
    return str(words[remark.told]())


def _supplied(what: str) -> str:
    return {
        "usual": _("没写检查方式、取证方式或整改期限的，先按现场查看、照片、7 天填上，请核对"),
        "title": _("没写检查项名称的，取了检查内容的开头，请核对"),
        "code": _("没写编号的检查项，自动编了号"),
    }[what]


def _part(part: str) -> str:
    return {
        "relevant": _("显示条件"),
        "calculate": _("计算公式"),
        "constraint": _("取值限制"),
        "default": _("预填值"),
        "choice_filter": _("选项筛选"),
        "media": _("图片和音像"),
        "hint": _("填写说明"),
    }[part]
