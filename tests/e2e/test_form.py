"""The form: what one tap does, what is saved when, drafts side by side, a second tab."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e import inspector
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.inspector import FAIL, NOT_APPLICABLE, PASS, PHONE, TABLET
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(ZHANG)
UNIT, LIST = "恒砺机械", "外包"


@pytest.fixture(params=[TABLET], ids=["tablet"])
def page(
    request: pytest.FixtureRequest,
    playwright: Playwright,
    live_server: LiveServer,
    profile: Path,
    browser_path: str,
) -> Iterator[Page]:
    """A tablet with one inspector enrolled and seated."""
    with inspector.tablet(
        playwright, profile, executable=browser_path, size=request.param
    ) as context:
        page = context.pages[0]
        inspector.sit_down(page, live_server.url, ZHANG)
        yield page


on_a_phone = pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)


def top(page: Page, code: str) -> float:
    """How far down the answer keys of an item stand."""
    box = inspector.item(page, code).locator(".answers").bounding_box()
    assert box
    return box["y"]


def key(page: Page, code: str, value: str = PASS) -> tuple[float, float]:
    """Where a finger taps an answer."""
    box = inspector.item(page, code).locator(f"label:has(input[value={value}])").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def at(page: Page, code: str) -> None:
    """Wait until this, and no other, is the item that one is at."""
    expect(page.locator("[data-item].is-current")).to_have_attribute("data-item", code)


@on_a_phone
def test_what_passes_leads_on_and_a_double_tap_answers_once(
    page: Page, live_server: LiveServer
) -> None:
    """The next item's keys come under the same finger; its echo is not an answer."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    first, second, third, *_ = inspector.codes(page)
    spot = key(page, first)
    page.mouse.dblclick(*spot)
    at(page, second)
    assert inspector.item(page, second).get_attribute("data-state") == "unanswered"
    assert abs(key(page, second)[1] - spot[1]) < 2
    page.wait_for_timeout(600)
    page.touchscreen.tap(*spot)
    page.touchscreen.tap(*spot)
    at(page, third)
    assert inspector.item(page, third).get_attribute("data-state") == "unanswered"
    page.locator("#undo [data-action=undo]").click()
    at(page, second)
    assert inspector.item(page, second).get_attribute("data-state") == "unanswered"
    page.locator("#undo [data-action=undo]").click()
    at(page, first)
    assert inspector.item(page, first).get_attribute("data-state") == "unanswered"
    inspector.saved(page)
    page.reload()
    inspector.ready(page, "form")
    assert page.locator('[data-item][data-state="pass"]').count() == 0


def test_every_keystroke_is_stored_while_one_goes_on_writing(
    page: Page, live_server: LiveServer
) -> None:
    """Words are stored every 300 ms, not only when one stops; one resumes at the letter."""
    draft = inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[3]
    inspector.answer(page, code, FAIL)
    words = inspector.item(page, code).locator("[data-text=words]")
    words.click()
    for letter in "abcdefghijklmnop":
        page.keyboard.type(letter)
        page.wait_for_timeout(120)
    other = page.context.new_page()
    page.close(run_before_unload=False)
    other.goto(f"{live_server.url}/tablet/")
    inspector.ready(other, "home")
    other.locator(f'#drafts a.cell[href*="{draft}"]').click()
    inspector.ready(other, "form")
    kept = inspector.item(other, code).locator("[data-text=words]")
    assert len(kept.input_value()) >= 12
    at(other, code)
    assert kept.evaluate("(text) => text === document.activeElement")


def test_note_of_an_unanswered_item_is_kept(page: Page, live_server: LiveServer) -> None:
    """What is written before the answer is tapped is there after it."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[0]
    inspector.item(page, code).locator(".ground:not([data-cite]) > summary").click()
    note = inspector.item(page, code).locator("[data-answer-field=note]")
    note.fill("电工不在")
    inspector.saved(page)
    page.wait_for_timeout(400)
    page.reload()
    inspector.ready(page, "form")
    assert note.input_value() == "电工不在"
    inspector.answer(page, code, NOT_APPLICABLE)
    assert note.input_value() == "电工不在"


@pytest.mark.hurts(6)
def test_saving_that_fails_is_loud_and_tried_again(page: Page, live_server: LiveServer) -> None:
    """Nothing is called saved that is not; the page keeps the words until storage takes them."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[0]
    inspector.saved(page)
    page.evaluate(
        """() => {
          const put = IDBObjectStore.prototype.put;
          window.mend = () => { IDBObjectStore.prototype.put = put; };
          IDBObjectStore.prototype.put = () => {
            throw new DOMException('full', 'QuotaExceededError');
          };
        }"""
    )
    inspector.item(page, code).locator("input[value=not_applicable]").check()
    page.locator("#unsaved").get_by_text("满了").wait_for()
    assert page.locator("[data-saved]").first.get_attribute("data-saved") != "saved"
    page.evaluate("() => window.mend()")
    page.locator("#unsaved").wait_for(state="hidden")
    inspector.saved(page)
    page.reload()
    inspector.ready(page, "form")
    assert inspector.item(page, code).get_attribute("data-state") == "not_applicable"


