"""Looking back from a hazard or unit: earlier answers, and a 合格 that a hazard followed."""

from datetime import timedelta

import pytest

from tests.builders.records import refused
from tests.builders.stepping import raised
from tests.builders.times import NOON
from tests.scene import Scene


def page(scene: Scene, path: str, person=None) -> str:
    answer = scene.tablet_of(person or scene.cast.office).ask("GET", path)
    while answer.status in (302, 303):
        answer = scene.tablet_of(person or scene.cast.office).ask("GET", answer.headers["location"])
    assert answer.status == 200, answer.body.decode()
    return answer.body.decode()


@pytest.fixture
def story(scene: Scene) -> str:
    """Passed in spring by two inspectors, not checked in summer, found to be wrong in autumn."""
    spring = scene.filled(failed=0, at=NOON - timedelta(days=200))
    summer = scene.filled(failed=0, at=NOON - timedelta(days=100))
    summer.payload["answers"]["A-01"] = {"value": "not_checked", "reason": "车间停产"}
    summer.payload["signatures"][-1] = refused(witness="p2", at=NOON - timedelta(days=100))
    autumn = scene.filled(failed=1)
    for made in (autumn, spring, summer):  # arrival is not the order of the visits
        assert scene.tablet.hand_in(made).status in (201, 202)
    return raised(scene, autumn)


def test_a_hazard_leads_to_every_earlier_check_of_its_item(scene: Scene, story: str) -> None:
    text = page(scene, f"/hazards/{story}/look-back")
    order = [text.index(f"{day:%Y-%m-%d}") for day in (NOON - timedelta(days=100),)]
    spring = text.index(f"{NOON - timedelta(days=200):%Y-%m-%d}")
    assert order[0] < spring
    assert "车间停产" in text
    assert "拒绝签字" in text
    assert "40 分钟" in text
    assert "第 1 版" in text
    assert "已核对原文" in text


def test_an_earlier_pass_is_marked_by_the_hazard_found_after_it(scene: Scene, story: str) -> None:
    text = page(scene, f"/hazards/{story}/look-back")
    assert text.count("疑似漏查") == 1
    assert "200 天后" in text
    assert "平均每项 1 分 1" in text
    ((number,),) = scene.rows("SELECT number FROM hazard")
    assert number in text


def test_a_hazard_found_before_a_pass_is_no_mark(scene: Scene) -> None:
    found = scene.filled(failed=1, at=NOON - timedelta(days=50))
    passed = scene.filled(failed=0)
    for made in (passed, found):  # found earlier, arrived later
        assert scene.tablet.hand_in(made).status == 201
    assert "疑似漏查" not in page(scene, f"/look-back?unit={scene.settled.enterprise.uuid}")


def test_an_accident_day_leaves_out_what_came_after(scene: Scene, story: str) -> None:
    day = (NOON - timedelta(days=150)).date()
    text = page(scene, f"/look-back?unit={scene.settled.enterprise.uuid}&before={day}")
    assert "共 1 次检查" in text
    day = (NOON - timedelta(days=200)).date()
    text = page(scene, f"/look-back?unit={scene.settled.enterprise.uuid}&before={day}")
    assert "共 1 次检查" in text


def test_nobody_looks_back_at_a_foreign_unit(scene: Scene, story: str) -> None:
    ask = scene.tablet_of(scene.cast.foreign_inspectors[0]).ask
    for path in (
        f"/look-back?unit={scene.settled.enterprise.uuid}",
        f"/hazards/{story}/look-back",
        f"/units/{scene.settled.enterprise.uuid}",
    ):
        assert ask("GET", path).status == 404


@pytest.mark.parametrize("item", ["hot-work", "hot-work:A-01:x", "<x>:A-01"])
def test_an_item_that_is_none_is_not_found(scene: Scene, item: str) -> None:
    ask = scene.tablet_of(scene.cast.office).ask
    assert ask("GET", f"/look-back?unit={scene.settled.enterprise.uuid}&item={item}").status == 404


def test_a_units_page_tells_what_is_open_and_who_answers_for_it(scene: Scene, story: str) -> None:
    text = page(scene, f"/units/{scene.settled.enterprise.uuid}")
    for told in ("周立新", "郑国栋", scene.settled.enterprise.credit_code, "YH2026-"):
        assert told in text
    blind = page(scene, f"/units/{scene.settled.enterprise.uuid}", scene.cast.administrator)
    assert scene.settled.enterprise.name in blind
    assert "YH2026-" not in blind
    listed = page(scene, "/units")
    assert scene.settled.enterprise.name in listed
    assert scene.cast.foreign_unit.name not in page(scene, "/units", scene.cast.officer)
