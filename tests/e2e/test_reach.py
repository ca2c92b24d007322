"""Whether everybody can reach it: axe in both themes, size of targets, width.

WCAG 2.2 AA, and contrast AAA (7:1), because all of it is read in the sun.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.e2e import inspector
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.inspector import FAIL, PHONE, TABLET, Party
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(ZHANG, LI)
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}

SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .map((element) => element.closest('label') ?? element)
  .filter((element) => !element.matches('p a, .skip, .unseen'))
  .map((element) => ({ name: element.outerHTML.slice(0, 90),
    box: element.getBoundingClientRect() }))
  .filter(({ box }) => box.width > 0 && (box.height < 47.5 || box.width < 47.5))
  .map(({ name, box }) => `${Math.round(box.width)}x${Math.round(box.height)} ${name}`)"""


@pytest.fixture(params=[TABLET, PHONE], ids=["tablet", "phone"])
def page(
    request: pytest.FixtureRequest,
    playwright: Playwright,
    live_server: LiveServer,
    profile: Path,
    browser_path: str,
) -> Iterator[Page]:
    """Two people enrolled, at tablet and at phone size."""
    with inspector.tablet(
        playwright, profile, executable=browser_path, size=request.param
    ) as context:
        page = context.pages[0]
        page.add_init_script(path=AXE)
        inspector.sit_down(page, live_server.url, LI, "李")
        yield page


def axe_faults(page: Page, where: str) -> list[str]:
    """What axe says of the screen as it stands, in both themes."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        report: dict[str, Any] = page.evaluate("(rules) => axe.run(document, rules)", RULES)
        found += [
            f"{where} {theme}: {fault['id']}: {node['html'][:120]}"
            for fault in report["violations"]
            for node in fault["nodes"]
        ]
    return found


def faults(page: Page, where: str) -> list[str]:
    """What axe, a ruler and the page's width say of the screen as it stands."""
    found = axe_faults(page, where)
    page.emulate_media(color_scheme="light")
    found += [f"{where}: small target {name}" for name in page.evaluate(SMALL)]
    width = "() => document.documentElement.scrollWidth - innerWidth"
    if page.evaluate(width) > 0:
        found.append(f"{where}: wider than the screen")
    return found


def test_every_screen_can_be_reached(page: Page, live_server: LiveServer) -> None:
    """All screens of the thread, one after the other."""
    url, found = live_server.url, []
    for name in ("", "start", "enrol", "queue"):
        page.goto(f"{url}/tablet/{name}")
        inspector.ready(page, name or "home")
        found += faults(page, name or "home")
    record = inspector.begin(page, url, unit="恒砺机械", checklist="外包外租（短表）")
    codes = inspector.codes(page)
    inspector.answer(page, codes[0], FAIL)
    inspector.describe(page, codes[0], words="没有协议", level="major", days="3")
    inspector.photograph(page, codes[0], inspector.picture("x", size=(800, 600)))
    found += faults(page, "form")
    page.locator("[data-action=overview]").click()
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    found += faults(page, "overview")
    page.locator("[data-action=overview]").click()
    inspector.answer_all(page, but=codes[:1])
    inspector.review(page)
    inspector.name_signers(page, second="张", party=Party("郑国栋", "安全总监"))
    found += faults(page, "review")
    inspector.begin_signing(page)
    found += faults(page, "turn")
    pad = page.locator(".ink-pad").bounding_box()
    size = page.viewport_size
    assert pad
    assert size
    assert pad["height"] >= size["height"] / 3
    inspector.sign(page, seed=1)
    inspector.sign(page, pin=ZHANG.pin, seed=2)
    inspector.sign(page, pin=LI.pin, seed=3)
    found += faults(page, "finish")
    inspector.finish(page)
    inspector.delivered(page, record)
    found += faults(page, "queue with a record")
    page.goto(f"{url}/tablet/")
    inspector.ready(page, "home")
    inspector.lock(page)
    found += faults(page, "lock")
    assert not found, "\n".join(found)
