"""How many taps the 32-item hot-work list with three findings costs: what inspectors feel most.

Drives the tablet as a careful person would who wants to be done: the shortest lawful way from home
to a sealed record, each item answered by a tap of its own. Counts what a hand does, not what the
machine takes. Run as `python -m tests.benchmarks.taps`.
"""

import json
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright

from tests.conftest import migrate
from tests.e2e import inspector
from tests.e2e.conftest import LI, ZHANG, browser
from tests.e2e.inspector import FAIL, PASS, PHONE, TABLET, Party
from tests.live import LiveServer

UNIT, LIST = "恒砺机械", "动火"
PARTY = Party("郑国栋", "安全总监")
FAILED = (3, 10, 19)
"""Places of the items that fail."""

SECONDS = {"taps": 0.9, "swipes": 0.9, "letters": 0.5, "strokes": 1.2}
"""What one of each takes a hand on a tablet; reading the 32 items comes on top and is the same."""

VISIBLE = """(element) => {
  const { top, bottom } = element.getBoundingClientRect();
  const bar = document.querySelector('.bottom-bar:not([hidden])')?.getBoundingClientRect();
  const end = bar && bar.height && !element.closest('.bottom-bar') ? bar.top : innerHeight;
  const head = document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0;
  return element.closest('.bottom-bar, .bar') || (top >= head - 1 && bottom <= end + 1)
    ? 0 : bottom > end ? bottom - end : top - head;
}"""


@dataclass
class Hand:
    """One hand on one page, and what it has done so far."""

    page: Page
    done: Counter[str] = field(default_factory=Counter)

    def bring(self, target: Locator) -> None:
        """Swipe until it can be seen."""
        target.wait_for(state="attached")
        for _ in range(40):
            away = target.evaluate(VISIBLE)
            if not away:
                return
            size = self.page.viewport_size
            assert size
            reach = size["height"] * 0.6
            self.page.mouse.move(size["width"] / 2, size["height"] / 2)
            self.page.mouse.wheel(0, max(-reach, min(reach, away + (40 if away > 0 else -40))))
            self.page.wait_for_timeout(60)
            self.done["swipes"] += 1
        raise AssertionError("cannot be brought into sight")

    def tap(self, target: Locator) -> None:
        """Put a finger on it, where a person sees it."""
        self.bring(target)
        target.click(force=True)
        self.done["taps"] += 1

    def write(self, target: Locator, text: str) -> None:
        """Tap a field and type."""
        self.tap(target)
        target.fill(text)
        self.done["letters"] += len(text)

    def photograph(self, finding: Locator, picture: Path) -> None:
        """The camera's key and the shutter; a system camera asks once more whether it is good."""
        shoot = finding.locator("[data-shoot=before]")
        inside = shoot.count() > 0
        key = shoot if inside else finding.locator("label:has([data-camera=before])")
        self.bring(key)
        self.done["taps"] += 3
        before = finding.locator("[data-strip=before] [data-photo]").count()
        finding.locator("[data-camera=before]").set_input_files(str(picture))
        finding.locator("[data-strip=before] [data-photo]").nth(before).wait_for()


def inspected(hand: Hand, pictures: list[Path]) -> None:
    """From home to the review page."""
    page = hand.page
    hand.tap(page.locator("a[href='/tablet/start']"))
    inspector.ready(page, "start")
    hand.tap(page.locator("#units button").filter(has_text=UNIT))
    hand.tap(page.locator("#checklists button").filter(has_text=LIST))
    page.wait_for_url("**/checklists/**draft=*")
    inspector.ready(page, "form")
    codes = inspector.codes(page)
    for place, code in enumerate(codes):
        item = inspector.item(page, code)
        if not item.is_visible():
            hand.tap(page.locator("[data-action=next]"))
            item.wait_for()
        if place in FAILED:
            hand.tap(item.locator(f"label:has(input[value={FAIL}])"))
            finding = item.locator("[data-finding]").first
            hand.tap(finding.locator("[data-tags-here] label").first)
            hand.photograph(finding, pictures.pop())
        else:
            hand.tap(item.locator(f"label:has(input[value={PASS}])"))
        inspector.saved(page)
        page.wait_for_timeout(350)
    direct = page.locator("[data-review]")
    if not direct.is_visible():
        hand.tap(page.locator("[data-action=overview]"))
    hand.tap(direct)
    page.wait_for_url("**/tablet/review*")
    inspector.ready(page, "review")


def signed(hand: Hand) -> None:
    """Who signs, three signatures, two PINs, sealed."""
    page = hand.page
    page.wait_for_timeout(300)
    known = page.locator("#known-parties button")
    if known.count():
        hand.tap(known.first)
    else:
        hand.write(page.locator("[name=party_name]"), PARTY.name)
        hand.write(page.locator("[name=party_title]"), PARTY.title)
    hand.tap(page.locator("[data-action=begin-signing]"))
    page.locator("[data-view=turn]").wait_for()
    for number, pin in enumerate(("", ZHANG.pin, LI.pin)):
        name = page.locator("[data-field=turn_name]").inner_text()
        inspector.draw(page, seed=number)
        hand.done["strokes"] += 3
        if pin:
            hand.write(page.locator("[name=turn_pin]"), pin)
        hand.tap(page.locator("[data-action=confirm]"))
        over = page.locator("[data-view=turn] [data-field=turn_name]").filter(has_not_text=name)
        page.locator("[data-view=finish]").or_(over).first.wait_for()
    hand.tap(page.locator("#finish-form button[type=submit]"))
    page.wait_for_url("**/tablet/queue")


def counted(context: BrowserContext, url: str) -> Counter[str]:
    """One inspection on a tablet where two people are enrolled, from home to the queue."""
    page = context.pages[0]
    for signer in (ZHANG, LI):
        inspector.sign_out(page)
        inspector.enrol(page, url, signer)
    inspector.kept_for_offline(page)
    page.goto(f"{url}/tablet/")
    inspector.ready(page, "home")
    hand = Hand(page)
    pictures = [inspector.picture(str(n), size=(1600, 1200), seed=n) for n in range(len(FAILED))]
    inspected(hand, pictures)
    signed(hand)
    return hand.done


def measure() -> dict[str, Any]:
    """Count on a phone and on a tablet."""
    found = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "var"
        home.mkdir()
        url = f"sqlite:///{home}/zhencha.sqlite3"
        migrate(url, home)
        server = LiveServer(home, url)
        server.start()
        try:
            for name, size in (("phone", PHONE), ("tablet", TABLET)):
                profile = Path(folder) / name
                with inspector.tablet(
                    playwright, profile, executable=browser(), size=size
                ) as context:
                    done = counted(context, server.url)
                seconds = round(sum(done[what] * each for what, each in SECONDS.items()))
                found[name] = {**done, "seconds": seconds}
        finally:
            server.stop()
    return found


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
