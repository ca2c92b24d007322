"""The shelf of reports: listed, downloaded as issued, linked from where people look for them."""

import io
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from inspection.edge import wired, writing
from inspection.organisations.unit import Unit
from inspection.reports import revisions
from inspection.reports.shelf import IssuedReport
from tests.builders.identifiers import sha256, uuid7
from tests.web.conftest import hazard_of

PDF = b"%PDF-1.7\nnot really\n%%EOF\n"


@pytest.fixture
def shelve(app: Flask):
    """Put a file on the shelf as the report of a record."""

    def shelved(made):
        with app.app_context():
            wired().blobs.keep(PDF)
            with writing() as session:
                unit = select(Unit.id).where(Unit.uuid == made.payload["unit"]["uuid"])
                row = IssuedReport(
                    uuid=uuid7(), record_uuid=made.uuid, record_digest=made.digest,
                    number="检记〔2026〕000007号", unit_id=session.scalar(unit), title="检查记录",
                    checklist_title="动火等危险作业", organisation="云岚区",
                    issued_at=datetime(2026, 11, 22, 5, tzinfo=UTC), sha256=sha256(PDF),
                    size=len(PDF), pages=3, seq=9, reserved=True,
                )  # fmt: skip
                session.add(row)
                session.flush()
                return row.uuid

    return shelved


def test_a_report_is_listed_and_linked(sign_in, settled, hand_in, shelve):
    made = hand_in()
    uuid = shelve(made)
    auditor = sign_in(settled.auditor)
    for address in ("/reports", "/records", f"/records/{made.uuid}", f"/hazards/{hazard_of(made)}"):
        assert f"/reports/{uuid}.pdf" in auditor.get(address).text, address
    assert "检记〔2026〕000007号" in auditor.get("/reports?text=000007").text
    assert "没有符合条件的报告" in auditor.get("/reports?text=000008").text


def test_the_file_comes_byte_for_byte_under_its_number(sign_in, settled, hand_in, shelve):
    auditor = sign_in(settled.auditor)
    answer = auditor.get(f"/reports/{shelve(hand_in())}.pdf")
    assert answer.data == PDF
    assert answer.content_type == "application/pdf"
    for name, value in answer.headers:
        assert value.isascii(), name  # servers send headers as Latin-1
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    again = {"If-None-Match": answer.headers["ETag"]}
    assert auditor.get(answer.request.path, headers=again).status_code == 304


def test_foreign_reports_are_not_found(sign_in, settled, hand_in, shelve):
    uuid = shelve(hand_in())
    stranger = sign_in(settled.stranger)
    assert stranger.get(f"/reports/{uuid}.pdf").status_code == 404
    assert uuid not in stranger.get("/reports").text


def test_anyone_may_know_that_it_exists_but_not_what_it_says(client, settled, hand_in, shelve):
    page = client.get(f"/verify/{shelve(hand_in())}")
    assert page.status_code == 200
    assert "检记〔2026〕000007号" in page.text
    assert sha256(PDF) in page.text
    assert settled.district.enterprise.name not in page.text


@pytest.fixture
def revise(app: Flask):
    """Add a later file to a report."""

    def revised(uuid, data, kind, *, by="", note=""):
        with app.app_context(), writing() as session:
            revisions.add(
                session, uuid, data, kind=kind, by=by, note=note, blobs=wired().blobs,
                at=datetime(2027, 11, 22, 5, tzinfo=UTC),
            )  # fmt: skip

    return revised


def test_the_page_of_a_report_lists_every_file_and_whoever_added_to_it(
    sign_in, settled, hand_in, shelve, revise
):
    uuid = shelve(hand_in())
    auditor = sign_in(settled.auditor)
    address = f"/reports/{uuid}"
    assert "出具报告" in auditor.get(address).text
    revise(uuid, PDF + b"1", "opinion", by=settled.auditor.uuid)
    named = '{"name": "<李某>", "issuer": "外面的机构", "serial": "1f", "trusted": "indeterminate"}'
    revise(uuid, PDF + b"12", "own_certificate", by=settled.office.uuid, note=named)
    page = auditor.get(address).text
    for words in ("审核意见", "孙正平", "&lt;李某&gt;", "持有人是谁无法判定", sha256(PDF + b"12")):
        assert words in page, words
    assert f'href="/audits/{uuid}"' in page
    assert f'href="/audits/{uuid}"' not in sign_in(settled.office).get(address).text
    assert auditor.get(f"{address}.pdf").data == PDF + b"12"
    for number, data in enumerate((PDF, PDF + b"1", PDF + b"12")):
        assert auditor.get(f"{address}/revisions/{number}.pdf").data == data
    assert auditor.get(f"{address}/revisions/3.pdf").status_code == 404
    stranger = sign_in(settled.stranger)
    for path in (address, f"{address}/revisions/0.pdf"):
        assert stranger.get(path).status_code == 404


def test_the_public_page_names_the_newest_digest_and_the_former_ones(
    client, settled, hand_in, shelve, revise
):
    uuid = shelve(hand_in())
    revise(uuid, PDF + b"1", "opinion")
    revise(uuid, PDF + b"12", "retimestamp")
    page = client.get(f"/verify/{uuid}").text
    places = [page.index(sha256(PDF + added)) for added in (b"12", b"1", b"")]
    assert places == sorted(places)


def token_in(page: str) -> str:
    return page.rsplit('name="csrf_token" type="hidden" value="', maxsplit=1)[-1].split(
        '"', maxsplit=1
    )[0]


def test_a_signer_is_offered_to_sign_with_a_certificate_of_their_own(
    sign_in, settled, hand_in, shelve
):
    address = f"/reports/{shelve(hand_in())}"
    signer = sign_in(settled.district.inspectors[0])
    page = signer.get(address).text
    assert "own-1" in page
    foreign = {"document": (io.BytesIO(b"%PDF-1.7 foreign"), "signed.pdf")}
    sent = {"csrf_token": token_in(page), **foreign}
    answer = signer.post(f"{address}/own-certificate", data=sent)
    assert answer.status_code == 422
    assert "这不是本报告的文件" in answer.text
    assert "请从报告页下载最新版本" in answer.text
    nothing = signer.post(f"{address}/own-certificate", data={"csrf_token": token_in(page)})
    assert nothing.status_code == 422


def test_whoever_did_not_sign_the_record_is_offered_nothing(sign_in, settled, hand_in, shelve):
    address = f"/reports/{shelve(hand_in())}"
    for person in (settled.auditor, settled.office):
        browser = sign_in(person)
        assert "own-certificate" not in browser.get(address).text
        assert browser.post(f"{address}/own-certificate").status_code == 403
