"""One report, really sealed, with an opinion really signed: read, verified and carried away.

All of it only reads the standing case, so it is made once.
"""

import contextlib
import json
import textwrap
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import text

from inspection.audits import verdicts
from inspection.database import reading, writing
from inspection.signing.facts import Outcome
from inspection.signing.reader import IndexedReader
from inspection.verification import verdict
from inspection.verification.facts import Verdict
from tests.audits.standing import Standing, token
from tests.builders.identifiers import sha256


def test_an_opinion_stands_in_the_ledger_and_then_in_the_file(judged: Standing):
    scene, case = judged.scene, judged.case()
    (given,) = case.opinions
    assert given.signed
    told = [entry for entry in case.history if entry.seq >= given.seq][:3]
    assert [entry.kind for entry in told] == ["opinion.given", "key.used", "report.revised"]
    entry, used, revised = told
    issued = scene.wiring.blobs.read(case.report.sha256)
    assert (entry.body["text"], entry.body["read_sha256"]) == (given.text, sha256(issued))
    assert used.body["warrant"] == entry.link == given.link
    assert (revised.body["sha256"], revised.body["kind"]) == (case.sha256, "opinion")
    signed = judged.bytes()
    assert signed.startswith(issued)
    fields = IndexedReader(BytesIO(signed)).root["/AcroForm"]["/Fields"]
    named = {str(each.get_object()["/T"]): each.get_object() for each in fields}
    assert given.link in str(named["opinion-1"]["/V"]["/Reason"])
    assert "/V" not in named["opinion-2"]


def test_the_case_tells_every_use_of_a_key_for_its_files_and_whose_it_was(judged: Standing):
    uses = judged.scene.rows("SELECT seq FROM ledger_entry WHERE kind = 'key.used' ORDER BY seq")
    told = [entry for entry in judged.case().history if entry.kind == "key.used"]
    assert [(entry.seq,) for entry in told] == uses
    page = judged.browser(judged.scene.cast.auditor).get(f"/audits/{judged.report}").text
    for person in (*judged.made.signers, judged.scene.cast.auditor):
        assert f"使用{person.name}的证书签名" in page
    assert "为没有账号的人的手写笔迹签发一次性证书" in page


def test_the_verdict_comes_from_the_worker_and_is_kept(judged: Standing):
    browser = judged.browser(judged.scene.cast.auditor)
    address = f"/audits/{judged.report}"
    assert browser.get(f"{address}/verdict").json == {"known": True}
    page = browser.get(address).text
    assert "已签名写入报告文件" in page
    assert "后台正在核验" not in page
    with reading(judged.scene.engine) as session:
        known = verdicts.known(session, judged.case().sha256)
    assert known
    assert isinstance(known.verdict, Verdict)
    assert known.verdict.outcome is Outcome.PASSED
    by_field = {line.field: line for line in known.verdict.signers}
    assert by_field["opinion-1"].name == judged.scene.cast.auditor.name
    assert by_field["opinion-1"].stamped_at.tzinfo
    assert {line.outcome for line in known.verdict.signers} == {Outcome.PASSED}
    assert known.verdict.covers == "entire_file"
    before = judged.scene.count("job")
    for _ in range(2):  # asking twice within a minute is asking once
        answer = browser.post(f"{address}/verdict", data={"csrf_token": token(page)})
        assert answer.status_code == 303
    assert judged.scene.count("job") == before + 1


def test_a_verdict_kept_in_another_shape_is_examined_again(judged: Standing):
    with writing(judged.scene.engine) as session:
        session.execute(text("UPDATE document_verdict SET verdict = '{}'"))
    browser = judged.browser(judged.scene.cast.auditor)
    assert browser.get(f"/audits/{judged.report}/verdict").json == {"known": False}
    assert "后台正在核验" in browser.get(f"/audits/{judged.report}").text
    judged.work()
    assert browser.get(f"/audits/{judged.report}/verdict").json == {"known": True}


def test_a_verdict_that_overran_is_told_and_examined_again_by_the_next_who_reads(
    judged: Standing, monkeypatch: pytest.MonkeyPatch
):
    browser, address = judged.browser(judged.scene.cast.auditor), f"/audits/{judged.report}"
    judged.scene.clock.passes(timedelta(minutes=2))
    with monkeypatch.context() as patched:
        patched.setattr(verdict, "EXAMINE_SECONDS", 0.001)
        browser.post(f"{address}/verdict", data={"csrf_token": token(browser.get(address).text)})
        judged.work()
    assert "核验超出了时间或内存限制" in browser.get(address).text
    judged.work()
    assert "核验超出了时间或内存限制" not in browser.get(address).text
    assert judged.work() == 0, "a whole verdict is not asked for again"


