"""A campaign has stages without a gap; what belongs follows from its rule and from tags by hand."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from inspection import worker
from inspection.campaigns import progress, running
from inspection.campaigns.running import CampaignCard
from inspection.database import reading
from inspection.hazards import belonging
from inspection.hazards.register import Hazard
from inspection.organisations.unit import Unit
from tests.builders import enrolment
from tests.builders.people import Person
from tests.builders.records import Filled
from tests.builders.stepping import raised
from tests.builders.times import NOON
from tests.notices.desk import Desk
from tests.scene import Scene

STAGES = {
    "stage0_name": "企业自查自改",
    "stage0_since": "2026-11-01",
    "stage0_until": "2026-11-15",
    "stage1_name": "部门精准执法",
    "stage1_since": "2026-11-16",
    "stage1_until": "2026-12-31",
}
CAMPAIGN = {"name": "冬季动火专项", "basis": "云安办〔2026〕9号，整治违规动火", **STAGES}


def begun(scene: Scene, person: Person, **changed: object) -> str:
    desk = Desk(scene, person)
    answer = desk.send("/campaigns/new", "/campaigns/new", **{**CAMPAIGN, **changed})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def handed_in(scene: Scene, at: datetime = NOON, **chosen: object) -> Filled:
    made = scene.filled(at=at, **chosen)
    answer = scene.tablet.hand_in(made)
    assert answer.status == 201, answer.body
    return made


def test_the_office_is_reminded_once_of_each_stage_that_ends_and_of_a_campaign_left_open(
    scene: Scene,
) -> None:
    address = begun(scene, scene.cast.office)  # on 22 November; the stage of the day ends in it
    soon, late = "专项行动阶段报告快到期", "专项行动已到期，还没有结束"

    def told() -> list[int]:
        for _ in range(2):
            worker.remind_of_campaigns(scene.wiring)
        return [len(scene.entries(f"campaign.{kind}")) for kind in ("due_soon", "overdue")]

    assert told() == [0, 0]
    scene.clock.passes(timedelta(days=33))  # 25 December
    assert told() == [1, 0]
    assert soon in Desk(scene, scene.cast.office).read("/inbox")
    assert soon not in Desk(scene, scene.cast.foreign_office).read("/inbox")
    scene.clock.passes(timedelta(days=7))  # 1 January
    assert told() == [1, 1]
    desk = Desk(scene, scene.cast.office)
    assert late in desk.read("/inbox")
    assert desk.send(f"{address}/close", address, words="已完成").status_code == 303
    scene.clock.passes(timedelta(days=30))
    assert told() == [1, 1]


def figure_links(scene: Scene, person: Person, address: str) -> list[list[tuple[str, int]]]:
    """The table of a campaign's page: wanted, self-checked, checked, unchecked, hazards, …"""
    table = Desk(scene, person).read(address).split("<tbody>")[1].split("</tbody>")[0]
    found = r'<td data-name="[^"]+"><a href="([^"]+)">(\d+)</a>'
    return [
        [(link.replace("&amp;", "&"), int(value)) for link, value in re.findall(found, row)]
        for row in table.split("<tr>")[1:]
    ]


def figures(scene: Scene, person: Person, address: str) -> list[list[int]]:
    return [[value for _link, value in row] for row in figure_links(scene, person, address)]


def test_figures_follow_the_stages_and_each_opens_what_it_counts(scene: Scene) -> None:
    office = scene.cast.office
    address = begun(scene, office)
    handed_in(scene, NOON - timedelta(days=10), failed=1)  # 12 November: the first stage
    handed_in(scene, NOON - timedelta(days=30), failed=2)  # before it began
    second = handed_in(scene, NOON, failed=3)
    first, later, whole = figures(scene, office, address)
    assert first[:5] == [3, 0, 1, 2, 1]
    assert later[:5] == [3, 0, 1, 2, 3]
    assert whole[:5] == [3, 0, 1, 2, 4]
    scene.clock.passes(timedelta(days=8))
    assert [row[7] for row in figures(scene, office, address)] == [1, 3, 4]  # all late by then
    desk = Desk(scene, office)
    for row in figure_links(scene, office, address):
        for link, value in row:
            page = desk.read(link)
            counted = re.search(r"共 (\d+) [条家]", page)
            assert counted, link
            assert int(counted[1]) == value, link
    # The lists that go out say which campaign they are of, and hold no more.
    stage = figure_links(scene, office, address)[1][4][0]
    kept = stage.partition("?")[2]
    assert "冬季动火专项 · 部门精准执法" in desk.read(f"/lists/problems?{kept}")
    book = desk.send(f"/lists/problems.xlsx?{kept}", f"/lists/problems?{kept}")
    assert book.status_code == 200
    told = scene.rows("SELECT body FROM ledger_entry WHERE kind = 'list.exported'")[0][0]
    assert '"rows":3' in told
    assert desk.send(f"/lists/problems/exports?{kept}", "/hazards").status_code == 303
    while worker.work_once(scene.wiring):
        pass
    assert [row[0] for row in scene.rows("SELECT written FROM list_export")] == [3]
    hazard = raised(scene, second)
    for page in (f"/hazards/{hazard}", f"/records/{second.uuid}", "/hazards"):
        assert "冬季动火专项" in desk.read(page), page
    assert "部门精准执法" in desk.read(f"/hazards/{hazard}")
    # A town sees the district's campaign, with its own units only; strangers' towns theirs.
    assert figures(scene, scene.cast.foreign_office, address)[2][:5] == [2, 0, 0, 2, 0]
    assert Desk(scene, scene.cast.head).read(address)


