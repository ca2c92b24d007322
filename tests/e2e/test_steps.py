"""The life of a major hazard, from the finding to the strike-off, by those whose steps they are.

An inspector on the tablet, the enterprise's safety officer on a phone, the office at its desk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from inspection.domain.hazard import Step
from tests.builders.records import hazard_of
from tests.builders.stepping import SAID
from tests.e2e import inspector, office
from tests.e2e.conftest import LI, PASSWORD, ZHANG
from tests.e2e.inspector import PHONE
from tests.e2e.test_reach import AXE, axe_faults
from tests.e2e.test_reinspection import CHINA, PARTY, found_on_another_tablet
from tests.live import LiveServer

TODAY = datetime.now(CHINA).date()
DAYS = {"planned_on": TODAY + timedelta(days=20), "finished_on": TODAY - timedelta(days=1)}


@contextmanager
def phone(playwright: Playwright, url: str, *, executable: str, username: str) -> Iterator[Page]:
    """A phone's browser in which somebody of the enterprise is signed in."""
    browser = playwright.chromium.launch(executable_path=executable, args=list(inspector.ARGUMENTS))
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, locale="zh-CN"
    )
    context.set_default_timeout(inspector.PATIENCE_MS)
    page = context.new_page()
    page.add_init_script(path=AXE)
    page.goto(f"{url}/sign-in")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url("**/enterprise")
    try:
        yield page
    finally:
        browser.close()


def take(page: Page, hazard: str, step: Step, *, photo: Path | None = None, **said: str) -> None:
    """On whatever page the step is offered: follow it, fill the form in, submit."""
    offered = page.locator(f'a[href="/hazards/{hazard}/steps/{step}"]:visible')
    if not offered.count():  # what is seldom done lies in a fold
        page.locator("#seldom > summary").click()
    offered.first.click()
    inspector.ready(page, "step")
    for name, text in {**SAID.get(step, {}), **said}.items():
        if name == "level":
            page.locator(f'[name=level][value="{text}"]').check()
        elif name == "list_level":
            page.locator(f'[name=list_level][value="{text}"]').check()
        else:
            page.locator(f"[name={name}]").fill(str(DAYS.get(name, text)))
    if photo:
        page.locator("[data-choose][multiple]").set_input_files(str(photo))
        page.locator("[data-kept] img").wait_for()
        assert axe_faults(page, "form") == []
    page.locator("form[data-desk] button[type=submit]:enabled").click()
    page.wait_for_url(f"**/hazards/{hazard}")
    expect(page.locator(".banner-done")).to_contain_text("已记入台账")


@pytest.mark.enrolled(ZHANG, LI)
def test_a_major_hazard_goes_from_the_finding_to_the_strike_off(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> None:
    url = live_server.url
    with (
        inspector.tablet(playwright, profile, executable=browser_path) as tablet,
        phone(playwright, url, executable=browser_path, username="hengli") as enterprise,
        office.desk(playwright, url, executable=browser_path, password=PASSWORD) as desk,
    ):
        page = tablet.pages[0]
        hazard = hazard_of(found_on_another_tablet(page, url, days_ago=2))
        address = f"{url}/hazards/{hazard}"
        inspector.sign_out(page)
        inspector.sign_in(page, url, ZHANG)
        page.goto(address)
        take(page, hazard, Step.GRADE)

        enterprise.reload()
        expect(enterprise.locator("#mine ~ ul")).to_contain_text("上报重大隐患")
        enterprise.locator("#mine ~ ul a").click()
        take(enterprise, hazard, Step.REPORT)
        take(enterprise, hazard, Step.PLAN)
        page.goto(address)
        take(page, hazard, Step.APPROVE_PLAN)
        desk.goto(address)
        take(desk, hazard, Step.LIST)

        enterprise.goto(f"{url}/enterprise")
        expect(enterprise.locator("#mine ~ ul")).to_contain_text("挂牌督办")
        found = axe_faults(enterprise, "enterprise")
        enterprise.locator("#mine ~ ul a").click()
        take(enterprise, hazard, Step.CLAIM, photo=inspector.picture("mended", seed=41))
        found += axe_faults(enterprise, "hazard")
        assert not found, "\n".join(found)
        photo = enterprise.locator(".timeline img").first
        assert max(inspector.picture_size(photo)) == 1600

        inspector.sit_down(page, url, ZHANG, "张")
        expect(page.locator("#todo a")).to_contain_text("企业已提交整改 1 条")
        page.locator("#todo a").click()
        inspector.ready(page, "reinspection")
        expect(inspector.hazard(page, 0)).to_contain_text("企业已提交整改")
        inspector.look_again(page, 0, "passed", inspector.picture("in order", seed=42))
        page.locator("[data-review]").click()
        page.wait_for_url("**/tablet/review*")
        inspector.ready(page, "review")
        record = page.url.split("draft=")[1].split("#")[0]
        inspector.name_signers(page, second="李", party=PARTY)
        inspector.begin_signing(page)
        inspector.sign(page, seed=21)
        inspector.sign(page, pin=LI.pin, seed=22)
        inspector.sign(page, pin=ZHANG.pin, seed=23)
        inspector.finish(page)
        inspector.delivered(page, record)

        desk.goto(address)
        expect(desk.locator(".page-head")).to_contain_text("待核销")
        take(desk, hazard, Step.STRIKE_OFF)
        expect(desk.locator(".page-head")).to_contain_text("已销号")
        told = desk.locator(".timeline-title").all_inner_texts()
        assert told == [
            "核销",
            "复查合格",
            "提交整改",
            "挂牌督办",
            "批准方案",
            "提交治理方案",
            "上报重大隐患",
            "定级",
            "登记",
        ]
