"""Reads a list out of the sheets of a workbook: ours, our template filled in, or anybody's own.

Our own workbooks come back as they went out. Of others, a table with the heading 检查内容 is enough
to begin with. Nothing is turned away here for being wrong: it goes into the document as it was
written, and proofreading (`domain/proofreading.py`) finds it there, with the place to point at.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from inspection.authoring import defaults
from inspection.authoring.columns import (
    COLUMNS,
    CRITERIA,
    GROUNDS,
    INSTRUMENTS,
    ITEMS,
    LIST,
    METHODS,
    Column,
    Kind,
    parted,
)
from inspection.authoring.normal import halved, narrowed, numbered, one_line, unnumbered
from inspection.authoring.sheetreading import Sheet
from inspection.authoring.tables import GROUND, Entry, Table, entries, gathered, table
from inspection.authoring.transcript import Place, Remark, Told, Transcript
from inspection.domain.problems import ChecklistTooLong, WorkbookWithoutItems
from inspection.domain.proofreading import MOST_ITEMS

NEEDED = "检查内容"
_ITEM = {column.heading: column for column in COLUMNS[ITEMS]}
_PROGRAMS = ("部分代码", "问题代码")
"""Columns that only programs fill: a row with one of them comes back as it went out."""
_WORDS_FOR = {
    "documents": ("查阅资料", "查看资料", "资料", "查台账", "查看台账", "查记录", "查看记录",
                  "查制度", "查档案"),
    "on_site": ("现场检查", "现场查验", "看现场", "查现场", "现场", "实地查看", "查看现场", "目测"),
    "interview": ("询问", "现场询问", "问询", "访谈", "谈话", "座谈"),
    "quiz": ("提问", "现场提问", "考试", "测试", "抽查提问"),
    "exercise": ("实操或模拟", "模拟", "演练", "操作", "现场操作", "实际操作"),
    "measurement": ("测量", "仪器检测", "检测检验", "试验"),
    "certificate": ("证件核验", "查证件", "核查证件", "证件"),
    "video": ("视频", "查监控", "看监控", "调阅监控", "视频巡查"),
}  # fmt: skip
_METHOD_OF = {
    **{word: code for code, words in _WORDS_FOR.items() for word in words},
    **{word: code for code, word in METHODS.items()},
}
_AT_ONCE = ("立即", "立即整改", "当场", "当场整改", "马上")
_INSTRUMENT = re.compile(r"(《[^》]{2,80}》(?:\s*[（(][^（）()]{1,40}[)）])?)([^《]*)")
_CLAUSE = re.compile(
    r"第[一二三四五六七八九十百零〇0-9]+条(?:第[一二三四五六七八九十百零0-9]+[款项])*"
)


def transcribed(sheets: Sequence[Sheet]) -> Transcript:
    """Read a list. Raises WorkbookWithoutItems or ChecklistTooLong."""
    return _Transcription(sheets).done()


class _Transcription:
    """One workbook being read; its parts are filled in the order of the sheets' dependence."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = {sheet.title: sheet for sheet in sheets}
        self.places: dict[str, Place] = {}
        self.faults: list[Remark] = []
        self.notes: list[Remark] = []
        self.document: dict[str, Any] = {}
        self._supplied: dict[str, Place] = {}

    def done(self) -> Transcript:
        tables = self._tables()
        listed = [(found, entry) for found in tables for entry in entries(found, NEEDED)]
        if not listed:
            raise WorkbookWithoutItems(sheets=list(self._sheets)[:20])
        if len(listed) > MOST_ITEMS:
            raise ChecklistTooLong(count=len(listed), most=MOST_ITEMS)
        self._about(tables[0])
        self._instruments()
        self._sections(listed)
        self._attached(GROUNDS, "citations")
        self._attached(CRITERIA, "major")
        self._left(tables)
        self._tell_supplied()
        return Transcript(self.document, self.places, tuple(self.faults), tuple(self.notes))

    def _tables(self) -> list[Table]:
        """The tables of items: in a workbook of ours one, in others as many as sheets have one."""
        columns = COLUMNS[ITEMS]
        named = {title: table(sheet, columns, NEEDED) for title, sheet in self._sheets.items()}
        self._ours = named.get(ITEMS) is not None and LIST in self._sheets
        wanted = [named[ITEMS]] if self._ours else named.values()
        return [each for each in wanted if each is not None]

    # --- the list itself ---------------------------------------------------

    def _about(self, first: Table) -> None:
        """What the sheet about the list says; a plain workbook has only a title."""
        sheet = self._sheets[LIST] if self._ours else None
        lines = {column.heading: column for column in COLUMNS[LIST]}
        for row in sheet.rows[1:] if sheet else ():
            column = lines.get(row.at(0))
            place = Place(LIST, row.number, 2)
            if column is None:
                if row.at(1):
                    self.faults.append(Remark(Told.FIELD_UNKNOWN, place, {"heading": row.at(0)}))
                continue
            self.places[_pointer(column.path)] = place
            value = column.read(row.at(1))
            if value not in (None, "", []) or column.kind is Kind.WORDS:
                _put(self.document, column.path, value)
        if sheet is None:
            title = _chinese(first.title) or _chinese(first.sheet)
            self.document["title"] = {"zh": title, "en": ""}

    def _instruments(self) -> None:
        named: dict[str, Any] = {}
        for row, values in self._rows(INSTRUMENTS, "代号"):
            key = values.pop("key")
            named[key] = values
            for name, place in row.items():
                self.places[f"/instruments/{_escaped(key)}/{name}"] = place
            self.places[f"/instruments/{_escaped(key)}"] = row["key"]
        self.document["instruments"] = named

    def _rows(self, title: str, needed: str) -> Iterator[tuple[dict[str, Place], dict[str, Any]]]:
        """The rows of a sheet of ours: each value, and its cell by the value's pointer."""
        sheet = self._sheets.get(title) if self._ours else None
        found = table(sheet, COLUMNS[title], needed) if sheet else None
        for row in found.rows if found else ():
            values: dict[str, Any] = {}
            places: dict[str, Place] = {}
            for column in COLUMNS[title]:
                if found and column.path:
                    _put(values, column.path, column.read(found.words(row, column.heading)))
                    places["/".join(column.path)] = found.place(row, column.heading)
            yield places, values

    # --- items -------------------------------------------------------------

    def _sections(self, listed: Sequence[tuple[Table, Entry]]) -> None:
        """All sections and their items, with codes for those that have none."""
        sections: list[dict[str, Any]] = []
        several = len({found.sheet for found, _ in listed}) > 1
        begun = ("", "", "")
        for found, entry in listed:
            named, place = entry.section
            title = named or (_chinese(found.sheet) if several else "")
            code = _first(found, entry, "部分代码")
            if not sections or (found.sheet, title, code or begun[2]) != begun:
                begun = (found.sheet, title, code)
                sections.append(self._section(found, entry, title, code, place, len(sections)))
            items = sections[-1]["items"]
            pointer = f"/sections/{len(sections) - 1}/items/{len(items)}"
            items.append(self._item(found, entry, pointer))
        self.document["sections"] = sections
        defaults.number(sections, "s")
        self._code_items(sections)

    def _section(
        self, found: Table, entry: Entry, title: str, code: str, place: Place, index: int
    ) -> dict[str, Any]:
        pointer = f"/sections/{index}"
        self.places[f"{pointer}/title"] = self.places[pointer] = place
        english = "部分（英文）"
        self.places[f"{pointer}/title/en"] = found.place(entry.rows[0], english)
        self.places[f"{pointer}/code"] = found.place(entry.rows[0], "部分代码")
        chinese = title if code else _prose(title)
        text = {"zh": chinese or NEEDED, "en": _first(found, entry, english)}
        return {"code": halved(code), "title": text, "items": []}

    def _item(self, found: Table, entry: Entry, pointer: str) -> dict[str, Any]:
        """One item as its rows say it."""
        ours = any(gathered(found, entry, heading) for heading in _PROGRAMS)
        item: dict[str, Any] = {}
        for column in COLUMNS[ITEMS]:
            if column.path[0] in ("section", "findings"):
                continue
            place = found.place(entry.rows[0], column.heading)
            self.places[f"{pointer}{_pointer(column.path)}"] = place
            value = self._value(found, entry, column, ours=ours)
            if value is not None:
                _put(item, column.path, value)
        self.places[pointer] = found.place(entry.rows[0], NEEDED)
        item["findings"] = self._findings(found, entry, pointer, ours=ours)
        item["management_practice"] = item.get("management_practice", False)
        item["citations"] = self._grounds(found, entry, pointer)
        item["major"] = []
        if not ours:
            self._supply(item, self.places[pointer])
        return item

    def _value(self, found: Table, entry: Entry, column: Column, *, ours: bool) -> Any:
        """What stands under a heading; None when the item should not say it."""
        said = gathered(found, entry, column.heading)
        if ours:
            value = column.read("\n".join(said))
        elif column.kind is Kind.WORDS:
            value = _joined([_prose(each) for each in said])
        elif column.heading == "检查方式":
            value = [_METHOD_OF.get(word, word) for word in _methods(said)]
        elif column.heading == "整改期限（天）":
            value = _days(column, said)
        else:
            value = column.read("\n".join(said))
        optional = column.path[0] in ("applies", "weight", "telling", "locked")
        return None if optional and value in ("", []) else value

    def _findings(
        self, found: Table, entry: Entry, pointer: str, *, ours: bool
    ) -> list[dict[str, str]]:
        headings = {"zh": "问题表现", "en": "问题表现（英文）", "code": "问题代码"}
        place = found.place(entry.rows[0], headings["zh"])
        self.places[f"{pointer}/findings"] = place
        said = {name: gathered(found, entry, each) for name, each in headings.items()}
        lines = {name: [_ITEM[headings[name]].read(each) for each in said[name]] for name in said}
        flat = {name: [line for cell in each for line in cell] for name, each in lines.items()}
        if not ours:
            flat["zh"] = [tag for cell in said["zh"] for tag in _tags(cell)]
        number = len(flat["zh"])
        if any(len(each) > number for each in flat.values()):
            self.faults.append(Remark(Told.TAGS_UNEQUAL, place, {"count": number}))
        padded = {name: [*each, *[""] * number][:number] for name, each in flat.items()}
        for index in range(number):
            for name, heading in headings.items():
                cell = found.place(entry.rows[0], heading)
                self.places[f"{pointer}/findings/{index}/{name}"] = cell
        tags = [
            {"code": halved(code), "zh": chinese, "en": english}
            for code, chinese, english in zip(
                padded["code"], padded["zh"], padded["en"], strict=True
            )
        ]
        defaults.number(tags, "t")
        return tags

    def _grounds(self, found: Table, entry: Entry, pointer: str) -> list[dict[str, Any]]:
        """Legal grounds in running text: instruments in 《》 and the articles after them."""
        said = "\n".join(gathered(found, entry, GROUND))
        place = found.place(entry.rows[0], GROUND)
        grounds = [ground for each in _INSTRUMENT.finditer(said) for ground in self._cited(each)]
        if said and not grounds:
            self.notes.append(Remark(Told.GROUND_UNREAD, place, {"words": said[:40]}))
        for index in range(len(grounds)):
            self.places[f"{pointer}/citations/{index}"] = place
        if grounds:
            self._supplied.setdefault(GROUND, place)
        return grounds

    def _cited(self, found: re.Match[str]) -> Iterator[dict[str, Any]]:
        key = self._key_of(found[1])
        for clause in _CLAUSE.findall(found[2]) or [""]:
            yield {
                "instrument": key, "clause": clause, "from": None, "to": None,
                "scope": {"zh": "", "en": ""}, "mark": "",
            }  # fmt: skip

    def _key_of(self, name: str) -> str:
        """The short key of an instrument, a new one when nobody has named it so far."""
        known: dict[str, Any] = self.document["instruments"]
        title = "".join(name.split())
        for key, text in known.items():
            if text["zh"] == title:
                return key
        key = next(f"FG{n:02}" for n in count(1) if f"FG{n:02}" not in known)
        known[key] = {"zh": title, "en": ""}
        return key

    # --- what was not said --------------------------------------------------

    def _supply(self, item: dict[str, Any], place: Place) -> None:
        """Begin with the usual where a plain workbook says nothing."""
        if defaults.supply(item):
            self._supplied.setdefault("usual", place)
        if not item["title"]["zh"]:
            item["title"]["zh"] = defaults.short(item["check"]["zh"])
            self._supplied.setdefault("title", place)

    def _code_items(self, sections: Sequence[dict[str, Any]]) -> None:
        """Give codes to items that have none; in a plain workbook, numbers are not codes."""
        found = [
            (item, self.places[f"/sections/{s}/items/{i}"])
            for s, section in enumerate(sections)
            for i, item in enumerate(section["items"])
        ]
        for item, _ in found:
            code = str(item.get("code") or "").upper()
            item["code"] = code if self._ours or defaults.CODE.fullmatch(code) else ""
        letters, bare = defaults.code_items(
            [item for item, _ in found], self.document.get("list", "")
        )
        self.document["list"] = letters
        for index in bare:
            self._supplied.setdefault("code", found[index][1])

    def _tell_supplied(self) -> None:
        """Once for all items that it is about."""
        for what, place in self._supplied.items():
            told = Told.GROUND_UNMARKED if what == GROUND else Told.SUPPLIED
            self.notes.append(Remark(told, Place(place.sheet), {"what": what}))

    # --- sheets beside the items --------------------------------------------

    def _attached(self, title: str, name: str) -> None:
        """Hang grounds or criteria on the items that they are for."""
        items: dict[str, tuple[dict[str, Any], str]] = {}
        for s, section in enumerate(self.document["sections"]):
            for i, item in enumerate(section["items"]):
                items.setdefault(item["code"], (item, f"/sections/{s}/items/{i}/{name}"))
        for places, values in self._rows(title, "编号"):
            code = values.pop("item")
            if code not in items:
                self.faults.append(Remark(Told.ITEM_UNKNOWN, places["item"], {"code": code}))
                continue
            item, pointer = items[code]
            whole = f"{pointer}/{len(item[name])}"
            self.places[whole] = places["item"]
            self.places |= {f"{whole}/{part}": place for part, place in places.items()}
            item[name].append(values)

    def _left(self, tables: Sequence[Table]) -> None:
        """Tell of columns with something in them that nobody asked for."""
        for found in tables:
            for heading, place in found.unknown.items():
                row = next((row for row in found.rows if row.at(place)), None)
                if row is not None:
                    where = Place(found.sheet, row.number, place + 1)
                    self.notes.append(Remark(Told.COLUMN_LEFT, where, {"heading": heading[:20]}))


