"""What the tablet costs an inspector: painting, answering, photos, sending over a thin line.

A browser as slow as a cheap tablet (CPU 6×, 1.6 Mbit/s, 150 ms) on 60 items, beside ODK Web Forms
on the same 60 questions in the same run. Run alone: python -m tests.benchmarks.tablet
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from tests.benchmarks import lists, peer
from tests.conftest import migrate
from tests.e2e import inspector
from tests.e2e.conftest import LI, ZHANG, browser
from tests.e2e.inspector import FAIL, Party
from tests.live import LiveServer

SIXTY, HUNDRED_FIFTY = ("bench-sixty", 60), ("bench-long", 150)
UNIT = "恒砺机械"
TIMES = 5
PHOTOS = 100
CPU = 6
WATCH = """() => {
  window.__lcp = 0; window.__cls = 0; window.__inp = 0; window.__blocked = 0; window.__long = 0;
  const watch = (type, react, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(react))
      .observe({ type, buffered: true, ...more });
  watch("largest-contentful-paint", (entry) => { window.__lcp = entry.startTime; });
  watch("layout-shift", (entry) => { if (!entry.hadRecentInput) window.__cls += entry.value; });
  watch("event", (entry) => {
    if (entry.interactionId) window.__inp = Math.max(window.__inp, entry.duration);
  }, { durationThreshold: 16 });
  watch("longtask", (entry) => {
    window.__blocked += Math.max(0, entry.duration - 50);
    window.__long = Math.max(window.__long, entry.duration);
  });
}"""
SEEN = """() => ({
  lcp_ms: window.__lcp, cls: window.__cls, inp_ms: window.__inp, blocked_ms: window.__blocked,
  bytes: performance.getEntriesByType("resource").reduce((sum, one) => sum + one.encodedBodySize,
    performance.getEntriesByType("navigation")[0].encodedBodySize),
})"""
TAPS = """async (turns) => {
  const shown = document.querySelector("[data-saved]");
  const items = [...document.querySelectorAll("[data-item]")].filter(
    (item) => !item.querySelector("[data-key] input[value=fail]").checked);
  const spent = [];
  for (let turn = 0; turn < turns; turn++) {
    const keys = [...items[turn % items.length].querySelectorAll("[data-key] input")];
    const key = keys.find(({ checked, value }) => !checked && value !== "fail");
    const began = performance.now();
    key.click();
    while (shown.dataset.saved !== "saved") await new Promise((later) => setTimeout(later, 0));
    spent.push(performance.now() - began);
  }
  return spent;
}"""


def measure() -> dict[str, Any]:
    """Measure everything; needs a quiet machine."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = Path(folder)
        bench = Bench(playwright, root)
        bench.server.start()
        try:
            return {
                "sixty_items_cpu6": bench.sixty(),
                "hundred_fifty_items": bench.long_list(),
                "thin_line": bench.thin_line(),
            }
        finally:
            bench.server.kill()


