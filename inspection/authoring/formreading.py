"""Reads an XLSForm (xlsform.org) as a list, and says what came over and what did not.

A form asks more kinds of things than a list does: what does not fit is named, never dropped in
silence. pyxform says what a form is; it gets words in rows, never the file. Slow to load: imported
only where a form is read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import DefinitionData

from inspection.authoring import defaults
from inspection.authoring.columns import METHODS, parted
from inspection.authoring.normal import one_line
from inspection.authoring.sheetreading import MOST_ROWS, Sheet
from inspection.authoring.transcript import Place, Remark, Told, Transcript
from inspection.authoring.xlsforms import CHOICES, SETTINGS, SURVEY
from inspection.domain.problems import ChecklistTooLong, FormUnfit, WorkbookWithoutItems
from inspection.domain.proofreading import MOST_ITEMS

_META = {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit",
         "start-geopoint", "background-audio", "simserial", "subscriberid"}  # fmt: skip
_MANY = "select all that apply"
_ASKED = {"select one", _MANY, "acknowledge"}
_BESIDE = {"text", "photo", "image"}
"""What every item of a list has anyway, so that questions about a failed one are not missed."""
_ANSWER_WORDS = re.compile(
    r"不?合格|不?符合|是|否|有|无|不适用|不涉及|未检查|正常|异常|不?达标|"
    r"yes|no|pass(ed)?|fail(ed)?|ok|n/?a|not applicable|not checked|"
    r"(non-?)?complian(t|ce)|(un)?satisfactory", re.IGNORECASE,
)  # fmt: skip
_LEFT_PARTS = ("relevant", "calculate", "constraint", "default", "choice_filter", "media")
_CODED = re.compile(r"([A-Z]{1,4}-\d{2,4}) (.{1,60}?)(?:：| – )(.+)", re.DOTALL)
_QUOTES, _HELD = "“”‘’", "\ue000\ue001\ue002\ue003"
"""pyxform makes straight quotation marks of Chinese ones, so these go through it as other signs."""
_METHODS_SAID = re.compile(r"检查方式[：:]\s*([^。]+)。?")
_NAMED = re.compile(r"\$\{([^}]+)\}")
_LONGEST_CHECK = 120
_METHOD_OF = {word: code for code, word in METHODS.items()}


def transcribed(sheets: Sequence[Sheet]) -> Transcript:
    """Read a form as a list. Raises FormUnfit, WorkbookWithoutItems or ChecklistTooLong."""
    named = {sheet.title.strip().lower(): sheet for sheet in sheets}
    parts = {name: _table(named.get(name)) for name in (SURVEY, CHOICES, SETTINGS)}
    heads = {f"{name}_header": [dict.fromkeys(_head(named.get(name)))] for name in parts}
    try:
        tree = workbook_to_json(DefinitionData(**parts, **heads, sheet_names=list(named)))
    except PyXFormError as error:
        raise FormUnfit(why=str(error)[:500]) from None
    return _Form(tree, named[SURVEY]).done()


def _head(sheet: Sheet | None) -> list[str]:
    return [each for each in sheet.rows[0].cells if each] if sheet and sheet.rows else []


def _table(sheet: Sheet | None) -> list[dict[str, str]]:
    """The rows of a sheet by heading, as pyxform wants them: a row of the sheet each."""
    if not sheet or not sheet.rows:
        return []
    head = sheet.rows[0].cells
    rows = {row.number: row for row in sheet.rows}
    numbers = range(sheet.rows[0].number + 1, min(sheet.rows[-1].number, MOST_ROWS) + 1)
    return [
        {
            name: _held(name, words)
            for name, words in zip(head, rows[n].cells, strict=False)
            if name and words
        }
        if n in rows
        else {}
        for n in numbers
    ]


def _held(name: str, words: str) -> str:
    texts = name.lower().startswith(("label", "hint", "form_title"))
    return words.translate(str.maketrans(_QUOTES, _HELD)) if texts else words


class _Form:
    """One form on its way to being a list."""

    def __init__(self, tree: dict[str, Any], survey: Sheet) -> None:
        self._tree = tree
        self._rows = _rows_by_name(survey)
        self._sections: list[dict[str, Any]] = []
        self._by_name: dict[str, dict[str, Any]] = {}
        self._places: dict[str, Place] = {}
        self._notes: list[Remark] = []
        self._optional = self._tags = 0

    def done(self) -> Transcript:
        self._walk(self._tree["children"], self._section(self._tree))
        sections = [each for each in self._sections if each["items"]]
        items = [item for section in sections for item in section["items"]]
        if not items:
            raise WorkbookWithoutItems(sheets=[SURVEY])
        if len(items) > MOST_ITEMS:
            raise ChecklistTooLong(count=len(items), most=MOST_ITEMS)
        defaults.number(sections, "s")
        for item in items:
            defaults.number(item["findings"], "t")
            defaults.supply(item)
        letters, _ = defaults.code_items(items)
        for s, section in enumerate(sections):
            self._places[f"/sections/{s}"] = section.pop("place")
            for i, item in enumerate(section["items"]):
                self._places[f"/sections/{s}/items/{i}"] = item.pop("place")
        title = _text(self._tree.get("title"))
        document = {"title": title, "list": letters, "instruments": {}, "sections": sections}
        return Transcript(document, self._places, (), (*self._carried(sections), *self._notes))

    def _carried(self, sections: Sequence[dict[str, Any]]) -> Iterator[Remark]:
        place = Place(SURVEY)
        count = sum(len(section["items"]) for section in sections)
        yield Remark(Told.QUESTION_CARRIED, place, {"count": count, "sections": len(sections)})
        if self._tags:
            yield Remark(Told.TAGS_CARRIED, place, {"count": self._tags})
        if self._optional:
            yield Remark(Told.NOW_REQUIRED, place, {"count": self._optional})

    def _walk(self, nodes: Sequence[dict[str, Any]], section: dict[str, Any]) -> None:
        for node in nodes:
            kind = node["type"]
            if kind in _META or node["name"] == "meta":
                continue
            if kind in ("group", "repeat"):
                if kind == "repeat":
                    self._tell(Told.REPEAT_FLATTENED, node)
                self._tell_parts(node)
                self._walk(
                    node.get("children", ()), self._section(node) if node.get("label") else section
                )
            elif (item := self._item_asked_about(node)) is not None:
                self._add(item, node)
            elif kind in _ASKED and node.get("label"):
                self._question(node, section)
            else:
                self._tell(Told.QUESTION_LEFT, node, kind=kind)

    def _section(self, node: dict[str, Any]) -> dict[str, Any]:
        title = _text(node.get("label") or node.get("title"))
        code = _word(node["name"].removeprefix("section_")) if node["type"] != "survey" else ""
        made = {"code": code, "title": title, "items": [], "place": self._place(node)}
        self._sections.append(made)
        return made

    def _question(self, node: dict[str, Any], section: dict[str, Any]) -> None:
        """A question that becomes an item."""
        label, hint = _text(node["label"]), _text(node.get("hint"))
        item = _begun(label, hint)
        if not item["hint_fits"]:
            self._tell(Told.PART_LEFT, node, part="hint")
        del item["hint_fits"]
        item["place"] = self._place(node)
        self._tell_parts(node)
        self._optional += node.get("bind", {}).get("required") not in ("yes", "true()")
        section["items"].append(item)
        self._by_name[node["name"]] = item
        self._add_tags(item, node)

    def _item_asked_about(self, node: dict[str, Any]) -> dict[str, Any] | None:
        """The item whose answer decides whether this is asked; not of another question's own."""
        if node["type"] in _ASKED and node["type"] != _MANY:
            return None
        names = _NAMED.findall(node.get("bind", {}).get("relevant", ""))
        return self._by_name.get(names[0]) if len(set(names)) == 1 else None

    def _add(self, item: dict[str, Any], node: dict[str, Any]) -> None:
        """Put what is asked about an item with it: choices as tags, a note as what to do."""
        if node["type"] == _MANY:
            self._add_tags(item, node)
        elif node["type"] == "note" and not item["requirement"]["zh"]:
            item["requirement"] = _text(node.get("label"))
        elif node["type"] not in _BESIDE:
            self._tell(Told.QUESTION_LEFT, node, kind=node["type"])

    def _add_tags(self, item: dict[str, Any], node: dict[str, Any]) -> None:
        known = {tag["zh"] for tag in item["findings"]}
        for choice in node.get("choices", ()):
            text = _text(choice.get("label"))
            if _ANSWER_WORDS.fullmatch(text["zh"] or text["en"]) or text["zh"] in known - {""}:
                continue
            item["findings"].append({"code": _word(choice["name"]), **text})
            self._tags += 1

    # --- telling ---

    def _place(self, node: dict[str, Any]) -> Place:
        return Place(SURVEY, self._rows.get(node["name"], 0))

    def _tell(self, told: Told, node: dict[str, Any], **values: str) -> None:
        text = _text(node.get("label"))
        name = (text["zh"] or text["en"] or node["name"])[:40]
        self._notes.append(Remark(told, self._place(node), {"name": name, **values}))

    def _tell_parts(self, node: dict[str, Any]) -> None:
        said = {**node, **node.get("bind", {})}
        for part in _LEFT_PARTS:
            if said.get(part):
                self._tell(Told.PART_LEFT, node, part=part)


