"""Around the happy path: refusal to sign, voided signatures, no session, odd answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, Route

from tests.e2e import inspector
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.inspector import FAIL, PASS, Party
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(ZHANG, LI)
PARTY = Party("郑国栋", "安全总监")


@pytest.fixture
def page(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> Iterator[Page]:
    """A tablet with two inspectors enrolled; the second one is seated and signed in."""
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        inspector.sit_down(page, live_server.url, LI, "李")
        yield page


def inspected(page: Page, url: str) -> str:
    """An inspection where every item passes, up to the review page."""
    record = inspector.begin(page, url, unit="恒砺机械", checklist="外包外租（短表）")
    inspector.answer_all(page, PASS)
    inspector.review(page)
    inspector.name_signers(page, second="张", party=PARTY)
    return record


def signed(page: Page) -> None:
    """All three sign: the party, then both inspectors, the tablet's holder last."""
    inspector.begin_signing(page)
    inspector.sign(page, seed=1)
    inspector.sign(page, pin=ZHANG.pin, seed=2)
    inspector.sign(page, pin=LI.pin, seed=3)


def test_refusal_ends_signing_properly_and_is_accepted(page: Page, live_server: LiveServer) -> None:
    """Who refuses is recorded with reason and witness; the record goes through."""
    record = inspected(page, live_server.url)
    inspector.begin_signing(page)
    inspector.end_without_signature(page, "refused", "要先请示总部")
    inspector.sign(page, pin=ZHANG.pin, seed=2)
    inspector.sign(page, pin=LI.pin, seed=3)
    inspector.finish(page)
    inspector.delivered(page, record)


def test_change_after_a_signature_voids_it_and_says_so(page: Page, live_server: LiveServer) -> None:
    """Signed content is closed; opening it again is one deliberate step that voids signatures."""
    record = inspected(page, live_server.url)
    inspector.begin_signing(page)
    inspector.sign(page, seed=1)
    page.goto(f"{live_server.url}/tablet/review?draft={record}")
    inspector.ready(page, "review")
    assert page.locator("#frozen").is_visible()
    assert page.locator("#opinion").is_disabled()
    page.locator("[data-action=void-signatures]").click()
    page.locator("#frozen").wait_for(state="hidden")
    assert page.locator("#opinion").is_enabled()
    page.locator("#opinion").fill("责令限期整改")
    signed(page)
    inspector.finish(page)
    inspector.delivered(page, record)


def test_blank_ink_and_wrong_pin_are_refused(page: Page, live_server: LiveServer) -> None:
    """A dot is no signature, and the PIN opens the key or nothing does."""
    inspected(page, live_server.url)
    inspector.begin_signing(page)
    problem = page.locator("[data-field=turn_problem]")
    page.locator("[data-action=confirm]").click()
    problem.wait_for()
    inspector.sign(page, seed=1)
    inspector.draw(page, seed=2)
    page.locator("[name=turn_pin]").fill("000111")
    page.locator("[data-action=confirm]").click()
    problem.wait_for()
    assert page.locator("[name=turn_pin]").input_value() == ""


def test_expired_session_stops_only_sending(page: Page, live_server: LiveServer) -> None:
    """Signed out, the work goes on to the sealed record; signing in sends it."""
    inspector.sign_out(page)
    record = inspected(page, live_server.url)
    signed(page)
    inspector.finish(page)
    page.locator('[data-link="signed_out"]').wait_for()
    page.locator(f'#waiting [data-record="{record}"]').wait_for()
    inspector.sign_in(page, live_server.url, ZHANG)
    page.goto(f"{live_server.url}/tablet/queue")
    inspector.delivered(page, record)


def test_captive_portal_is_not_a_receipt(page: Page, live_server: LiveServer) -> None:
    """A 200 with somebody else's receipt, or with HTML, delivers nothing and loses nothing."""
    record = inspected(page, live_server.url)
    signed(page)
    answers = iter(('{"receipt": "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"}', "<html>Welcome</html>"))

    def portal(route: Route) -> None:
        if route.request.method != "PUT":
            return route.fallback()
        return route.fulfill(status=200, content_type="application/json", body=next(answers))

    page.route("**/api/v1/records/*", portal)
    inspector.finish(page)
    waiting = page.locator(f'#waiting [data-record="{record}"]')
    waiting.get_by_text("回执核对不上").wait_for()
    waiting.locator("[data-action=send-item]").click()
    waiting.get_by_text("没有连上").wait_for()
    page.unroute("**/api/v1/records/*")
    page.locator("[data-action=send-now]").click()
    inspector.delivered(page, record)


def test_poison_record_never_blocks_the_rest(page: Page, live_server: LiveServer) -> None:
    """What the server refuses for good waits for a person; the next record goes through."""
    poison = inspected(page, live_server.url)
    signed(page)

    def refuse(route: Route) -> None:
        problem = '{"code": "signature_invalid", "detail": "", "status": 422}'
        route.fulfill(status=422, content_type="application/problem+json", body=problem)

    page.route(f"**/api/v1/records/{poison}", refuse)
    inspector.finish(page)
    page.locator(f'#attention [data-record="{poison}"]').wait_for()
    good = inspected(page, live_server.url)
    signed(page)
    inspector.finish(page)
    inspector.delivered(page, good)
    assert page.locator(f'#attention [data-record="{poison}"]').count() == 1
    page.unroute(f"**/api/v1/records/{poison}")
    page.locator(f'[data-record="{poison}"] [data-action=send-item]').click()
    inspector.delivered(page, poison)


def test_undo_brings_back_answer_and_findings(page: Page, live_server: LiveServer) -> None:
    """One tap takes the last tap back, with everything that stood under it."""
    inspector.begin(page, live_server.url, unit="恒砺机械", checklist="外包外租（短表）")
    code = inspector.codes(page)[0]
    inspector.answer(page, code, FAIL)
    inspector.describe(page, code, words="没有协议")
    inspector.answer(page, code, PASS)
    assert not inspector.item(page, code).locator("[data-failed]").is_visible()
    page.locator("#undo [data-action=undo]").click()
    words = inspector.item(page, code).locator("[data-text=words]")
    assert words.input_value() == "没有协议"
    inspector.saved(page)
    page.reload()
    inspector.ready(page, "form")
    assert inspector.item(page, code).locator("[data-text=words]").input_value() == "没有协议"
