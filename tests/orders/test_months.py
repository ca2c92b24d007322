"""One month, one dispatch, one bulletin: asked for, written, compiled, signed, told."""

import re
from datetime import datetime

from inspection import worker
from tests.builders.enrolment import PASSWORD
from tests.orders.desk import Desk, words

MONTH = "/orders/months/2026-11"


def _until(desk: Desk, month: int, day: int) -> None:
    now = desk.scene.clock.now
    desk.scene.clock.passes(datetime(2026, month, day, 4, tzinfo=now.tzinfo) - now)
    worker.press_orders(desk.scene.wiring)


def _asked(desk: Desk) -> int:
    return len(desk.scene.entries("order.month_asked"))


def test_units_are_asked_before_the_month_ends_and_pressed_on_the_1st(desk: Desk) -> None:
    desk.issued()
    _until(desk, 11, 24)
    assert _asked(desk) == 0
    _until(desk, 11, 25)
    _until(desk, 11, 30)
    assert _asked(desk) == 1
    assert "请写 2026 年 11 月工作情况" in desk.inbox(desk.joint)
    office = f"?office={desk.unit('云岚区')}"
    assert desk.post(MONTH + office, desk.lead, done=" ").status_code == 422
    assert desk.post(MONTH + office, desk.lead, done="查了 12 家").status_code == 303
    _until(desk, 12, 1)
    _until(desk, 12, 2)
    assert _asked(desk) == 2
    seqs = "SELECT count(*) FROM notice WHERE kind = 'order.month_asked' GROUP BY person_id"
    assert sorted(row[0] for row in desk.scene.rows(seqs)) == [1, 2, 2]  # who wrote was not pressed
    assert desk.post(MONTH + office, desk.joint, done="补报").status_code == 303
    page = desk.text(MONTH, desk.office)
    assert "还有 0 家没有报送" in page
    assert "迟报" in page
    own = desk.text(MONTH + office, desk.lead)
    assert "查了 12 家" in own
    assert "补报" not in own  # another unit's word is the office's to read
    assert desk.get(MONTH + office, desk.scene.cast.head).status_code == 404
    assert desk.get("/orders/months/2027-03", desk.office).status_code == 404
    early = desk.post(f"/orders/months/2026-12{office}", desk.lead, done="x")
    assert early.status_code == 404


def test_the_bulletin_is_signed_as_it_stood_and_reaches_those_it_names(desk: Desk) -> None:
    desk.issued()
    _until(desk, 12, 1)
    office = f"?office={desk.unit('云岚区')}"
    assert desk.post(MONTH + office, desk.lead, done="查了 12 家").status_code == 303
    shown = desk.get(f"{MONTH}/bulletin", desk.office).text
    assert "未报单位：应急管理局。" in shown
    digest = re.findall(r'name="content_sha256"[^>]*value="(\w{64})"', shown)[0]
    assert desk.post(MONTH + office, desk.joint, done="刚刚报").status_code == 303
    sent = {"content_sha256": digest, "password": PASSWORD}
    changed = desk.post(f"{MONTH}/bulletin", desk.office, **sent)
    assert changed.status_code == 422  # it is no longer what was read
    sent["content_sha256"] = re.findall(
        r'name="content_sha256"[^>]*value="(\w{64})"', changed.text
    )[0]
    assert desk.post(f"{MONTH}/bulletin", desk.office, **sent).status_code == 303
    while worker.work_once(desk.scene.wiring):
        pass
    assert "交办事项办理情况通报：2026-11" in desk.inbox(desk.lead)
    file = desk.get(f"{MONTH}/bulletin.pdf{office}", desk.lead)
    assert file.data.startswith(b"%PDF-")
    assert desk.get(f"{MONTH}/bulletin.pdf{office}", desk.scene.cast.head).status_code == 404
    assert "交办事项办理情况通报" in words(desk.get("/sheets", desk.office).text)
    assert desk.get(f"{MONTH}.xlsx", desk.office).data.startswith(b"PK")