class Bench:
    """One tablet, one server with the long lists, and the peer's page."""

    def __init__(self, playwright: Playwright, root: Path) -> None:
        self.playwright, self.root, self.profile = playwright, root, root / "tablet"
        tree = lists.tree(root / "tree", dict((SIXTY, HUNDRED_FIFTY)))
        home = root / "home"
        home.mkdir()
        url = f"sqlite:///{home}/zhencha.sqlite3"
        migrate(url, home)
        self.server = LiveServer(home, url)
        self.server.root = tree
        self.checklist = tree / "checklists" / "common" / f"{SIXTY[0]}.1.json"

    @contextmanager
    def tablet(self, profile: Path | None = None) -> Iterator[BrowserContext]:
        """The tablet's browser, each time a new process."""
        path = profile or self.profile
        with inspector.tablet(self.playwright, path, executable=browser()) as context:
            context.add_init_script(f"({WATCH})()")
            yield context

    def sixty(self) -> dict[str, Any]:
        """First visit and offline cold start of the form, and the peer's first visit."""
        url = self.server.url
        with self.tablet() as context:
            page = context.pages[0]
            for signer in (LI, ZHANG):
                inspector.sign_out(page)
                inspector.enrol(page, url, signer)
            inspector.kept_for_offline(page)
            inspector.begin(page, url, unit=UNIT, checklist="60 项")
            address = page.url.split("#")[0]
            first = [self._first_visit(context, address) for _ in range(TIMES)]
        self.server.stop()
        cold = [self._cold_start(address) for _ in range(TIMES)]
        self.server.start()
        page_of_peer = peer.built(self.root / "peer", self.checklist)
        with peer.served(page_of_peer) as theirs:
            others = [self._peer_visit(theirs, number) for number in range(3)]
        return {
            "first_visit": medians(first),
            "offline_cold_start": medians(cold),
            "odk_web_forms_first_visit": medians(others),
        }

    def _first_visit(self, context: BrowserContext, address: str) -> dict[str, float]:
        """From the network, nothing kept: as before the first edition is on the tablet."""
        page = context.pages[0]
        cdp = context.new_cdp_session(page)
        cdp.send("Network.enable")
        cdp.send("Network.setBypassServiceWorker", {"bypass": True})
        cdp.send("Network.clearBrowserCache")
        slow(cdp, line=True)
        page.goto(address)
        inspector.ready(page, "form")
        taps(page, "[data-key] label")
        seen = dict(page.evaluate(SEEN))
        cdp.detach()
        page.goto("about:blank")
        return seen

    def _cold_start(self, address: str) -> dict[str, float]:
        """A new browser process, no server: lock, PIN, then the form is opened from the home."""
        with self.tablet() as context:
            page = context.pages[0]
            page.goto(f"{self.server.url}/tablet/")
            inspector.unlock(page, ZHANG.pin, "张晓峰")
            slow(context.new_cdp_session(page), line=False)
            page.goto(address)
            inspector.ready(page, "form")
            taps(page, "[data-key] label")
            return dict(page.evaluate(SEEN))

    def _peer_visit(self, url: str, number: int) -> dict[str, float]:
        with self.tablet(self.root / f"peer{number}") as context:
            page = context.pages[0]
            slow(context.new_cdp_session(page), line=True)
            page.goto(url)
            page.locator("input[type=radio], label").first.wait_for(timeout=120_000)
            page.wait_for_timeout(3000)
            return dict(page.evaluate(SEEN))

    def long_list(self) -> dict[str, Any]:
        """150 items and 100 photos in one draft: is a tap still saved at once?"""
        url = self.server.url
        with self.tablet() as context:
            page = context.pages[0]
            page.goto(f"{url}/tablet/")
            inspector.unlock(page, ZHANG.pin, "张晓峰")
            inspector.begin(page, url, unit=UNIT, checklist="150 项")
            codes = inspector.codes(page)
            empty = percentiles(page.evaluate(TAPS, 60))
            inspector.answer(page, codes[-1], FAIL)
            stored = [
                self._photo(page, codes[-1], inspector.picture(f"{n}", seed=n)) for n in range(5)
            ]
            for number in range(PHOTOS - 5):
                inspector.photograph(
                    page, codes[-1], inspector.picture(f"{number}", size=(1600, 1200), seed=number)
                )
            page.evaluate("() => { window.__long = 0; }")
            full = percentiles(page.evaluate(TAPS, 100))
            return {
                "tap_to_saved_ms": empty,
                "tap_to_saved_with_100_photos_ms": full,
                "photo_12mp_to_stored_ms": round(statistics.median(ms for ms, _ in stored)),
                "photo_longest_task_ms": round(max(longest for _, longest in stored)),
            }

    def _photo(self, page: Page, code: str, picture: Path) -> tuple[float, float]:
        page.evaluate("() => { window.__long = 0; }")
        began = time.perf_counter()
        inspector.photograph(page, code, picture)
        spent = (time.perf_counter() - began) * 1000
        return spent, float(page.evaluate("() => window.__long"))

    def thin_line(self) -> dict[str, Any]:
        """One record with three photos over 50 kbit/s, 500 ms, cut twice."""
        url = self.server.url
        with self.tablet() as context:
            page = context.pages[0]
            page.goto(f"{url}/tablet/")
            inspector.unlock(page, ZHANG.pin, "张晓峰")
            self.server.stop()
            record = inspector.begin(page, url, unit=UNIT, checklist="外包")
            codes = inspector.codes(page)
            inspector.answer(page, codes[0], FAIL)
            inspector.describe(page, codes[0], words="没有协议")
            for number in range(3):
                inspector.photograph(
                    page, codes[0], inspector.picture(f"{number}", size=(2000, 1500), seed=number)
                )
            inspector.answer_all(page, but=codes[:1])
            inspector.review(page)
            inspector.name_signers(page, second="李", party=Party("郑国栋", "安全总监"))
            inspector.begin_signing(page)
            inspector.sign(page, seed=1)
            inspector.sign(page, pin=LI.pin, seed=2)
            inspector.sign(page, pin=ZHANG.pin, seed=3)
            inspector.finish(page)
            self.server.start()
            inspector.sign_out(page)
            inspector.sign_in(page, url, ZHANG)
            return self._sent(context, page, record)

    def _sent(self, context: BrowserContext, page: Page, record: str) -> dict[str, Any]:
        began = time.perf_counter()
        moments: dict[str, float] = {}
        sent = {"bytes": 0, "requests": 0}

        def note(request: Any) -> None:
            if request.method in ("POST", "PUT", "PATCH") and "/api/v1/" in request.url:
                sent["bytes"] += len(request.post_data_buffer or b"")
                sent["requests"] += 1
                kind = request.url.split("/api/v1/")[1].split("/")[0]
                moments.setdefault(kind, time.perf_counter() - began)

        page.on("requestfinished", note)
        cdp = context.new_cdp_session(page)
        cdp.send("Network.enable")
        conditions = {"offline": False, "latency": 500}
        thin = {"downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8}
        cdp.send("Network.emulateNetworkConditions", {**conditions, **thin})
        page.goto(f"{url_of(page)}/tablet/queue")
        for _ in range(2):
            page.wait_for_timeout(25_000)
            cdp.send("Network.emulateNetworkConditions", {**conditions, **thin, "offline": True})
            page.wait_for_timeout(4000)
            cdp.send("Network.emulateNetworkConditions", {**conditions, **thin})
        inspector.delivered(page, record, seconds=600)
        return {
            "first_custody_notice_s": round(moments.get("custody", -1), 1),
            "record_s": round(moments.get("records", -1), 1),
            "last_photo_s": round(time.perf_counter() - began, 1),
            "bytes_sent": sent["bytes"],
            "requests": sent["requests"],
        }


def url_of(page: Page) -> str:
    """Scheme, host and port of the page."""
    return "/".join(page.url.split("/")[:3])


def slow(cdp: Any, *, line: bool) -> None:
    """A cheap tablet; with `line` also a poor connection."""
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    if line:
        cdp.send("Network.enable")
        speed = {"downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
        cdp.send("Network.emulateNetworkConditions", {"offline": False, "latency": 150, **speed})


def taps(page: Page, selector: str) -> None:
    """A few answers, so that the slowest reaction can be read."""
    for place in (0, 4, 9):
        page.locator(selector).nth(place).click()
        page.wait_for_timeout(150)
    page.wait_for_timeout(500)


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0]}


def percentiles(spent: list[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    ordered = sorted(spent)
    return {
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(len(ordered) * 0.95)], 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1, ensure_ascii=False))
