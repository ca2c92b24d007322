"""The database under the app: lost connections, two versions in two tabs, rows that are gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.e2e import inspector, storage
from tests.e2e.conftest import ZHANG
from tests.e2e.inspector import FAIL, PASS
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(ZHANG)
UNIT, LIST = "恒砺机械", "动火"
STORES_OF_BEFORE = [
    ("meta", None),
    ("people", "uuid"),
    ("outbox", "uuid"),
    ("outbox_blobs", "sha256"),
    ("units", "uuid"),
    ("checklists", "id"),
    ("hazards", "id"),
    ("revocations", "kid"),
]


@pytest.fixture
def tablet(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path, browser_path: str
) -> Iterator[Page]:
    """A new tablet."""
    with inspector.tablet(playwright, tmp_path / "new", executable=browser_path) as context:
        yield context.pages[0]


@pytest.fixture
def page(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> Iterator[Page]:
    """A tablet on which Zhang is enrolled and seated; the server has gone."""
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        inspector.sit_down(context.pages[0], live_server.url, ZHANG)
        live_server.stop()
        yield context.pages[0]


@pytest.mark.hurts(4)
def test_a_lost_database_connection_is_opened_again_and_the_write_is_made(
    page: Page, live_server: LiveServer
) -> None:
    """As iOS loses it: refused at once, in mid-transaction, three times in a row."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(page)
    page.evaluate(
        """() => {
          const { transaction } = IDBDatabase.prototype;
          const losses = (window.losses = []);
          const shown = document.querySelector("[data-saved]");
          new MutationObserver(() => { window.failed ||= shown.dataset.saved === "save_failed"; })
            .observe(shown, { attributes: true });
          IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
            const saving = mode === "readwrite" && [stores].flat().includes("drafts");
            const lost = saving && losses.shift();
            if (lost === "closed") throw new DOMException("closing", "InvalidStateError");
            if (lost === "server") throw new DOMException("Connection lost", "UnknownError");
            const made = transaction.call(this, stores, mode, ...rest);
            if (lost === "midway") made.commit = () => made.abort();
            return made;
          };
        }"""
    )
    for code, losses in zip(
        codes, (["closed"], ["midway"], ["server", "closed", "server"]), strict=False
    ):
        page.evaluate("(losses) => { window.losses.push(...losses); }", losses)
        inspector.answer(page, code, PASS)
        assert page.evaluate("window.losses.length") == 0
        assert not page.evaluate("window.failed"), "nobody had to be told"
    page.reload()
    inspector.ready(page, "form")
    states = [inspector.item(page, code).get_attribute("data-state") for code in codes[:4]]
    assert states == [PASS, PASS, PASS, "unanswered"]


@pytest.mark.hurts(12)
def test_an_older_tab_in_the_way_of_an_upgrade_is_named_until_it_is_closed(
    tablet: Page, live_server: LiveServer
) -> None:
    """Nothing hangs without a sentence, and it goes on by itself."""
    url = live_server.url
    tablet.goto(f"{url}/sign-in")
    storage.run(
        tablet,
        """window.held = await opened("zhencha-device", 1, (made) => {
          for (const [store, keyPath] of given) made.createObjectStore(store, { keyPath });
        });""",
        STORES_OF_BEFORE,
    )
    newer = tablet.context.new_page()
    newer.goto(f"{url}/tablet/")
    newer.locator("[data-standing=blocked]").filter(has_text="请关掉那个页面").wait_for()
    tablet.close()
    newer.locator("[data-standing=blocked]").wait_for(state="hidden")
    newer.locator("#lock [data-nobody]").wait_for()


@pytest.mark.hurts(12)
def test_a_newer_tab_upgrades_and_the_older_one_goes_on_writing(
    page: Page, live_server: LiveServer
) -> None:
    """Both databases are upgraded under an open form: told, and every write is kept."""
    inspector.begin(page, live_server.url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(page)
    work = f"zhencha-work-{storage.person_of(page, '张')['uuid']}"
    newer = page.context.new_page()
    newer.goto(f"{live_server.url}/tablet/queue")
    inspector.ready(newer, "queue")
    for name in (work, "zhencha-device"):
        storage.run(
            newer,
            "(await opened(given, 9, (one) => one.createObjectStore('later'))).close();",
            name,
        )
    newer.close()
    page.locator("[data-standing=blocking]").wait_for()
    inspector.answer(page, codes[0], PASS)
    inspector.answer(page, codes[1], FAIL)
    inspector.describe(page, codes[1], words="升级之后写的")
    page.reload()
    inspector.ready(page, "form")
    assert inspector.item(page, codes[0]).get_attribute("data-state") == PASS
    text = inspector.item(page, codes[1]).locator("[data-text=words]")
    assert text.input_value() == "升级之后写的"


@pytest.mark.hurts(6)
def test_what_is_missing_at_start_is_told_with_the_way_back(
    page: Page, live_server: LiveServer
) -> None:
    """A damaged row, a lost photo, a lost draft: each named; none deleted; a copy opens."""
    url = live_server.url
    page.clock.install()
    damaged = inspector.begin(page, url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(page)
    inspector.answer(page, codes[0], PASS)
    page.clock.fast_forward("02:00")
    inspector.answer(page, codes[1], PASS)
    poor = inspector.begin(page, url, unit=UNIT, checklist="外包")
    code = inspector.codes(page)[0]
    inspector.answer(page, code, FAIL)
    inspector.photograph(page, code, inspector.picture("1", size=(1200, 900), seed=5))
    gone = inspector.begin(page, url, unit="云岚", checklist="外包")
    page.goto(f"{url}/tablet/")
    page.locator("#drafts li").nth(2).wait_for()
    page.wait_for_timeout(500)
    assert page.locator("#reports li").count() == 0

    work = f"zhencha-work-{storage.person_of(page, '张')['uuid']}"
    storage.change(
        page,
        work,
        "drafts",
        """store.delete(given.gone);
        const row = await done(store.get(given.damaged));
        new Uint8Array(row.sealed)[20] ^= 1;
        store.put(row);""",
        {"gone": gone, "damaged": damaged},
    )
    storage.change(page, work, "photos", "store.clear();")
    page.reload()
    reports = page.locator("#reports li")
    reports.nth(2).wait_for()
    assert reports.filter(has_text="少了 1 份草稿").count() == 1
    assert reports.filter(has_text="少了 1 张照片").count() == 1
    assert page.locator("#drafts li").count() == 1
    assert {row["uuid"] for row in storage.rows(page, work, "drafts")} == {damaged, poor}
    reports.filter(has_text="副本").locator("button").click()
    page.locator("#drafts li").nth(1).wait_for()
    page.goto(f"{url}/tablet/")
    page.locator(f'#drafts .cell[href*="{damaged}"]').click()
    inspector.ready(page, "form")
    assert inspector.item(page, codes[0]).get_attribute("data-state") == PASS
