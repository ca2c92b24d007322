"""An order from hand to hand: issued, acknowledged, fed back, sent back, struck off, reminded."""

import re
from datetime import timedelta
from io import BytesIO

import pytest

from inspection.worker import press_orders
from tests.builders.photos import photo
from tests.orders.desk import Desk, document, words


def test_the_lead_feeds_back_with_evidence_and_the_office_strikes_off(desk: Desk) -> None:
    order = desk.issued()
    assert "牵头" in desk.text(order, desk.lead)
    assert "排查冬季施工临时用房" in desk.inbox(desk.lead)
    assert "排查冬季施工临时用房" in desk.inbox(desk.joint)
    assert desk.step(order, "claim", desk.lead, words="x").status_code == 409  # not acknowledged
    assert desk.step(order, "receive", desk.lead).status_code == 303
    assert desk.step(order, "receive", desk.joint).status_code == 303
    assert desk.step(order, "progress", desk.joint, words="已派专家").status_code == 303
    assert desk.step(order, "claim", desk.joint, words="x").status_code == 409  # only supports
    bare = desk.step(order, "claim", desk.lead, words="已整改")
    assert bare.status_code == 422
    assert "办结要附照片或文件作为佐证" in bare.text
    files = {"documents": [document()], "photos": [(BytesIO(photo("after").data), "a.jpg")]}
    assert desk.step(order, "claim", desk.lead, words="已整改", **files).status_code == 303
    assert "请核查" in desk.inbox(desk.office)
    page = desk.get(order, desk.office).text
    evidence = sorted(set(re.findall(rf'href="({order}/evidence/\w+)"', page)))
    kinds = sorted(desk.get(each, desk.joint).content_type for each in evidence)
    assert kinds == ["application/octet-stream", "image/jpeg"]
    assert desk.step(order, "return", desk.office).status_code == 422  # without a word why
    assert desk.step(order, "return", desk.office, words="缺复查照片").status_code == 303
    assert "退回 1 次" in desk.text("/orders", desk.office)
    again = desk.step(order, "claim", desk.lead, words="已补", documents=[document()])
    assert again.status_code == 303
    assert desk.step(order, "strike_off", desk.office).status_code == 303
    ended = desk.text(order, desk.lead)
    assert "已销号" in ended
    assert "已经了结" in ended
    assert desk.step(order, "withdraw", desk.office, words="x").status_code == 409


def test_a_joint_unit_that_never_acknowledged_is_not_waited_for_when_the_order_has_ended(
    desk: Desk,
) -> None:
    order = desk.claimed()
    assert "配合 未签收" in desk.text(order, desk.lead)
    assert desk.step(order, "strike_off", desk.office).status_code == 303
    assert "配合 了结前没有签收" in desk.text(order, desk.lead)


def test_to_open_the_notice_of_an_order_is_not_to_acknowledge_it(desk: Desk) -> None:
    order = desk.issued()
    about = f"/inbox/about/{order.rsplit('/', 1)[1]}"
    closed = desk.text(about, desk.lead)
    assert "打开通知" in closed
    assert "打开并签收" not in closed
    assert desk.post(about, desk.lead).status_code == 303
    assert "去交办单签收、办理" in desk.text(about, desk.lead)
    assert "已打开" in desk.inbox(desk.lead)
    assert "已签收" not in desk.inbox(desk.lead)
    assert "牵头 未签收" in desk.text(order, desk.lead)


def test_of_two_people_who_strike_off_at_once_the_second_is_told(desk: Desk) -> None:
    order = desk.claimed()
    shown = desk.seen(order, desk.office)
    assert desk.step(order, "return", desk.office, words="缺照片").status_code == 303
    late = desk.post(f"{order}/steps/strike_off", desk.office, seen_seq=shown, words="同意")
    assert late.status_code == 409
    assert "别人已经办了" in late.text
    assert len(desk.scene.entries("order.struck_off")) == 0
    assert (
        desk.step(order, "claim", desk.lead, words="x", documents=[document()]).status_code == 303
    )
    stale = desk.post(f"{order}/steps/strike_off", desk.office, seen_seq=shown)
    assert stale.status_code == 409  # the same state again, but another feedback
    assert desk.step(order, "strike_off", desk.office).status_code == 303


def test_a_task_that_goes_on_is_kept_open_when_its_result_is_accepted(desk: Desk) -> None:
    half = {"term": "half_year", "half": "2026-2", "keep_going": "y"}
    order = desk.claimed(deadline="", **half)
    assert "2026 年下半年见成效，长期坚持" in desk.text(order, desk.lead)
    assert desk.step(order, "sustain", desk.office).status_code == 303
    desk.scene.clock.passes(timedelta(days=60))
    assert "没有交办" in desk.text("/orders?due=overdue", desk.office)
    assert "长期坚持 1" in desk.text("/orders", desk.office)
    assert desk.step(order, "progress", desk.lead, words="本季度检查 3 家").status_code == 303
    plain = desk.claimed(deadline="2027-03-01")
    assert desk.step(plain, "sustain", desk.office).status_code == 409


