"""`make demo`: the main job once, in a real browser, with the server gone in the middle.

An inspector enrols on a tablet, loses the server, fills the hot-work list with
photos, switches the tablet off halfway, signs with a colleague and the inspected party; the
server comes back, the outbox sends by itself, and an auditor verifies the PDF.
Prints each step; leaves var/demo/report.pdf and its verdict; the exit status
tells the truth.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from tests.e2e import inspector
from tests.e2e.conftest import LI, PASSWORD, ZHANG, browser
from tests.e2e.inspector import FAIL, NOT_APPLICABLE, NOT_CHECKED, PASS, Party, Signer
from tests.e2e.scenes import scene
from tests.live import ROOT, LiveServer

OUT = ROOT / "var" / "demo"
PARTY = Party("郑国栋", "安全总监")
UNIT, LIST = "恒砺机械", "动火"
DESK = {"width": 1440, "height": 900}
FINDINGS = (
    ("A-04", "二号车间钢平台正在焊接，现场拿不出作业票。", "larger", "3"),
    ("A-07", "监护人在隔壁工位打磨，没有守在动火点。", "general", "7"),
    ("A-12", "乙炔瓶卧放，离焊点约四米，没有回火防止器。", "general", "3"),
)
SCENES = {"A-04": "welding", "A-07": "guardian", "A-12": "cylinders"}


def main() -> int:
    """Run the demonstration; 0 when every step did what it says."""
    shutil.rmtree(OUT, ignore_errors=True)
    home = OUT / "home"
    home.mkdir(parents=True)
    server = LiveServer(home, f"sqlite:///{home / 'zhencha.sqlite3'}")
    step("start the server with demonstration data")
    server.start()
    try:
        with sync_playwright() as playwright:
            return perform(playwright, server)
    finally:
        if server.running:
            server.stop()


def perform(playwright: Playwright, server: LiveServer) -> int:
    """The whole story; also what the README's pictures are taken from."""
    profile = OUT / "tablet"
    with tablet(playwright, profile) as context:
        enrol(context.pages[0], server.url)
        step("stop the server process: from here on the tablet is alone")
        server.stop()
        begin_offline(context.pages[0], server.url)
        step("switch the tablet off in the middle of the inspection")
    with tablet(playwright, profile) as context:
        page = context.pages[0]
        record = finish_offline(page, server.url)
        step("start the server again; nobody touches the tablet")
        server.start()
        inspector.delivered(page, record, seconds=120)
        step("the tablet holds a verified receipt: record, photos and signatures arrived")
    report = wait_for_report(playwright, server)
    return judge(server, report)


