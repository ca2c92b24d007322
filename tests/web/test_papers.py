"""Drafts of papers, offered on the record's page and drawn when somebody asks."""

from datetime import timedelta

import pytest

from inspection.edge import wired
from tests.builders.records import reinspection
from tests.builders.times import NOON
from tests.web.conftest import accept


@pytest.fixture
def auditor(sign_in, settled):
    return sign_in(settled.auditor)


def test_the_records_page_offers_the_drafts_it_gives_ground_for(auditor, hand_in):
    made = hand_in()
    page = auditor.get(f"/records/{made.uuid}").text
    assert f"/records/{made.uuid}/papers/rectify_order.pdf" in page
    assert "责令限期整改指令书" in page
    assert "papers/onsite_measure.pdf" not in page, "no major hazard was found"
    answer = auditor.get(f"/records/{made.uuid}/papers/rectify_order.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_reinspection_gives_a_review_opinion(auditor, hand_in, app):
    former = hand_in()
    again = reinspection(former, "returned", at=NOON + timedelta(days=3))
    with app.app_context():
        for data in again.blobs.values():
            wired().blobs.keep(data)
        accept(again)
    answer = auditor.get(f"/records/{again.uuid}/papers/review_opinion.pdf")
    assert answer.data.startswith(b"%PDF-")
    refused = auditor.get(f"/records/{again.uuid}/papers/rectify_order.pdf")
    assert refused.status_code == 409
    assert "这份检查记录不能出这种文书。" in refused.text


def test_strangers_and_unknown_papers_get_nothing(auditor, sign_in, settled, hand_in):
    made = hand_in()
    stranger = sign_in(settled.stranger)
    assert stranger.get(f"/records/{made.uuid}/papers/onsite_record.pdf").status_code == 404
    assert auditor.get(f"/records/{made.uuid}/papers/summons.pdf").status_code == 404
