"""New versions of the app and of a list while work is open on a tablet.

Every version here is a real one: a copy of the source tree, changed, built and served by another
server process on the same data and port. The server is really stopped where the tablet is offline.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.e2e import inspector
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.editions import Edition
from tests.e2e.inspector import FAIL, PASS, Party
from tests.e2e.test_offline_inspection import assert_stored
from tests.live import LiveServer

PARTY = Party("郑国栋", "安全总监")
UNIT, LIST = "恒砺机械", "外包"
LOOK = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const state = await registration.update().then(() => "looked", (problem) => problem.name);
  while (registration.installing) await new Promise((later) => setTimeout(later, 50));
  return registration.waiting ? "waiting" : state;
}"""
VERSIONS = "() => caches.keys().then((names) => names.filter((n) => /^zhencha-[0-9a-f]{16}$/.test(n)))"


@pytest.fixture
def server(live_server: LiveServer, tmp_path: Path) -> LiveServer:
    """A server of the first edition."""
    live_server.stop()
    first = Edition(tmp_path / "first")
    first.mark("first")
    serve(live_server, first.build())
    return live_server


@pytest.fixture
def context(
    playwright: Playwright, server: LiveServer, tmp_path: Path, browser_path: str
) -> Iterator[BrowserContext]:
    """A tablet with two inspectors, ready for work without a network."""
    with inspector.tablet(playwright, tmp_path / "tablet", executable=browser_path) as context:
        page = context.pages[0]
        inspector.enrol(page, server.url, LI)
        inspector.sign_out(page)
        inspector.enrol(page, server.url, ZHANG)
        inspector.kept_for_offline(page)
        yield context


def serve(server: LiveServer, edition: Edition) -> None:
    """Another edition on the same data and port."""
    if server.running:
        server.stop()
    server.root = edition.folder
    server.start()


def edition(page: Page) -> str:
    """Which version of the app runs in a page."""
    return str(page.evaluate("() => document.documentElement.dataset.edition"))


def look_for_update(page: Page) -> str:
    """Have the browser ask for a newer version now; `waiting` when one lies here whole."""
    return str(page.evaluate(LOOK))


def home(page: Page, url: str) -> None:
    """To the tablet's home."""
    page.goto(f"{url}/tablet/")
    inspector.ready(page, "home")


@pytest.mark.hurts(10, 11)
def test_new_version_waits_for_the_inspector_and_a_broken_one_never_comes(
    context: BrowserContext, server: LiveServer, tmp_path: Path
) -> None:
    """Half a version changes nothing; a whole one comes in only after the form is closed."""
    url, form = server.url, context.pages[0]
    draft = inspector.begin(form, url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(form)
    inspector.answer(form, codes[0], PASS)
    form.evaluate("() => { window.untouched = true; }")

    second = Edition(tmp_path / "second")
    second.mark("second")
    second.build()
    lost = second.folder / "static" / "dist" / "icons" / "icon-192.png"
    icon = lost.read_bytes()
    lost.unlink()
    serve(server, second)
    assert look_for_update(form) != "waiting"
    assert len(form.evaluate(VERSIONS)) == 1

    lost.write_bytes(icon)
    assert look_for_update(form) == "waiting"
    server.stop()
    inspector.answer(form, codes[1], FAIL)
    other = context.new_page()
    home(other, url)
    other.get_by_text("新版已备好").wait_for()
    assert edition(other) == "first"
    assert form.evaluate("() => window.untouched") is True
    form.reload()
    inspector.ready(form, "form")
    assert edition(form) == "first"
    assert inspector.item(form, codes[1]).locator("input[value=fail]").is_checked()

    form.close()
    other.bring_to_front()
    other.locator('html[data-edition="second"]').wait_for(state="attached")
    inspector.ready(other, "home")
    assert len(other.evaluate(VERSIONS)) == 1
    other.locator(f'#drafts a[href*="{draft}"]').first.click()
    inspector.ready(other, "form")
    assert edition(other) == "second"
    assert inspector.item(other, codes[0]).locator("input[value=pass]").is_checked()
