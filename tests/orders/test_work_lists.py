"""Task lists out of workbooks as offices make them, looked through before anything is stored."""

import io
import re
from datetime import date
from typing import Any

import openpyxl
import pytest
from werkzeug.test import TestResponse

from inspection.domain.office_problems import WorkListHeadless, WorkListTooLong
from inspection.orders import listreading, worklists
from tests.builders.workbooks import saved, workbook
from tests.orders.desk import Desk, words

HEAD = ("序号", "工作任务", "工作措施", "牵头单位", "配合单位", "完成时限")
ROW = (1, "排查燃气用户", "逐户登记", "石泉镇", "应急管理局、公安局", "2027年3月底")


def test_headings_go_by_several_names_below_a_title_and_in_two_rows() -> None:
    found = listreading.read(
        workbook(
            ("2027年重点工作任务清单",),
            ("序号", "重点任务", "责任单位", None, "时限"),
            (None, None, "牵头单位", "配合单位", None),
            ("一、消防", None, None, None, None),
            (1, "排查燃气用户", "石泉镇", "应急管理局", "长期坚持"),
            merged=("A1:E1", "C2:D2", "A2:A3", "B2:B3", "E2:E3", "A4:E4"),
        )
    )
    assert found.title == "2027年重点工作任务清单"
    (task,) = found.tasks
    assert (task.task, task.lead, task.joint, task.deadline) == (
        "排查燃气用户",
        "石泉镇",
        ("应急管理局",),
        "长期坚持",
    )
    assert (task.row, task.place(listreading.DEADLINE).letters) == (5, "E")


def test_merged_cells_go_on_with_what_is_above() -> None:
    found = listreading.read(
        workbook(
            HEAD,
            ROW,
            (None, None, "建立台账", None, None, None),
            (2, "组织演练", "每季度一次", None, None, "长期坚持"),
            merged=("B2:B3", "D2:D4", "E2:E3", "F2:F3"),
        )
    )
    first, second = found.tasks
    assert first.words == "逐户登记\n建立台账"
    assert (second.task, second.lead, second.joint) == ("组织演练", "石泉镇", ())


def test_units_of_one_cell_are_the_lead_and_then_the_joint_ones() -> None:
    cells = ("责任单位：石泉镇，住建局", "牵头：石泉镇 配合单位：住建局、应急局")
    rows = [("任务", "责任单位"), *((f"任务{place}", each) for place, each in enumerate(cells))]
    one, other = listreading.read(workbook(*rows)).tasks
    assert (one.lead, one.joint) == ("石泉镇", ("住建局",))
    assert (other.lead, other.joint) == ("石泉镇", ("住建局", "应急局"))


def test_twenty_thousand_rows_and_wrong_headings_are_refused() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("任务")
    sheet.append(HEAD)
    for _number in range(20_000):
        sheet.append(ROW)
    with pytest.raises(WorkListTooLong):
        listreading.read(saved(book))
    with pytest.raises(WorkListTooLong):
        listreading.read(workbook(HEAD, *[ROW] * 301))
    with pytest.raises(WorkListHeadless):
        listreading.read(workbook(("姓名", "电话"), ("甲", "1")))


def test_a_list_that_travels_with_a_page_comes_back_or_is_refused() -> None:
    work = worklists.example(today=date(2026, 11, 22))
    assert len(work.tasks) == 25
    assert worklists.unpacked(worklists.packed(work)) == work
    for odd in ("", "!", "eJwDAAAAAAE=", worklists.packed(work)[:-40]):
        with pytest.raises(ValueError):  # noqa: PT011  # by several readers
            worklists.unpacked(odd)


def _send(desk: Desk, data: bytes = b"", **fields: Any) -> TestResponse:
    sent = {"workbook": (io.BytesIO(data), "list.xlsx")} if data else {}
    return desk.post("/orders/import", desk.office, **sent, **fields)


