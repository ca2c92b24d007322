"""Lists on the page, on paper and as workbooks, as a browser and a spreadsheet meet them."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from inspection import worker
from inspection.edge import wired
from inspection.reports import exports, workbooks

FORMULA = '=HYPERLINK("http://example.test","打开")'
ODD = ("+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1＋1", "=cmd|' /C calc'!A0", "\u202e=1")


def book(answer):
    assert answer.status_code == 200, answer.text
    return load_workbook(io.BytesIO(answer.data)).active


def rows(sheet):
    return list(sheet.iter_rows(min_row=workbooks.HEAD_ROWS + 1))


def cell(sheet, row, heading):
    headings = [each.value for each in sheet[workbooks.HEAD_ROWS]]
    return row[headings.index(heading)]


def _written(*words):
    def change(payload):
        for finding, each in zip(payload["findings"], words, strict=True):
            finding.update(words=each, requirement=each, deadline_on="2020-01-02")

    return change


def test_the_list_of_problems_is_a_page_and_a_workbook(sign_in, settled, hand_in):
    hand_in(failed=2, change=_written("灭火器过期", "通道堵塞"))
    office = sign_in(settled.office)
    page = office.get("/lists/problems").text
    assert "灭火器过期" in page
    assert "通道堵塞" in page
    sheet = book(ask_for(office, "/lists/problems.xlsx?text=灭火器"))
    (row,) = rows(sheet)
    assert "灭火器过期" in cell(sheet, row, "问题隐患").value
    assert cell(sheet, row, "整改期限").value.date() == date(2020, 1, 2)
    assert cell(sheet, row, "照片").value == 1
    assert sheet.freeze_panes == "C4"
    assert "文字 灭火器" in sheet["A2"].value
    assert "取自台账第" in sheet["A2"].value


def test_no_cell_is_ever_a_formula(sign_in, settled, hand_in):
    hand_in(failed=1, change=_written(FORMULA))
    for odd in ODD:
        hand_in(failed=1, change=_written(odd))
    office = sign_in(settled.office)
    for kind in ("problems", "duties"):
        answer = ask_for(office, f"/lists/{kind}.xlsx")
        sheet = book(answer)
        cells = [each for row in sheet.iter_rows() for each in row if each.value is not None]
        assert len(rows(sheet)) == 1 + len(ODD)
        assert {each.data_type for each in cells} <= {"s", "n", "d", "inlineStr"}
        words = [each for row in rows(sheet) for each in row if each.data_type == "s"]
        assert {each.number_format for each in words} == {"@"}
        assert b"<f>" not in _sheet_xml(answer.data)


def _sheet_xml(data):
    from zipfile import ZipFile

    return ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_the_list_of_duties_knows_what_is_late(sign_in, settled, hand_in):
    hand_in(failed=1, change=_written("灭火器过期"))
    office = sign_in(settled.office)
    page = office.get("/lists/duties").text
    assert "逾期" in page
    sheet = book(ask_for(office, "/lists/duties.xlsx"))
    (row,) = rows(sheet)
    assert cell(sheet, row, "期限情况").value.startswith("逾期")
    assert cell(sheet, row, "责任单位").value == settled.district.enterprise.name


def test_a_list_for_print_holds_no_filters(sign_in, settled, hand_in):
    hand_in(failed=1, change=_written("灭火器过期"))
    page = sign_in(settled.office).get("/lists/problems/print?level=general").text
    assert '<form class="search"' not in page
    assert page.count("data-row-link") in (0, 1)


def test_somebody_elsewhere_gets_empty_lists(sign_in, settled, hand_in):
    hand_in(failed=1, change=_written("灭火器过期"))
    stranger = sign_in(settled.stranger)
    for kind in ("problems", "duties"):
        assert "灭火器过期" not in stranger.get(f"/lists/{kind}").text
        assert rows(book(ask_for(stranger, f"/lists/{kind}.xlsx"))) == []


def ask_for(browser, address):
    token = browser.get("/lists/problems").text.split('name="csrf_token" type="hidden" value="')[-1]
    return browser.post(address, data={"csrf_token": token.split('"')[0]})


def test_a_long_list_is_made_by_the_worker_and_fetched_by_who_asked(
    sign_in, settled, hand_in, app, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    monkeypatch.setattr("inspection.web.lists.AT_ONCE", 1)
    monkeypatch.setattr(workbooks, "ROWS_A_SIGN", 1)
    hand_in(failed=3, change=_written("灭火器过期", "通道堵塞", "无应急灯"))
    office = sign_in(settled.office)
    assert ask_for(office, "/lists/problems.xlsx").status_code == 303
    assert "生成 Excel" in office.get("/lists/problems").text
    address = ask_for(office, "/lists/problems/exports?overdue=1").headers["Location"]
    waiting = office.get(address)
    assert "已写 0 条，共 3 条" in waiting.text
    assert waiting.headers["Refresh"] == "3"
    assert office.get(f"{address}.xlsx").status_code == 303
    with app.app_context():
        while worker.work_once(wired()):
            pass
    made = office.get(address)
    assert "可以下载了" in made.text
    assert "Refresh" not in made.headers
    assert len(rows(book(office.get(f"{address}.xlsx")))) == 3
    assert sign_in(settled.auditor).get(address).status_code == 404
    assert sign_in(settled.auditor).get(f"{address}.xlsx").status_code == 404


def test_a_list_that_no_sheet_holds_is_refused(
    sign_in, settled, hand_in, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    hand_in(failed=2, change=_written("灭火器过期", "通道堵塞"))
    answer = ask_for(sign_in(settled.office), "/lists/problems/exports")
    assert answer.status_code == 413
    assert "清单太长" in answer.text


def test_a_workbook_that_lost_lines_is_thrown_away(
    sign_in, settled, hand_in, monkeypatch: pytest.MonkeyPatch
):
    hand_in(failed=1, change=_written("灭火器过期"))
    monkeypatch.setattr(workbooks, "rows_in", lambda _path: workbooks.HEAD_ROWS)
    answer = ask_for(sign_in(settled.office), "/lists/problems.xlsx")
    assert answer.status_code == 500
    assert "缺行" in answer.text


def test_the_board_shows_each_stage_with_words_for_lateness(sign_in, settled, hand_in):
    hand_in(failed=2, change=_written("灭火器过期", "通道堵塞"))
    hand_in(failed=1, fixed_on_spot=True)
    office = sign_in(settled.office)
    page = office.get("/board").text
    assert "灭火器过期" in page
    assert "逾期 2" in page
    assert "board-late" in page
    assert "已销号" in page
    assert "灭火器过期" not in office.get("/board?sector=fishery").text
    assert "灭火器过期" not in sign_in(settled.stranger).get("/board").text


def test_a_column_shows_a_few_cards_and_leads_to_the_rest(
    sign_in, settled, hand_in, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("inspection.hazards.board.CARDS_A_COLUMN", 1)
    hand_in(failed=3, change=_written("灭火器过期", "通道堵塞", "无应急灯"))
    office = sign_in(settled.office)
    page = office.get("/board?level=general").text
    assert "还有 2 条" in page
    (rest,) = {each.split('"')[0] for each in page.split('board-more"><a href="')[1:]}
    assert office.get(rest.replace("&amp;", "&")).text.count("data-row-link") == 3


def test_every_figure_of_a_table_opens_the_hazards_it_counts(sign_in, settled, hand_in):
    hand_in(failed=3, change=_written("灭火器过期", "通道堵塞", "无应急灯"))
    hand_in(failed=1, fixed_on_spot=True)
    office = sign_in(settled.office)
    for address in ("/statistics", "/statistics?span=year", "/statistics/half-month"):
        page = office.get(address).text
        links = page.split('<td class="figure"><a href="')[1:]
        assert len(links) > 5
        for each in links:
            href, count = each.split('">')[0], each.split('">')[1].split("<")[0]
            listed = office.get(href.replace("&amp;", "&")).text
            assert (href, listed.count("data-row-link")) == (href, int(count))


def test_odd_days_show_the_present_period(sign_in, settled):
    office = sign_in(settled.office)
    for odd in ("x", "0001-01-01", "9999-12-31", "2026-02-30"):
        assert office.get(f"/statistics?on={odd}").status_code == 200
        assert office.get(f"/statistics/half-month?on={odd}").status_code == 200
    assert office.get("/statistics?unit=nobody").status_code == 404
