"""Several people, one tablet: seats, PINs, lost PINs, and a session that ends at any moment."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e import inspector, storage
from tests.e2e.conftest import LI, PASSWORD, ZHANG
from tests.e2e.inspector import FAIL, PASS, Party, Signer
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(ZHANG)
UNIT, LIST = "恒砺机械", "动火"
WANG = Signer("wang", PASSWORD, "720416")
PARTY = Party("郑国栋", "安全总监")
PASSPHRASE = "zhencha-recovery-2026"
CLOCK = (
    """Date.now = ((now) => () => now() + Number(localStorage.getItem("shift") ?? 0))(Date.now);"""
)


@pytest.fixture
def page(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> Iterator[Page]:
    """A tablet on which Zhang is enrolled and seated."""
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        inspector.sit_down(page, live_server.url, ZHANG)
        yield page


def home(page: Page, url: str) -> None:
    """Come home, whoever is seated."""
    page.goto(f"{url}/tablet/")
    inspector.ready(page, "home")


def wrong_pin(page: Page, pin: str = "111222") -> None:
    """Give a PIN that opens nothing."""
    page.locator("#lock-pin").fill(pin)
    page.locator("#lock form button[type=submit]").click()
    page.locator("#lock-problem").wait_for()


def jotted(page: Page, url: str, words: str) -> str:
    """A draft with one finding."""
    draft = inspector.begin(page, url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[1]
    inspector.answer(page, code, FAIL)
    inspector.describe(page, code, words=words)
    return draft


def words_in(page: Page, url: str) -> str:
    """What the one draft on the home page says."""
    home(page, url)
    page.locator("#drafts a.cell").first.click()
    inspector.ready(page, "form")
    code = inspector.codes(page)[1]
    inspector.go_to(page, code)
    return inspector.item(page, code).locator("[data-text=words]").input_value()


@pytest.mark.hurts(29, 31)
def test_three_people_on_one_tablet_never_see_each_others_drafts(
    page: Page, live_server: LiveServer
) -> None:
    """Locking erases nothing; nobody opens another's draft, not even by its address."""
    url = live_server.url
    for signer in (LI, WANG):
        inspector.sign_out(page)
        inspector.enrol(page, url, signer)
    live_server.stop()
    home(page, url)
    inspector.lock(page)
    inspector.unlock(page, ZHANG.pin, "张")
    jotted(page, url, "张晓峰的草稿")
    address = page.url
    other = page.context.new_page()
    other.goto(f"{url}/tablet/queue")
    inspector.ready(other, "queue")

    inspector.lock(page)  # one tap on the head bar, from the form itself
    expect(page.locator(".lock-person")).to_have_count(3)
    other.locator("#lock").wait_for()
    for signer, name in ((LI, "李"), (WANG, "王")):
        inspector.unlock(page, signer.pin, name)
        home(page, url)
        assert page.locator("#drafts a.cell").count() == 0
        page.goto(address)
        page.wait_for_url("**/tablet/")
        inspector.ready(page, "home")
        assert "张晓峰的草稿" not in page.content()
        uuid = storage.person_of(page, "张")["uuid"]
        [row] = storage.rows(page, f"zhencha-work-{uuid}", "drafts")
        assert set(row) == {"uuid", "key"}, "what is not sealed names nothing"
        inspector.lock(page)
    inspector.unlock(page, ZHANG.pin, "张")
    assert words_in(page, url) == "张晓峰的草稿"


@pytest.mark.hurts(29)
def test_a_record_carries_its_author_whoever_was_seated_since(
    page: Page, live_server: LiveServer
) -> None:
    """Begun by Zhang, Li seated in between, finished by Zhang: Zhang is its first inspector."""
    url = live_server.url
    inspector.sign_out(page)
    inspector.enrol(page, url, LI)
    home(page, url)
    inspector.lock(page)
    inspector.unlock(page, ZHANG.pin, "张")
    record = inspector.begin(page, url, unit=UNIT, checklist="外包外租（短表）")
    inspector.answer_all(page, PASS)
    inspector.lock(page)
    inspector.unlock(page, LI.pin, "李")
    page.goto(f"{url}/tablet/review?draft={record}")
    page.wait_for_url("**/tablet/")
    inspector.ready(page, "home")
    inspector.lock(page)
    inspector.unlock(page, ZHANG.pin, "张")
    page.goto(f"{url}/tablet/review?draft={record}")
    inspector.ready(page, "review")
    inspector.name_signers(page, second="李", party=PARTY)
    inspector.begin_signing(page)
    inspector.sign(page, seed=1)
    inspector.sign(page, pin=LI.pin, seed=2)
    assert "张晓峰" in page.locator("[data-view=turn]").inner_text()
    inspector.sign(page, pin=ZHANG.pin, seed=3)
    inspector.finish(page)
    inspector.delivered(page, record)
    [item] = storage.rows(page, "zhencha-device", "outbox")
    zhang = storage.person_of(page, "张")["uuid"]
    assert item["person"] == zhang
    payload = storage.run(
        page,
        """const device = await opened("zhencha-device");
        const files = device.transaction("outbox_blobs").objectStore("outbox_blobs");
        const { bytes } = await done(files.get(given));
        device.close();
        const text = JSON.parse(new TextDecoder().decode(bytes)).payload;
        const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
        const raw = Uint8Array.from(binary, (one) => one.charCodeAt(0));
        return JSON.parse(new TextDecoder().decode(raw));""",
        item["jws_digest"],
    )
    assert payload["people"][0]["account"] == zhang
    assert [each["name"] for each in payload["people"]] == ["张晓峰", "李𫖯", PARTY.name]