def _form(page: str) -> dict[str, Any]:
    """What the page would send, untouched."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        said = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if said.get("type") == "checkbox" and " checked" not in tag:
            continue
        if said.get("name", "csrf_token") != "csrf_token" and said.get("type") != "file":
            found.setdefault(said["name"], []).append(said.get("value", ""))
    return found


def _confirm(desk: Desk, page: str, **changed: Any) -> TestResponse:
    sent = {**_form(page), "act": "issue", **changed}
    return desk.post("/orders/import/confirm", desk.office, **sent)


def test_nothing_is_stored_before_a_list_without_faults_is_confirmed(desk: Desk) -> None:
    page = _send(desk, workbook(("冬季清单",), HEAD, ROW)).text
    assert "可以交办，会成为 1 张交办单" in page
    assert desk.scene.count("assignment_order") == 0
    answer = _confirm(desk, page)
    assert answer.status_code == 303, words(answer.text)
    listed = desk.text(answer.headers["location"], desk.office)
    assert "冬季清单" in listed
    assert "石泉镇 配合 1 家" in listed  # the police are nobody here …
    order = desk.scene.rows("SELECT uuid FROM assignment_order")[0][0]
    assert "配合单位（系统外）：公安局" in desk.text(f"/orders/{order}", desk.lead)  # … but named


def test_faults_are_told_by_sheet_row_and_column_and_nothing_is_issued(desk: Desk) -> None:
    rows = [
        (1, "没有单位", "", "", "", "长期坚持"),
        (2, "过期的", "", "石泉镇", "", "2020年底"),
        (3, "看不懂的", "", "石泉镇", "", "尽快"),
        (4, "两次写的", "", "石泉镇", "石泉镇", "长期坚持"),
        (5, "互为牵头", "", "石泉镇", "应急管理局", "长期坚持"),
        (6, "互为牵头", "", "应急管理局", "石泉镇", "长期坚持"),
        (7, "谁也不是", "", "海事处", "", "长期坚持"),
        (8, "自己的", "", "云岚区", "", "长期坚持"),
        (9, "", "", "石泉镇", "", "长期坚持"),
    ]
    page = _send(desk, workbook(HEAD, *rows, title="清单"))
    told = words(page.text)
    for fault in (
        "工作表“清单”第 2 行 D 列 ：没有写责任单位",
        "工作表“清单”第 3 行 F 列 ：期限不能早于今天",
        "工作表“清单”第 4 行 F 列 ：看不懂这个时限",
        "工作表“清单”第 5 行 E 列 ：同一单位只能写一次",
        "工作表“清单”第 7 行 D 列 ：与前面同一任务互为牵头和配合",
        "工作表“清单”第 8 行 D 列 ：还没有对应到下级单位",
        "工作表“清单”第 10 行 B 列 ：没有写任务",
    ):
        assert fault in told, told
    assert _confirm(desk, page.text).status_code == 422
    assert desk.scene.count("assignment_order") == 0
    mended = {"deadline-1": "2027年底", "deadline-2": "2027-01-31", "title": "一部分"}
    taken = {f"take-{number}": [] for number in (0, 3, 5, 6, 7, 8)}
    answer = _confirm(desk, page.text, **mended, **taken)
    assert answer.status_code == 303, words(answer.text)
    assert desk.scene.count("assignment_order") == 3


def test_the_example_is_matched_to_own_units_and_issued_to_each(desk: Desk) -> None:
    page = _send(desk, example="1").text
    assert "各镇街 → 石泉镇、花桥镇" in words(page)
    names = re.findall(r'name="units-(\d+)"[^>]*>', page)
    other = {f"units-{each}": [desk.unit("应急管理局")] for each in sorted(set(names))[1:]}
    answer = _confirm(desk, page, **other)
    assert answer.status_code == 303, words(answer.text)
    assert desk.scene.count("assignment_order") > 25
    seen = desk.get("/orders/template.xlsx", desk.office).data
    again = listreading.read(seen)
    assert len(again.tasks) == 25
    assert again.tasks[1].joint == ("各镇街",)


@pytest.mark.parametrize("data", [b"no workbook", workbook(("姓名",), ("甲",))])
def test_a_file_that_is_no_list_is_refused_with_what_helps(desk: Desk, data: bytes) -> None:
    answer = _send(desk, data)
    assert answer.status_code == 422
    assert "再传" in answer.text
    assert _send(desk).status_code == 422
    assert desk.get("/orders/import", desk.scene.cast.head).status_code == 403
