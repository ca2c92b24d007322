"""Onto the home screen: offered where the system can, insisted on where a tab loses what it keeps.

iPads are told by `navigator.standalone`, which only they have; no iPad was at hand, so the property
is put there by the test.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.e2e import inspector
from tests.e2e.conftest import ZHANG
from tests.live import LiveServer

APPLE = """
  Object.defineProperty(navigator, "standalone", { value: %s });
  navigator.storage.persisted = async () => %s;
"""
SYSTEM_OFFER = """() => {
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  offer.prompt = async () => { window.prompted = true; };
  dispatchEvent(offer);
}"""

Visit = Callable[..., Page]


@pytest.fixture
def visit(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path, browser_path: str
) -> Iterator[Visit]:
    """Open a page of the tablet, on an iPad where its answers are given."""
    with inspector.tablet(playwright, tmp_path / "tablet", executable=browser_path) as context:

        def visit(path: str, *, standalone: str = "", persisted: str = "false") -> Page:
            page = context.new_page()
            if standalone:
                page.add_init_script(APPLE % (standalone, persisted))
            page.goto(live_server.url + path)
            page.locator('[data-link]:not([data-link="unknown"])').wait_for()
            return page

        yield visit


@pytest.mark.hurts(3)
def test_work_in_a_tab_that_loses_it_begins_only_by_decision(visit: Visit) -> None:
    """On an iPad, instructions stand before the work; what waits to be sent is always reachable."""
    page = visit("/tablet/start", standalone="false")
    page.get_by_text("添加到主屏幕").wait_for()
    assert not page.locator("#lock").is_visible()
    page.locator("a[href='/tablet/queue']").click()
    page.wait_for_url("**/tablet/queue")
    page.locator("#lock").wait_for()
    assert page.locator("#install").count() == 0
    page.go_back()
    page.locator("[data-action=in-browser]").click()
    page.locator("#lock").wait_for()
    page.reload()
    page.locator("#lock").wait_for()
    assert page.locator("#install").is_visible()


def test_an_installed_or_persistent_app_is_left_alone(visit: Visit) -> None:
    """Whoever has installed it, or was promised to be kept, sees nothing of it."""
    for known in ({"standalone": "true"}, {"standalone": "false", "persisted": "true"}, {}):
        page = visit("/tablet/start", **known)
        page.locator("#lock").wait_for()
        page.wait_for_timeout(300)
        assert not page.locator("#install").is_visible(), known


def test_the_systems_own_offer_becomes_one_button(visit: Visit, live_server: LiveServer) -> None:
    """Where the browser can install by itself, one press is enough."""
    page = visit("/tablet/enrol")
    inspector.enrol(page, live_server.url, ZHANG)
    page.goto(f"{live_server.url}/tablet/")
    inspector.ready(page, "home")
    page.evaluate(SYSTEM_OFFER)
    page.locator("[data-action=install]").click()
    page.locator("#install").wait_for(state="hidden")
    assert page.evaluate("() => window.prompted") is True
