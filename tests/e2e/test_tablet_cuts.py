"""The tablet dies in the middle of writing: what it called saved is there when it comes back.

The browser is killed with SIGKILL while the page writes as fast as it can; in the second test the
disk itself is what survives (a file system in a file, copied while the browser is frozen: what is
only in memory is lost, as when a battery is pulled). The server is stopped all the while.
"""

import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Playwright

from tests.e2e import browsers, inspector, storage
from tests.e2e.conftest import ZHANG
from tests.e2e.inspector import FAIL
from tests.live import LiveServer

KILLS = int(os.environ.get("ZHENCHA_KILLS", "10"))
"""How often the browser is killed; 50 by hand (docs/performance.md), fewer in every run."""
POWER_CUTS = 2
ENOUGH = 20
"""Writes after which a pulled battery proves something."""
pytestmark = pytest.mark.enrolled(ZHANG)
UNIT, LIST = "恒砺机械", "动火"

WRITE = """async ({ turn, words }) => {
  const shown = document.querySelector("[data-saved]");
  const saved = () => new Promise((resolve) => {
    const look = () => (shown.dataset.saved === "saved" ? resolve() : setTimeout(look, 0));
    look();
  });
  const items = [...document.querySelectorAll("[data-item]")].slice(2);
  for (let n = turn; ; n++) {
    const code = items[n % items.length].dataset.item;
    if (n % words === 0) {
      const area = document.querySelector("[data-finding] [data-text=words]");
      area.value = `字 ${n}`;
      area.dispatchEvent(new Event("input", { bubbles: true }));
      await saved();
      await window.acknowledged("words", area.value);
      continue;
    }
    const keys = [...items[n % items.length].querySelectorAll("[data-key] input")];
    const key = keys[Math.floor(n / items.length) % 2 ? 2 : 0];
    key.checked = true;
    key.dispatchEvent(new Event("change", { bubbles: true }));
    await saved();
    await window.acknowledged(code, key.value);
  }
}"""


@dataclass
class Acknowledged:
    """What the page has said is saved."""

    values: dict[str, str] = field(default_factory=dict)
    photos: int = 0
    count: int = 0

    def note(self, key: str, value: str) -> None:
        """The page's own word, heard before the next write begins."""
        self.values[key] = value
        self.count += 1


def opened(page: Page, url: str) -> None:
    """Come back to the one draft, through the lock."""
    page.goto(f"{url}/tablet/")
    inspector.unlock(page, ZHANG.pin, "张晓峰")
    page.locator("#drafts a.cell").first.click()
    inspector.ready(page, "form")


def shown(page: Page) -> dict[str, Any]:
    """What the opened draft shows: answers, words, photos."""
    return dict(
        page.evaluate(
            """() => ({
              words: document.querySelector("[data-finding] [data-text=words]")?.value ?? "",
              photos: document.querySelectorAll("[data-strip=before] [data-photo]").length,
              answers: Object.fromEntries(
                [...document.querySelectorAll("[data-item]")].map((item) => [
                  item.dataset.item, item.querySelector("[data-key] input:checked")?.value ?? "",
                ]),
              ),
            })"""
        )
    )


def assert_kept(before: Acknowledged, page: Page) -> None:
    """Everything acknowledged is there; at most the one write in flight is there besides."""
    if before.photos:  # each is unsealed before it is drawn
        page.locator("[data-strip=before] [data-photo]").nth(before.photos - 1).wait_for()
    found = shown(page)
    # `words` grow: "字 7" after "字 3"; a later one that was in flight may have made it.
    if "words" in before.values:
        assert int(found["words"].split()[1]) >= int(before.values["words"].split()[1]), found
    odd = {
        code: (value, found["answers"][code])
        for code, value in before.values.items()
        if code != "words" and found["answers"][code] != value
    }
    assert len(odd) <= 1, f"answers lost after {before.count} acknowledged writes: {odd}"
    assert found["photos"] >= before.photos, (found["photos"], before.photos)


def write_until(page: Page, acks: Acknowledged, picture: Path, *, turn: int) -> None:
    """Write as fast as the page allows until the browser dies under it."""
    with suppress(Error):
        inspector.photograph(page, inspector.codes(page)[1], picture)
        acks.photos += 1
        page.evaluate(WRITE, {"turn": turn, "words": 9})


