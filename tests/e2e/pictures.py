"""Takes the README's pictures from a real run: the tablet's form, the register, the signed PDF.

`python -m tests.e2e.pictures` needs `make demo` to have run once; it serves what that left behind.
"""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, Playwright, sync_playwright

from tests.e2e import inspector
from tests.e2e.conftest import PASSWORD, ZHANG, browser
from tests.e2e.demo import DESK, LIST, OUT, UNIT, fail
from tests.e2e.inspector import PASS, Signer
from tests.live import ROOT, LiveServer

PICTURES = ROOT / "docs" / "pictures"


def main() -> int:
    """Take all three."""
    home = OUT / "home"
    server = LiveServer(home, f"sqlite:///{home / 'zhencha.sqlite3'}")
    server.start()
    PICTURES.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            tablet_form(playwright, server.url, PICTURES / "tablet.png")
            register(playwright, server.url, PICTURES / "register.png")
    finally:
        server.stop()
    paper(OUT / "report.pdf", PICTURES / "report.png")
    return 0


def tablet_form(playwright: Playwright, url: str, path: Path) -> None:
    """A failed item with its finding."""
    with inspector.tablet(playwright, OUT / "picture-tablet", executable=browser()) as context:
        page = context.pages[0]
        inspector.enrol(page, url, ZHANG)
        inspector.begin(page, url, unit=UNIT, checklist=LIST)
        for code in ("A-01", "A-02", "A-03"):
            inspector.answer(page, code, PASS)
        fail(page, "A-04", "二号车间钢平台正在焊接，现场拿不出作业票。", "larger", "3", seed=31)
        inspector.item(page, "A-04").scroll_into_view_if_needed()
        page.wait_for_timeout(400)
        page.screenshot(path=path)


def register(playwright: Playwright, url: str, path: Path) -> None:
    """The office's register."""
    chromium = playwright.chromium.launch(executable_path=browser(), args=list(inspector.ARGUMENTS))
    page: Page = chromium.new_page(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]
    office = Signer("anban", PASSWORD, "")
    page.goto(f"{url}/sign-in?next=/hazards")
    page.locator("[name=username]").fill(office.username)
    page.locator("[name=password]").fill(office.password)
    page.locator("main form button").last.click()
    page.wait_for_url("**/hazards")
    page.screenshot(path=path)
    chromium.close()


def paper(report: Path, path: Path) -> None:
    """First and signature page of the PDF, side by side."""
    from PIL import Image

    stem = OUT / "page"
    subprocess.run(["pdftoppm", "-r", "70", "-png", str(report), str(stem)], check=True)
    pages = sorted(OUT.glob("page-*.png"))
    shown = [Image.open(pages[0]), Image.open(pages[-1])]
    width, height = shown[0].size
    sheet = Image.new("RGB", (2 * width + 60, height + 40), (222, 224, 226))
    for place, image in enumerate(shown):
        sheet.paste(image, (20 + place * (width + 20), 20))
    sheet.save(path, optimize=True)
    for page in pages:
        page.unlink()


if __name__ == "__main__":
    sys.exit(main())
