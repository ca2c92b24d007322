"""New versions of the app and of a list while work is open on a tablet.

Every version here is a real one: a copy of the source tree, changed, built and served by another
server process on the same data and port. The server is really stopped where the tablet is offline.
"""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.e2e import inspector
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.editions import Edition
from tests.e2e.inspector import FAIL, NOT_CHECKED, PASS, Party
from tests.e2e.test_offline_inspection import assert_stored
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(LI, ZHANG)
PARTY = Party("郑国栋", "安全总监")
UNIT, LIST = "恒砺机械", "外包"
LOOK = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const state = await registration.update().then(() => "looked", (problem) => problem.name);
  while (registration.installing) await new Promise((later) => setTimeout(later, 50));
  return registration.waiting ? "waiting" : state;
}"""
VERSIONS = (
    "() => caches.keys().then((names) => names.filter((n) => /^zhencha-[0-9a-f]{16}$/.test(n)))"
)


@pytest.fixture
def context(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> Iterator[BrowserContext]:
    """A tablet with two inspectors, ready for work without a network."""
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        inspector.sit_down(context.pages[0], live_server.url, ZHANG, "张")
        yield context


def serve(server: LiveServer, edition: Edition) -> None:
    """Another edition on the same data and port."""
    if server.running:
        server.stop()
    server.root = edition.folder
    server.start()


def look_for_update(page: Page) -> str:
    """Have the browser ask for a newer version now; `waiting` when one lies here whole."""
    return str(page.evaluate(LOOK))


def home(page: Page, url: str) -> None:
    """To the tablet's home."""
    page.goto(f"{url}/tablet/")
    inspector.ready(page, "home")


def is_marked(page: Page, name: str) -> None:
    """Wait until this edition's script runs in a page."""
    page.locator(f'html[data-edition="{name}"]').wait_for(state="attached")


def allow_bytes(page: Page, url: str, size: int | None) -> None:
    """How much the tablet's storage holds; None as much as it really does."""
    session = page.context.new_cdp_session(page)
    limit = {} if size is None else {"quotaSize": size}
    session.send("Storage.overrideQuotaForOrigin", {"origin": url, **limit})


def another(folder: Path, name: str) -> Edition:
    """An edition that is known by its name."""
    made = Edition(folder / name)
    made.mark(name)
    return made


def reworded(document: dict[str, Any]) -> None:
    """The next revision: one check in other words, one item new, one gone, two exchanged."""
    first, *others = document["sections"]
    items = first["items"]
    items[0]["check"] = {"zh": "协议是否在有效期内？", "en": "Is the agreement in force?"}
    items[1], items[2] = items[2], items[1]
    items.append({**deepcopy(items[3]), "code": "B-99", "title": {"zh": "新的一项", "en": "New"}})
    others[-1]["items"].pop()


