"""Records, their photos, and the reports made of them."""

from tests.builders.identifiers import sha256
from tests.builders.records import refused


def test_list_names_the_record_and_its_state(sign_in, settled, hand_in):
    hand_in()
    page = sign_in(settled.auditor).get("/records").text
    assert settled.district.enterprise.name in page
    assert "已收齐" in page
    assert "正在出具" in page


def test_every_item_stands_with_its_answer(sign_in, settled, hand_in):
    made = hand_in()
    page = sign_in(settled.auditor).get(f"/records/{made.uuid}").text
    for code in made.payload["answers"]:
        assert f">{code}</td>" in page
    assert made.digest in page
    assert "设备密钥签名" in page
    assert "不单独证明签名人身份" in page


def test_a_refused_signature_is_told_with_reason_and_witness(sign_in, settled, hand_in):
    def refuse(payload):
        payload["signatures"][2] = refused()

    page = sign_in(settled.auditor).get(f"/records/{hand_in(change=refuse).uuid}").text
    assert "拒绝签字" in page
    assert "对检查结果有异议" in page
    assert "见证人：李静" in page


def test_a_held_record_says_each_fault_in_words(sign_in, settled, hand_in):
    def spoil(payload):
        code = list(payload["answers"])[-1]
        payload["answers"][code] = {"value": "not_checked"}

    page = sign_in(settled.auditor).get(f"/records/{hand_in(change=spoil).uuid}").text
    assert "没有写明原因" in page
    assert "已原样收存" in page


def test_a_photo_that_is_still_on_the_tablet_says_so(sign_in, settled, hand_in):
    made = hand_in(photos=False)
    auditor = sign_in(settled.auditor)
    assert "照片还没传到服务器" in auditor.get(f"/records/{made.uuid}").text
    digest = made.payload["photos"][0]["sha256"]
    assert auditor.get(f"/records/{made.uuid}/photos/{digest}").status_code == 404


def test_photo_bytes_come_as_the_record_says(sign_in, settled, hand_in):
    made = hand_in()
    photo = made.payload["photos"][0]
    answer = sign_in(settled.auditor).get(f"/records/{made.uuid}/photos/{photo['sha256']}")
    assert answer.status_code == 200
    assert sha256(answer.data) == photo["sha256"]
    assert answer.content_type == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]


def test_photos_obey_scope_and_record(sign_in, settled, hand_in):
    made = hand_in()
    photo = made.payload["photos"][0]["sha256"]
    ink = made.payload["signatures"][0]["ink"]["sha256"]
    address = f"/records/{made.uuid}/photos"
    assert sign_in(settled.stranger).get(f"{address}/{photo}").status_code == 404
    auditor = sign_in(settled.auditor)
    assert auditor.get(f"{address}/{ink}").status_code == 404
    assert auditor.get(f"{address}/..%2f..%2fetc").status_code == 404
    other = hand_in(failed=2)
    assert auditor.get(f"/records/{other.uuid}/photos/{photo}").status_code == 404


def test_foreign_records_are_not_found(sign_in, settled, hand_in):
    made = hand_in()
    assert sign_in(settled.stranger).get(f"/records/{made.uuid}").status_code == 404


def test_empty_lists_say_what_will_come(sign_in, settled):
    auditor = sign_in(settled.auditor)
    assert "还没有检查记录" in auditor.get("/records").text
    assert "还没有出具报告" in auditor.get("/reports").text
