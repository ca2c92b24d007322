"""The main job without a network: enrol, lose the server, inspect, be killed, resume, sign, send.

The server process is really stopped and the browser really killed; nothing is simulated.
"""

import base64
import json
from pathlib import Path

from playwright.sync_api import Page, Playwright

from tests.e2e import browsers, inspector
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.inspector import FAIL, NOT_APPLICABLE, NOT_CHECKED, PASS, Party
from tests.live import LiveServer

PARTY = Party("郑国栋", "安全总监")
UNIT, LIST = "恒砺机械", "动火"


def enrolled(page: Page, url: str) -> None:
    """Two inspectors enrol one after the other, and the tablet is ready for work offline."""
    for signer in (ZHANG, LI):
        inspector.enrol(page, url, signer)
        inspector.sign_out(page)
    inspector.kept_for_offline(page)


def test_inspection_survives_without_server_and_through_a_killed_browser(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> None:
    """Everything between enrolment and delivery happens with the server process stopped."""
    url = live_server.url
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        enrolled(page, url)
        live_server.stop()

        page.goto(f"{url}/tablet/")
        inspector.lock(page)
        inspector.unlock(page, ZHANG.pin, "张晓峰")
        record = inspector.begin(page, url, unit=UNIT, checklist=LIST)
        codes = inspector.codes(page)
        inspector.answer(page, codes[0], PASS)
        inspector.answer(page, codes[1], FAIL)
        inspector.describe(page, codes[1], words="审批栏空白", level="larger", days="7")
        inspector.photograph(page, codes[1], inspector.picture("before", seed=11))
        inspector.answer(page, codes[2], NOT_CHECKED, "现场停产")
        inspector.answer(page, codes[3], NOT_APPLICABLE)
        inspector.go_to(page, codes[4])
        inspector.saved(page)
        with context.expect_event("close"):
            browsers.kill(profile)

    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        page.goto(f"{url}/tablet/")
        inspector.unlock(page, ZHANG.pin, "张晓峰")
        page.locator("#drafts a.cell").click()
        inspector.ready(page, "form")
        assert inspector.item(page, codes[0]).locator("input[value=pass]").is_checked()
        failed = inspector.item(page, codes[1])
        assert failed.locator("[data-key] input[value=fail]").is_checked()
        assert failed.locator("[data-text=words]").input_value() == "审批栏空白"
        stage = inspector.view_photo(page, codes[1])
        assert max(inspector.picture_size(stage.locator("img"))) == 1600
        inspector.close_photo(page)
        inspector.answer_all(page, but=codes[:4])

        inspector.review(page)
        inspector.name_signers(page, second="李", party=PARTY)
        inspector.begin_signing(page)
        inspector.sign(page, seed=21)
        inspector.sign(page, pin=LI.pin, seed=22)
        inspector.sign(page, pin=ZHANG.pin, seed=23)
        inspector.finish(page)
        card = page.locator(f'#waiting [data-record="{record}"]')
        card.wait_for()
        page.locator('[data-link="unreachable"]').wait_for()

        live_server.start()
        inspector.sign_in(page, url, ZHANG)
        page.goto(f"{url}/tablet/queue")
        inspector.delivered(page, record)
        assert page.locator("#waiting [data-record]").count() == 0
        assert_stored(page, url, record)


def assert_stored(page: Page, url: str, record: str) -> None:
    """The server has the record whole and free of faults: asked as another client would ask."""
    answer = page.request.get(f"{url}/api/v1/records/{record}/receipt")
    assert answer.status == 200
    body = answer.json()["receipt"].split(".")[1]
    claims = json.loads(_decoded(body))
    assert claims["status"] == "accepted", claims["faults"]
    assert claims["complete"] is True
    assert claims["missing"] == []


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
