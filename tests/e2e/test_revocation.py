"""What the office takes back stops signing, never work: nothing written or signed is lost by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.e2e import inspector, office
from tests.e2e.conftest import LI, PASSWORD, ZHANG
from tests.e2e.inspector import PASS, Party, Signer
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(LI, ZHANG)
PARTY = Party("郑国栋", "安全总监")
CHEN = Signer("chen", PASSWORD, "720516")


@pytest.fixture
def tablet(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> Iterator[Page]:
    """A tablet that two inspectors share; the first one is seated and signed in."""
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        inspector.sit_down(page, live_server.url, ZHANG, "张")
        yield page


@pytest.fixture
def desk(playwright: Playwright, live_server: LiveServer, browser_path: str) -> Iterator[Page]:
    """The office's desk."""
    with office.desk(
        playwright, live_server.url, executable=browser_path, password=PASSWORD
    ) as page:
        yield page


def cut_off(page: Page) -> None:
    """No way to the server for anything that is sent."""
    page.route("**/api/v1/**", lambda route: route.abort())


def back_in_reach(page: Page) -> None:
    """The server answers again."""
    page.unroute("**/api/v1/**")


def inspected(page: Page, url: str, *, second: str) -> str:
    """An inspection where every item passes, ready to be signed."""
    record = inspector.begin(page, url, unit="恒砺机械", checklist="外包外租（短表）")
    inspector.answer_all(page, PASS)
    inspector.review(page)
    inspector.name_signers(page, second=second, party=PARTY)
    return record


def sealed(page: Page, url: str, *, second: str, pins: tuple[str, str]) -> str:
    """An inspection signed by all and waiting to be sent."""
    record = inspected(page, url, second=second)
    inspector.begin_signing(page)
    inspector.sign(page, seed=1)
    for seed, pin in enumerate(pins, 2):
        inspector.sign(page, pin=pin, seed=seed)
    inspector.finish(page)
    return record


def change_seats(page: Page, url: str, pin: str, name: str) -> None:
    """One inspector hands the tablet to another."""
    page.goto(f"{url}/tablet/queue")
    inspector.ready(page, "queue")
    inspector.lock(page)
    inspector.unlock(page, pin, name)


def pulled(page: Page, url: str) -> None:
    """Every page that opens asks the server what is new; wait until this one was told."""
    with page.expect_response("**/api/v1/changes*") as answered:
        page.goto(f"{url}/tablet/queue")
    assert answered.value.ok
    inspector.ready(page, "queue")


@pytest.mark.hurts(2)
def test_a_dismissed_inspector_loses_nothing_and_holds_up_nobody(
    tablet: Page, desk: Page, live_server: LiveServer
) -> None:
    """Their queue goes out under whoever is online; what the server sets aside is still here."""
    url = live_server.url
    inspector.sign_out(tablet)
    inspector.enrol(tablet, url, CHEN)
    change_seats(tablet, url, ZHANG.pin, "张")
    cut_off(tablet)
    draft = inspector.begin(tablet, url, unit="青禾化工", checklist="外包外租（短表）")
    code = inspector.codes(tablet)[0]
    inspector.answer(tablet, code, PASS)
    theirs = sealed(tablet, url, second="李", pins=(LI.pin, ZHANG.pin))
    change_seats(tablet, url, LI.pin, "李")
    ours = sealed(tablet, url, second="陈", pins=(CHEN.pin, LI.pin))

    office.dismiss(desk, url, "张晓峰", "调离")
    back_in_reach(tablet)
    pulled(tablet, url)
    inspector.delivered(tablet, ours)

    change_seats(tablet, url, ZHANG.pin, "张")
    tablet.locator("[data-revoked=person]").get_by_text("草稿都在本机").wait_for()
    tablet.goto(f"{url}/tablet/queue")
    held = tablet.locator(f'#attention [data-record="{theirs}"]')
    held.get_by_text("已被办公室注销").wait_for()
    held.get_by_text("没有丢").wait_for()
    tablet.goto(f"{url}/tablet/")
    tablet.locator(f'#drafts a.cell[href*="{draft}"]').click()
    inspector.ready(tablet, "form")
    assert inspector.item(tablet, code).locator(f'input[value="{PASS}"]').is_checked()


@pytest.mark.hurts(2, 30)
def test_a_revoked_key_signs_no_more_and_its_draft_is_signed_with_the_next(
    tablet: Page, desk: Page, live_server: LiveServer
) -> None:
    """Told while signing; enrolled anew by invitation; the same draft goes on to its receipt."""
    url = live_server.url
    record = inspected(tablet, url, second="李")
    office.revoke_key(desk, url, "张晓峰", "平板外借")
    pulled(tablet, url)
    tablet.goto(f"{url}/tablet/review?draft={record}")
    inspector.ready(tablet, "review")
    tablet.locator("[data-revoked=key]").get_by_text("一样没少").wait_for()
    inspector.begin_signing(tablet)
    inspector.sign(tablet, seed=1)
    inspector.sign(tablet, pin=LI.pin, seed=2)
    inspector.draw(tablet, seed=3)
    tablet.locator("[name=turn_pin]").fill(ZHANG.pin)
    tablet.locator("[data-action=confirm]").click()
    tablet.locator("[data-field=turn_problem]").get_by_text("已被注销，不能签字").wait_for()

    code = office.invite(desk, url, "张晓峰")
    tablet.goto(f"{url}/tablet/enrol#invitation={code}")
    inspector.ready(tablet, "enrol")
    tablet.locator("[data-action=use-arrived]").click()
    tablet.locator("#before-pin").fill(ZHANG.pin)
    inspector.make_key(tablet, "640927")
    tablet.goto(f"{url}/tablet/review?draft={record}")
    inspector.ready(tablet, "review")
    assert tablet.locator("[data-revoked=key]").is_hidden()
    inspector.begin_signing(tablet)
    inspector.sign(tablet, pin="640927", seed=3)
    tablet.locator("#closed-keys input").fill(LI.pin)  # signed before the page was left
    inspector.finish(tablet)
    inspector.delivered(tablet, record)