def prepared(page: Page, url: str) -> None:
    """A draft with one failed item, whose finding has words and photos to come."""
    inspector.begin(page, url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[1]
    inspector.answer(page, code, FAIL)
    inspector.describe(page, code, words="字 0")


@pytest.fixture
def small_pictures() -> list[Path]:
    """Photos that differ, small enough to be taken often."""
    return [inspector.picture(f"{n}", size=(1200, 900), seed=n) for n in range(KILLS + POWER_CUTS)]


@pytest.mark.hurts(4, 18)
def test_a_browser_killed_again_and_again_loses_nothing_that_was_called_saved(
    playwright: Playwright,
    live_server: LiveServer,
    profile: Path,
    browser_path: str,
    small_pictures: list[Path],
) -> None:
    url, dice = live_server.url, random.Random(5)
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        inspector.sit_down(page, url, ZHANG)
        live_server.stop()
        prepared(page, url)
    acks, total = Acknowledged(), 0
    for kill in range(KILLS):
        with (
            suppress(Error),
            inspector.tablet(playwright, profile, executable=browser_path) as context,
        ):
            page = context.pages[0]
            opened(page, url)
            assert_kept(acks, page)
            acks.values["words"] = shown(page)["words"]
            page.expose_function("acknowledged", acks.note)
            timer = threading.Timer(dice.uniform(0.3, 1.6), browsers.kill, [profile])
            timer.start()
            write_until(page, acks, small_pictures[kill], turn=acks.count + 1)
            timer.join()
    total = acks.count
    assert total > KILLS, "too little was written; the test proves nothing"
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        opened(context.pages[0], url)
        assert_kept(acks, context.pages[0])


def half_written(page: Page, profile: Path) -> None:
    """Kill the browser in the middle of a write: half of a record stands at the end of its log.

    What is torn is nobody's work, so that all that was called saved has to be there.
    """
    storage.run(
        page,
        """const nobodys = await opened("nobodys", 1, (made) => made.createObjectStore("rows"));
        const written = nobodys.transaction("rows", "readwrite");
        const noise = crypto.getRandomValues(new Uint8Array(60_000)); // it would be compressed
        written.objectStore("rows").put(noise, 1);
        await new Promise((resolve) => { written.oncomplete = resolve; });""",
    )
    browsers.kill(profile)
    logs = profile.glob("Default/IndexedDB/*localhost*/*.log")
    newest = max(logs, key=lambda log: log.stat().st_mtime)
    assert newest.stat().st_size > 60_000
    os.truncate(newest, newest.stat().st_size - 20_000)


@pytest.mark.hurts(3, 4)
def test_a_write_cut_in_half_costs_nothing_but_itself(
    playwright: Playwright,
    live_server: LiveServer,
    profile: Path,
    browser_path: str,
) -> None:
    """The loss would come two starts later: Chromium writes on behind the half record."""
    url = live_server.url
    with suppress(Error), inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        inspector.sit_down(page, url, ZHANG)
        live_server.stop()
        prepared(page, url)
        half_written(page, profile)
    for words in ("字 1", "字 2"):
        with inspector.tablet(playwright, profile, executable=browser_path) as context:
            page = context.pages[0]
            opened(page, url)
            inspector.describe(page, inspector.codes(page)[1], words=words)
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        opened(context.pages[0], url)
        assert shown(context.pages[0])["words"] == "字 2"


@contextmanager
def disk(image: Path, folder: Path) -> Iterator[Path]:
    """A file system in a file."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True)
    try:
        yield folder
    finally:
        for _ in range(50):
            if subprocess.run(["umount", str(folder)], check=False, capture_output=True).returncode:
                time.sleep(0.1)
            else:
                break


def no_disks() -> str:
    """Why a power cut cannot be simulated here; empty when it can."""
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        return "a power cut is simulated on a mounted file: needs root and loop devices"
    return "" if shutil.which("mkfs.ext4") else "mkfs.ext4 is missing: apt-get install e2fsprogs"


@pytest.mark.skipif(bool(no_disks()), reason=no_disks())
def test_a_pulled_battery_loses_nothing_that_was_called_saved(
    playwright: Playwright,
    live_server: LiveServer,
    profile: Path,
    tmp_path: Path,
    browser_path: str,
    small_pictures: list[Path],
) -> None:
    image, url, dice = tmp_path / "disk", live_server.url, random.Random(6)
    with image.open("wb") as file:
        file.truncate(1_500_000_000)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    with disk(image, tmp_path / "before") as root:
        profile = Path(shutil.copytree(profile, root / "tablet"))
        with inspector.tablet(playwright, profile, executable=browser_path) as context:
            inspector.sit_down(context.pages[0], url, ZHANG)
            live_server.stop()
            prepared(context.pages[0], url)
        os.sync()
        for cut in range(POWER_CUTS):
            acks, copy = Acknowledged(), tmp_path / f"copy{cut}"
            with (
                suppress(Error),
                inspector.tablet(playwright, profile, executable=browser_path) as context,
            ):
                page = context.pages[0]
                opened(page, url)
                acks.photos = shown(page)["photos"]
                page.expose_function("acknowledged", acks.note)
                battery = (profile, image, copy)
                puller = threading.Thread(target=pull, args=(acks, dice.uniform(0.5, 2), *battery))
                puller.start()
                write_until(page, acks, small_pictures[cut], turn=1)
                puller.join()
            with (
                disk(copy, tmp_path / "after") as left,
                inspector.tablet(playwright, left / "tablet", executable=browser_path) as context,
            ):
                opened(context.pages[0], url)
                assert acks.count > ENOUGH, "too little was written; the test proves nothing"
                assert_kept(acks, context.pages[0])
            copy.unlink()


def pull(acks: Acknowledged, seconds: float, profile: Path, image: Path, copy: Path) -> None:
    """Once enough is written, freeze the browser, keep what the disk has, and end it."""
    patience = time.monotonic() + 60
    while acks.count <= ENOUGH and time.monotonic() < patience:
        time.sleep(0.05)
    time.sleep(seconds)
    ours = browsers.processes(profile)
    browsers.send(ours, signal.SIGSTOP)
    subprocess.run(["cp", "--sparse=always", str(image), str(copy)], check=True)
    browsers.send(ours, signal.SIGKILL)