def test_a_tag_by_hand_goes_before_the_rule_and_says_who_and_why(scene: Scene) -> None:
    office, inspector = scene.cast.office, scene.settled.inspectors[0]
    address = begun(scene, office, sectors="fishery")
    made = handed_in(scene, failed=2)
    assert figures(scene, office, address)[2][2:5] == [0, 0, 0]
    page = f"/records/{made.uuid}"
    tag = {"campaign": address.rsplit("/", 1)[1], "back": page}
    by_inspector = Desk(scene, inspector)
    told = by_inspector.send(
        "/campaign-tags", page, **tag, subject=made.uuid, act="tag", words="动火与专项有关"
    )
    assert told.location == page
    assert figures(scene, office, address)[2][2:5] == [1, 0, 2]
    assert "动火与专项有关" in Desk(scene, office).read(address)
    hazard = raised(scene, made)
    by_inspector.send(
        "/campaign-tags", page, **tag, subject=hazard, act="untag", words="这一条不是动火"
    )
    assert figures(scene, office, address)[2][4] == 1
    shown = Desk(scene, office).read(f"/hazards/{hazard}")
    assert "已移出" in shown
    assert "这一条不是动火" in shown
    assert inspector.name in shown
    stranger = Desk(scene, scene.cast.foreign_inspectors[0])
    other = stranger.send(
        "/campaign-tags", "/campaigns", **tag, subject=hazard, act="tag", words="x"
    )
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"stage1_since": "2026-11-15"}, "重叠"),
        ({"stage1_since": "2026-11-18"}, "空了几天"),
        ({"stage1_until": "2026-11-10"}, "早于开始日期"),
        ({"stage1_until": ""}, "都要填"),
        ({"name": " "}, "请填写名称"),
        (dict.fromkeys(STAGES, ""), "至少要有一个阶段"),
    ],
)
def test_stages_follow_one_another(scene: Scene, changed: dict[str, str], told: str) -> None:
    desk = Desk(scene, scene.cast.office)
    answer = desk.send("/campaigns/new", "/campaigns/new", **{**CAMPAIGN, **changed})
    assert answer.status_code == 422
    assert told in answer.text
    assert scene.count("campaign") == 0


def test_a_campaign_is_changed_by_its_office_and_closed_for_ever(scene: Scene) -> None:
    cast = scene.cast
    address = begun(scene, cast.foreign_office)
    assert Desk(scene, cast.office).get(f"{address}/change").status_code == 200  # stands above
    pages = (address, f"{address}/change", f"{address}/units")
    for person in (cast.settled.inspectors[0], cast.head):  # of the other town
        assert {Desk(scene, person).get(page).status_code for page in pages} <= {403, 404}
    desk = Desk(scene, cast.foreign_office)
    changed = desk.send(f"{address}/change", address, **{**CAMPAIGN, "name": "改名的专项"})
    assert changed.status_code == 303
    assert "改名的专项" in desk.read(address)
    assert desk.send(f"{address}/close", address, words="查了全部企业").status_code == 303
    assert "查了全部企业" in desk.read(address)
    again = desk.send(f"{address}/change", "/campaigns/new", **CAMPAIGN)
    assert again.status_code == 409
    assert again.text.count("已经结束")


def test_the_rule_and_its_query_agree(scene: Scene) -> None:
    """What belongs is said twice: to one hazard as a page shows it, and to the database."""
    office = scene.cast.office
    made = [
        handed_in(scene, NOON - timedelta(days=days), failed=1 + days % 2, kind=kind)
        for days in (0, 6, 7, 25)
        for kind in ("inspection",)
    ]
    for changed in (
        {},
        {"sectors": "machinery"},
        {"sectors": "fishery"},
        {"checklists": "hot-work"},
        {"checklists": "confined-space"},
    ):
        begun(scene, office, **changed)
    first = f"/campaigns/{scene.rows('SELECT uuid FROM campaign ORDER BY id')[0][0]}"
    for subject, act in ((made[3].uuid, "tag"), (raised(scene, made[0]), "untag")):
        tagged = {"campaign": first.rsplit("/", 1)[1], "subject": subject, "back": "/"}
        Desk(scene, office).send("/campaign-tags", "/campaigns", **tagged, act=act, words="x")
    hazards = [uuid for (uuid,) in scene.rows("SELECT uuid FROM hazard")]
    with reading(scene.engine) as session:
        actor = enrolment.actor(session, office)
        subjects = {each.uuid: each for each in running.subjects(session, actor, hazards)}
        cards: list[CampaignCard] = running.campaigns(session, actor)
        counted = 0
        for card in cards:
            for stage in (None, *card.said.stages):
                rule = card.rule.within(stage)
                asked = select(Hazard.uuid).join(Unit).where(belonging.of_hazards(rule))
                told = {uuid for uuid, subject in subjects.items() if rule.holds(subject)}
                assert set(session.scalars(asked)) == told, (card.said, stage)
                counted += len(told)
            assert progress.figures(session, actor, card, today=NOON.date())
    assert counted > 10
