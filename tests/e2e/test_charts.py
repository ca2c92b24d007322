"""Pictures of rankings and trends: drawn from their tables, within the policy, and not needed."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e import office
from tests.e2e.conftest import PASSWORD
from tests.e2e.inspector import PHONE
from tests.e2e.test_reach import AXE, axe_faults
from tests.live import ROOT, LiveServer

VIOLATIONS = """window.violations = [];
document.addEventListener("securitypolicyviolation", (told) => violations.push(told.blockedURI));"""
LABELS = "(figure) => [...figure.querySelectorAll('text')].map((each) => each.textContent)"
YEAR = f"span=year&on={datetime.now(UTC).year - 1}-06-01"
"""A year that is over, so that it has hazards whatever day it is."""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[LiveServer]:
    """A district with hazards of five years; the database is no matter here."""
    home = tmp_path / "home"
    home.mkdir()
    url = f"sqlite:///{home}/zhencha.sqlite3"
    server = LiveServer(home, url)
    command = [Path(sys.executable).with_name("flask"), "--app", "app", "demo"]
    command += ["--scale", "400", "--enterprises", "40"]
    subprocess.run(command, cwd=ROOT, env=server.environment, check=True, capture_output=True)
    server.start()
    yield server
    server.kill()


def scores(page: Page) -> list[str]:
    """What the table says of each unit that has a score."""
    return page.locator("#ranking td[data-value]").evaluate_all(
        "(cells) => cells.map((cell) => cell.dataset.value)"
    )


def test_pictures_say_what_their_tables_say_and_break_no_rule(
    busy: LiveServer, playwright: Playwright, browser_path: str
) -> None:
    given = {"executable": browser_path, "password": PASSWORD}
    with office.desk(playwright, busy.url, **given) as page:
        page.add_init_script(VIOLATIONS)
        page.add_init_script(path=AXE)
        page.goto(f"{busy.url}/rankings?of=town&{YEAR}")
        figure = page.locator("[data-chart=bars]")
        expect(figure.locator("svg")).to_be_visible()
        told = scores(page)
        assert len(told) > 10
        labels = [label.split(" ")[0] for label in figure.evaluate(LABELS)]
        assert [score for score in told[:20] if score not in labels] == []
        page.emulate_media(media="print")
        expect(figure).to_be_hidden()
        page.emulate_media(media="screen")
        found = axe_faults(page, "rankings")

        page.goto(f"{busy.url}/rankings/trends?{YEAR}")
        lines = page.locator("[data-chart=lines]")
        expect(lines.locator("svg")).to_be_visible()
        assert {"发现", "销号", "月末未销号"} <= set(lines.evaluate(LABELS))
        found += axe_faults(page, "trends")
        assert found == []
        assert page.evaluate("violations") == []
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        page.goto(f"{busy.url}/rankings?of=town&{YEAR}")
        page.locator(".sheet-wide").evaluate("(sheet) => sheet.scrollTo(sheet.scrollWidth, 0)")
        for name in page.locator("#ranking tbody th").all()[:2]:  # the total's, and the first one's
            at = name.bounding_box()
            assert at
            assert at["x"] >= 0, "a name stays beside its figures"
        cookies = page.context.cookies()
        plain = page.context.browser.new_context(java_script_enabled=False)
        plain.add_cookies(cookies)
        alone = plain.new_page()
        alone.goto(f"{busy.url}/rankings?of=town&{YEAR}")
        expect(alone.locator("[data-chart]")).to_be_hidden()
        expect(alone.locator("#ranking")).to_be_visible()
