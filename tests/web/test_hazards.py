"""The register and the page of one hazard."""

from datetime import timedelta

from inspection.edge import wired
from tests.builders.records import reinspection
from tests.builders.times import NOON
from tests.web.conftest import accept, hazard_of

XSS = '<script>alert("隐患")</script>'


def _two(payload):
    payload["findings"][0].update(level="major", words="库房没有安全出口", deadline_on="2020-01-02")
    payload["findings"][1].update(level="general", words=XSS, deadline_on="2099-12-31")


def test_filters_narrow_and_counts_stay(sign_in, settled, hand_in):
    hand_in(failed=2, change=_two)
    office = sign_in(settled.office)
    everything = office.get("/hazards").text
    assert "库房没有安全出口" in everything
    assert "逾期" in everything
    major = office.get("/hazards?level=major").text
    assert "库房没有安全出口" in major
    assert "alert(" not in major
    assert "alert(" not in office.get("/hazards?overdue=1").text
    assert "没有符合条件的隐患" in office.get("/hazards?state=closed").text
    assert "没有符合条件的隐患" in office.get("/hazards?unit=没有这家").text
    assert "没有符合条件的隐患" in office.get("/hazards?sector=fishery").text
    assert "库房没有安全出口" in office.get("/hazards?text=安全出口&sector=machinery").text


def test_chips_keep_the_other_conditions(sign_in, settled, hand_in):
    hand_in(failed=2, change=_two)
    page = sign_in(settled.office).get("/hazards?text=库房&page=3").text
    assert 'href="/hazards?text=%E5%BA%93%E6%88%BF&amp;level=major"' in page


def test_odd_addresses_are_harmless(sign_in, settled):
    office = sign_in(settled.office)
    for query in ("level=%27", "page=-4", "page=x", "sector=<b>", "state=nowhere", "text=%25_"):
        assert office.get(f"/hazards?{query}").status_code == 200


def test_what_people_wrote_is_escaped(sign_in, settled, hand_in):
    made = hand_in(failed=2, change=_two)
    office = sign_in(settled.office)
    for address in ("/hazards", f"/hazards/{hazard_of(made, 1)}", f"/records/{made.uuid}"):
        page = office.get(address).text
        assert XSS not in page
        assert "&lt;script&gt;alert(" in page


def test_hazard_page_tells_what_happened_and_on_what_ground(sign_in, settled, hand_in):
    made = hand_in(failed=1)
    page = sign_in(settled.office).get(f"/hazards/{hazard_of(made)}").text
    assert "登记" in page
    assert "中华人民共和国安全生产法" in page
    assert f"/records/{made.uuid}/photos/{made.payload['photos'][0]['sha256']}" in page
    assert f'href="/records/{made.uuid}"' in page


def test_fixed_on_the_spot_is_closed_and_offers_no_step(sign_in, settled, hand_in):
    made = hand_in(failed=1, fixed_on_spot=True)
    page = sign_in(settled.office).get(f"/hazards/{hazard_of(made)}").text
    assert "当场已改，销号" in page
    assert "没有待办的步骤" in page


def test_the_history_tells_of_looking_again_with_its_photos(app, sign_in, settled, hand_in):
    made = hand_in(failed=2)
    again = reinspection(made, "returned", "passed", at=NOON + timedelta(days=5))
    again.payload["reinspected"][0]["words"] = XSS
    with app.app_context():
        for data in again.blobs.values():
            wired().blobs.keep(data)
        accept(again)
    office = sign_in(settled.office)
    returned = office.get(f"/hazards/{hazard_of(made)}").text
    assert "复查未整改，重定期限" in returned
    assert again.payload["reinspected"][0]["deadline_on"] in returned
    photo = f"/records/{again.uuid}/photos/{again.payload['photos'][0]['sha256']}"
    assert photo in returned
    assert office.get(photo).status_code == 200
    assert f'href="/records/{again.uuid}"' in returned
    closed = office.get(f"/hazards/{hazard_of(made, 1)}").text
    assert "复查合格" in closed
    assert "已销号" in closed
    assert "没有待办的步骤" in closed
    record = office.get(f"/records/{again.uuid}").text
    assert "复查结果" in record
    assert "逐项答案" not in record
    assert f'href="/hazards/{hazard_of(made)}"' in record
    for page in (returned, record):
        assert XSS not in page


def test_foreign_unit_is_not_found(sign_in, settled, hand_in):
    made = hand_in(failed=1)
    stranger = sign_in(settled.stranger)
    assert stranger.get(f"/hazards/{hazard_of(made)}").status_code == 404
    assert settled.district.enterprise.name not in stranger.get("/hazards").text


def test_an_empty_register_says_what_will_come(sign_in, settled):
    assert "台账里还没有隐患" in sign_in(settled.office).get("/hazards").text


def test_signed_out_readers_are_asked_to_sign_in(client, settled):
    answer = client.get("/hazards?level=major")
    assert answer.status_code == 401
    assert "/sign-in?next=/hazards%3Flevel%3Dmajor" in answer.text


def test_times_read_as_people_say_them(sign_in, settled, hand_in):
    made = hand_in(failed=1, at=NOON.replace(year=2021))
    page = sign_in(settled.office).get(f"/records/{made.uuid}").text
    assert "今天 " in page  # received
    assert "2021-" in page  # finished


def test_what_no_chip_says_stands_in_words_and_stays_in_a_new_search(sign_in, settled, hand_in):
    hand_in(failed=2, change=_two)
    query = "found_since=2020-01-01&found_until=2030-01-01&source=department&open=1"
    page = sign_in(settled.office).get(f"/hazards?{query}").text
    assert "2020-01-01 至 2030-01-01 发现" in page
    assert '<input type="hidden" name="found_since" value="2020-01-01">' in page
    assert '<input type="hidden" name="open" value="1">' in page
    assert page.count("data-row-link") == 2


def test_the_page_says_when_a_search_did_not_reach_everything(
    sign_in, settled, hand_in, monkeypatch
):
    hand_in(failed=2, change=_two)
    office = sign_in(settled.office)
    monkeypatch.setattr("inspection.hazards.searching.READ_IN_FULL", 0)
    monkeypatch.setattr("inspection.hazards.searching.NEWEST_ENTRIES", 1)
    assert "写满三个字" in office.get("/hazards?text=库房").text
    assert "写满三个字" not in office.get("/hazards?text=库房没").text
    monkeypatch.setattr("inspection.hazards.searching.MOST_HITS", 1)
    assert "只列最近登记的" in office.get("/hazards?text=有限公司").text