def test_same_unit_and_list_offers_the_open_draft(page: Page, live_server: LiveServer) -> None:
    """Choosing again what is begun already offers to go on; a second one is a deliberate step."""
    url = live_server.url
    first = inspector.begin(page, url, unit=UNIT, checklist=LIST)
    inspector.saved(page)
    page.goto(f"{url}/tablet/start")
    inspector.ready(page, "start")
    page.locator("#units button").filter(has_text=UNIT).click()
    page.locator("#checklists button").filter(has_text=LIST).first.click()
    offer = page.locator("[data-begun]")
    assert first in (offer.locator("a").get_attribute("href") or "")
    offer.locator("[data-action=anew]").click()
    inspector.ready(page, "form")
    assert first not in page.url
    page.goto(f"{url}/tablet/")
    inspector.ready(page, "home")
    begun = page.locator("#drafts [data-field=begun]")
    assert begun.count() == 2
    assert all("开始" in words for words in begun.all_inner_texts())


def test_a_discarded_draft_comes_back_whole(page: Page, live_server: LiveServer) -> None:
    """Discarding is one tap and taken back by one tap, or later from the list."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[0]
    inspector.answer(page, code, FAIL)
    inspector.describe(page, code, words="没有协议")
    page.locator("[data-action=overview]").click()
    page.locator("[data-action=discard]").click()
    inspector.ready(page, "home")
    assert page.locator("#drafts a.cell").count() == 0
    page.locator("#undo [data-action=undo]").click()
    page.locator("#drafts a.cell").click()
    inspector.ready(page, "form")
    assert inspector.item(page, code).locator("[data-text=words]").input_value() == "没有协议"


def test_former_states_are_listed_and_come_back(page: Page, live_server: LiveServer) -> None:
    """A former state is restored as a new save, and that too is taken back."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(page)
    for code in codes[:4]:
        inspector.answer(page, code, PASS)
    page.clock.install()
    page.clock.fast_forward(70_000)
    inspector.answer(page, codes[0], FAIL)
    page.locator("[data-action=overview]").click()
    page.locator("#earlier summary").click()
    page.locator("#snapshots button").first.click()
    page.wait_for_function(
        "(code) => document.querySelector(`[data-item='${code}']`).dataset.state === 'pass'",
        arg=codes[0],
    )
    page.locator("#overview [data-action=undo]").click()
    assert inspector.item(page, codes[0]).get_attribute("data-state") == "unfinished"


@pytest.mark.hurts(12, 24)
def test_second_tab_looks_on_and_takes_over(page: Page, live_server: LiveServer) -> None:
    """One tab writes; the other says so, and goes on from its last word once it is gone."""
    draft = inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[0]
    second = page.context.new_page()
    second.goto(page.url)
    inspector.ready(second, "form")
    assert second.locator("#other-tab").is_visible()
    keys = inspector.item(second, code).locator("input[type=radio]")
    assert keys.first.is_disabled()
    signing = page.context.new_page()
    signing.goto(f"{live_server.url}/tablet/review?draft={draft}")
    inspector.ready(signing, "review")
    assert signing.locator("#other-tab").is_visible()
    assert not signing.locator("[data-action=begin-signing]").is_visible()
    signing.close()
    inspector.answer(page, code, FAIL)
    inspector.describe(page, code, words="没有协议")
    page.close()
    second.locator("#other-tab").wait_for(state="hidden")
    inspector.ready(second, "form")
    assert inspector.item(second, code).locator("[data-text=words]").input_value() == "没有协议"
    assert keys.first.is_enabled()


