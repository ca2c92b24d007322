"""The shelf of reports: listed, downloaded as issued, linked from where people look for them."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from inspection.edge import wired, writing
from inspection.organisations.unit import Unit
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
                    size=len(PDF), pages=3, seq=9,
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
