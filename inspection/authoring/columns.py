"""What a workbook of a list holds: its sheets and columns, what stands in them, and their words.

One table, from which workbooks are written, explained and read again: what is said here once cannot
differ between going out and coming in. How cells look is `workbooks.py`, how those of others are
understood `transcription.py`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inspection.authoring.normal import halved, one_line

LIST, ITEMS, GROUNDS, CRITERIA, INSTRUMENTS, GUIDE = (
    "清单", "检查项", "依据", "判定标准", "法规", "说明",
)  # fmt: skip
"""The sheets, by their titles."""

METHODS = {
    "documents": "查资料",
    "on_site": "现场查看",
    "interview": "询问",
    "quiz": "抽考",
    "exercise": "实操",
    "measurement": "检测",
    "certificate": "核证件",
    "video": "调阅视频",
}
EVIDENCE = {
    "photo": "照片",
    "document": "资料",
    "video": "视频",
    "measurement": "检测数据",
    "question": "询问",
}
MARKS = {"V": "已核对原文", "V2": "二手资料核对", "VT": "仅核对条目", "R": "凭记忆，未核对"}
SECTORS = {
    "chemicals": "化工和危险化学品",
    "machinery": "机械制造",
    "metallurgy": "冶金有色",
    "building_materials": "建材",
    "construction": "建筑施工",
    "catering": "餐饮",
    "lodging": "住宿",
    "retail": "商贸",
    "transport": "交通运输",
    "food": "食品加工",
    "wood": "木材家具",
    "textiles": "纺织服装",
    "fishery": "渔业",
    "education": "学校和培训机构",
    "health": "医疗和养老",
    "entertainment": "文化娱乐",
}
VENUES = {
    "crowded": "人员密集场所",
    "small_premises": "九小场所",
    "combined_premises": "三合一场所",
    "gas": "使用燃气",
    "special_equipment": "特种设备",
    "confined_space": "有限空间",
    "dust": "涉爆粉尘",
    "ammonia": "涉氨制冷",
    "molten_metal": "熔融金属",
    "hazardous_chemicals": "使用或储存危险化学品",
    "fireworks": "烟花爆竹经营",
    "rented_out": "场地出租",
    "contractors": "有外包作业",
    "self_built": "自建房",
}
WEIGHTS = (1, 2, 3, 5)
DEADLINES = (0, 3, 7, 15, 30)
YES, NO = "是", "否"

_BETWEEN = re.compile(r"[、，,；;/\n]+")


class Kind(StrEnum):
    """What a cell of a column holds."""

    WORDS = "words"
    KEY = "key"
    """What programs know something by: narrow, whatever way it was typed."""
    LINES = "lines"
    """Several, one a line, because they have marks of punctuation themselves."""
    CHOICES = "choices"
    """Several codes, written as their words."""
    CHOICE = "choice"
    CODES = "codes"
    """Several that have no words of their own."""
    NUMBER = "number"
    YES_OR_NO = "yes_or_no"
    IF_YES = "if_yes"
    """Said only where it is so: an empty cell is never "no"."""
    DAY = "day"
    """An empty cell is a day that is not known or has not come."""


@dataclass(frozen=True)
class Column:
    """A column, or on the sheet about the list a line; `path` leads to its value."""

    heading: str
    path: tuple[str, ...]
    width: int = 12
    """In characters, as Excel counts them."""
    kind: Kind = Kind.WORDS
    words: Mapping[str, str] | None = None
    """Of the codes that may stand here."""
    numbers: tuple[int, ...] = ()
    longest: int = 0
    """In characters; 0 where nothing is said when it is typed."""
    note: str = ""
    """How it is filled in, for the sheet that explains and for the cell that is being edited."""
    example: str = ""
    name_of: str = ""
    """Shows the name of the instrument whose key stands under this heading; never read."""

    def shown(self, value: Any) -> str | int:
        """What is written into the cell."""
        if value is None or value in ([], ""):
            return ""
        if self.kind in (Kind.YES_OR_NO, Kind.IF_YES):
            return YES if value else NO
        if isinstance(value, list):
            words = [(self.words or {}).get(each, str(each or "")) for each in value]
            return ("\n" if self.kind is Kind.LINES else "、").join(words) if any(words) else ""
        if self.kind is Kind.NUMBER and isinstance(value, int):
            return value
        return (self.words or {}).get(value, str(value))

    def read(self, words: str) -> Any:
        """The value that a cell of ours stands for; what cannot be one stays as it was written."""
        return _READ[self.kind](self, words)

    def code(self, words: str) -> str:
        """The code that a word stands for."""
        known = self.words or {}
        codes = {word: code for code, word in known.items()}
        return codes.get(words, halved(words) if halved(words) in known else words)


_SAID = {YES: True, NO: False}
_READ: dict[Kind, Callable[[Column, str], Any]] = {
    Kind.WORDS: lambda _, words: one_line(words) if "\n" in words else words,
    Kind.KEY: lambda _, words: halved(words),
    Kind.LINES: lambda _, words: [line.strip() for line in words.split("\n")] if words else [],
    Kind.CHOICES: lambda column, words: [column.code(each) for each in parted(words)],
    Kind.CHOICE: lambda column, words: column.code(words),
    Kind.CODES: lambda _, words: [halved(each) for each in parted(words)],
    Kind.NUMBER: lambda _, words: _number(halved(words)),
    Kind.YES_OR_NO: lambda _, words: _SAID.get(words, words or None),
    Kind.IF_YES: lambda _, words: _SAID.get(words, words or None),
    Kind.DAY: lambda _, words: day(words) or None,
}


def _number(words: str) -> int | str | None:
    return int(words) if re.fullmatch(r"[0-9]{1,9}", words) else words or None


def parted(words: str) -> list[str]:
    """The parts of a cell that lists several things."""
    return [part.strip() for part in _BETWEEN.split(words) if part.strip()]


def day(words: str) -> str:
    """A day as people write it, as 2026-11-30; anything else as it stands."""
    found = re.fullmatch(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", halved(words))
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else words


def value_at(holder: Any, path: Iterable[str]) -> Any:
    """What lies at the end of a path; of a list, what lies there in each of its parts."""
    for step in path:
        if isinstance(holder, list):
            holder = [each.get(step) for each in holder]
        else:
            holder = holder.get(step) if isinstance(holder, Mapping) else None
    return holder


_EVERYONE = "空着：所有单位"
_APPLIES = (
    Column("适用行业", ("applies", "sectors"), 12, Kind.CHOICES, SECTORS, note=_EVERYONE,
           example="餐饮、住宿"),
    Column("适用场所", ("applies", "venues"), 12, Kind.CHOICES, VENUES, note=_EVERYONE,
           example="使用燃气"),
    Column("限高危行业", ("applies", "high_risk"), 7, Kind.IF_YES, note="只用于高危行业的填“是”"),
    Column("人数不少于", ("applies", "staff_at_least"), 7, Kind.NUMBER, note="从业人员人数"),
)  # fmt: skip
_MARK_NOTE = (
    "已核对原文：逐字看过；二手资料核对：只见转载；仅核对条目：条号对，文字没看；凭记忆，未核对"
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    LIST: (
        Column("名称", ("title", "zh"), note="检查表的名称", example="动火等危险作业"),
        Column("名称（英文）", ("title", "en")),
        Column("说明", ("summary", "zh"), note="一两句话：查什么"),
        Column("说明（英文）", ("summary", "en")),
        Column("清单代号", ("slug",), kind=Kind.KEY, note="程序用，不必填"),
        Column("修订号", ("revision",), kind=Kind.NUMBER, note="程序用，不必填"),
        Column("字母", ("list",), kind=Kind.KEY, note="检查项编号开头的字母，不必填"),
        Column("生效日期", ("effective_on",), kind=Kind.DAY, example="2026-12-01"),
        Column("取自清单", ("origin", "slug"), kind=Kind.KEY, note="由哪张表而来，程序用"),
        Column("取自修订号", ("origin", "revision"), kind=Kind.NUMBER),
        Column("只作增补", ("origin", "extends"), kind=Kind.IF_YES,
               note="保留原表全部检查项、只加自己的，填“是”"),
        *_APPLIES,
    ),
    ITEMS: (
        Column("部分", ("section", "zh"), 12, note="一起检查的一组；相邻的行写同样的字",
               example="制度与作业票"),
        Column("编号", ("code",), 7, Kind.KEY, note="定了就不再改；空着的自动编", example="A-01"),
        Column("检查项", ("title", "zh"), 14, longest=14, note="最多 14 个字",
               example="动火作业票"),
        Column("检查内容", ("check", "zh"), 36, longest=120, note="一句话，最多 120 个字",
               example="动火前办理作业票，并经批准。"),
        Column("检查方式", ("methods",), 11, Kind.CHOICES, METHODS, example="查资料、现场查看",
               note="可填几种，用顿号隔开"),
        Column("问题表现", ("findings", "zh"), 26, Kind.LINES, example="未办作业票\n作业票无人批准",
               note="2 到 6 条，每条最多 20 个字，一行一条（Alt+回车换行）"),
        Column("整改要求", ("requirement", "zh"), 36, longest=200, note="能直接写进文书的一句话",
               example="立即停止动火，补办作业票。"),
        Column("整改期限（天）", ("deadline_days",), 10, Kind.NUMBER, numbers=DEADLINES,
               note="0 是立即", example="0"),
        Column("取证方式", ("evidence",), 9, Kind.CHOICES, EVIDENCE, example="照片、资料",
               note="发现问题时要留的证据"),
        Column("权重", ("weight",), 6, Kind.NUMBER, numbers=WEIGHTS,
               note="评分时的权重：1 细节，2 一般（空着），3 严重，5 可能立刻出人命"),
        Column("管理要求", ("management_practice",), 6, Kind.YES_OR_NO,
               note="没有直接法定依据的填“是”，可以不写依据"),
        Column("列入短表", ("telling",), 6, Kind.YES_OR_NO, note="最能看出问题、进短表的填“是”"),
        Column("锁定", ("locked",), 6, Kind.YES_OR_NO, note="下级不得改动或删去的填“是”"),
        Column("罚则", ("penalties",), 14, Kind.CODES, example="AQF 101(3)",
               note="法规代号、条号，括号里是项号"),
        Column("调度表的行", ("dispatch_rows",), 8, Kind.CODES, note="计入月调度表的哪一行",
               example="2.6"),
        *_APPLIES,
        Column("部分（英文）", ("section", "en"), 16),
        Column("检查项（英文）", ("title", "en"), 18, longest=60),
        Column("检查内容（英文）", ("check", "en"), 70, longest=320),
        Column("问题表现（英文）", ("findings", "en"), 44, Kind.LINES, note="与问题表现一行对一行"),
        Column("整改要求（英文）", ("requirement", "en"), 70, longest=600),
        Column("部分代码", ("section", "code"), 12, Kind.KEY, note="程序用，空着的自动编"),
        Column("问题代码", ("findings", "code"), 24, Kind.LINES,
               note="程序用，与问题表现一行对一行，空着的自动编"),
    ),
    GROUNDS: (
        Column("编号", ("item",), 8, Kind.KEY, note="检查项的编号", example="A-01"),
        Column("法规代号", ("instrument",), 10, Kind.KEY, note="“法规”表里的代号", example="AQF"),
        Column("法规名称", (), 40, name_of="法规代号", note="只供阅读，以代号为准"),
        Column("条款", ("clause",), 20, example="第二十一条第二项"),
        Column("施行日期", ("from",), 12, Kind.DAY, note="这一条款开始施行的日子，没查清的空着",
               example="2021-09-01"),
        Column("失效日期", ("to",), 12, Kind.DAY, note="最后有效的一天，现行的空着"),
        Column("适用范围", ("scope", "zh"), 24, note="空着：普遍适用"),
        Column("核对程度", ("mark",), 10, Kind.CHOICE, MARKS, note=_MARK_NOTE,
               example="已核对原文"),
        Column("适用范围（英文）", ("scope", "en"), 24),
    ),
    CRITERIA: (
        Column("编号", ("item",), 8, Kind.KEY, note="检查项的编号", example="A-01"),
        Column("标准代号", ("criterion",), 10, Kind.KEY, note="“法规”表里的代号", example="D10"),
        Column("标准名称", (), 40, name_of="标准代号", note="只供阅读，以代号为准"),
        Column("条款", ("clause",), 20),
        Column("适用范围", ("scope", "zh"), 36, note="哪些单位的哪种情形"),
        Column("核对程度", ("mark",), 10, Kind.CHOICE, MARKS, note=_MARK_NOTE),
        Column("适用范围（英文）", ("scope", "en"), 36),
    ),
    INSTRUMENTS: (
        Column("代号", ("key",), 10, Kind.KEY, note="2 到 8 个大写字母或数字", example="AQF"),
        Column("全称", ("zh",), 70, example="《中华人民共和国安全生产法》（2021修正）"),
        Column("全称（英文）", ("en",), 70),
    ),
}  # fmt: skip
LEADING = 13
"""So many columns of the items are printed; the others are for programs and for English."""
