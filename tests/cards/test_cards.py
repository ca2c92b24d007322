"""Hint cards: one page for a wall and for a phone, sent with receipts and reminders."""

import io
import json
import re
import subprocess
from datetime import timedelta

import pikepdf
import pytest

from inspection import worker
from tests.notices.desk import Desk
from tests.scene import Scene

CARD = "/cards/hot-work"


def worked(scene: Scene) -> None:
    while worker.work_once(scene.wiring):
        pass


def sent(desk: Desk, **fields: str) -> str:
    """Send the card and answer where the receipts are read."""
    answer = desk.send(f"{CARD}/send", f"{CARD}/send", **{"sector": "", "note": "", **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def opened(desk: Desk) -> str:
    """Open what somebody's inbox tells first and answer what it says."""
    found = re.search(r'action="(/inbox/about/[0-9a-f-]{36})"', desk.read("/inbox"))
    assert found
    desk.send(found[1], "/inbox")
    return desk.read(found[1])


def test_anybody_reads_a_card_in_either_language(scene: Scene) -> None:
    client = scene.app.test_client()
    page = client.get(CARD).text
    for told in ("要做到", "可能的处罚", "不明白的，问谁", scene.wiring.settings.organisation):
        assert told in page
    assert page.count('class="duty-wrong"') == 20
    english = client.get(CARD, headers={"Accept-Language": "en"}).text
    assert "What to do" in english
    assert f'href="{CARD}"' in client.get("/cards").text
    assert client.get("/cards/ladders").status_code == 404
    assert client.get(f"{CARD}/fr.pdf").status_code == 404


def test_a_card_is_drawn_once_on_one_page_of_an_accessible_pdf(scene: Scene) -> None:
    client = scene.app.test_client()
    for _ in range(2):
        waiting = client.get(f"{CARD}/zh.pdf")
        assert (waiting.status_code, waiting.headers["Refresh"]) == (202, "2")
    worked(scene)
    assert scene.count("job") == 1
    file = client.get(f"{CARD}/zh.pdf").data
    with pikepdf.open(io.BytesIO(file)) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
    said = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=file, capture_output=True, check=True
    )
    text = re.sub(r"\s+", "", said.stdout.decode())
    for told in ("动火等危险作业", "要做到", "常见的问题", "可能的处罚", "联系人"):
        assert told in text
    assert client.get(f"{CARD}/zh.pdf").data == file


def test_an_office_sees_who_opened_a_card_and_reminds_the_others(scene: Scene) -> None:
    cast, office = scene.cast, Desk(scene, scene.cast.foreign_office)
    page = sent(office, note="本月检查前请看")
    assert "正在发放" in office.read(page)
    worked(scene)
    assert "0 人已签收，共 1 人" in office.read(page)
    assert "1 家企业没有人可以接收" in office.read(page)  # the foundry has no account
    assert cast.supervised.name in office.read(page)
    reader = Desk(scene, cast.foreign_officer)
    # Reminded before it is opened, and never after.
    office.send(f"{page}/remind", page)
    worked(scene)
    assert "提醒 1 次" in office.read(page)
    told = opened(reader)
    for words in ("动火等危险作业", "本月检查前请看", "打开提示卡", f'href="{CARD}"'):
        assert words in told
    assert "1 人已签收，共 1 人" in office.read(page)
    assert "提醒没有签收的人" not in office.read(page)
    office.send(f"{page}/remind", page)
    worked(scene)
    bodies = [
        (kind, json.loads(body))
        for kind, body in scene.rows(
            "SELECT kind, body FROM ledger_entry WHERE subject = :sending ORDER BY seq",
            sending=page.rsplit("/", 1)[1],
        )
    ]
    assert [kind for kind, _ in bodies] == [
        "card.sent",
        "card.reminded",
        "notice.read",
        "notice.read",
    ]
    assert bodies[0][1]["recipients"][0]["name"] == cast.foreign_officer.name
    assert scene.command("ledger", "check").exit_code == 0


def test_a_card_goes_to_the_sector_that_was_chosen_and_no_further_than_the_office(
    scene: Scene,
) -> None:
    office = Desk(scene, scene.cast.office)  # of the whole district
    worked_on = [sent(office, sector="fishery"), sent(office, sector="machinery")]
    worked(scene)
    assert "0 人已签收，共 0 人" in office.read(worked_on[0])
    # The head and two safety officers of one enterprise, and the other town's officer.
    assert "0 人已签收，共 4 人" in office.read(worked_on[1])
    town = Desk(scene, scene.cast.foreign_office)
    assert town.get(worked_on[1]).status_code == 404
    assert town.send(f"{worked_on[1]}/remind", "/cards/hot-work/send").status_code == 404
    assert "还没有发放过提示卡" in town.read("/cards/sendings")
    assert "动火等危险作业" in office.read("/cards/sendings")


def test_a_sending_that_is_told_twice_tells_nobody_twice(scene: Scene) -> None:
    sent(Desk(scene, scene.cast.office))
    worked(scene)
    told = scene.count("notice")
    with scene.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE job SET finished_at = NULL")
    scene.clock.passes(timedelta(hours=1))  # the claim of a worker that died has expired
    worked(scene)
    assert scene.count("notice") == told > 0
    assert len(scene.entries("card.sent")) == 1


@pytest.mark.parametrize("role", ["officer", "auditor", "administrator"])
def test_only_offices_send(scene: Scene, role: str) -> None:
    desk = Desk(scene, getattr(scene.cast, role))
    assert desk.get(f"{CARD}/send").status_code == 403
    assert desk.get("/cards/sendings").status_code == 403
    assert "/send" not in desk.read(CARD)
