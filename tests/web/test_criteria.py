"""The criteria library on pages, the way to it from a finding, and the score beside a record."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from inspection.domain.instrument import Instrument
from inspection.wiring import Wiring
from tests.builders import instruments
from tests.builders.instruments import criteria, fire_rules, instrument, law, provision
from tests.builders.times import NOON
from tests.scene import cast_of
from tests.web.conftest import hazard_of

AQF_43 = "/criteria/AQF/%E7%AC%AC%E5%9B%9B%E5%8D%81%E4%B8%89%E6%9D%A1"


def shelve(app: Flask, *known: Instrument) -> None:
    """Give the app a library of these, eight days after the inspections."""
    wiring: Wiring = app.extensions["zhencha"]
    library = instruments.library(wiring, *known)
    later = NOON + timedelta(days=8)
    app.extensions["zhencha"] = replace(wiring, library=library, clock=lambda: later)


@pytest.fixture
def library(app: Flask) -> None:
    """A-01 of the shipped list, which fails in the records, is judged for chemicals only."""
    chemicals = [
        instrument(key, f"化工判定标准 {key}", sectors=["chemicals"]) for key in ("HJ26", "HJ17")
    ]
    shelve(app, law(), criteria("metallurgy"), *chemicals, *fire_rules())


def test_anybody_searches_the_library_by_word_kind_sector_and_day(client, library):
    page = client.get("/criteria?text=危险作业").text
    assert AQF_43 in page
    assert "安排专人现场管理" in page
    assert "第一百零一条" not in page
    old = client.get("/criteria?on=2025-10-31&kind=criterion").text
    assert "在 2025-10-31 那天有效" in old
    assert "/criteria/ZH17/6.1" in old
    assert "/criteria/ZH25/5.1" not in old
    assert "没有符合条件的条文" in client.get("/criteria?text=梯子").text
    # What an address has that is not understood is left aside.
    assert client.get("/criteria?on=x&kind=x&sector=x&page=x").status_code == 200


def test_what_is_only_recalled_looks_unconfirmed(client, library):
    page = client.get("/criteria/ZH25/5.1").text
    assert 'class="unconfirmed' in page
    assert "凭记忆，未核对" in page
    assert "作为执法依据前必须核对原文" in page
    assert 'href="/criteria/ZH17/6.1"' in page  # what it was called before
    read = client.get(AQF_43).text
    assert "已核对原文" in read
    assert "unconfirmed" not in read


def test_an_edition_that_was_replaced_says_by_which(client, library):
    page = client.get("/criteria/ZH17").text
    assert "已失效" in page
    assert 'href="/criteria/ZH25"' in page
    assert "2018-07-01 起施行，2025-10-31 止" in page
    assert "No longer in force" in client.get("/criteria/ZH17", headers=ENGLISH).text


def test_a_clause_names_the_items_that_ask_it_and_what_may_follow(client, library):
    page = client.get(AQF_43).text
    assert "A-08" in page
    text = re.search(r'href="(/checklists/hot-work/2/text/[0-9a-f]{64})#A-08"', page)
    assert text
    listed = client.get(text[1]).text
    assert 'id="A-08"' in listed
    assert AQF_43 in listed  # and back
    assert client.get(text[1][:-1] + "x").status_code == 404
    assert "五项情形：罚10万元以下。" in page
    assert client.get("/criteria/AQF/第八条").status_code == 404
    assert client.get("/criteria/XYZ").status_code == 404


def test_one_tap_leads_from_a_finding_to_what_it_rests_on(app, sign_in, settled, hand_in):
    shelve(app, law(to="2026-11-25", replaced_by="AQN"), new_law())
    made = hand_in(failed=8)  # A-08 rests on article 43
    office = sign_in(settled.office)
    for page in (f"/records/{made.uuid}", f"/hazards/{hazard_of(made, 7)}"):
        told = office.get(page).text
        assert f'href="{AQF_43}"' in told
        assert "已核对原文" in told
        assert "检查当天不在施行期内" not in told
        # The record keeps what it cited; what took its place since is said beside it.
        assert "现已由《新安全生产法》取代" in told


def test_a_hazard_shows_the_criteria_that_fit_its_units_sector(app, sign_in, settled, hand_in):
    chemicals = instrument("HJ26", "化工判定标准", provision("x", "x"), sectors=["chemicals"])
    shelve(app, law(), chemicals)
    page = f"/hazards/{hazard_of(hand_in(failed=1))}"
    told = sign_in(settled.office).get(page).text
    assert "重大事故隐患判定标准" in told
    assert "/criteria/HJ26" not in told


def new_law() -> Instrument:
    return instrument("AQN", "《新安全生产法》", provision("第一条", "x"), **{"from": "2026-11-26"})


def test_the_form_of_the_tablet_leads_there_beside_the_form(app, client, library):
    catalog = app.extensions["zhencha"].catalog
    digest = catalog.revision("hot-work", 1).digest
    page = client.get(f"/checklists/hot-work/1/form/{digest}/zh").text
    assert f'<a href="{AQF_43}" target="_blank" rel="noopener">' in page
    assert "凭记忆，未核对" in page


def test_a_record_and_its_unit_show_the_score_with_its_formula(
    sign_in, settled, hand_in, library, database
):
    made = hand_in(failed=1, change=leave_one_out)
    office = sign_in(settled.office)
    unit = f"/units/{settled.district.enterprise.uuid}"
    for page in (f"/records/{made.uuid}", unit):
        told = office.get(page).text
        assert "合格 60 ÷（合格 60 + 不合格 2）× 100 = 96.7 分" in told
        assert "<b>优</b>" in told
        assert "未检查 1 项，权重 2，没有算作合格" in told
    # What the unit says of itself does not overtake what the department found.
    cast = cast_of(database)
    theirs = {"signers": (cast.officer,), "device": cast.officer_device}
    hand_in(failed=0, kind="self_inspection", at=NOON + timedelta(days=1), **theirs)
    assert "= 96.7 分" in office.get(unit).text


def leave_one_out(payload):
    payload["answers"]["A-32"] = {"value": "not_checked", "reason": "当天没有作业"}


def test_a_good_score_hides_no_major_hazard(sign_in, settled, hand_in, library):
    def grade(payload):
        payload["findings"][0]["level"] = "major"

    made = hand_in(failed=1, change=grade)
    told = sign_in(settled.office).get(f"/records/{made.uuid}").text
    assert "存在重大事故隐患，不评等级" in told
    assert "<b>优</b>" not in told
    assert "= 96.8 分" in told


def test_a_failed_item_that_a_criterion_may_judge_is_not_graded_away(
    app, sign_in, settled, hand_in, library
):
    address = f"/records/{hand_in(failed=1).uuid}"
    office = sign_in(settled.office)
    assert "<b>优</b>" in office.get(address).text
    shelve(app, law())  # nobody knows any more whom the criteria of A-01 are for
    told = office.get(address).text
    assert "不合格项涉及重大事故隐患判定情形，不评等级" in told
    assert "涉及判定情形的项：A-01" in told


ENGLISH = {"Accept-Language": "en"}
