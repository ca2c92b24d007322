"""Before and while people sign: what they are shown, what is refused, and in which words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.e2e import inspector
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.inspector import FAIL, PASS, Party
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(ZHANG, LI)
PARTY = Party("郑国栋", "安全总监")
UNIT, LIST = "恒砺机械", "外包外租（短表）"

INKED = """() => {
  const pad = document.querySelector('.ink-pad');
  const { data, width, height } = pad.getContext('2d').getImageData(0, 0, pad.width, pad.height);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!data[(y * width + x) * 4 + 3]) continue;
      left = Math.min(left, x); right = Math.max(right, x);
      top = Math.min(top, y); bottom = Math.max(bottom, y);
    }
  }
  const ratio = devicePixelRatio;
  return { left: left / ratio, top: top / ratio, width: (right - left) / ratio,
    height: (bottom - top) / ratio, pad: width / ratio };
}"""


@pytest.fixture
def page(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> Iterator[Page]:
    """A tablet with two inspectors; Li is seated."""
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        inspector.sit_down(page, live_server.url, LI, "李")
        yield page


def inspected(page: Page, url: str) -> str:
    """An inspection where every item passes, up to the review page with its people named."""
    record = inspector.begin(page, url, unit=UNIT, checklist=LIST)
    inspector.answer_all(page, PASS)
    inspector.review(page)
    inspector.name_signers(page, second="张", party=PARTY)
    return record


def inked(page: Page) -> dict[str, Any]:
    """Where the ink lies on the pad, as eyes see it, once it is drawn and lies still."""
    before: dict[str, Any] = {}
    while (seen := dict(page.evaluate(INKED))) != before or seen["width"] <= 0:
        before = seen
        page.wait_for_timeout(200)
    return seen


@pytest.mark.hurts(29, 33)
def test_ink_survives_turning_the_tablet_and_the_signer_sees_whose_record_it_is(
    page: Page, live_server: LiveServer
) -> None:
    """Turned, the ink keeps its proportions; turned back, its size; signed, it is accepted."""
    record = inspected(page, live_server.url)
    inspector.begin_signing(page)
    assert "李" in page.locator("[data-field=turn_author]").inner_text()
    inspector.draw(page, seed=1)
    upright = inked(page)
    page.set_viewport_size({"width": 1180, "height": 820})
    turned = inked(page)
    page.set_viewport_size({"width": 390, "height": 844})
    small = inked(page)
    page.set_viewport_size({"width": 820, "height": 1180})
    back = inked(page)
    assert turned["width"] > 20
    for seen in (turned, small):
        assert abs(seen["width"] / seen["height"] - upright["width"] / upright["height"]) < 0.1
        assert seen["left"] + seen["width"] <= seen["pad"]
    for side in ("left", "top", "width", "height"):
        assert abs(back[side] - upright[side]) <= 2
    page.locator("[data-action=confirm]").click()
    inspector.sign(page, pin=ZHANG.pin, seed=2)
    inspector.sign(page, pin=LI.pin, seed=3)
    inspector.finish(page)
    inspector.delivered(page, record)


@pytest.mark.hurts(32)
def test_empty_short_and_pinless_turns_are_told_apart(page: Page, live_server: LiveServer) -> None:
    """Each refusal says what is missing, in our words, and puts the hand where it is mended."""
    inspected(page, live_server.url)
    inspector.begin_signing(page)
    problem = page.locator("[data-field=turn_problem]")
    confirm = page.locator("[data-action=confirm]")
    assert confirm.inner_text() == "确认签字"
    confirm.click()
    problem.get_by_text("还没有写签名").or_(
        problem.filter(has_text="还没有写签名")
    ).first.wait_for()
    box = page.locator(".ink-pad").bounding_box()
    assert box
    page.mouse.click(box["x"] + 60, box["y"] + 60)
    confirm.click()
    page.wait_for_function(
        "() => document.querySelector('[data-field=turn_problem]').textContent.includes('太短')"
    )
    page.locator("[name=outcome][value=refused]").check()
    assert confirm.inner_text() == "记为拒绝签字"
    confirm.click()
    assert page.locator("[name=reason]").evaluate("(field) => field === document.activeElement")
    page.locator("[name=outcome][value=signed]").check()
    inspector.sign(page, seed=1)
    assert "张晓峰" in page.locator("label[for=turn-pin]").inner_text()
    inspector.draw(page, seed=2)
    confirm.click()
    pin = page.locator("[name=turn_pin]")
    assert "张晓峰" in problem.inner_text()
    assert pin.evaluate("(field) => field === document.activeElement")
    assert page.evaluate("() => [...document.forms].every((form) => form.noValidate)")


def test_review_leads_back_to_the_list_and_names_what_is_owed(
    page: Page, live_server: LiveServer
) -> None:
    """Back is the list, not home; who presses too early is led to what is missing."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(page)
    inspector.answer_all(page, PASS, but=codes[3:5])
    inspector.answer(page, codes[4], FAIL)
    inspector.review(page)
    page.locator("[data-action=begin-signing]").click()
    owed = page.locator("#faults")
    assert owed.evaluate("(panel) => panel === document.activeElement")
    assert codes[3] in owed.inner_text()
    silent = page.locator("[data-opinion-owed]")
    silent.wait_for()
    said = page.locator('[data-said-by="department"] button')
    said.nth(1).click()
    said.nth(1).click()  # once is enough
    assert page.locator("[name=opinion]").input_value() == "责令限期改正，期限见各问题。"
    silent.wait_for(state="hidden")
    page.locator(".bar [data-back-to-form]").click()
    inspector.ready(page, "form")
    assert page.locator("#overview").is_visible()
    page.locator("[data-filter=unanswered]").click()
    assert page.locator("[data-overview]:visible").count() == 1


@pytest.mark.hurts(15)
def test_what_is_signed_is_closed_in_every_tab(page: Page, live_server: LiveServer) -> None:
    """A tab that was open before the first signature cannot change what was signed."""
    record = inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[0]
    inspector.answer_all(page, PASS)
    form = page.url
    other = page.context.new_page()
    other.goto(form)
    inspector.ready(other, "form")
    key = inspector.item(other, code).locator("input[type=radio]").first
    assert key.is_disabled()
    page.bring_to_front()  # a hand draws only on what is in sight
    inspector.review(page)
    inspector.name_signers(page, second="张", party=PARTY)
    inspector.begin_signing(page)
    inspector.sign(page, seed=1)
    page.close()
    other.locator("#frozen").wait_for()
    inspector.ready(other, "form")
    assert key.is_disabled()
    other.goto(f"{live_server.url}/tablet/review?draft={record}")
    inspector.ready(other, "review")
    assert other.locator("#frozen").is_visible()
    assert other.locator("#opinion").is_disabled()


def test_who_signed_here_before_is_one_tap(page: Page, live_server: LiveServer) -> None:
    """The unit's person is offered by name; nothing is filled in before the tap."""
    inspected(page, live_server.url)
    for turn, pin in enumerate(("", ZHANG.pin, LI.pin)):
        if not turn:
            inspector.begin_signing(page)
        inspector.sign(page, pin=pin, seed=turn)
    inspector.finish(page)
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    inspector.answer_all(page, PASS)
    page.locator("[data-review]").click()
    inspector.ready(page, "review")
    assert page.locator("[name=party_name]").input_value() == ""
    page.locator("#known-parties button").filter(has_text=PARTY.name).click()
    assert page.locator("[name=party_name]").input_value() == PARTY.name
    assert page.locator("[name=party_title]").input_value() == PARTY.title
    inspector.saved(page)