def _pointer(path: Sequence[str]) -> str:
    return "".join(f"/{step}" for step in path)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _put(holder: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for step in path[:-1]:
        holder = holder.setdefault(step, {})
    holder[path[-1]] = value


def _first(found: Table, entry: Entry, heading: str) -> str:
    return next(iter(gathered(found, entry, heading)), "")


def _chinese(words: str) -> str:
    return _prose(words) if re.search("[\u4e00-\u9fff]", words) else ""


def _prose(words: str) -> str:
    """Prose of a workbook that people typed, evened out; numbered lines become parts of it."""
    lines = [line for line in narrowed(words).split("\n") if line.strip()]
    if len(lines) > 1 and all(map(numbered, lines)):
        return _joined([one_line(unnumbered(line)) for line in lines])
    return unnumbered(one_line(narrowed(words)))


def _joined(sentences: Sequence[str]) -> str:
    """Sentences of several cells as one text."""
    return "".join(
        each if each[-1:] in "。；！？!?;" or index == len(sentences) - 1 else f"{each}；"
        for index, each in enumerate(sentences)
    )


def _methods(cells: Sequence[str]) -> list[str]:
    """The words of a cell about methods, each once."""
    words = [
        part for cell in cells for piece in parted(cell) for part in re.split(r"[+＋和及]", piece)
    ]
    plain = [unnumbered(narrowed(each.strip())) for each in words if each.strip()]
    return list(dict.fromkeys(plain))


def _tags(cell: str) -> list[str]:
    """The tags of one cell: a line each, else between semicolons, else between 、."""
    for mark in ("\n", "[；;]", "、"):
        parts = [_prose(part).rstrip("。；;，, ") for part in re.split(mark, cell)]
        found = [part for part in parts if part]
        if len(found) > 1 or mark == "、":
            return list(dict.fromkeys(found))
    return []


def _days(column: Column, said: Sequence[str]) -> Any:
    words = halved(said[0]) if said else ""
    if words in _AT_ONCE:
        return 0
    return column.read(re.sub(r"(个?工作日|日|天)(内)?$", "", words))
