"""Looking again (复查) without a network: a colleague's finding, two signatures, a report.

The finding comes from another tablet, which here is Python; the re-inspection is made in the
browser with the server process stopped.
"""

import json
import re
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from inspection.domain.hazard import Step
from tests.builders import photos, records
from tests.builders.devices import Device
from tests.builders.people import Person
from tests.builders.records import Filled, hazard_of
from tests.builders.stepping import SAID
from tests.builders.units import Unit
from tests.e2e import inspector
from tests.e2e.conftest import LI, PASSWORD, ZHANG
from tests.e2e.inspector import PHONE, TABLET, Party, Signer
from tests.e2e.test_reach import AXE, faults
from tests.live import LiveServer

PARTY = Party("郑国栋", "安全总监")
CHINA = timezone(timedelta(hours=8))
"""Where the tablet is (inspector.py)."""


def _enrolled_elsewhere(page: Page, url: str, signer: Signer, device: Device) -> Person:
    inspector.sign_out(page)
    inspector.sign_in(page, url, signer)
    me = page.request.get(f"{url}/api/v1/me").json()["person"]
    person = Person(me["name"], uuid=me["uuid"], badge=me["badge"], unit=me["unit"])
    offer = {
        "jwk": device.key_of(person).jwk,
        "device": device.uuid,
        "device_label": "平板 2",
        "proof": device.proof(person),
    }
    answer = page.request.post(f"{url}/api/v1/keys", data=offer)
    assert answer.status == 201, answer.text()
    return person


def found_on_another_tablet(page: Page, url: str, *, failed: int = 1, days_ago: int = 9) -> Filled:
    """Both inspectors found something some days ago, on a tablet that is not this one."""
    device = Device()
    signers = tuple(_enrolled_elsewhere(page, url, each, device) for each in (ZHANG, LI))
    feed = page.request.get(f"{url}/api/v1/changes").json()["changes"]
    units = [unit for each in feed if each["type"] == "units" for unit in each["units"]]
    told = next(unit for unit in units if "恒砺机械" in unit["name"])
    made = records.filled(
        signers=signers,  # type: ignore[arg-type]
        device=device,
        unit=Unit(told["name"], uuid=told["uuid"], credit_code=told["credit_code"]),
        failed=failed,
        at=datetime.now(CHINA) - timedelta(days=days_ago),
    )
    _with_scenes(made)
    _handed_in(page, url, made)
    return made


def _with_scenes(made: Filled) -> None:
    """Photos large enough to be looked at."""
    for number, entry in enumerate(made.payload["photos"]):
        shot = photos.photo(f"found {number}", width=1600, height=1200)
        made.blobs.pop(entry["sha256"])
        made.blobs[shot.digest] = shot.data
        entry.update(sha256=shot.digest, size=len(shot.data), caption="焊接点西侧")


def _handed_in(page: Page, url: str, made: Filled) -> None:
    for digest, data in made.blobs.items():
        headers = {
            "Content-Type": "application/partial-upload",
            "Upload-Offset": "0",
            "Upload-Length": str(len(data)),
        }
        answer = page.request.patch(f"{url}/api/v1/blobs/{digest}", data=data, headers=headers)
        assert answer.status == 204, answer.text()
    headers = {"Content-Type": "application/jose+json"}
    answer = page.request.put(
        f"{url}/api/v1/records/{made.uuid}", data=made.body(), headers=headers
    )
    assert answer.status == 201, answer.text()


