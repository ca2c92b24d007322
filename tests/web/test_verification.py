"""Verification through the pages: for anyone, signed in or not."""

import hashlib
import io
import uuid

import pytest


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


def test_unknown_report_is_said_plainly(client):
    answer = client.get(f"/verify/{uuid.uuid4()}")
    assert answer.status_code == 404
    assert "没有出具过这个编号的报告" in answer.text


def test_the_policy_has_no_exception(client):
    for address in ("/verify", "/sign-in", "/style"):
        policy = client.get(address).headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
