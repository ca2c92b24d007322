"""Taking a step in the browser: forms, what they say when something is wrong, who was quicker."""

import logging
import threading
from datetime import timedelta

import pytest

from inspection.domain.hazard import Step
from tests.builders.identifiers import uuid7
from tests.builders.stepping import SAID, raised, take
from tests.scene import Scene
from tests.web.steps.desk import address, browser_of, filled_in, send, token_in

XSS = '<script>alert("整改")</script>'


def test_a_step_is_taken_by_its_form(scene: Scene, hazard: str) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.PROGRESS))
    assert page.status_code == 200
    assert "进展情况" in page.text
    taken = send(browser, hazard, Step.PROGRESS, page.text, words="已订货")
    assert taken.status_code == 303, taken.text
    assert scene.entries(f"hazard.{Step.PROGRESS}") == [hazard]
    shown = browser.get(f"/hazards/{hazard}").text
    assert "已记入台账" in shown
    assert "已订货" in shown
    assert scene.cast.officer.name in shown


def test_what_is_wrong_is_said_at_each_field_and_what_was_typed_stays(
    scene: Scene, hazard: str
) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.ASSIGN)).text
    before = scene.entries()
    said = {
        "responsible": XSS,
        "measures": "长" * 10_000,
        "funds": "-3",
        "planned_on": "2025-01-01",
    }
    answer = send(browser, hazard, Step.ASSIGN, page, **said)
    assert answer.status_code == 422
    assert scene.entries() == before
    for name, words in (
        ("measures", "最多 2000 字"),
        ("funds", "不能小于零"),
        ("planned_on", "不能早于今天"),
    ):
        assert f'<a href="#{name}">' in answer.text
        assert words in answer.text
    assert 'value="-3"' in answer.text
    assert "长" * 10_000 in answer.text
    assert XSS not in answer.text
    mended = send(browser, hazard, Step.ASSIGN, answer.text, **SAID[Step.ASSIGN], words=XSS)
    assert mended.status_code == 303


def test_script_in_what_was_said_is_text_on_the_hazards_page(scene: Scene, hazard: str) -> None:
    take(scene, hazard, scene.cast.officer, Step.PROGRESS, words=XSS)
    page = browser_of(scene, scene.cast.office).get(f"/hazards/{hazard}").text
    assert XSS not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("text", "named"), [("已换\U0001f680", "\U0001f680 U+1F680"), ("已换\x0b好", "U+000B")]
)
def test_a_character_that_no_paper_can_print_is_named(
    scene: Scene, hazard: str, text: str, named: str
) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.PROGRESS)).text
    answer = send(browser, hazard, Step.PROGRESS, page, words=text)
    assert answer.status_code == 422
    assert f"请换一个写法：{named}" in answer.text
    assert scene.entries(f"hazard.{Step.PROGRESS}") == []
    rare = send(browser, hazard, Step.PROGRESS, answer.text, words="由𬭎工换好 ①\n已检漏")
    assert rare.status_code == 303


def test_a_claim_needs_a_photo(scene: Scene, hazard: str) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.CLAIM)).text
    answer = send(browser, hazard, Step.CLAIM, page, **SAID[Step.CLAIM])
    assert answer.status_code == 422
    assert "请附上照片：整改后照片" in answer.text
    assert scene.entries(f"hazard.{Step.CLAIM}") == []


def test_whoever_comes_second_sees_what_the_first_did_and_may_go_on(
    scene: Scene, hazard: str
) -> None:
    mine, theirs = scene.cast.officer, scene.cast.second_officer
    browser = browser_of(scene, mine)
    page = browser.get(address(hazard, Step.PROGRESS)).text
    take(scene, hazard, theirs, Step.ASSIGN, measures="整段更换")
    answer = send(browser, hazard, Step.PROGRESS, page, words="我来订货")
    assert answer.status_code == 409
    assert "又有了新的办理" in answer.text
    assert theirs.name in answer.text
    assert "整段更换" in answer.text
    assert "我来订货" in answer.text
    assert scene.entries(f"hazard.{Step.PROGRESS}") == []
    again = send(browser, hazard, Step.PROGRESS, answer.text, words="我来订货")
    assert again.status_code == 303
    both = browser.get(f"/hazards/{hazard}").text
    assert "整段更换" in both
    assert "我来订货" in both


def test_whoever_comes_second_to_a_state_that_moved_on_is_told_why_not_and_keeps_the_words(
    scene: Scene, hazard: str
) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.PROGRESS)).text
    take(scene, hazard, scene.cast.second_officer, Step.CLAIM)
    answer = send(browser, hazard, Step.PROGRESS, page, words="我来订货")
    assert answer.status_code == 409
    assert "“填报进展”现在不能办理" in answer.text
    assert "我来订货" in answer.text
    assert 'type="submit">填报进展' not in answer.text