def _begun(label: dict[str, str], hint: dict[str, str]) -> dict[str, Any]:
    """An item as a question's label and hint begin it."""
    coded = {language: _CODED.fullmatch(words) for language, words in label.items()}
    title = {name: found[2] if found else "" for name, found in coded.items()}
    check = {name: found[3] if found else label[name] for name, found in coded.items()}
    said = _METHODS_SAID.search(hint["zh"])
    rest = _METHODS_SAID.sub("", hint["zh"]).strip()
    fits = len(check["zh"]) + len(rest) + 2 <= _LONGEST_CHECK
    if rest and fits:
        check["zh"] = f"{check['zh']}（{rest}）"
    return {
        "code": coded["zh"][1] if coded["zh"] else "",
        "title": title if title["zh"] else {"zh": defaults.short(check["zh"]), "en": ""},
        "check": check,
        "methods": [_METHOD_OF.get(each, each) for each in parted(said[1])] if said else [],
        "findings": [],
        "requirement": {"zh": "", "en": ""},
        "citations": [],
        "management_practice": False,
        "major": [],
        "hint_fits": fits or not rest,
    }


def _text(label: Any) -> dict[str, str]:
    """A label in the two languages of a list, whatever the form calls them."""
    by_language = label if isinstance(label, Mapping) else {"": str(label or "")}
    text = {"zh": "", "en": ""}
    for language, words in by_language.items():
        line = one_line(str(words).translate(str.maketrans(_HELD, _QUOTES)))
        english = not re.search("[\u4e00-\u9fff]", line)
        if not text["en" if english else "zh"] or re.search(r"\(en\)|english", language, re.I):
            text["en" if english else "zh"] = line
    return text


def _word(name: str) -> str:
    """A name as the code of a section or tag; "" when none can be made of it."""
    plain = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")[:32].strip("_")
    return plain if re.match("[a-z]", plain) else ""


def _rows_by_name(survey: Sheet) -> dict[str, int]:
    head = [words.strip().lower() for words in survey.rows[0].cells]
    place = head.index("name") if "name" in head else 0
    return {row.at(place): row.number for row in reversed(survey.rows[1:])}
