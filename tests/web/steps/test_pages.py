"""What each of them sees: the hazard's page, the register's filters, an enterprise's first page."""

import re

import pytest

from inspection.domain.hazard import Step
from inspection.hazards.findings import hazard_uuid
from tests.builders.stepping import raised, take
from tests.scene import Scene
from tests.web.steps.desk import browser_of


def card(page: str, title: str) -> str:
    """The text of one card of a page."""
    found = re.search(
        rf'<section class="card"[^>]*>\s*<h2[^>]*>{title}</h2>(.*?)</section>', page, re.S
    )
    assert found, title
    return found[1]


def verbs(page: str) -> list[str]:
    """The steps that a hazard's page offers, in their order."""
    return re.findall(r'/steps/\w+">\s*([^<]+)</a></li>', card(page, "下一步"))


def test_each_sees_the_steps_that_are_theirs_and_why_others_are_not_offered(
    scene: Scene, hazard: str
) -> None:
    take(scene, hazard, scene.settled.inspectors[0], Step.GRADE)
    officer = browser_of(scene, scene.cast.officer).get(f"/hazards/{hazard}").text
    assert verbs(officer)[0] == "上报重大隐患"
    assert "提交整改" not in verbs(officer)
    assert "重大隐患要先上报，治理方案获批准以后才能整改。" in card(officer, "下一步")
    office = browser_of(scene, scene.cast.office).get(f"/hazards/{hazard}").text
    assert "挂牌督办" in verbs(office)
    assert "没有人提出申请，不用答复。" in card(office, "下一步")
    auditor = browser_of(scene, scene.cast.auditor).get(f"/hazards/{hazard}").text
    assert "现在没有要您办理的步骤" in card(auditor, "下一步")
    assert "为什么没有别的步骤" not in auditor


def test_the_situation_stands_first_and_what_is_seldom_done_is_folded_away(
    scene: Scene, hazard: str
) -> None:
    page = browser_of(scene, scene.cast.officer).get(f"/hazards/{hazard}").text
    assert page.index(">情况<") < page.index(">下一步<")
    shown, folded = card(page, "下一步").split("<details")
    assert re.findall(r'button(-second)? button-wide" href="[^"]+">\s*([^<]+)</a>', shown) == [
        ("", "提交整改"),
        ("-second", "填报进展"),
        ("-second", "落实整改"),
    ]
    assert "申请延期" in folded
    assert "只有重大隐患才需要这一步。" in folded


def test_the_page_tells_the_five_elements_the_listing_and_the_question_that_waits(
    scene: Scene, hazard: str
) -> None:
    take(scene, hazard, scene.cast.officer, Step.ASSIGN)
    take(scene, hazard, scene.cast.office, Step.LIST)
    take(scene, hazard, scene.cast.officer, Step.ASK_EXTENSION)
    page = browser_of(scene, scene.settled.inspectors[0]).get(f"/hazards/{hazard}").text
    elements = card(page, "五落实")
    for said in ("郑国栋", "更换软管", "0.12005 万元", "2026-12-20", "停用并隔离"):
        assert said in elements
    assert "县级挂牌督办" in page
    ahead = card(page, "下一步")
    assert "申请延期</b>，到 2027-01-15" in ahead
    assert "等监管部门答复" in ahead
    assert verbs(page)[0] == "同意延期"
    own = browser_of(scene, scene.cast.officer).get(f"/hazards/{hazard}").text
    assert "同意延期" not in verbs(own)
    for label in ("整改责任人", "督办文号", "云安委督〔2026〕3号", "延期期间的安全措施"):
        assert label in card(page, "经过")


def test_the_register_is_narrowed_by_stage_source_listing_and_question(
    scene: Scene, hazard: str
) -> None:
    other = scene.filled(failed=2)
    assert scene.tablet.hand_in(other).status == 201
    take(scene, hazard, scene.cast.officer, Step.CLAIM)
    take(scene, hazard, scene.cast.office, Step.LIST)
    asked = raised(scene, other)
    take(scene, asked, scene.cast.officer, Step.ASK_EXTENSION)
    office = browser_of(scene, scene.cast.office)

    def found(query: str) -> set[str]:
        page = office.get(f"/hazards?{query}").text
        return set(re.findall(r'href="/hazards/([0-9a-f-]{36})" data-row-link', page))

    third = hazard_uuid(other.uuid, other.payload["findings"][1]["uuid"])
    assert found("") == {hazard, asked, third}
    assert found("stage=claimed") == {hazard}
    assert found("stage=found") == {asked, third}
    assert found("stage=closed") == set()
    assert found("state=rectified_claimed") == {hazard}
    assert found("listed=1") == {hazard}
    assert found("asked=1") == {asked}
    assert found("source=self") == set()
    assert found("source=department") == {hazard, asked, third}
    assert found("stage=%27&source=x&state=-") == {hazard, asked, third}


def groups(page: str) -> dict[str, str]:
    """The text under each heading of an enterprise's first page."""
    return dict(re.findall(r'<h2 class="card-title" id="(\w+)">(.*?)</section>', page, re.S))


def test_an_enterprise_begins_with_what_waits_for_whom(scene: Scene, hazard: str) -> None:
    officer = browser_of(scene, scene.cast.officer)
    assert officer.get("/").headers["Location"] == "/enterprise"
    page = officer.get("/enterprise").text
    assert hazard in groups(page)["mine"]
    assert "提交整改" in groups(page)["mine"]
    assert "开始自查" in page
    take(scene, hazard, scene.cast.officer, Step.CLAIM)
    assert hazard in groups(officer.get("/enterprise").text)["theirs"]
    foreign = browser_of(scene, scene.cast.foreign_officer).get("/enterprise").text
    assert "没有未了结的隐患" in foreign
    assert browser_of(scene, scene.cast.office).get("/enterprise").status_code == 403


def test_what_an_enterprise_found_itself_waits_for_another_and_bears_the_time_of_report(
    scene: Scene,
) -> None:
    made = scene.filled(
        kind="self_inspection",
        signers=(scene.cast.officer,),
        device=scene.cast.officer_device,
        failed=2,
    )
    assert scene.tablet_of(scene.cast.officer).hand_in(made).status == 201
    small, major = raised(scene, made), raised(scene, made, 1)
    take(scene, small, scene.cast.officer, Step.CLAIM)
    take(scene, major, scene.cast.officer, Step.GRADE)
    take(scene, major, scene.cast.officer, Step.REPORT)
    take(scene, major, scene.cast.officer, Step.PLAN)
    mine = groups(browser_of(scene, scene.cast.officer).get("/enterprise").text)
    assert small in mine["ours"]
    assert major in mine["ours"]
    assert "自查发现并上报于" in mine["ours"]
    head = groups(browser_of(scene, scene.cast.head).get("/enterprise").text)["mine"]
    assert "批准方案" in head
    assert "验收通过" in head
    assert "待验收" in head
    office = browser_of(scene, scene.cast.office)
    assert "待验收" in office.get(f"/hazards/{small}").text.split("</h1>")[1][:600]
    assert "待复查" not in office.get(f"/hazards/{small}").text


@pytest.mark.parametrize("language", ["en"])
def test_pages_speak_english_too(scene: Scene, hazard: str, language: str) -> None:
    take(scene, hazard, scene.cast.officer, Step.ASSIGN)
    browser = browser_of(scene, scene.cast.officer)
    browser.set_cookie("zhencha_language", language)
    page = browser.get(f"/hazards/{hazard}").text
    assert "Submit rectification" in page
    assert "Person responsible" in page
