"""Whether everybody can reach the desk: axe in both themes, width and keyboard."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from inspection.edge import language
from tests.audits.standing import Standing
from tests.e2e import inspector
from tests.e2e.conftest import browser
from tests.e2e.test_reach import AXE, axe_faults
from tests.tablet import COOKIE


@pytest.fixture(scope="module")
def url(judged: Standing) -> Iterator[str]:
    """The standing case, served."""
    server = make_server("127.0.0.1", 0, judged.scene.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def page(judged: Standing, url: str) -> Iterator[Page]:
    """A browser in which the auditor is signed in."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser(), args=list(inspector.ARGUMENTS))
        context = chromium.new_context(locale="zh-CN")
        token = judged.scene.token_of(judged.scene.cast.auditor)
        context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        opened = context.new_page()
        opened.add_init_script(path=AXE)
        yield opened
        chromium.close()


def test_every_page_of_the_desk_can_be_reached(page: Page, url: str, judged: Standing) -> None:
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    found: list[str] = []
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for path in ("/audits?kind=inspection", f"/audits/{judged.report}"):
            page.goto(url + path)
            page.evaluate(
                "() => document.querySelectorAll('main details').forEach((d) => d.open = true)"
            )
            found += axe_faults(page, f"{path} {width}")
            if page.evaluate("() => document.documentElement.scrollWidth - innerWidth") > 0:
                found.append(f"{path} {width}: wider than the screen")
    assert found == []
    assert troubles == []  # the content policy would speak here


def test_the_head_bar_of_a_phone_has_two_rows_in_either_language(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for spoken in ("en", "zh"):
        page.context.add_cookies([{"name": language.COOKIE, "value": spoken, "url": url}])
        page.goto(f"{url}/audits")
        head = page.locator(".head").bounding_box()
        assert head
        assert head["height"] < 2 * 50, spoken
        page.locator(".head-group > summary").last.click()  # scrolls the row to it
        opened = page.locator(".head-places:visible").bounding_box()
        assert opened
        assert (opened["x"], opened["width"]) == (0, 390), spoken


def test_pages_of_the_report_are_seen_and_the_list_goes_by_keyboard(
    page: Page, url: str, judged: Standing
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{url}/audits")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/audits/{judged.report}")
    page.wait_for_function("() => document.querySelector('.audit-page img').naturalWidth === 1240")
    sheets = page.locator(".audit-sheets").bounding_box()
    record = page.locator("#verdict").bounding_box()
    assert sheets
    assert record
    assert sheets["x"] + sheets["width"] <= record["x"]  # side by side
