"""A list made in the browser: extended, mended, tried on a phone, published by somebody else."""

import re

from playwright.sync_api import Page, Playwright, expect

from tests.e2e import inspector
from tests.e2e.conftest import PASSWORD
from tests.e2e.inspector import PHONE
from tests.e2e.office import desk
from tests.e2e.test_reach import AXE, axe_faults
from tests.live import LiveServer

ROWS_KEPT = """async () => {
  const asked = (request) =>
    new Promise((done) => { request.onsuccess = () => done(request.result); });
  let rows = 0;
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      rows += await asked(database.transaction(store).objectStore(store).count());
    }
  }
  return rows + localStorage.length + (await caches.keys()).length;
}"""
"""How much the browser has kept, in whatever place."""


def test_a_list_is_extended_tried_on_a_phone_and_published_by_somebody_else(
    playwright: Playwright, live_server: LiveServer, browser_path: str
) -> None:
    url = live_server.url
    told = {"executable": browser_path, "password": PASSWORD}
    with desk(playwright, url, **told) as page:
        draft = _extended(page, url)
        page.get_by_role("link", name="预览和在设备上试用").click()
        trial = page.get_by_role("link", name="在这里预览").get_attribute("href")
        _tried_on_a_phone(page, f"{url}{trial}")
        page.goto(f"{url}{draft}")
        page.get_by_role("button", name="送审").click()
        expect(page.get_by_text("要由另一位有权限的人发布")).to_be_visible()
    with desk(playwright, url, username="admin", **told) as page:
        page.goto(f"{url}{draft}")
        page.get_by_role("link", name=re.compile("^与 hot-work")).click()
        rows = page.locator("[data-changes]")
        expect(rows).to_have_count(1)
        expect(rows).to_have_attribute("data-changes", "came")
        page.goto(f"{url}{draft}")
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="发布", exact=True).click()
        expect(page.get_by_text("已发布第 1 版，并记入台账。")).to_be_visible()


def _extended(page: Page, url: str) -> str:
    """Extend the list of hot work by one item, mend it where the page says so, move it up."""
    page.add_init_script(path=AXE)
    page.goto(f"{url}/authoring/lists/hot-work")
    page.get_by_role("button", name="增补：原项不动，只加几项").click()
    draft = page.url.removeprefix(url)
    page.get_by_role("button", name="在这一部分加一项").first.click()
    page.locator("#title-zh").fill("油库防静电接地")
    page.locator("#check-zh").fill("油库卸油口有防静电接地。")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="整改要求：请填写").click()
    expect(page.locator("#requirement-zh")).to_be_focused()
    page.keyboard.type("立即停止卸油，装好接地。")
    for number, words in enumerate(("没有接地", "线夹锈蚀")):
        page.locator(f"#findings-{number}-zh").fill(words)
    page.get_by_label("管理要求，没有直接的法律条文").check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#errors")).to_have_count(0)
    assert axe_faults(page, "item") == []
    page.goto(f"{url}{draft}")
    up = page.get_by_role("button", name=re.compile("上移$"))
    up.focus()
    for _each in range(2):
        page.keyboard.press("Enter")  # the key stays under the finger
        page.wait_for_url("**moved=**")
        expect(up).to_be_focused()
    codes = page.locator(".author-section").first.locator(".item-code").all_inner_texts()
    assert [code.startswith("A-") for code in codes][-3:] == [False, True, True]
    assert axe_faults(page, "draft") == []
    return draft


def _tried_on_a_phone(page: Page, address: str) -> None:
    """Somebody without an account tries it: it can be tapped, and nothing of it stays."""
    browser = page.context.browser
    assert browser
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, locale="zh-CN"
    )
    phone = context.new_page()
    phone.goto(address)
    inspector.ready(phone, "trial")
    phone.locator("#A-01 .key-fail").click()
    expect(phone.locator("#A-01 .finding")).to_be_visible()
    expect(phone.locator("#A-01").get_by_text("没有危险作业制度")).to_be_visible()
    phone.reload()
    inspector.ready(phone, "trial")
    expect(phone.locator("[data-field=progress]")).to_have_text(re.compile("^0/"))
    assert phone.evaluate(ROWS_KEPT) == 0
    context.close()
