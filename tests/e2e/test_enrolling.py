"""People come to a tablet by invitation, and what the office takes back reaches it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.e2e import inspector, office
from tests.e2e.conftest import LI, PASSWORD, ZHANG
from tests.e2e.test_reach import AXE, axe_faults, faults
from tests.live import LiveServer


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    """The film that the tablet's camera sees; replaced before each scan."""
    return tmp_path / "camera.mjpeg"


@pytest.fixture
def tablet(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path, browser_path: str, camera: Path
) -> Iterator[Page]:
    """A new tablet, on which nobody has ever signed in."""
    profile = tmp_path / "tablet"
    with inspector.tablet(playwright, profile, executable=browser_path, camera=camera) as context:
        yield context.pages[0]


@pytest.fixture
def desk(playwright: Playwright, live_server: LiveServer, browser_path: str) -> Iterator[Page]:
    """The office's desk."""
    with office.desk(
        playwright, live_server.url, executable=browser_path, password=PASSWORD
    ) as page:
        yield page


def signed_in_as(page: Page, name: str) -> None:
    """Wait until the enrolment page asks this person for a PIN."""
    page.locator("#enrol-form [data-field=enrol_name]").get_by_text(name).wait_for()


@pytest.mark.hurts(28, 29)
def test_two_people_enrol_by_scanning_and_nobody_types_a_password(
    tablet: Page, desk: Page, live_server: LiveServer, camera: Path
) -> None:
    """Each code brings its own person: name on the form, key and PIN of their own, no mix-up."""
    policy_broken: list[str] = []
    tablet.on(
        "console", lambda said: policy_broken.append(said.text) if "Policy" in said.text else None
    )
    tablet.goto(f"{live_server.url}/tablet/enrol")
    inspector.ready(tablet, "enrol")
    for signer, name in ((ZHANG, "张晓峰"), (LI, "李")):
        office.invite(desk, live_server.url, name)
        office.film(desk, camera)
        tablet.locator("[data-action=scan]").click()
        signed_in_as(tablet, name)
        desk.get_by_text("已用这张邀请码登录").wait_for()
        inspector.make_key(tablet, signer.pin)
    people = tablet.locator("#enrolled-people li")
    people.nth(1).wait_for()
    assert [row.inner_text().split()[0] for row in people.all()] == ["张晓峰", "李𫖯"]
    assert tablet.locator("video").evaluate("(video) => video.srcObject") is None
    tablet.goto(f"{live_server.url}/tablet/queue")
    inspector.ready(tablet, "queue")
    inspector.lock(tablet)
    tablet.locator(".lock-person").filter(has_text="张").click()
    tablet.locator("#lock-pin").fill(LI.pin)
    tablet.locator("#lock form button[type=submit]").click()
    tablet.locator("#lock-problem").wait_for()
    inspector.unlock(tablet, ZHANG.pin, "张")
    assert policy_broken == []


def test_the_systems_own_camera_opens_the_page_and_a_tap_uses_the_code(
    tablet: Page, desk: Page, live_server: LiveServer
) -> None:
    """The code leaves the address at once, waits for a tap, works once; typing does as well."""
    url = live_server.url
    code = office.invite(desk, url, "张晓峰")
    tablet.goto(f"{url}/tablet/enrol#invitation={code}")
    inspector.ready(tablet, "enrol")
    assert tablet.url == f"{url}/tablet/enrol"
    assert tablet.locator("#enrol-form").is_hidden(), "nobody is signed in by merely opening a link"
    tablet.locator("[data-action=use-arrived]").click()
    signed_in_as(tablet, "张晓峰")
    inspector.make_key(tablet, ZHANG.pin)

    tablet.goto(f"{url}/tablet/enrol#invitation={code}")
    tablet.locator("[data-action=use-arrived]").click()
    problem = tablet.locator("[data-field=invitation_problem]")
    problem.get_by_text("已经用过").wait_for()
    assert "请办公室重新发一张" in problem.inner_text()

    typed = office.invite(desk, url, "李").lower()
    tablet.locator("#enrol-invitation summary").click()
    letters = tablet.locator("#invitation")
    letters.fill("bcdf bcdf bcdf bcdf")
    letters.press("Enter")
    problem.get_by_text("没有这张邀请码").wait_for()
    letters.fill(" ".join(typed[at : at + 4] for at in range(0, 16, 4)))
    letters.press("Enter")
    signed_in_as(tablet, "李")


def test_everybody_can_reach_invitation_and_enrolment(
    tablet: Page, desk: Page, live_server: LiveServer, camera: Path
) -> None:
    """Axe in both themes on the office's pages; a ruler too on the tablet's, with camera open."""
    url, found = live_server.url, []
    for page in (tablet, desk):
        page.add_init_script(path=AXE)
    for address in ("/people", "/people/tablets"):
        desk.goto(f"{url}{address}")
        found += axe_faults(desk, address)
    office.open_person(desk, url, "张晓峰")
    desk.locator("#dismiss summary").click()
    found += axe_faults(desk, "person")
    office.invite(desk, url, "张晓峰")
    office.film(desk, camera)
    found += axe_faults(desk, "invitation")
    tablet.goto(f"{url}/tablet/enrol#invitation={'B' * 16}")
    inspector.ready(tablet, "enrol")
    tablet.locator("#enrol-invitation summary").click()
    tablet.locator("[data-action=use-arrived]").click()
    tablet.locator("[data-field=invitation_problem]").get_by_text("没有这张邀请码").wait_for()
    found += faults(tablet, "enrolment")
    assert found == []
