"""Citing a register on the tablet, without a network: number and words go into the item's note."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.e2e import inspector
from tests.e2e.conftest import ZHANG
from tests.e2e.inspector import PHONE
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(ZHANG)
SAID = {
    "holder": "褚永康",
    "trade": "熔化焊接与热切割作业",
    "certificate": "云特-2101",
    "issued_on": "2024-03-01",
    "valid_until": "2030-03-01",
}


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
def test_an_entry_is_cited_with_one_tap(
    playwright: Playwright,
    live_server: LiveServer,
    profile: Path,
    browser_path: str,
    size: tuple[int, int],
) -> None:
    url = live_server.url
    with inspector.tablet(playwright, profile, executable=browser_path, size=size) as context:
        page = context.pages[0]
        inspector.sit_down(page, url, ZHANG)
        page.goto(f"{url}/units?text=恒砺机械")
        page.get_by_role("link", name="恒砺机械").click()
        unit = page.url
        page.goto(f"{unit}/registers/certificate/new")
        for name, words in SAID.items():
            page.locator(f"[name={name}]").fill(words)
        page.locator("[name=post]").select_option("operator")
        page.get_by_role("button", name="记入台账").click()
        number = page.get_by_role("heading", level=1).inner_text()
        assert number.startswith("ZS-")
        with page.expect_response("**/api/v1/changes?*"):
            page.goto(f"{url}/tablet/")
        page.wait_for_load_state("networkidle")
        inspector.begin(page, url, unit="恒砺机械", checklist="培训")
        context.set_offline(True)
        first = inspector.codes(page)[0]
        item = inspector.item(page, first)
        item.locator("[data-cite] > summary").click()
        entry = item.locator("[data-entries] button")
        expect(entry).to_contain_text("褚永康")
        entry.click()
        expect(entry).to_contain_text("已引用")
        entry.click()  # once is enough
        note = item.locator("[data-answer-field=note]")
        expect(note).to_have_value(
            f"见登记 {number}（褚永康，特种作业人员，熔化焊接与热切割作业，有效期至 2030-03-01）"
        )
        inspector.saved(page)
        if shot := os.environ.get("CITING_SHOT"):
            page.screenshot(path=shot)