@pytest.mark.hurts(28)
def test_the_seat_is_left_after_half_an_hour_and_nothing_of_it_is_stored(
    page: Page, live_server: LiveServer
) -> None:
    """Pages pass the key on through the worker's memory; idleness drops it there too."""
    url = live_server.url
    live_server.stop()
    page.clock.install()
    for name in ("queue", "start"):
        page.goto(f"{url}/tablet/{name}")
        inspector.ready(page, name)
    kept = page.evaluate("() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")
    assert "key" not in kept.lower()
    page.clock.fast_forward("31:00")
    page.locator("#lock").wait_for()
    other = page.context.new_page()
    other.goto(f"{url}/tablet/")
    other.locator("#lock").wait_for()


def test_guessing_rests_longer_and_longer_whatever_the_clock_says(
    page: Page, live_server: LiveServer
) -> None:
    """Setting the clock on does not end a rest, setting it back does not prolong it."""
    url = live_server.url
    page.context.add_init_script(CLOCK)
    home(page, url)
    inspector.lock(page)
    for _ in range(4):
        wrong_pin(page)
        page.locator("#lock-problem").filter(has_text="PIN 不对").wait_for()
    wrong_pin(page)
    page.locator("#lock-problem").filter(has_text="秒后再试").wait_for()
    opening = page.locator("#lock form button[type=submit]")
    for hours in (30, -30):
        page.evaluate("(shift) => localStorage.setItem('shift', shift)", hours * 3_600_000)
        page.reload()
        page.locator("#lock-problem").filter(has_text="秒后再试").wait_for()
        assert opening.is_disabled()
        said = page.locator("#lock-problem").inner_text()
        assert 0 < int("".join(filter(str.isdigit, said))) <= 30
    page.clock.install()
    page.reload()
    page.locator("#lock-problem").filter(has_text="秒后再试").wait_for()
    page.clock.fast_forward(31_000)
    expect(opening).to_be_enabled()
    inspector.unlock(page, ZHANG.pin)


def test_changing_the_pin_keeps_keys_and_drafts(page: Page, live_server: LiveServer) -> None:
    """Without a network: the old PIN is needed, opens nothing after; the signing key stays."""
    url = live_server.url
    jotted(page, url, "改 PIN 之前写的")
    kid = storage.person_of(page, "张")["kid"]
    live_server.stop()
    page.goto(f"{url}/tablet/enrol")
    page.locator("[data-action=change-pin]").click()
    for old, said in (("000111", "PIN 不对"), (ZHANG.pin, "改好了")):
        page.locator("#old-pin").fill(old)
        for name in ("#new-pin", "#new-pin-again"):
            page.locator(name).fill("836152")
        page.locator("#pin-change button[type=submit]").click()
        page.locator("#pin-change, [data-field=changed]").filter(has_text=said).wait_for()
    home(page, url)
    inspector.lock(page)
    wrong_pin(page, ZHANG.pin)
    inspector.unlock(page, "836152")
    assert words_in(page, url) == "改 PIN 之前写的"
    assert storage.person_of(page, "张")["kid"] == kid


def handed_back(playwright: Playwright, live_server: LiveServer, browser_path: str) -> None:
    """The administrator opens the recovery key's file and hands the drafts back."""
    browser = playwright.chromium.launch(
        executable_path=browser_path, args=list(inspector.ARGUMENTS)
    )
    try:
        page = browser.new_page()
        page.goto(f"{live_server.url}/sign-in?next=/recoveries")
        page.locator("[name=username]").fill("admin")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button").last.click()
        page.wait_for_url("**/recoveries")
        key = live_server.home / "demonstration-recovery-key.json"
        page.locator("#open-key [name=file]").set_input_files(str(key))
        page.locator("#open-key [name=passphrase]").fill(PASSPHRASE)
        page.locator("#open-key button[type=submit]").click()
        row = page.locator("[data-recovery]").first
        expect(row.locator("button")).to_be_enabled()
        row.locator("button").click()
        row.locator("[data-field=done]").wait_for()
    finally:
        browser.close()