@pytest.mark.hurts(10, 11)
def test_new_version_waits_for_the_inspector_and_a_broken_one_never_comes(
    context: BrowserContext, live_server: LiveServer, tmp_path: Path
) -> None:
    """Half a version, or one without room, changes nothing; a whole one waits for the form."""
    server, url, form = live_server, live_server.url, context.pages[0]
    draft = inspector.begin(form, url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(form)
    inspector.answer(form, codes[0], PASS)
    form.evaluate("() => { window.untouched = true; }")

    second = another(tmp_path, "second").build()
    lost = second.folder / "static" / "dist" / "icons" / "icon-192.png"
    icon = lost.read_bytes()
    lost.unlink()
    serve(server, second)
    assert look_for_update(form) != "waiting"
    lost.write_bytes(icon)
    used = form.evaluate("() => navigator.storage.estimate().then(({ usage }) => usage)")
    allow_bytes(form, url, used + 400_000)
    assert look_for_update(form) != "waiting"
    assert len(form.evaluate(VERSIONS)) == 1
    allow_bytes(form, url, None)
    assert look_for_update(form) == "waiting"

    server.stop()
    inspector.answer(form, codes[1], FAIL)
    other = context.new_page()
    home(other, url)
    other.get_by_text("新版已备好").wait_for()
    assert form.evaluate("() => window.untouched") is True
    form.reload()
    inspector.ready(form, "form")
    assert form.locator("html[data-edition]").count() == 0
    assert inspector.item(form, codes[1]).locator("input[value=fail]").is_checked()

    form.close()
    is_marked(other, "second")
    inspector.ready(other, "home")
    assert len(other.evaluate(VERSIONS)) == 1
    other.locator(f'#drafts a[href*="{draft}"]').first.click()
    inspector.ready(other, "form")
    is_marked(other, "second")
    assert inspector.item(other, codes[0]).locator("input[value=pass]").is_checked()


@pytest.mark.hurts(24)
def test_draft_is_finished_on_its_revision_two_versions_later(
    context: BrowserContext, live_server: LiveServer, tmp_path: Path
) -> None:
    """A list that was revised meanwhile is neither taken away nor refused."""
    server, url, page = live_server, live_server.url, context.pages[0]
    record = inspector.begin(page, url, unit=UNIT, checklist=LIST)
    address, codes = page.url, inspector.codes(page)
    inspector.answer(page, codes[0], PASS)
    for name in ("second", "third"):
        page.goto(address)
        inspector.ready(page, "form")
        made = another(tmp_path, name)
        made.publish(reworded, "outsourcing")
        serve(server, made.build())
        assert look_for_update(page) == "waiting"
        server.stop()
        home(page, url)
        is_marked(page, name)
        inspector.ready(page, "home")
    page.goto(address)
    inspector.ready(page, "form")
    is_marked(page, "third")
    assert inspector.codes(page) == codes
    assert inspector.item(page, codes[0]).locator("input[value=pass]").is_checked()
    inspector.answer_all(page, PASS, but=codes[:1])
    sealed(page)
    server.start()
    page.locator("[data-action=send-now]").click()
    inspector.delivered(page, record)
    assert_stored(page, url, record)


@pytest.mark.hurts(24)
def test_draft_moves_to_a_new_revision_and_back_without_loss(
    context: BrowserContext, live_server: LiveServer, tmp_path: Path
) -> None:
    """The offer shows what would happen; nothing happens unasked; going back restores all."""
    server, url, page = live_server, live_server.url, context.pages[0]
    record = inspector.begin(page, url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(page)
    last = codes[-1]
    inspector.answer(page, codes[0], FAIL)
    inspector.describe(page, codes[0], words="协议过期", days="7")
    inspector.photograph(page, codes[0], inspector.picture("协议", size=(1600, 1200)))
    inspector.answer(page, codes[1], PASS)
    inspector.answer(page, last, NOT_CHECKED, "停产")

    made = another(tmp_path, "second")
    made.publish(reworded, "outsourcing")
    serve(server, made.build())
    home(page, url)
    look_for_update(page)
    is_marked(page, "second")
    inspector.ready(page, "home")
    page.locator("[data-newer]").get_by_text("第 3 版").wait_for()
    server.stop()
    page.locator("#drafts a[data-newer]").click()
    inspector.ready(page, "moving")
    rows = {
        fate: page.locator(f"#moving-{fate} .item-code").all_inner_texts()
        for fate in ("changed", "new", "dropped", "moved")
    }
    assert rows["changed"] == [codes[0]]
    assert rows["new"] == ["B-99"]
    assert rows["dropped"] == [last]
    assert rows["moved"] in ([codes[1]], [codes[2]])
    page.locator("[data-action=move]").click()
    page.wait_for_url("**#overview")
    inspector.ready(page, "form")

    page.locator("#moved").wait_for()
    page.locator("#dropped-block summary").click()
    page.locator("#dropped").get_by_text("停产").wait_for()
    from_overview(page, codes[0])
    first = inspector.item(page, codes[0])
    first.get_by_text("原来答的是不合格").wait_for()
    assert first.get_attribute("data-state") == "unanswered"
    assert inspector.item(page, codes[1]).locator("input[value=pass]").is_checked()
    inspector.answer(page, "B-99", PASS)

    page.locator("[data-action=overview]").click()
    page.locator("[data-action=move-back]").click()
    page.locator("#newer").wait_for()
    from_overview(page, last)
    assert inspector.item(page, last).locator("[data-answer-field=reason]").input_value() == "停产"
    assert inspector.item(page, codes[0]).locator("[data-text=words]").input_value() == "协议过期"

    page.locator("[data-action=overview]").click()
    page.locator("#newer a").click()
    inspector.ready(page, "moving")
    page.locator("[data-action=move]").click()
    page.locator("#moved").wait_for()
    from_overview(page, codes[0])
    inspector.answer(page, codes[0], FAIL)
    words = inspector.item(page, codes[0]).locator("[data-text=words]")
    assert words.input_value() == "协议过期"
    assert inspector.item(page, "B-99").locator("input[value=pass]").is_checked()
    inspector.answer_all(page, PASS, but=[codes[0], codes[1], "B-99"])
    sealed(page)
    server.start()
    page.locator("[data-action=send-now]").click()
    inspector.delivered(page, record)
    assert_stored(page, url, record)


def from_overview(page: Page, code: str) -> None:
    """Out of the overview to an item."""
    page.locator(f'[data-overview="{code}"] a').click()
    inspector.item(page, code).locator(".answers").wait_for()


def sealed(page: Page) -> None:
    """Review, three signatures, sealed."""
    inspector.review(page)
    inspector.name_signers(page, second="李", party=PARTY)
    inspector.begin_signing(page)
    inspector.sign(page, seed=1)
    inspector.sign(page, pin=LI.pin, seed=2)
    inspector.sign(page, pin=ZHANG.pin, seed=3)
    inspector.finish(page)


def test_what_is_said_to_be_kept_is_kept(context: BrowserContext, live_server: LiveServer) -> None:
    """Ready without a network, in both languages, is said only while every page lies here."""
    url, page = live_server.url, context.pages[0]
    home(page, url)
    ready = page.locator("[data-field=offline_ready]")
    ready.wait_for()
    live_server.stop()
    page.locator("[data-choose-language=en]").click()
    page.locator("html[lang=en]").wait_for()
    inspector.ready(page, "home")
    ready.wait_for()
    page.locator('[data-link="unreachable"]').wait_for()
    page.evaluate(
        """async () => {
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const kept of await cache.keys()) {
              if (/outsourcing.*\\/en$/.test(kept.url)) await cache.delete(kept);
            }
          }
        }"""
    )
    home(page, url)
    assert not ready.is_visible()