def test_whoever_taps_twice_is_not_told_of_a_stranger(scene: Scene, hazard: str) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.PROGRESS)).text
    first, second = (send(browser, hazard, Step.PROGRESS, page, words="已订货") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert scene.entries(f"hazard.{Step.PROGRESS}") == [hazard]
    other = send(browser, hazard, Step.PROGRESS, page, words="货到了")
    assert other.status_code == 409


def test_a_returned_plan_is_mended_not_typed_again(scene: Scene, hazard: str) -> None:
    inspector, officer = scene.settled.inspectors[0], scene.cast.officer
    take(scene, hazard, inspector, Step.GRADE)
    take(scene, hazard, officer, Step.REPORT)
    take(scene, hazard, officer, Step.PLAN, funds="36000.5")
    take(scene, hazard, inspector, Step.RETURN_PLAN)
    page = browser_of(scene, officer).get(address(hazard, Step.PLAN)).text
    for said in ("更换软管并检漏", "36000.5", "设备部三人", "2026-12-20"):
        assert said in page


def test_a_step_that_is_not_due_says_why(scene: Scene, hazard: str) -> None:
    take(scene, hazard, scene.settled.inspectors[0], Step.GRADE)
    answer = browser_of(scene, scene.cast.officer).get(address(hazard, Step.CLAIM))
    assert answer.status_code == 409
    assert "治理方案获批准以后才能整改" in answer.text


def self_found(scene: Scene) -> str:
    """A hazard that the enterprise's safety officer found in a self-inspection."""
    officer, device = scene.cast.officer, scene.cast.officer_device
    made = scene.filled(kind="self_inspection", signers=(officer,), device=device)
    assert scene.tablet_of(officer).hand_in(made).status == 201
    return raised(scene, made)


def test_nobody_accepts_what_they_rectified(scene: Scene) -> None:
    hazard = self_found(scene)
    browser = browser_of(scene, scene.cast.officer)
    early = browser_of(scene, scene.cast.second_officer)
    take(scene, hazard, scene.cast.officer, Step.CLAIM)
    own = browser.get(address(hazard, Step.ACCEPT))
    assert own.status_code == 409
    assert "整改是您提交的" in own.text
    ((newest,),) = scene.rows("SELECT last_seq FROM hazard")
    asked = {"csrf_token": token_in(browser), "seen_seq": newest}
    forced = send(browser, hazard, Step.ACCEPT, own.text, words="我看可以", **asked)
    assert forced.status_code == 409
    assert scene.entries(f"hazard.{Step.ACCEPT}") == []
    page = early.get(address(hazard, Step.ACCEPT)).text
    assert send(early, hazard, Step.ACCEPT, page, words="现场核对，已改好").status_code == 303


def test_a_step_that_is_never_theirs_is_refused(scene: Scene, hazard: str) -> None:
    officer, office = scene.cast.officer, scene.cast.office
    assert browser_of(scene, officer).get(address(hazard, Step.TRANSFER)).status_code == 403
    assert browser_of(scene, office).get(address(hazard, Step.CLAIM)).status_code == 403
    auditor = browser_of(scene, scene.cast.auditor)
    assert auditor.get(address(hazard, Step.GRADE)).status_code == 403


def test_a_foreign_hazard_and_an_unknown_step_are_not_there_and_the_log_says_so(
    scene: Scene, hazard: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = browser_of(scene, scene.cast.officer).get(address(hazard, Step.PROGRESS)).text
    foreign = browser_of(scene, scene.cast.foreign_officer)
    with caplog.at_level(logging.INFO, "zhencha.edge"):
        assert foreign.get(address(hazard, Step.PROGRESS)).status_code == 404
        guess = filled_in(page, words="猜到的", csrf_token=token_in(foreign))
        assert foreign.post(address(hazard, Step.PROGRESS), data=guess).status_code == 404
    assert f"POST {address(hazard, Step.PROGRESS)} not_found" in caplog.text
    assert "猜到的" not in caplog.text
    mine = browser_of(scene, scene.cast.officer)
    for step in ("registered", "reinspected_passed", "nonsense"):
        assert mine.get(f"/hazards/{hazard}/steps/{step}").status_code == 404
    assert mine.get(address(uuid7(), Step.PROGRESS)).status_code == 404


def test_a_form_of_another_page_takes_no_step(scene: Scene, hazard: str) -> None:
    browser = browser_of(scene, scene.cast.officer)
    answer = browser.post(address(hazard, Step.PROGRESS), data={"words": "x", "seen_seq": "1"})
    assert answer.status_code == 403
    assert scene.entries(f"hazard.{Step.PROGRESS}") == []


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40])
def test_an_odd_place_in_the_ledger_is_an_old_page(scene: Scene, hazard: str, seen: str) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.PROGRESS)).text
    answer = send(browser, hazard, Step.PROGRESS, page, words="x", seen_seq=seen)
    assert answer.status_code == 409
    assert scene.entries(f"hazard.{Step.PROGRESS}") == []


def test_an_extension_is_asked_before_the_deadline_only(scene: Scene, hazard: str) -> None:
    browser = browser_of(scene, scene.cast.officer)
    assert browser.get(address(hazard, Step.ASK_EXTENSION)).status_code == 200
    scene.clock.passes(timedelta(days=400))
    later = browser_of(scene, scene.cast.officer).get(address(hazard, Step.ASK_EXTENSION))
    assert later.status_code == 409
    assert "延期要在到期之前申请" in later.text


def test_of_two_who_close_at_once_one_is_entered_and_the_other_is_told(scene: Scene) -> None:
    hazard = self_found(scene)
    take(scene, hazard, scene.cast.officer, Step.CLAIM)
    persons = (scene.cast.second_officer, scene.cast.head)
    browsers = [browser_of(scene, person) for person in persons]
    pages = [browser.get(address(hazard, Step.ACCEPT)).text for browser in browsers]
    start = threading.Barrier(len(persons))
    answers = {}

    def act(place: int) -> None:
        start.wait()
        sent = send(browsers[place], hazard, Step.ACCEPT, pages[place], words="现场核对，已改好")
        answers[sent.status_code] = (place, sent.text)

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(persons))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409]
    assert scene.entries(f"hazard.{Step.ACCEPT}") == [hazard]
    winner = persons[answers[303][0]].name
    assert winner in answers[409][1]
    assert "又有了新的办理" in answers[409][1]