def test_a_lost_pin_costs_the_signing_key_and_no_draft(
    page: Page,
    live_server: LiveServer,
    playwright: Playwright,
    browser_path: str,
) -> None:
    """Enrolled again, the draft is listed as closed; the office opens it; a crash costs nothing."""
    url = live_server.url
    jotted(page, url, "忘了 PIN 之前写的")
    code = inspector.codes(page)[1]
    inspector.photograph(page, code, inspector.picture("1", size=(1200, 900), seed=3))
    before = storage.person_of(page, "张")
    inspector.lock(page)
    inspector.sign_out(page)
    page.locator("#lock summary").click()
    page.get_by_role("link", name="登录并重新登记").click()
    page.locator("[name=username]").fill(ZHANG.username)
    page.locator("[name=password]").fill(ZHANG.password)
    page.locator("main form button").last.click()
    page.wait_for_url("**/tablet/enrol")
    page.locator("#again").click()
    page.locator("#before-pin").wait_for()
    inspector.make_key(page, "836152")
    after = storage.person_of(page, "张")
    assert after["kid"] != before["kid"], "a signing key is never given back"
    home(page, url)
    page.locator("#reports").filter(has_text="已请办公室").wait_for()
    assert page.locator("#drafts a.cell").count() == 0

    handed_back(playwright, live_server, browser_path)
    page.goto(f"{url}/tablet/queue")
    inspector.ready(page, "queue")
    answer = f"recovery:{before['data']['kid']}:{after['data']['kid']}"
    page.wait_for_function(
        """(key) => new Promise((resolve) => {
          const request = indexedDB.open("zhencha-device");
          request.onsuccess = () => {
            const got = request.result.transaction("meta").objectStore("meta").get(key);
            got.onsuccess = () => { request.result.close(); resolve(Boolean(got.result)); };
          };
        })""",
        arg=answer,
    )
    page.evaluate("() => localStorage.setItem('breaks', '1')")
    page.context.add_init_script(
        """((put) => {
          let left = Number(localStorage.getItem("breaks") ?? 99);
          IDBObjectStore.prototype.put = function (...row) {
            const sealed = this.transaction.db.name.startsWith("zhencha-work-");
            if (sealed && left-- < 1) throw new DOMException("", "DataError");
            return put.apply(this, row);
          };
        })(IDBObjectStore.prototype.put);"""
    )
    home(page, url)
    page.wait_for_timeout(1_000)
    assert page.locator("#drafts a.cell").count() == 0, "it broke off before the draft itself"
    page.evaluate("() => localStorage.removeItem('breaks')")
    assert words_in(page, url) == "忘了 PIN 之前写的"
    inspector.seen(inspector.item(page, code).locator("[data-photo] img").first)


@pytest.mark.hurts(28, 30, 31)
def test_a_session_that_ends_at_any_step_stops_only_sending(
    page: Page, live_server: LiveServer
) -> None:
    """Signed out before every step from the first answer to the seal: each goes on and is kept."""
    url = live_server.url
    inspector.sign_out(page)
    inspector.enrol(page, url, LI)
    page.goto(f"{url}/tablet/start")
    page.locator("#units button").first.wait_for()  # the tablet has learned what it needs

    def expired() -> None:
        page.context.clear_cookies()
        assert page.request.get(f"{url}/api/v1/me").status == 401

    def signed_in_again() -> None:
        tab = page.context.new_page()
        inspector.sign_in(tab, url, LI)
        tab.close()

    expired()
    record = inspector.begin(page, url, unit=UNIT, checklist="外包外租（短表）")
    codes = inspector.codes(page)
    signed_in_again()
    inspector.answer(page, codes[0], PASS)
    expired()
    inspector.answer(page, codes[1], FAIL)
    inspector.describe(page, codes[1], words="没有协议", days="7")
    inspector.photograph(page, codes[1], inspector.picture("1", size=(1200, 900), seed=3))
    inspector.answer_all(page, PASS, but=codes[:2])
    signed_in_again()
    inspector.review(page)
    expired()
    inspector.name_signers(page, second="张", party=PARTY)
    inspector.begin_signing(page)
    inspector.sign(page, seed=1)
    signed_in_again()
    inspector.sign(page, pin=ZHANG.pin, seed=2)
    expired()
    inspector.sign(page, pin=LI.pin, seed=3)
    inspector.finish(page)
    page.locator(f'#waiting [data-record="{record}"]').wait_for()
    page.locator('[data-link="signed_out"]').first.wait_for()
    signed_in_again()
    page.goto(f"{url}/tablet/queue")
    inspector.delivered(page, record)


def test_enrolment_waits_until_lost_work_could_come_back(
    page: Page, live_server: LiveServer
) -> None:
    """Without the organisation's recovery key nobody begins: the page says what has to be done."""

    def without(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        body = {**json.loads(answer.text()), "recovery_key": None}
        route.fulfill(response=answer, json=body)  # type: ignore[attr-defined]

    page.route("**/api/v1/me", without)
    inspector.sign_out(page)
    inspector.sign_in(page, live_server.url, LI)
    inspector.ready(page, "enrol")
    page.locator("#pin").fill(LI.pin)
    page.locator("#pin-again").fill(LI.pin)
    page.locator("#enrol-form button[type=submit]").click()
    page.locator("#enrol-problem").filter(has_text="恢复密钥").wait_for()
    assert [row["name"] for row in storage.rows(page, "zhencha-device", "people")] == ["张晓峰"]
