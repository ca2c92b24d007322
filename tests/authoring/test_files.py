"""Authors take lists away as workbooks and bring workbooks back: in the browser, at the shell."""

import html
import io
import json
import re
from pathlib import Path

import openpyxl
from flask import Flask
from werkzeug.test import TestResponse

from inspection.domain import checklist
from tests.authoring.desk import Authors, token
from tests.builders.checklists import shipped
from tests.builders.workbooks import HEAD, ROW, edited, repacked, saved, workbook


def _send(authors: Authors, data: bytes, name: str = "list.xlsx") -> TestResponse:
    browser = authors.browser(authors.first)
    page = browser.get("/authoring/workbook").text
    sent = {"csrf_token": token(page), "workbook": (io.BytesIO(data), name)}
    return browser.post("/authoring/workbook", data=sent, content_type="multipart/form-data")


def _begun(authors: Authors, data: bytes) -> tuple[str, str]:
    """Begin a draft from a workbook: its address, and the words of the page that tells of it."""
    sent = _send(authors, data)
    assert sent.status_code == 303, sent.text
    known = _drafts(authors)
    for _ in range(2):  # a page that is drawn again begins nothing
        answer = authors.browser(authors.first).get(str(sent.location))
        assert answer.status_code == 200, answer.text
    assert _drafts(authors) == known
    found = re.search(r'href="(/authoring/drafts/[0-9a-f-]+)"', answer.text)
    assert found
    return found[1], html.unescape(re.sub(r"<[^>]+>", "", answer.text))


def _document(authors: Authors, draft: str) -> dict[str, object]:
    question = "SELECT document FROM checklist_draft WHERE uuid = :uuid"
    rows = authors.scene.rows(question, uuid=draft.rpartition("/")[2])
    parsed: dict[str, object] = json.loads(rows[0][0])
    return parsed


def _published(slug: str, revision: int) -> dict[str, object]:
    """A shipped list as pages write it: what an absent field says is left out."""
    return checklist.to_json(checklist.from_json(shipped(slug, revision).document, digest=""))


def _drafts(authors: Authors) -> int:
    return int(authors.scene.rows("SELECT count(*) FROM checklist_draft")[0][0])


def _download(authors: Authors, path: str) -> bytes:
    answer = authors.browser(authors.first).get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return answer.data


def test_a_shipped_list_goes_out_is_worked_on_and_begins_a_list_of_ones_own(
    authors: Authors,
) -> None:
    page = authors.read(authors.first, "/authoring/lists/hot-work")
    offered = re.search(r'href="(/authoring/lists/hot-work/([0-9]+)\.xlsx)"', page)
    assert offered
    data, revision = _download(authors, offered[1]), int(offered[2])

    def work(book: openpyxl.Workbook) -> None:
        rows = book["检查项"]
        last = rows.max_row + 1
        for column, words in zip("ADEFG", ("交底、承包与特级动火", *ROW), strict=True):
            rows[f"{column}{last}"] = words

    draft, told = _begun(authors, edited(data, work))
    made, source = _document(authors, draft), _published("hot-work", revision)
    assert made["origin"] == {"slug": "hot-work", "revision": revision}
    assert str(made["slug"]).startswith("own-")
    sections = made["sections"]
    assert isinstance(sections, list)
    added = sections[-1]["items"].pop()
    assert added["code"] == f"{made['list']}-01"
    assert sections == source["sections"]
    assert made["instruments"] == source["instruments"]
    assert "已起草，带入 33 项" in told
    assert "工作表“检查项”第 34 行 D 列：请写明检查依据" in told


def test_what_is_wrong_is_told_in_the_order_in_which_a_workbook_is_read(authors: Authors) -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        book["依据"]["A2"] = "X-99"  # found while the cells are read, before all others
        for cell in ("D12", "D3"):
            book["检查项"][cell] = None

    data = _download(authors, "/authoring/lists/hot-work/1.xlsx")
    _, told = _begun(authors, edited(data, spoil))
    places = re.findall(r"工作表“([^”]+)”第 (\d+) 行", told.split("处要改")[1])
    wanted = [("检查项", "3"), ("检查项", "12"), ("依据", "2")]
    assert [place for place in places if place in wanted] == wanted