def test_pages_come_as_pictures_of_this_reports_files_alone(judged: Standing):
    browser, case = judged.browser(judged.scene.cast.auditor), judged.case()
    answer = browser.get(f"/audits/{judged.report}/pages/{case.sha256}/1")
    assert (answer.status_code, answer.content_type) == (200, "image/webp")
    assert answer.data[8:12] == b"WEBP"
    assert "immutable" in answer.headers["Cache-Control"]
    for page, digest in ((0, case.sha256), (99, case.sha256), (1, case.stored.digest)):
        address = f"/audits/{judged.report}/pages/{digest}/{page}"
        assert browser.get(address).status_code == 404, address
    file = browser.get(f"/audits/{judged.report}/files/{case.sha256}")
    assert sha256(file.data) == case.sha256
    ink = next(iter(judged.made.blobs))  # kept too, and no file of the report
    assert browser.get(f"/audits/{judged.report}/files/{ink}").status_code == 404


def test_a_bundle_can_be_checked_by_hand(judged: Standing, tmp_path: Path):
    auditor, case = judged.scene.cast.auditor, judged.case()
    browser = judged.browser(auditor)
    said = {"csrf_token": token(browser.get("/audits").text)}
    answer = browser.post(f"/audits/{judged.report}/case.zip", data=said)
    assert answer.content_type == "application/zip"
    archive = zipfile.ZipFile(BytesIO(answer.data))
    assert archive.testzip() is None
    names = archive.namelist()
    for line in archive.read("SHA256SUMS").decode().splitlines():
        digest, name = line.split("  ")
        assert sha256(archive.read(name)) == digest
    manifest = json.loads(archive.read("manifest.json"))
    assert [each["name"] for each in manifest["files"]] == names[2:]
    assert sha256(archive.read("report/revision-1.pdf")) == case.sha256
    assert archive.read("report/revision-1.pdf").startswith(archive.read("report/revision-0.pdf"))
    assert archive.read("record/record.jws") == case.stored.jws
    assert sha256(archive.read("record/payload.json")) == case.stored.digest
    files = [name for name in names if name.startswith(("photos/", "ink/"))]
    held = {name.partition("/")[2].partition(".")[0] for name in files}
    assert held == set(case.record.blob_digests)
    entries = [json.loads(each) for each in archive.read("ledger/entries.jsonl").splitlines()]
    assert [each["kind"] for each in entries] == [each.kind for each in case.entries]
    proof = json.loads(archive.read("ledger/ledger-proof.json"))
    assert proof["entry"]["seq"] == case.stored.seq
    assert len(json.loads(archive.read("keys/device-keys.json"))["keys"]) == 2
    assert any(name.startswith("certificates/person-") for name in names)
    assert any(name.endswith(".crl") for name in names)
    last = judged.case().history[-1]
    assert (last.kind, last.body["person"]) == ("case.exported", auditor.uuid)
    assert last.body["manifest_sha256"] == sha256(archive.read("manifest.json"))
    archive.extractall(tmp_path)
    for name in ("README.zh.txt", "README.en.txt"):
        page = archive.read(name).decode()
        start = page.index("     import hashlib, json")
        code = page[start : page.index("\n   ", page.index("assert", start))]
        with contextlib.chdir(tmp_path):
            exec(textwrap.dedent(code), {})


def test_the_same_case_gives_the_same_names_in_the_same_order(judged: Standing):
    browser = judged.browser(judged.scene.cast.auditor)
    said = {"csrf_token": token(browser.get("/audits").text)}
    address = f"/audits/{judged.report}/case.zip"
    first, second = (zipfile.ZipFile(BytesIO(browser.post(address, data=said).data)) for _ in "ab")
    later = [name for name in second.namelist() if name not in first.namelist()]
    assert [name for name in second.namelist() if name not in later] == first.namelist()
    assert all(name.startswith("ledger/entry-") for name in later)  # the first export's own entry
    assert {each.date_time for each in second.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("address", ["/audits", "/audits/samples"])
def test_the_desk_reads_in_english_too(judged: Standing, address: str):
    browser = judged.browser(judged.scene.cast.auditor)
    page = browser.get(address, headers={"Accept-Language": "en"}).text
    assert "Audit desk" in page
