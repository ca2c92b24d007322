"""How long the home list takes with 600 photos waiting, at a sixth of the processor, offline.

`python -m tests.benchmarks.queue` prints milliseconds from the start of navigation: of the first
list, and of the whole page ready. The outbox is filled by hand: what is measured reads it.
"""

import json
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, Playwright, sync_playwright

from tests.e2e import inspector
from tests.e2e.conftest import LI, browser
from tests.live import LiveServer

RECORDS, PHOTOS_EACH, DELIVERED = 60, 10, 200
PHOTO_BYTES, RECORD_BYTES = 60_000, 40_000
SLOWER, TIMES = 6, 5

FILL = """async ({ person, records, delivered, photos, photoBytes, recordBytes }) => {
  const database = await new Promise((resolve) => {
    const opening = indexedDB.open("zhencha-device");
    opening.onsuccess = () => resolve(opening.result);
  });
  const name = () => [...crypto.getRandomValues(new Uint8Array(32))]
    .map((one) => one.toString(16).padStart(2, "0")).join("");
  const put = (store, row) => store.put(row);
  for (let number = 0; number < records + delivered; number++) {
    const writing = database.transaction(["outbox", "outbox_blobs"], "readwrite");
    const keep = (size) => {
      const sha256 = name();
      const bytes = new ArrayBuffer(number < records ? size : 10);
      put(writing.objectStore("outbox_blobs"), { sha256, size, type: "image/jpeg", bytes });
      return { sha256, size, type: "image/jpeg" };
    };
    const done = number >= records;
    const at = new Date(Date.now() - number * 3600e3).toISOString();
    const files = Array.from({ length: photos }, () => keep(photoBytes));
    const jws = keep(recordBytes);
    const claims = { status: "accepted", complete: true, missing: [], faults: [], seq: number };
    put(writing.objectStore("outbox"), {
      uuid: crypto.randomUUID(), person, signers: [person], unit_name: `单位 ${number}`,
      title: "动火作业", findings: 3, digest: name(), jws_digest: jws.sha256,
      jws_size: recordBytes, inks: [], photos: files, signed_at: at, sealed_at: at,
      state: done ? "delivered" : "waiting", attempts: 0, last_try_at: null, next_try_at: 0,
      why: null, noticed_at: null, receipt: done ? "x".repeat(1200) : null,
      receipt_claims: done ? { ...claims, received_at: at } : null, sent_bytes: 0,
      delivered_at: done ? at : null,
    });
    await new Promise((resolve) => { writing.oncomplete = resolve; });
  }
  database.close();
}"""

WATCH = """() => {
  const look = () => {
    const ready = document.documentElement.dataset.ready === "home";
    if (!window.listed && document.querySelector("#outbox li")) window.listed = performance.now();
    if (ready) window.whole = performance.now();
    if (!window.whole) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def measure() -> dict[str, float]:
    """Fill a tablet, stop the server and open the home page again and again."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        return _measured(playwright, Path(folder))


def _measured(playwright: Playwright, folder: Path) -> dict[str, float]:
    (folder / "home").mkdir()
    server = LiveServer(folder / "home", f"sqlite:///{folder / 'home' / 'zhencha.sqlite3'}")
    server.start()
    try:
        with inspector.tablet(playwright, folder / "tablet", executable=browser()) as context:
            page = context.pages[0]
            inspector.enrol(page, server.url, LI)
            inspector.kept_for_offline(page)
            _fill(page)
            server.stop()
            context.add_init_script(f"({WATCH})()")
            slow = context.new_cdp_session(page)
            slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            found = [_open(page, server.url) for _ in range(TIMES)]
    finally:
        server.kill()
    return {
        "home_list_ms": round(statistics.median(listed for listed, _ in found)),
        "home_ready_ms": round(statistics.median(whole for _, whole in found)),
    }


def _fill(page: Page) -> None:
    person = page.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open("zhencha-device");
          opening.onsuccess = () => {
            const asking = opening.result.transaction("people").objectStore("people").getAll();
            asking.onsuccess = () => { opening.result.close(); resolve(asking.result[0].uuid); };
          };
        })"""
    )
    page.evaluate(
        FILL,
        {
            "person": person,
            "records": RECORDS,
            "delivered": DELIVERED,
            "photos": PHOTOS_EACH,
            "photoBytes": PHOTO_BYTES,
            "recordBytes": RECORD_BYTES,
        },
    )


def _open(page: Page, url: str) -> tuple[float, float]:
    page.goto(f"{url}/tablet/")
    inspector.ready(page, "home")
    page.wait_for_timeout(100)
    listed, whole = page.evaluate("[window.listed, window.whole]")
    return float(listed), float(whole)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