def test_the_workbook_of_an_own_list_begins_its_next_revision(authors: Authors) -> None:
    draft = authors.begin("copy")
    home = authors.published(draft)
    slug = home.rpartition("/")[2]
    data = _download(authors, f"/authoring/lists/{slug}/1.xlsx")
    following, _ = _begun(authors, data)
    made = _document(authors, following)
    assert (made["slug"], made["revision"]) == (slug, 2)
    assert _send(authors, data).status_code == 409  # somebody is drafting it already
    half_done = _download(authors, f"{following}.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(half_done))["清单"]["B7"].value == 2


def test_a_plain_workbook_begins_a_draft_that_says_what_is_missing(authors: Authors) -> None:
    draft, page = _begun(authors, workbook(("气瓶检查表",), HEAD, ROW))
    assert "工作表“Sheet1”第 3 行 A 列：请写明检查依据" in page
    twice = authors.read(authors.first, f"{draft}/workbook")
    assert "工作表“Sheet1”第 3 行 A 列" in twice
    assert "没写编号的检查项，自动编了号" in page
    assert "气瓶检查表" in authors.read(authors.first, draft)
    assert "动火前办理作业票" in authors.read(authors.first, draft)


REFUSED = {
    "a renamed CSV": ("检查内容,检查方式\n".encode(), 422, "不是 .xlsx 工作簿"),
    "nothing": (b"", 422, "不是 .xlsx 工作簿"),
    "macros": (repacked(workbook(HEAD, ROW), **{"xl/vbaProject.bin": b"x"}), 422, "带有宏"),
    "a bomb": (repacked(workbook(HEAD, ROW), a=bytes(20_000_000)), 422, "展开后"),
    "5000 items": (workbook(HEAD, *[ROW] * 5000), 422, "最多 500 项"),
    "another table": (workbook(("姓名",), ("张三",)), 422, "检查内容"),
    "too large": (bytes(10 * 1024 * 1024 + 1), 413, "不能超过 10 MB"),
}


def test_what_cannot_be_read_is_refused_and_begins_nothing(authors: Authors) -> None:
    for name, (data, status, words) in REFUSED.items():
        answer = _send(authors, data)
        assert (answer.status_code, words in answer.text) == (status, True), name
    assert _drafts(authors) == 0


def test_who_makes_no_lists_sends_no_workbooks(authors: Authors) -> None:
    browser = authors.browser(authors.scene.cast.officer)
    assert browser.get("/authoring/workbook").status_code == 403
    assert browser.get("/authoring/template.xlsx").status_code == 403
    assert _download(authors, "/authoring/template.xlsx")[:2] == b"PK"


def test_at_the_shell_a_list_is_written_checked_and_found_wrong_by_its_cells(
    app: Flask, tmp_path: Path
) -> None:
    path = tmp_path / "training.xlsx"

    def run(*words: str) -> tuple[int, str]:
        with app.app_context():
            done = app.test_cli_runner().invoke(args=["checklists", *words])
        return done.exit_code, done.output

    assert run("export", "nothing", "--to", str(path))[0] == 2
    assert run("export", "training", "--to", str(path))[0] == 0
    status, said = run("check", str(path))
    assert (status, "有误 0 处" in said) == (0, True)

    book = openpyxl.load_workbook(path)
    book["检查项"]["F12"] = "只有一条"
    path.write_bytes(saved(book))
    status, said = run("check", str(path))
    assert status == 1
    assert "工作表“检查项”第 12 行 F 列：太少了：至少要 2 个" in said

    path.write_text("检查内容,检查方式", encoding="utf-8")
    status, said = run("check", str(path))
    assert (status, "workbook_foreign" in said) == (2, True)
