"""The inbox: unread first, one's own only, and opening a notice is an entry of the ledger."""

import json
import re
from datetime import date, timedelta

import pytest

from inspection.hazards import escalation
from tests.builders.people import Person
from tests.builders.stepping import raised
from tests.notices.desk import Desk
from tests.scene import Scene


@pytest.fixture
def hazard(scene: Scene) -> str:
    """A hazard that is a day overdue, so that the enterprise was urged."""
    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    uuid = raised(scene, made)
    ((due,),) = scene.rows("SELECT deadline_on FROM hazard")
    scene.clock.passes(
        timedelta(days=(date.fromisoformat(str(due)) - scene.clock().date()).days + 1)
    )
    escalation.escalate(engine=scene.engine, clock=scene.clock)
    return uuid


def notice_of(scene: Scene, person: Person) -> str:
    """The newest notice of somebody, by the address that mail and push give."""
    ((uuid,),) = scene.rows(
        "SELECT n.uuid FROM notice n JOIN person p ON p.id = n.person_id WHERE p.uuid = :uuid"
        " ORDER BY n.id DESC LIMIT 1",
        uuid=person.uuid,
    )
    return str(uuid)


def test_the_words_are_read_by_opening_and_opening_is_a_receipt(scene: Scene, hazard: str) -> None:
    head = Desk(scene, scene.cast.head)
    listed = head.read("/inbox")
    assert "1 条未读" in listed
    assert "催办" in listed
    assert "请立即整改" not in listed
    notice = notice_of(scene, scene.cast.head)
    assert "请立即整改" not in head.read(f"/inbox/{notice}")
    for _ in range(2):
        assert head.send(f"/inbox/{notice}", "/inbox").status_code == 303
    opened = head.read(f"/inbox/{notice}")
    assert "请立即整改" in opened
    assert f'href="/hazards/{hazard}"' in opened
    assert "0 条未读" in head.read("/inbox")
    receipts = scene.rows("SELECT body FROM ledger_entry WHERE kind = 'notice.read'")
    assert len(receipts) == 1
    body = json.loads(receipts[0][0])
    assert (body["by"]["name"], body["subject"]) == (scene.cast.head.name, hazard)
    assert scene.command("ledger", "check").exit_code == 0


def test_the_hazards_history_shows_what_was_sent_to_whom_and_who_opened_it(
    scene: Scene, hazard: str
) -> None:
    head = Desk(scene, scene.cast.head)
    head.send(f"/inbox/about/{hazard}", "/inbox")
    page = Desk(scene, scene.cast.office).read(f"/hazards/{hazard}")
    assert "催办" in page
    assert "请立即整改" in page
    assert f"{scene.cast.head.name}（企业主要负责人）" in page
    assert f"{scene.cast.head.name} 打开了通知" in page
    english = Desk(scene, scene.cast.office, "en").read(f"/hazards/{hazard}")
    assert "Please rectify it at once" in english
    assert "opened the notice" in english


@pytest.mark.parametrize("role", ["second_officer", "foreign_officer", "auditor", "administrator"])
def test_nobody_reads_or_opens_anothers_notice(scene: Scene, hazard: str, role: str) -> None:
    notice = notice_of(scene, scene.cast.head)
    other: Person = getattr(scene.cast, role)
    desk = Desk(scene, other)
    assert desk.get(f"/inbox/{notice}").status_code == 404
    assert desk.send(f"/inbox/{notice}").status_code == 404
    assert scene.entries("notice.read") == []


def test_a_notice_is_opened_by_a_form_of_ours_only(scene: Scene, hazard: str) -> None:
    desk = Desk(scene, scene.cast.head)
    notice = notice_of(scene, scene.cast.head)
    assert desk.send(f"/inbox/{notice}", csrf_token="x").status_code == 403
    assert scene.entries("notice.read") == []


def test_the_head_bar_counts_what_is_unread(scene: Scene, hazard: str) -> None:
    desk = Desk(scene, scene.cast.head)
    assert 'class="head-count">1<' in desk.read("/hazards")
    desk.send(f"/inbox/about/{hazard}", "/inbox")
    assert "head-count" not in desk.read("/hazards")


def test_what_is_told_about_one_hazard_stands_together_and_is_opened_together(
    scene: Scene, hazard: str
) -> None:
    desk = Desk(scene, scene.cast.head)
    desk.send(f"/inbox/about/{hazard}", "/inbox")
    tablet = scene.tablet_of(scene.settled.inspectors[0])
    assert tablet.hand_in(scene.filled()).status == 201
    scene.clock.passes(timedelta(days=10))
    escalation.escalate(engine=scene.engine, clock=scene.clock)
    desk = Desk(scene, scene.cast.head)
    rows = desk.read("/inbox").split("<tbody>")[1].split("</tr>")
    assert len(rows) == 3, "two hazards, and what follows the last row"
    again = next(row for row in rows if f"/inbox/about/{hazard}" in row)
    told = int(re.search(r"共 (\d+) 条", again)[1])  # type: ignore[index]
    assert told > 2
    assert f"打开 {told - 1} 条" in again
    assert desk.send(f"/inbox/about/{hazard}", "/inbox").status_code == 303
    assert len(scene.entries("notice.read")) == told, "each has its receipt"
    foreign = Desk(scene, scene.cast.foreign_officer)
    assert foreign.get(f"/inbox/about/{hazard}").status_code == 404
    assert foreign.send(f"/inbox/about/{hazard}").status_code == 404
    page = desk.read(f"/inbox/about/{hazard}")
    assert page.count("签收时间") == told
    assert "请立即整改" in page
    rows = desk.read("/inbox").split("<tbody>")[1].split("</tr>")
    assert f"/inbox/about/{hazard}" in rows[1], "what is unread comes first"


def test_an_empty_inbox_says_what_will_come(scene: Scene) -> None:
    assert "收件箱是空的" in Desk(scene, scene.cast.auditor).read("/inbox")


def test_the_register_is_narrowed_by_rung(scene: Scene, hazard: str) -> None:
    desk = Desk(scene, scene.cast.office)
    assert f"/hazards/{hazard}" in desk.read("/hazards?rung=urge")
    assert f"/hazards/{hazard}" not in desk.read("/hazards?rung=interview")
    assert f"/hazards/{hazard}" in desk.read("/hazards?rung=%27")