def test_last_time_stands_beside_the_item_and_answers_nothing(
    page: Page, live_server: LiveServer
) -> None:
    """What was found last time is a line to read, without a network too."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[1]
    live_server.stop()
    page.evaluate(
        """async (code) => {
          const database = await new Promise((resolve) => {
            const asked = indexedDB.open('zhencha-device');
            asked.onsuccess = () => resolve(asked.result);
          });
          const all = await new Promise((resolve) => {
            const asked = database.transaction('units').objectStore('units').getAll();
            asked.onsuccess = () => resolve(asked.result);
          });
          const unit = all.find(({ name }) => name.includes('恒砺')).uuid;
          const slug = location.pathname.split('/')[2];
          const change = database.transaction('last_inspections', 'readwrite');
          const last = {
            id: `${unit}:${slug}`, unit, slug, revision: 1, record: 'x',
            finished_at: '2026-10-03T09:00:00Z',
            answers: { [code]: 'fail' }, words: { [code]: '审批栏空白' },
          };
          await new Promise((resolve) => {
            change.objectStore('last_inspections').put(last).onsuccess = resolve;
          });
          database.close();
        }""",
        code,
    )
    page.reload()
    inspector.ready(page, "form")
    line = inspector.item(page, code).locator("[data-field=last_time]")
    line.get_by_text("上次 2026-10-03：不合格 · 审批栏空白").wait_for()
    assert inspector.item(page, code).get_attribute("data-state") == "unanswered"
    inspector.go_to(page, inspector.codes(page)[2])
    page.wait_for_timeout(300)  # the bar is drawn anew
    assert inspector.item(page, code).is_visible(), "it stays while the reader goes on"


@pytest.mark.hurts(37)
def test_character_that_cannot_be_printed_is_told_at_once(
    page: Page, live_server: LiveServer
) -> None:
    """The warning names it and goes away with it; what was written is stored either way."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[0]
    inspector.answer(page, code, FAIL)
    words = inspector.item(page, code).locator("[data-text=words]")
    words.fill("𬭎丰厂没有协议😀")
    warning = inspector.item(page, code).locator("[data-unprintable]")
    warning.wait_for()
    assert "😀" in warning.inner_text()
    assert "𬭎" not in warning.inner_text()
    inspector.saved(page)
    words.fill("𬭎丰厂没有协议")
    warning.wait_for(state="detached")


def test_short_list_with_the_keyboard_alone(page: Page, live_server: LiveServer) -> None:
    """Answers, overview and filters need no pointer, and nothing leads on by itself."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(page)
    for code in codes[:3]:
        page.wait_for_function("(code) => location.hash === `#${code}`", arg=code)
        inspector.item(page, code).focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        at(page, code)
        page.locator("[data-action=next]").focus()
        page.keyboard.press("Enter")
    expect(page.locator('[data-item][data-state="pass"]')).to_have_count(3)
    page.keyboard.press("Control+z")
    assert page.locator('[data-item][data-state="pass"]').count() == 2
    page.locator("[data-action=overview]").focus()
    page.keyboard.press("Enter")
    page.locator("[data-filter=unanswered]").focus()
    page.keyboard.press("Enter")
    assert page.locator("[data-overview]:visible").count() == len(codes) - 2
    page.locator("[data-filter=failed]").press("Enter")
    page.locator("[data-none-left]").wait_for()
    inspector.saved(page)


@on_a_phone
def test_left_hand_finds_its_keys_on_the_left(page: Page, live_server: LiveServer) -> None:
    """The setting mirrors bar and keys, stays, and turns off leading on where one asks for that."""
    url = live_server.url
    page.goto(f"{url}/tablet/")
    inspector.ready(page, "home")
    page.locator("[name=hand][value=left]").check()
    page.locator("[name=advance][value=off]").check()
    inspector.begin(page, url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[0]
    assert key(page, code, PASS)[0] > key(page, code, FAIL)[0]
    onward = page.locator("[data-action=next]").bounding_box()
    back = page.locator("[data-action=previous]").bounding_box()
    assert onward
    assert back
    assert onward["x"] < back["x"]
    inspector.answer(page, code, PASS)
    at(page, code)


def two_people(page: Page, url: str) -> None:
    """A second inspector joins the tablet and stays seated."""
    inspector.sign_out(page)
    inspector.enrol(page, url, LI)
