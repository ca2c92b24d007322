"""Lists come out of workbooks as people really make them, and ours come back as they went out."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from inspection.authoring import arrivals, workbooks
from inspection.authoring.transcript import Transcript
from inspection.domain import proofreading
from inspection.domain.problems import (
    ChecklistTooLong,
    Problem,
    WorkbookExcessive,
    WorkbookForeign,
    WorkbookMacros,
    WorkbookTooLarge,
    WorkbookWithoutItems,
)
from tests.builders.checklists import SHIPPED, citation, document, item
from tests.builders.workbooks import HEAD, ROW, edited, member, repacked, workbook

FILES = sorted(path for path in SHIPPED.glob("*/*.json") if path.parent.name != "instruments")
SCHEMA = json.loads((SHIPPED / "schema.json").read_text(encoding="utf-8"))


def read(data: bytes) -> Transcript:
    return arrivals.transcribed(data)


def items(found: Transcript) -> list[dict[str, Any]]:
    return [each for section in found.document["sections"] for each in section["items"]]


def only(data: bytes) -> dict[str, Any]:
    (found,) = items(read(data))
    return found


def checks(data: bytes) -> list[str]:
    return [each["check"]["zh"] for each in items(read(data))]


def tags(found: dict[str, Any]) -> list[str]:
    return [tag["zh"] for tag in found["findings"]]


def _located(found: Transcript) -> set[tuple[str, str, int, str]]:
    """What proofreading finds in a list, each with its cell."""
    return {
        (each.code.value, place.sheet, place.row, place.letters)
        for each in proofreading.faults(found.document, schema=SCHEMA)
        if (place := found.place_of(each.pointer))
    }


# --- ours come back -----------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_list_comes_back_as_it_went_out(path: Path) -> None:
    whole = json.loads(path.read_bytes())
    found = read(workbooks.written(whole))
    assert found.document == whole
    assert (found.faults, found.notes) == ((), ())


def test_every_field_of_a_list_comes_back() -> None:
    applies = {"sectors": ["catering", "lodging"], "venues": ["gas"], "staff_at_least": 10}
    scope = {"zh": "山东省", "en": "Shandong"}
    full = item(
        "A-01",
        check={"zh": "=1+1 不是公式，+、-、@ 也不是。", "en": "@SUM(A1) is words"},
        citations=[citation(scope=scope), citation(**{"from": None, "to": "2030-01-01"})],
        major=[{"criterion": "D10", "clause": "", "scope": scope, "mark": "R"}],
        weight=5,
        telling=True,
        locked=False,
        applies={**applies, "high_risk": True},
    )
    bare = item("A-02", title={"zh": "没译", "en": ""}, findings=[], penalties=[], methods=[])
    whole = document(full, bare, applies=applies, origin={"slug": "hot-work", "revision": 1})
    whole["instruments"]["D10"] = {"zh": "《判定标准》", "en": "Criteria"}
    assert read(workbooks.written(whole)).document == whole


def test_words_that_begin_like_formulas_are_words() -> None:
    words = {"zh": '=HYPERLINK("http://x.test","点我")', "en": "-2+3"}
    data = workbooks.written(document(item(check=words, requirement=words, title=words)))
    assert b"<f>" not in member(data, "xl/worksheets/sheet2.xml")
    assert b"hyperlink" not in member(data, "xl/worksheets/sheet2.xml").lower()
    assert only(data)["check"] == words


def test_what_was_edited_in_excel_is_what_comes_back() -> None:
    def work(book: openpyxl.Workbook) -> None:
        rows = book["检查项"]
        rows["D2"] = "改过的检查内容。"
        rows.delete_rows(4)
        rows["A4"], rows["D4"], rows["E4"] = "作业票", "新加的一项。", "现场查看"
        book["依据"].append(["A-99", "AQF", "", "第一条", "", "", "", "已核对原文"])

    found = read(edited(workbooks.written(document()), work))
    assert [each["code"] for each in items(found)] == ["A-01", "A-02", "A-03"]
    assert items(found)[0]["check"]["zh"] == "改过的检查内容。"
    assert items(found)[2]["check"]["zh"] == "新加的一项。"
    places = [(each.told, each.place.sheet, each.place.row) for each in found.faults]
    assert ("item_unknown", "依据", 5) in places


def test_two_items_with_one_code_are_told_by_their_cell() -> None:
    twice = document(item("A-01"), item("A-01", title={"zh": "另一项", "en": "x"}))
    found = read(workbooks.written(twice))
    assert ("code_repeated", "检查项", 3, "B") in _located(found)


def test_what_is_no_choice_stays_as_written_and_is_told_by_its_cell() -> None:
    def work(book: openpyxl.Workbook) -> None:
        book["检查项"]["E2"] = "查资料、看天气"
        book["检查项"]["H3"] = "尽快"
        book["依据"]["F2"] = "明年"
        book["依据"]["F3"] = "1999年1月2日"

    found = read(edited(workbooks.written(document()), work))
    assert _located(found) == {
        ("unknown_choice", "检查项", 2, "E"),
        ("unknown_choice", "检查项", 3, "H"),
        ("no_date", "依据", 2, "F"),
        ("citation_backwards", "依据", 3, "F"),
    }


def test_the_template_helps_and_is_no_list_until_it_is_filled_in() -> None:
    template = workbooks.written(workbooks.EMPTY)
    with pytest.raises(WorkbookWithoutItems):
        read(template)

    def work(book: openpyxl.Workbook) -> None:
        lists = [each.formula1 for each in book["检查项"].data_validations.dataValidation]
        assert '"0,3,7,15,30"' in lists
        book["清单"]["B2"] = "灭火器"
        for column, words in zip("DEFG", ROW, strict=True):
            book["检查项"][f"{column}2"] = words

    filled = read(edited(template, work))
    assert filled.document["title"]["zh"] == "灭火器"
    assert tags(items(filled)[0]) == ["未办作业票", "无人批准"]


# --- anybody's ----------------------------------------------------------------


def test_four_columns_begin_a_list() -> None:
    found = read(workbook(("动火作业检查表",), HEAD, ROW))
    (one,) = items(found)
    assert found.document["title"]["zh"] == "动火作业检查表"
    assert one["code"] == "ZB-01"
    assert one["methods"] == ["documents"]
    assert one["requirement"]["zh"] == ROW[3]
    assert tags(one) == ["未办作业票", "无人批准"]
    assert {each.values["what"] for each in found.notes} == {"usual", "title", "code"}


def test_headings_stand_in_any_order_and_under_other_names() -> None:
    head = ("序号", "整改措施", "常见问题", "检 查 要 点", "检查方法", "备注")
    row = (1, ROW[3], ROW[2], ROW[0], ROW[1], "无")
    found = read(workbook((), ("单位：", "某厂"), head, row))
    (one,) = items(found)
    assert (one["check"]["zh"], one["requirement"]["zh"]) == (ROW[0], ROW[3])
    assert [each for each in found.notes if each.told == "column_left"] == []


def test_a_column_that_nobody_knows_is_told() -> None:
    found = read(workbook((*HEAD, "责任科室"), (*ROW, "安监科")))
    (left,) = [each for each in found.notes if each.told == "column_left"]
    assert (left.place.row, left.place.letters, left.values["heading"]) == (2, "E", "责任科室")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1.建立制度", "建立制度"),
        ("１．配备２具灭火器", "配备2具灭火器"),
        ("（一）建立制度", "建立制度"),
        ("①建立制度", "建立制度"),
        ("三、建立制度", "建立制度"),
        ("2.1 建立制度", "建立制度"),
        ("(3)建立制度", "建立制度"),
        ("1.5米以上护栏", "1.5米以上护栏"),
        ("三合一场所有分隔", "三合一场所有分隔"),
        ("24小时值守", "24小时值守"),
        ("  建立制度，\n 并公布 ", "建立制度，并公布"),
        ("1、建立制度\n2、并公布", "建立制度；并公布"),
    ],
)
def test_numbering_and_full_width_figures_are_evened_out(written: str, meant: str) -> None:
    assert only(workbook(HEAD, (written, *ROW[1:])))["check"]["zh"] == meant


@pytest.mark.parametrize(
    "cell",
    ["没有票；过期", "没有票、过期", "没有票\n过期\n", "1.没有票\n2.过期", "①没有票；②过期。"],
)
def test_one_cell_holds_several_tags(cell: str) -> None:
    assert tags(only(workbook(HEAD, (ROW[0], ROW[1], cell, ROW[3])))) == ["没有票", "过期"]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("查阅资料，现场检查", ["documents", "on_site"]),
        ("看现场+询问", ["on_site", "interview"]),
        ("①查台账\n②提问", ["documents", "quiz"]),
        ("望闻问切", ["望闻问切"]),
        ("", ["on_site"]),
    ],
)
def test_ways_of_checking_have_many_names(cell: str, codes: list[str]) -> None:
    assert only(workbook(HEAD, (ROW[0], cell, *ROW[2:])))["methods"] == codes


def test_merged_cells_hold_for_all_their_rows() -> None:
    head = ("类别", *HEAD)
    data = workbook(
        head,
        ("作业票", "办理作业票", "查资料", "未办理", "补办"),
        (None, None, None, "过期", None),
        (None, "专人监护", "看视频", "无人监护", "停止作业"),
        ("现场", "清除可燃物", None, "未清除", "清除"),
        merged=("A2:A4", "B2:B3", "C2:C3", "E2:E3", "C4:C5"),
    )
    found = read(data)
    assert [each["title"]["zh"] for each in found.document["sections"]] == ["作业票", "现场"]
    assert checks(data) == ["办理作业票", "专人监护", "清除可燃物"]
    assert tags(items(found)[0]) == ["未办理", "过期"]
    assert items(found)[0]["requirement"]["zh"] == "补办"
    assert [each["methods"] for each in items(found)] == [["documents"], ["看视频"], ["看视频"]]


def test_a_row_with_a_number_of_its_own_is_an_item_though_its_check_was_forgotten() -> None:
    data = workbook(
        ("序号", *HEAD),
        (1, *ROW),
        (2, None, "现场", "未清除；遗留", "清除可燃物"),
        (3, "专人监护", "现场", "无人；离岗", "停止作业"),
    )
    found = read(data)
    assert checks(data) == [ROW[0], "", "专人监护"]
    assert tags(items(found)[1]) == ["未清除", "遗留"]
    assert (3, "B") in {(row, column) for _, _, row, column in _located(found)}


def test_lines_across_the_table_begin_sections_and_the_rest_is_passed_over() -> None:
    data = workbook(
        HEAD,
        ("一、制度",),
        ROW,
        (),
        ("（二）现场",),
        ("清除可燃物", "现场", "未清除；遗留", "清除"),
        HEAD,
        ("专人监护", "现场", "无人；离岗", "停止作业"),
        ("检查人员签字：",),
        ("注：本表一式两份",),
        merged=("A2:D2", "A5:D5", "A9:D9"),
    )
    found = read(data)
    titles = [each["title"]["zh"] for each in found.document["sections"]]
    assert titles == ["制度", "现场"]
    assert checks(data) == [ROW[0], "清除可燃物", "专人监护"]


def test_a_far_away_row_and_a_huge_merged_cell_cost_nothing() -> None:
    def stretch(sheet: Any) -> None:
        sheet.cell(1_048_576, 1).number_format = "@"
        sheet.merged_cells.add("F5:XFD1048576")

    assert checks(workbook(HEAD, ROW, change=stretch)) == [ROW[0]]


def test_grounds_are_read_out_of_running_text_but_not_vouched_for() -> None:
    words = "《中华人民共和国安全生产法》第二十一条第二项、第四十一条；《消防法》"
    found = read(workbook((*HEAD, "检查依据"), (*ROW, words), (*ROW, "凭经验")))
    first, second = items(found)
    assert [(each["instrument"], each["clause"]) for each in first["citations"]] == [
        ("FG01", "第二十一条第二项"), ("FG01", "第四十一条"), ("FG02", ""),
    ]  # fmt: skip
    assert found.document["instruments"]["FG01"]["zh"] == "《中华人民共和国安全生产法》"
    assert {each["mark"] for each in first["citations"]} == {""}
    assert second["citations"] == []
    assert "ground_unread" in {each.told for each in found.notes}


# --- what is refused ----------------------------------------------------------

_SHEET = "xl/worksheets/sheet1.xml"
_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
_OUTSIDE = b'<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/hostname">]>'


def _refused(data: bytes) -> type[Problem]:
    with pytest.raises(Problem) as told:
        read(data)
    return type(told.value)


def test_what_is_no_workbook_is_refused() -> None:
    plain = workbook(HEAD, ROW)
    for data in (
        b"",
        "检查内容,检查方式\n动火,查资料\n".encode("gb18030"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        plain[: len(plain) // 2],
        repacked(plain, **{"[Content_Types].xml": b"<Types/>"}),
        repacked(plain, xl__workbook=b"<workbook", **{"xl/workbook.xml": b"<workbook"}),
    ):
        assert _refused(data) is WorkbookForeign


def test_a_workbook_with_macros_is_refused_whatever_its_name_ends_in() -> None:
    plain = workbook(HEAD, ROW)
    types = member(plain, "[Content_Types].xml")
    macro = types.replace(b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main")
    assert _refused(repacked(plain, **{"xl/vbaProject.bin": b"x"})) is WorkbookMacros
    assert _refused(repacked(plain, **{"xl/macrosheets/sheet1.xml": b"x"})) is WorkbookMacros
    assert _refused(repacked(plain, **{"[Content_Types].xml": macro})) is WorkbookMacros


def test_a_bomb_is_not_unpacked() -> None:
    plain = workbook(HEAD, ROW)
    assert _refused(repacked(plain, xl__media__a=bytes(20_000_000))) is WorkbookExcessive
    many = {f"xl/media/{number}": b"" for number in range(1100)}
    assert _refused(repacked(plain, **many)) is WorkbookExcessive
    assert _refused(bytes(10 * 1024 * 1024 + 1)) is WorkbookTooLarge


@pytest.mark.parametrize("doctype", [_LAUGHS, _OUTSIDE], ids=["entities", "a file outside"])
def test_entities_are_not_resolved(doctype: bytes) -> None:
    data = workbook(HEAD, ("MARK", *ROW[1:]))
    sheet = (
        member(data, _SHEET)
        .replace(b"MARK", b"&b;")
        .replace(b"<worksheet", doctype + b"<worksheet", 1)
    )
    assert _refused(repacked(data, **{_SHEET: sheet})) is WorkbookForeign


def test_five_thousand_items_are_refused_with_their_number() -> None:
    with pytest.raises(ChecklistTooLong) as told:
        read(workbook(HEAD, *[ROW] * 5000))
    assert told.value.details == {"count": 5000, "most": 500}


def test_a_sheet_without_the_heading_is_refused() -> None:
    assert _refused(workbook(("姓名", "电话"), ("张三", "1"))) is WorkbookWithoutItems
    assert _refused(workbook(HEAD)) is WorkbookWithoutItems
