"""Bulletins: written over figures, frozen and signed, told to those below, corrected by another."""

import re
from pathlib import Path

from markupsafe import escape

from inspection.analysis import bulletins
from inspection.signing.facts import Outcome
from tests.builders.enrolment import PASSWORD
from tests.dispatch.desk import Desk
from tests.paperwork.office import Office
from tests.reports.test_pdf import text_of

NEW = "/bulletins/new?span=month&on=2026-11-01"
WORDS = {"opening": "本月重点查动火作业。", "demands": "一周内完成回头看。\n逾期的上门督办。"}


def preview(desk: Desk, address: str = NEW, **said: object) -> str:
    """The page with what was written, before anybody signs."""
    answer = desk.post(address, preview="1", **said)
    assert answer.status_code == 200, answer.text
    return answer.text


def seen(page: str) -> str:
    """The digest of what stands on a page."""
    digest = re.search(r'name="content_sha256"[^>]*value="(\w{64})"', page)
    assert digest
    return digest[1]


def issue(desk: Desk, address: str = NEW, **said: object) -> str:
    """Write a bulletin, read it, sign it; answers its address."""
    digest = seen(preview(desk, address, **said))
    answer = desk.post(address, issue="1", content_sha256=digest, password=PASSWORD, **said)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_bulletin_is_issued_once_told_to_those_below_and_corrected_by_another(
    at_noon: Office, tmp_path: Path
) -> None:
    desk = Desk(at_noon.scene)
    scene, cast = desk.scene, desk.scene.cast
    ((number, unit),) = scene.rows(
        "SELECT number, unit.name FROM hazard JOIN unit ON unit.id = hazard.unit_id"
        " WHERE level = 'major'"
    )
    early = desk.get(NEW).text
    assert "现在不能印发" in early
    refused = desk.post(NEW, issue="1", content_sha256=seen(early), password=PASSWORD)
    assert refused.status_code == 422
    assert "这一期还没有结束" in refused.text

    desk.until(5, 12)
    page = preview(desk, **WORDS, cases=[number])
    assert "一周内完成回头看" in page
    assert f"1. {unit}（{number}）" in page
    unread = desk.post(NEW, issue="1", content_sha256=seen(page), password=PASSWORD, opening="改了")
    assert "下面是更新后的通报" in unread.text
    unknown = desk.post(NEW, preview="1", numbers="YH2026-999999")
    assert "没有编号为 YH2026-999999 的隐患" in unknown.text
    assert scene.entries("bulletin.issued") == []

    assert f'href="{escape(NEW)}"' in desk.get("/bulletins").text
    first = issue(desk, **WORDS, cases=[number])
    assert f'href="{escape(NEW)}"' not in desk.get("/bulletins").text  # written
    at_noon.work()
    town = cast.foreign_office
    assert "一周内完成回头看" in desk.get(first, town).text
    assert desk.get(first, cast.officer).status_code == 404  # enterprises were not told
    assert desk.get("/bulletins", town).text.count(first) == 1
    assert "0 人已阅" in desk.get(first).text
    uuid = first.rpartition("/")[2]
    assert desk.post(f"/inbox/about/{uuid}", town).status_code == 303
    assert "1 人已阅" in desk.get(first).text
    bulletins.tell({"sheet": uuid}, engine=scene.engine, clock=scene.clock)  # done twice
    assert len(scene.entries("bulletin.sent")) == 1

    sealed = desk.get(f"{first}.pdf", town)
    assert sealed.status_code == 200
    assert at_noon.verify(sealed.data).outcome is Outcome.PASSED
    words = "".join(text_of(sealed.data, tmp_path).split())
    assert "隐患排查治理月通报" in words
    assert "逾期的上门督办。" in words

    again = preview(desk, **WORDS)
    without_note = desk.post(NEW, issue="1", content_sha256=seen(again), password=PASSWORD, **WORDS)
    assert without_note.status_code == 422
    assert "再印发要写明更正原因" in without_note.text
    second = issue(desk, **WORDS, note="漏了一家企业", to_enterprises="y")
    at_noon.work()
    old = at_noon.paper(uuid)
    assert old.annulled
    assert f"更正并替换{old.number}" in desk.get(second, cast.officer).text
    assert "由更正后的通报替换" in desk.get(first, town).text
    refused = desk.post(
        f"/sheets/{second.rpartition('/')[2]}/annulment", reason="x", password=PASSWORD
    )
    assert refused.status_code == 403