def claimed_by_the_enterprise(page: Page, url: str, hazard: str) -> None:
    """The enterprise's safety officer says that it is rectified, with a photo."""
    inspector.sign_out(page)
    inspector.sign_in(page, url, Signer("hengli", PASSWORD, ""))
    address = f"{url}/hazards/{hazard}/steps/{Step.CLAIM}"
    form = page.request.get(address).text()
    hidden = re.findall(r'name="(csrf_token|seen_seq)"[^>]*value="([^"]+)"', form)
    shot = photos.photo("claimed", width=1600, height=1200).data
    answer = page.request.post(
        address,
        multipart={
            **dict(hidden),
            **SAID[Step.CLAIM],
            "photos": {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": shot},
        },
        max_redirects=0,
    )
    assert answer.status == 303, answer.text()


def hazards(page: Page, url: str) -> dict[str, dict[str, Any]]:
    """What the office knows of hazards now, by item: asked as another client would ask."""
    feed = page.request.get(f"{url}/api/v1/changes").json()["changes"]
    told = [each["hazard"] for each in feed if each["type"] == "hazard"]
    return {hazard["item_code"]: hazard for hazard in told}


@pytest.mark.enrolled(LI, ZHANG)
def test_hazards_are_looked_at_again_without_a_server_and_closed_when_it_is_back(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> None:
    url = live_server.url
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        page.add_init_script(path=AXE)
        found = found_on_another_tablet(page, url, failed=2)
        claimed_by_the_enterprise(page, url, hazard_of(found))
        inspector.sign_out(page)
        inspector.sign_in(page, url, ZHANG)
        inspector.sit_down(page, url, ZHANG, "张")
        todo = page.locator("#todo a")
        expect(todo).to_contain_text("恒砺机械")
        expect(todo).to_contain_text("逾期 2 天")
        todo.click()
        inspector.ready(page, "reinspection")
        expect(page.locator(".earlier img")).to_have_count(3)
        expect(inspector.hazard(page, 0)).to_contain_text("已换新管并检漏（孔工整改")
        expect(inspector.hazard(page, 0).locator(".earlier")).to_contain_text("企业申报照片")
        expect(page.locator(".earlier [data-missing]:visible")).to_have_count(0)

        live_server.stop()
        page.goto(f"{url}/tablet/")
        expect(page.locator("#drafts a.cell")).to_contain_text("已复查 0/2 条")
        page.locator("#todo a").click()
        inspector.ready(page, "reinspection")
        first, second = inspector.hazard(page, 0), inspector.hazard(page, 1)
        shown = first.locator(".earlier img").first.evaluate(
            "async (image) => { await image.decode(); return image.naturalWidth; }"
        )
        assert shown == 1600, "the photo of the finding is on the tablet"
        inspector.look_again(page, 0, "passed", inspector.picture("mended", seed=31))
        inspector.look_again(
            page,
            1,
            "returned",
            inspector.picture("not yet", seed=32),
            words="仍无专人监护",
            days="3",
        )
        page.reload()
        inspector.ready(page, "reinspection")
        found = unreachable(page)
        assert not found, "\n".join(found)
        assert first.locator("[data-outcome][value=passed]").is_checked()
        expect(second.locator("[data-text=words]")).to_have_value("仍无专人监护")
        expect(second.locator("[data-strip=after] [data-photo]")).to_have_count(1)

        page.locator("[data-review]").click()
        page.wait_for_url("**/tablet/review*")
        inspector.ready(page, "review")
        expect(page.locator("#review-hazards article")).to_have_count(2)
        expect(page.locator("[data-field=counts]")).to_have_text(
            "复查 2 条：已整改 1 条，未整改 1 条"
        )
        record = page.url.split("draft=")[1].split("#")[0]
        inspector.name_signers(page, second="李", party=PARTY)
        inspector.begin_signing(page)
        expect(page.locator("[data-field=turn_text]")).to_contain_text("未整改 1 条")
        inspector.sign(page, seed=21)
        inspector.sign(page, pin=LI.pin, seed=22)
        inspector.sign(page, pin=ZHANG.pin, seed=23)
        inspector.finish(page)
        page.goto(f"{url}/tablet/")
        expect(page.locator('[data-empty-of="todo"]')).to_be_visible()

        live_server.start()
        page.goto(f"{url}/tablet/queue")
        page.locator("[data-action=send-now]").click()
        inspector.delivered(page, record)
        known = hazards(page, url)
        assert [known[code]["state"] for code in ("A-01", "A-02")] == ["closed", "registered"]
        later = (datetime.now(CHINA) + timedelta(days=3)).date().isoformat()
        assert known["A-02"]["deadline_on"] == later
        page.goto(f"{url}/tablet/")
        expect(page.locator("#todo a")).to_contain_text("复查 1 条")
        expect(page.locator("#todo a")).to_contain_text("剩 3 天")
        assert issued(page, url, record).startswith(b"%PDF")


def unreachable(page: Page) -> list[str]:
    """What axe and a ruler say of the page as it stands, at both sizes."""
    found = []
    for width, height in (PHONE, TABLET):
        page.set_viewport_size({"width": width, "height": height})
        found += faults(page, f"reinspection {width}")
    return found


def issued(page: Page, url: str, record: str) -> bytes:
    """The report of a record, when it is there."""
    page.goto(f"{url}/records/{record}")
    link = page.locator('a[href^="/reports/"]')
    end = time.monotonic() + 120
    while not link.count() and time.monotonic() < end:
        page.wait_for_timeout(500)
        page.reload()
    answer = page.request.get(f"{url}{link.first.get_attribute('href')}")
    assert answer.status == 200, json.dumps(answer.headers)
    return answer.body()