def test_an_instruction_asks_for_a_report_and_is_evaluated(desk: Desk) -> None:
    source = {"source_who": "区长", "source_on": "2026-11-20", "source_words": "请抓紧整改"}
    assert desk.issue(kind="instruction").status_code == 422  # nobody's instruction
    order = desk.issued(kind="instruction", **source)
    assert desk.step(order, "receive", desk.lead).status_code == 303
    picture = {"photos": [(BytesIO(photo("x").data), "a.jpg")]}
    assert desk.step(order, "claim", desk.lead, words="完", **picture).status_code == 422
    assert (
        desk.step(order, "claim", desk.lead, words="完", documents=[document()]).status_code == 303
    )
    assert desk.step(order, "strike_off", desk.office).status_code == 422
    judged = {"grade": "good", "words": "措施实"}
    assert desk.step(order, "strike_off", desk.office, **judged).status_code == 303
    assert "评价：好" in desk.text("/orders?kind=instruction", desk.office)
    book = desk.get("/orders.xlsx?kind=instruction", desk.office)
    assert book.data.startswith(b"PK")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"title": " "}, "请填写或选择"),
        ({"lead": "", "joint": []}, "请填写或选择"),
        ({"deadline": "2026-11-21"}, "期限不能早于今天"),
        ({"first_on": "2026-12-20"}, "首次见效不能晚于完成时限"),
        ({"joint": "lead"}, "同一单位只能写一次"),
        ({"lead": "own"}, "不能交办给本单位自己"),
        ({"lead": "", "lead_other": "没有这家公司"}, "下级里没有“没有这家公司”"),
        ({"term": "half_year", "half": "2026-3"}, "请填写或选择"),
    ],
)
def test_what_does_not_do_is_told_at_its_field(
    desk: Desk, said: dict[str, object], told: str
) -> None:
    own = {"lead": desk.unit("石泉镇"), "own": desk.unit("云岚区")}
    answer = desk.issue(**{name: own.get(str(value), value) for name, value in said.items()})
    assert answer.status_code == 422
    assert told in words(answer.text)
    assert desk.scene.count("assignment_order") == 0


def test_a_town_hands_down_to_its_enterprises_only(desk: Desk) -> None:
    cast = desk.scene.cast
    theirs = {"lead": "", "joint": [], "lead_other": cast.foreign_unit.name}
    order = desk.issue(desk.lead, **theirs).headers["location"]
    assert "待签收" in desk.text("/orders", cast.foreign_officer)
    assert desk.step(order, "receive", cast.foreign_officer).status_code == 303
    others = {**theirs, "lead_other": desk.scene.settled.enterprise.name}
    assert desk.issue(desk.lead, **others).status_code == 422
    forged = {**theirs, "lead": desk.unit("应急管理局"), "lead_other": ""}
    assert desk.issue(desk.lead, **forged).status_code == 404
    assert desk.get(order, cast.head).status_code == 404  # of an enterprise elsewhere
    assert desk.post(f"{order}/steps/progress", desk.office, words="x").status_code == 403
    assert desk.issue(cast.head).status_code == 403


def test_what_is_no_document_is_not_kept_and_what_was_kept_is_kept(desk: Desk) -> None:
    order = desk.issued()
    assert desk.step(order, "receive", desk.lead).status_code == 303
    page = document("x.html", b"<script>alert(1)</script>"), document("y.pdf", b"MZ no pdf")
    answer = desk.step(order, "claim", desk.lead, words="完", documents=[*page, document()])
    assert answer.status_code == 422
    assert answer.text.count("只收 PDF、OFD、Word、Excel 文件") >= 2
    (kept,) = re.findall(r'name="kept_documents" value="([^"]+)"', answer.text)
    foreign = kept.replace(kept[64:70], ".00000")
    for token, status in ((foreign, 422), (kept, 303)):
        sent = {"words": "完", "kept_documents": token}
        assert desk.step(order, "claim", desk.lead, **sent).status_code == status


def test_the_five_of_a_holiday_are_made_in_one_act(desk: Desk) -> None:
    units = [desk.unit("石泉镇"), desk.unit("应急管理局")]
    days = {"occasion": "2027 年元旦", "first": "2027-01-01", "last": "2027-01-03"}
    assert "2027 元旦" in desk.text("/orders/five", desk.office)
    for wrong in ({"units": []}, {"first": "2026-11-22"}, {"last": "2026-12-31"}):
        sent = {**days, "units": units, **wrong}
        assert desk.post("/orders/five", desk.office, **sent).status_code == 422, wrong
    answer = desk.post("/orders/five", desk.office, units=units, **days)
    assert answer.status_code == 303, words(answer.text)
    listed = desk.text(answer.headers["location"], desk.office)
    assert listed.count("2026-12-31") == 8
    assert listed.count("2027-01-03") == 2
    assert desk.scene.rows("SELECT count(DISTINCT list_uuid) FROM assignment_order") == [(1,)]
    told = "SELECT count(*) FROM notice WHERE kind = 'order.issued' GROUP BY person_id"
    assert {row[0] for row in desk.scene.rows(told)} == {1}  # one for all five


def test_a_due_order_is_reminded_of_once_before_and_once_after(desk: Desk) -> None:
    order = desk.issued(deadline="2026-12-05")

    def after(days: int) -> int:
        desk.scene.clock.passes(timedelta(days=days))
        press_orders(desk.scene.wiring)
        press_orders(desk.scene.wiring)
        return len(desk.scene.entries("order.reminded"))

    assert [after(0), after(6), after(1), after(8), after(1)] == [0, 1, 1, 2, 2]
    assert "已逾期" in desk.inbox(desk.office)
    assert "已提醒：逾期" in desk.text(order, desk.lead)
    assert "逾期 3 天" in desk.text("/orders?due=overdue", desk.office)
