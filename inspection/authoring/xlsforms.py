"""Writes a list as an XLSForm (xlsform.org): the tables that ODK, KoBo and others make forms of.

Each item is a question with four answers; what is asked when it fails follows it. How forms are
read is `formreading.py`, which knows these names.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any

import xlsxwriter

from inspection.authoring.columns import METHODS

Document = Mapping[str, Any]

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
CHINESE, ENGLISH = "中文 (zh)", "English (en)"
_FAIL = "fail"
_PIXELS = "max-pixels=2048"
_ANSWERS = (
    ("pass", "合格", "Pass"),
    (_FAIL, "不合格", "Fail"),
    ("not_applicable", "不适用", "Not applicable"),
    ("not_checked", "未检查", "Not checked"),
)
_METHODS_EN = {
    "documents": "documents", "on_site": "on site", "interview": "interview", "quiz": "quiz",
    "exercise": "exercise", "measurement": "measurement", "certificate": "certificates",
    "video": "video",
}  # fmt: skip


_SURVEY_HEAD = (
    "type", "name", f"label::{CHINESE}", f"label::{ENGLISH}", f"hint::{CHINESE}",
    f"hint::{ENGLISH}", "required", "relevant", "parameters",
)  # fmt: skip
_CHOICES_HEAD = ("list_name", "name", f"label::{CHINESE}", f"label::{ENGLISH}")


def written(document: Document) -> bytes:
    """The list as an XLSForm in two languages; where English is missing, Chinese stands for it."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheets = (
        (SURVEY, [_SURVEY_HEAD, *_survey(document)], (24, 22, 60, 60, 30, 30, 9, 26, 18)),
        (CHOICES, [_CHOICES_HEAD, *_choices(document)], (18, 24, 40, 50)),
        (SETTINGS, list(_settings(document)), (30, 24, 16, 18)),
    )
    words = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    for title, rows, widths in sheets:
        sheet = book.add_worksheet(title)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 0)
        for row, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, place, str(cell), words)
    book.close()
    return buffer.getvalue()


def _settings(document: Document) -> Iterator[tuple[str, ...]]:
    yield "form_title", "form_id", "version", "default_language"
    name = f"zhencha_{_name(document['slug'])}"
    yield document["title"]["zh"], name, str(document["revision"]), CHINESE


def _survey(document: Document) -> Iterator[tuple[str, ...]]:
    for kind in ("start", "end", "today"):
        yield kind, kind
    yield "text", "unit", "被检查单位", "Unit inspected", "", "", "yes"
    yield "text", "inspectors", "检查人员", "Inspectors", "", "", "yes"
    for section in document["sections"]:
        yield "begin_group", f"section_{section['code']}", *_labels(section["title"])
        for item in section["items"]:
            yield from _questions(item)
        yield "end_group", f"section_{section['code']}"


def _questions(item: Document) -> Iterator[tuple[str, ...]]:
    """An item, and what is asked when it fails or is left out."""
    name, methods = _name(item["code"]), item["methods"]
    failed = f"${{{name}}} = '{_FAIL}'"
    titles, checks = _labels(item["title"]), _labels(item["check"])
    chinese = f"{item['code']} {titles[0]}：{checks[0]}"
    english = f"{item['code']} {titles[1]} – {checks[1]}"
    yield (
        "select_one answers", name, chinese, english,
        f"检查方式：{'、'.join(METHODS[each] for each in methods)}",
        f"How: {', '.join(_METHODS_EN[each] for each in methods)}", "yes",
    )  # fmt: skip
    blank = ("", "", "")
    yield f"select_multiple tags_{name}", f"{name}_tags", "问题表现", "Findings", *blank, failed
    yield "text", f"{name}_words", "问题描述", "In words", *blank, failed
    yield "note", f"{name}_requirement", *_labels(item["requirement"]), *blank, failed
    if "photo" in item["evidence"]:
        yield "image", f"{name}_photo", "照片", "Photo", *blank, failed, _PIXELS
    skipped = f"${{{name}}} = 'not_checked'"
    yield "text", f"{name}_reason", "未检查的原因", "Why not checked", "", "", "yes", skipped


def _choices(document: Document) -> Iterator[tuple[str, ...]]:
    for answer in _ANSWERS:
        yield ("answers", *answer)
    for section in document["sections"]:
        for item in section["items"]:
            for tag in item["findings"]:
                yield (f"tags_{_name(item['code'])}", tag["code"], *_labels(tag))


def _labels(text: Document) -> tuple[str, str]:
    return text["zh"], text.get("en") or text["zh"]


def _name(code: str) -> str:
    """A name that XML allows."""
    return code.replace("-", "_")
