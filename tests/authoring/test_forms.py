"""Lists leave as XLSForms that ODK takes, and XLSForms come in with a report of what did not."""

import json
import shutil
from typing import Any

import pytest
from pyxform.xls2xform import convert

from inspection.authoring import arrivals, xlsforms
from inspection.authoring.transcript import Transcript
from inspection.domain.problems import FormUnfit, WorkbookWithoutItems
from tests.authoring.test_transcription import FILES
from tests.builders.checklists import document, item
from tests.builders.workbooks import form

SURVEY_HEAD = (
    "type", "name", "label::中文", "label::English", "hint::中文", "required", "relevant",
    "constraint", "calculation", "media::image::中文",
)  # fmt: skip
CHOICES = [
    ("list_name", "name", "label::中文", "label::English"),
    ("yn", "yes", "是", "Yes"), ("yn", "no", "否", "No"),
    ("state", "good", "合格", "Pass"), ("state", "dust", "积灰", "Dusty"),
    ("state", "broken", "损坏", "Broken"),
    ("faults", "low", "压力不足", "Low pressure"), ("faults", "old", "过期", "Expired"),
]  # fmt: skip


def survey(*rows: tuple[Any, ...]) -> Transcript:
    return arrivals.transcribed(form([SURVEY_HEAD, *rows], CHOICES))


def items(found: Transcript) -> list[dict[str, Any]]:
    return [each for section in found.document["sections"] for each in section["items"]]


def told(found: Transcript) -> list[tuple[str, dict[str, Any]]]:
    return [(each.told.value, dict(each.values)) for each in found.notes]


NEWEST = {path.stem.partition(".")[0]: path for path in FILES}


@pytest.mark.parametrize("path", NEWEST.values(), ids=NEWEST)
def test_a_list_is_a_valid_form_and_comes_back_as_far_as_forms_go(path: Any) -> None:
    whole = json.loads(path.read_bytes())
    data = xlsforms.written(whole)
    warnings: list[str] = []
    convert(data, warnings=warnings, file_type=".xlsx")
    assert warnings == []
    found = arrivals.transcribed(data)
    kept = ("code", "title", "check", "methods", "findings", "requirement")
    before = [each for section in whole["sections"] for each in section["items"]]
    assert [{name: each[name] for name in kept} for each in items(found)] == [
        {name: each[name] for name in kept} for each in before
    ]
    assert [each["code"] for each in found.document["sections"]] == [
        each["code"] for each in whole["sections"]
    ]


def test_odk_takes_the_form_of_a_list() -> None:
    if shutil.which("java") is None:
        pytest.skip("没有 Java，ODK Validate 不能运行 · ODK Validate needs Java")
    untranslated = item("A-02", check={"zh": "没有英文的一项。", "en": ""})
    convert(
        xlsforms.written(document(item("A-01"), untranslated)), validate=True, file_type=".xlsx"
    )  # raises ODKValidateError


def test_questions_with_answers_become_items_and_the_rest_is_told() -> None:
    found = survey(
        ("start", "start"),
        ("text", "who", "检查人", "Who"),
        ("begin_group", "place", "现场", "On site"),
        ("select_one yn", "there", "配有灭火器", "Extinguisher there", "看门口", "yes"),
        ("select_multiple faults", "what", "问题", "Faults", "", "", "${there} = 'no'"),
        ("note", "do", "立即配置。", "Get one.", "", "", "${there} = 'no'"),
        ("image", "photo", "照片", "Photo", "", "", "${there} = 'no'"),
        ("select_one state", "look", "灭火器外观", "Its look", "", "", "", ". != ''"),
        ("integer", "number", "数量", "Number"),
        ("end_group", "place"),
        ("begin_repeat", "rooms", "各房间", "Rooms"),
        ("select_one yn", "clear", "通道畅通", "Way clear", "", "yes", "${look} = 'good' and 1"),
        ("end_repeat", "rooms"),
        ("calculate", "sum", "", "", "", "", "", "", "1 + 1"),
    )
    there, look, clear = items(found)
    assert found.document["title"]["zh"] == "灭火器检查"
    assert there["check"] == {"zh": "配有灭火器（看门口）", "en": "Extinguisher there"}
    assert [tag["zh"] for tag in there["findings"]] == ["压力不足", "过期"]
    assert there["requirement"] == {"zh": "立即配置。", "en": "Get one."}
    assert look["findings"] == [
        {"code": "dust", "zh": "积灰", "en": "Dusty"},
        {"code": "broken", "zh": "损坏", "en": "Broken"},
    ]
    sections = [each["title"] for each in found.document["sections"]]
    assert sections == [{"zh": "现场", "en": "On site"}, {"zh": "各房间", "en": "Rooms"}]
    assert told(found) == [
        ("question_carried", {"count": 3, "sections": 2}),
        ("tags_carried", {"count": 4}),
        ("now_required", {"count": 1}),
        ("question_left", {"name": "检查人", "kind": "text"}),
        ("part_left", {"name": "灭火器外观", "part": "constraint"}),
        ("question_left", {"name": "数量", "kind": "integer"}),
        ("repeat_flattened", {"name": "各房间"}),
        ("part_left", {"name": "通道畅通", "part": "relevant"}),
        ("question_left", {"name": "sum", "kind": "calculate"}),
    ]
    assert found.place_of("/sections/0/items/1/check").row == 9  # type: ignore[union-attr]
    assert clear["methods"] == ["on_site"]


def test_what_is_no_form_is_refused_with_the_reason() -> None:
    with pytest.raises(FormUnfit) as refused:
        survey(("begin_group", "open", "没有关上"))
    assert "begin" in refused.value.details["why"]
    with pytest.raises(WorkbookWithoutItems):
        survey(("text", "who", "检查人"))
