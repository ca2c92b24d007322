"""Verification through the pages: for anyone, signed in or not."""

import hashlib
import io
import threading
import uuid

import pytest

from inspection import database
from inspection.domain.problems import WorkBusy
from inspection.edge import wired
from inspection.reports import wording
from inspection.web import verification
from tests.reports import scenes


@pytest.fixture
def upload(client):
    """Send bytes by the form."""

    def uploaded(data: bytes | None, name: str = "report.pdf", digest: str = ""):
        page = client.get("/verify").text
        token = page.rsplit('name="csrf_token" type="hidden" value="')[-1].split('"')[0]
        fields = {"csrf_token": token, "digest": digest}
        if data is not None:
            fields["document"] = (io.BytesIO(data), name)
        return client.post("/verify", data=fields)

    return uploaded


def test_not_a_pdf_is_a_verdict_not_an_error(upload):
    answer = upload(b"hello", name="<b>x</b>.txt")
    assert answer.status_code == 200
    assert "没有通过核验" in answer.text
    assert "这不是 PDF 文件" in answer.text
    assert "核验不能说明的" in answer.text
    assert hashlib.sha256(b"hello").hexdigest() in answer.text
    assert "<b>x</b>" not in answer.text


def test_the_browsers_digest_is_compared(upload):
    same = upload(b"hello", digest=hashlib.sha256(b"hello").hexdigest())
    assert "上传前算出的摘要相同" in same.text
    assert "文件在路上变了" in upload(b"hello", digest="0" * 64).text
    assert "上传前算出的摘要" not in upload(b"hello").text


def test_no_file_is_said_beside_the_field(upload):
    answer = upload(None)
    assert answer.status_code == 422
    assert "请先选一份 PDF 文件" in answer.text


def test_too_large_a_file_is_refused_with_a_sentence(upload):
    answer = upload(b"%PDF-1.7\n" + bytes(50 * 1024 * 1024))
    assert answer.status_code == 413
    assert "不能超过 50 MB" in answer.text


def test_another_sites_form_is_refused(client):
    answer = client.post("/verify", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.fixture
def report(app):
    """A report on the shelf of this app, as a row and its bytes: nothing here looks inside."""
    data = b"%PDF-1.7 as it was issued"
    with app.app_context():
        row = scenes.shelve(wired(), data)
    return row, data


def test_a_known_digest_is_answered_without_the_file(client, report):
    row, data = report
    digest = hashlib.sha256(data).hexdigest()
    page = client.get(f"/verify/digest?sha256={digest.upper()[:32]} {digest[32:]}").text
    assert "这就是本系统出具的那一份，逐字节相同" in page
    assert row.number in page
    assert "以上只凭摘要" in page
    answer = client.get(f"/verify/digest?sha256={digest}", headers={"Accept": "application/json"})
    assert answer.json["known"] is True
    assert answer.json["outcome"] == "passed"
    assert row.number in answer.json["facts"][0]


def test_a_digest_tells_nothing_of_the_inspected_unit(client, report):
    row, data = report
    answer = client.get(
        f"/verify/digest?sha256={hashlib.sha256(data).hexdigest()}",
        headers={"Accept": "application/json"},
    )
    assert row.unit_name not in answer.text
    assert row.checklist_title not in answer.text


def test_an_unknown_digest_is_no_verdict(client):
    page = client.get(f"/verify/digest?sha256={'0' * 64}")
    assert page.status_code == 200
    assert "没有登记过这个摘要" in page.text
    answer = client.get(
        f"/verify/digest?sha256={'0' * 64}",
        headers={"Accept": "application/json", "Accept-Language": "en"},
    )
    assert (answer.json["known"], answer.json["outcome"]) == (False, None)
    assert answer.json["said"].startswith("This system knows no file with this digest")


@pytest.mark.parametrize("digest", ["", "12", "g" * 64, "<b>" + "0" * 61])
def test_what_is_no_digest_is_said_beside_the_field(client, digest):
    answer = client.get("/verify/digest", query_string={"sha256": digest})
    assert answer.status_code == 422
    assert "64 位十六进制数" in answer.text
    assert "<b>0" not in answer.text


def test_who_asks_too_often_is_told_when_to_come_back(upload, client, monkeypatch):
    monkeypatch.setattr(verification, "EXAMINATIONS", 2)
    assert [upload(b"hello").status_code for _ in range(3)] == [200, 200, 429]
    refused = upload(b"hello")
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert "刚才核验的文件太多" in refused.text
    assert "文件没有留存" in refused.text
    assert client.get(f"/verify/digest?sha256={'0' * 64}").status_code == 200


def test_a_busy_server_says_so_and_does_not_hang(upload, monkeypatch):
    def busy(*_args, **_chosen):
        raise WorkBusy()

    monkeypatch.setattr("inspection.verification.verdict.run_confined", busy)
    answer = upload(b"%PDF-1.7")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 10
    assert "正在核验别人的文件" in answer.text


def test_no_transaction_is_open_while_a_file_is_read(upload, app, monkeypatch):
    """A file that takes twenty seconds would keep the database from tidying up for as long."""
    opened = []
    real = database.reading

    def counted(engine):
        opened.append(threading.get_ident())
        return real(engine)

    def look(*_args, **_chosen):
        with app.app_context():
            assert wired().engine.pool.checkedout() == 0
        opened.append("looked")
        raise WorkBusy()

    monkeypatch.setattr(database, "reading", counted)
    monkeypatch.setattr("inspection.verification.verdict.run_confined", look)
    assert upload(b"%PDF-1.7").status_code == 503
    assert "looked" in opened


def test_the_page_behind_the_code_gives_the_time_as_the_paper_prints_it(client, report):
    row, data = report
    page = client.get(f"/verify/{row.uuid}").text
    assert wording.instant_text(row.issued_at) in page
    assert f"{len(data)} 字节" in page
    assert "出具单位和出具时间应当与上面一致" in page


def test_unknown_report_is_said_plainly(client):
    answer = client.get(f"/verify/{uuid.uuid4()}")
    assert answer.status_code == 404
    assert "没有出具过这个编号的报告" in answer.text


def test_the_policy_has_no_exception(client):
    for address in ("/verify", "/sign-in", "/style"):
        policy = client.get(address).headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