@contextmanager
def tablet(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """The tablet's browser."""
    with inspector.tablet(playwright, profile, executable=browser()) as context:
        yield context


def enrol(page: Page, url: str) -> None:
    """Two inspectors make their keys on one tablet; the second stays signed in."""
    for signer, name in ((LI, "李𫖯"), (ZHANG, "张晓峰")):
        step(f"{name} signs in and enrols a key behind a PIN")
        inspector.enrol(page, url, signer)
        if signer is LI:
            inspector.sign_out(page)
    inspector.kept_for_offline(page)


def begin_offline(page: Page, url: str) -> None:
    """Open the list with no server and answer the first items."""
    page.goto(f"{url}/tablet/")
    if page.locator("#lock").is_visible():
        inspector.unlock(page, ZHANG.pin, "张晓峰")
    step(f"offline: choose {UNIT} and the hot-work list, answer, photograph")
    inspector.begin(page, url, unit=UNIT, checklist=LIST)
    inspector.answer(page, "A-01", PASS)
    inspector.answer(page, "A-02", NOT_CHECKED, "台账在总部，现场未提供")
    inspector.answer(page, "A-03", PASS)
    fail(page, *FINDINGS[0], seed=31)
    inspector.saved(page)


def finish_offline(page: Page, url: str) -> str:
    """Come back to the draft, answer the rest, sign and finish; return the record's uuid."""
    page.goto(f"{url}/tablet/")
    inspector.unlock(page, ZHANG.pin, "张晓峰")
    step("the tablet is on again, still without a server: the draft is whole")
    page.locator("#drafts a.cell").first.click()
    inspector.ready(page, "form")
    for number, finding in enumerate(FINDINGS[1:]):
        fail(page, *finding, seed=32 + number)
    for code in inspector.codes(page):
        if code in ("A-27", "A-28", "A-29", "A-32"):
            inspector.answer(page, code, NOT_APPLICABLE)
    done = {"A-01", "A-02", "A-03", "A-27", "A-28", "A-29", "A-32"} | {f[0] for f in FINDINGS}
    inspector.answer_all(page, but=sorted(done))
    record = page.url.split("draft=")[1].split("#")[0]
    step("offline: review, then 郑国栋, 李𫖯 and 张晓峰 sign")
    inspector.review(page)
    inspector.name_signers(page, second="李", party=PARTY)
    inspector.begin_signing(page)
    inspector.sign(page, seed=21)
    inspector.sign(page, pin=LI.pin, seed=22)
    inspector.sign(page, pin=ZHANG.pin, seed=23)
    inspector.finish(page)
    step("offline: finished; the record waits in the outbox")
    page.locator(f'#waiting [data-record="{record}"]').wait_for()
    return record


def fail(page: Page, code: str, words: str, level: str, days: str, *, seed: int) -> None:
    """Answer 不合格 with a finding and two photos."""
    inspector.answer(page, code, FAIL)
    inspector.describe(page, code, words=words, level=level, days=days)
    for number in range(2):
        inspector.photograph(page, code, scene(SCENES[code], seed=seed * 10 + number))


def wait_for_report(playwright: Playwright, server: LiveServer) -> Path:
    """An auditor signs in at a desk and downloads the report when it is on the shelf."""
    step("the auditor signs in and waits for the report")
    chromium = playwright.chromium.launch(executable_path=browser(), args=list(inspector.ARGUMENTS))
    page = chromium.new_page(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]
    sign_in_at_desk(page, server.url, Signer("audit", PASSWORD, ""))
    end = time.monotonic() + 120
    link = page.locator('a[href$=".pdf"]').first
    while link.count() == 0:
        assert time.monotonic() < end, f"no report came:\n{server.log[-3000:]}"
        time.sleep(0.5)
        page.goto(f"{server.url}/reports")
    with page.expect_download() as download:
        link.click()
    report = OUT / "report.pdf"
    download.value.save_as(report)
    chromium.close()
    step(f"downloaded {report.relative_to(ROOT)} ({report.stat().st_size // 1024} KB)")
    return report


def sign_in_at_desk(page: Page, url: str, signer: Signer) -> None:
    """Sign in and land on the list of reports."""
    page.goto(f"{url}/sign-in?next=/reports")
    page.locator("[name=username]").fill(signer.username)
    page.locator("[name=password]").fill(signer.password)
    page.locator("main form button").last.click()
    page.wait_for_url("**/reports")


def judge(server: LiveServer, report: Path) -> int:
    """Verify the PDF and the ledger by the commands that operators have."""
    verified = flask(server, "verify", "-v", str(report))
    (OUT / "verdict.txt").write_text(verified.stdout, encoding="utf-8")
    step("flask verify report.pdf")
    print(verified.stdout, verified.stderr, sep="")
    changed = bytearray(report.read_bytes())
    changed[len(changed) // 2] ^= 1
    altered = OUT / "altered.pdf"
    altered.write_bytes(changed)
    refused = flask(server, "verify", str(altered))
    altered.unlink()
    step(f"one bit changed: exit status {refused.returncode}")
    ledger = flask(server, "ledger", "check")
    step(ledger.stdout.strip() or ledger.stderr)
    good = verified.returncode == 0 and refused.returncode == 1 and ledger.returncode == 0
    step("done" if good else "FAILED")
    return 0 if good else 1


def flask(server: LiveServer, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run one of the app's commands on the demonstration's data."""
    command = [str(Path(sys.executable).with_name("flask")), "--app", "app", *words]
    return subprocess.run(
        command, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=False
    )


_begun = time.monotonic()


def step(words: str) -> None:
    """Print one step with the seconds since the start."""
    print(f"[{time.monotonic() - _begun:6.1f}s] {words}", flush=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
