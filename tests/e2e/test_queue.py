"""The queue against a real server and a wire that is cut, and against answers that are none.

The outbox is loaded with sealed records (tests/e2e/loaded.py); everything after that is the
tablet's own doing, and what arrived is asked of the server's database.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, Route, expect

from tests.builders.people import Person
from tests.builders.records import Filled
from tests.e2e import enrolled, inspector, loaded
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.enrolled import Beginning
from tests.e2e.loaded import Registry
from tests.e2e.wire import Wire
from tests.live import LiveServer

KB = 1024


@dataclass
class Stage:
    """A server, the wire to it, and a tablet on which Zhang and Li are enrolled."""

    server: LiveServer
    wire: Wire
    registry: Registry
    made: Beginning

    @property
    def url(self) -> str:
        """Where the tablet finds the server."""
        return self.wire.url

    def entries(self, made: Filled) -> list[str]:
        """What the ledger says of a record."""
        query = "SELECT kind FROM ledger_entry WHERE subject = :uuid ORDER BY seq"
        return [kind for (kind,) in self.registry.rows(query, uuid=made.uuid)]

    def holds(self, made: Filled) -> str:
        """The state of a record on the server; nothing when it is not there."""
        found = self.registry.rows("SELECT state FROM record WHERE uuid = :uuid", uuid=made.uuid)
        return str(found[0][0]) if found else ""


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Made once; every test works on a copy of the tablet, which finds the wire as its server."""
    made = enrolled.beginning(request, "sqlite", (ZHANG, LI))
    home = tmp_path_factory.mktemp("queue") / "home"
    shutil.copytree(made.home, home)
    url = enrolled.in_file(home).url
    server = LiveServer(home, url)
    server.start()
    wire = Wire(server.port, at=enrolled.PORT)
    yield Stage(server, wire, Registry(server, url), made)
    wire.close()
    server.kill()


@pytest.fixture
def tablet(
    stage: Stage, playwright: Playwright, browser_path: str, tmp_path: Path
) -> Iterator[BrowserContext]:
    """The enrolled tablet: Li is signed in; her records wait or travel as the test says."""
    profile = stage.made.copied_tablet(tmp_path / "tablet")
    stage.wire.repair()
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        yield context
    stage.wire.repair()


@pytest.fixture
def li(stage: Stage) -> Person:
    """Whose tablet it is in these tests."""
    return stage.registry.person("li")


def queue(page: Page, stage: Stage) -> None:
    """Open the queue; whoever is seated is Li."""
    page.goto(f"{stage.url}/tablet/queue")
    unseat = page.locator("#lock")
    page.locator('html[data-ready="queue"], #lock:not([hidden])').first.wait_for(state="attached")
    if unseat.is_visible():
        inspector.unlock(page, LI.pin, "李")
    inspector.ready(page, "queue")


@contextmanager
def loaded_while_cut(page: Page, stage: Stage, owner: Person, *made: Filled) -> Iterator[None]:
    """Fill the outbox while nothing gets through; then open the queue on it."""
    queue(page, stage)
    stage.wire.cut()
    loaded.load(page, owner, *made)
    yield
    stage.wire.repair()
    queue(page, stage)


def card(page: Page, group: str, made: Filled):
    """A record's card in a group of the queue."""
    return page.locator(f'#{group} [data-record="{made.uuid}"]')


def problem(code: str, status: int, **headers: str) -> Callable[[Route], None]:
    """An answer of ours that says no."""
    body = json.dumps({"code": code, "detail": "", "status": status})
    return lambda route: route.fulfill(
        status=status, content_type="application/problem+json", headers=headers, body=body
    )


def age(page: Page, made: Filled, *, days: int) -> None:
    """Let the tablet believe that a record was delivered so many days ago."""
    page.evaluate(
        """async ({ uuid, at }) => {
          const database = await new Promise((resolve) => {
            const opening = indexedDB.open("zhencha-device");
            opening.onsuccess = () => resolve(opening.result);
          });
          const store = database.transaction("outbox", "readwrite").objectStore("outbox");
          await new Promise((resolve) => {
            store.get(uuid).onsuccess = ({ target }) => {
              store.put({ ...target.result, delivered_at: at });
              store.transaction.oncomplete = resolve;
            };
          });
          database.close();
        }""",
        {"uuid": made.uuid, "at": (datetime.now(UTC) - timedelta(days=days)).isoformat()},
    )


@pytest.mark.hurts(13, 14, 16)
def test_a_hundred_photos_are_cut_and_none_starts_from_zero(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    """Cut in the middle of a photo, three times; the bytes on the wire are counted."""
    page = tablet.pages[0]
    made = stage.registry.sealed(photos=100, photo_bytes=60 * KB)
    with loaded_while_cut(page, stage, li, made):
        before = stage.wire.sent
    for number in range(3):
        stage.wire.cut_after(1500 * KB + 17 * number)
        page.locator("[data-action=send-now]").click()
        expect(page.locator("[data-link=unreachable]").first).to_be_attached()
        if number == 1:
            assert stage.holds(made) == "incomplete"
            there = len(loaded.row(page, made)["there"])
            assert 20 < there < 100
            assert len(loaded.rows(page, "outbox_blobs")) == 100 + 3 + 1, "all bytes are still here"
            words = card(page, "waiting", made).locator("[data-field=progress]").inner_text()
            assert f"{there}/100" in words or "100 张" in words
        stage.wire.repair()
    page.locator("[data-action=send-now]").click()
    inspector.delivered(page, made.uuid, seconds=120)
    whole = sum(len(data) for data in made.blobs.values())
    assert stage.wire.sent - before < whole + 3 * 256 * KB + 700 * KB, "what was there was not sent"
    assert stage.entries(made).count("record.accepted") == 1
    assert stage.holds(made) == "complete"


@pytest.mark.hurts(19, 20, 27)
def test_answers_of_somebody_else_deliver_nothing(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    """Portal pages, a redirect, JSON that is no receipt, half an answer; the other record goes."""
    page = tablet.pages[0]
    made, other = stage.registry.sealed(), stage.registry.sealed()
    answers: list[Callable[[Route], None]] = [
        lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Hotel</h1>"),
        lambda route: route.fulfill(status=302, headers={"Location": "http://hotel.example/"}),
        lambda route: route.fulfill(status=200, content_type="application/json", body="{}"),
        lambda route: route.fulfill(
            status=200, content_type="application/json", body='{"receipt":"eyJhbGciOi'
        ),
        lambda route: route.fulfill(status=403, content_type="text/html", body="Forbidden"),
        lambda route: route.fulfill(status=503, body="", headers={}),
    ]
    met: list[int] = []

    def portal(route: Route) -> None:
        if route.request.method != "PUT":
            return route.fallback()
        met.append(len(met))
        return answers[(len(met) - 1) % len(answers)](route)

    with loaded_while_cut(page, stage, li, made, other):
        page.route(f"**/api/v1/records/{made.uuid}", portal)  # the tablet sends as soon as it can
    page.locator("[data-action=send-now]").click()
    inspector.delivered(page, other.uuid)
    for number in range(2, len(answers) + 1):
        waiting = card(page, "waiting", made)
        waiting.locator("[data-action=send-item]").click()
        expect(page.locator("#sending [data-record]")).to_have_count(0)
        page.wait_for_timeout(100)
        while len(met) < number:
            page.wait_for_timeout(50)
    waiting = card(page, "waiting", made)
    assert waiting.locator("[data-field=why]").inner_text()
    assert "上次发送" in waiting.locator("[data-field=last_try]").inner_text()
    assert waiting.locator("[data-field=next_try]").inner_text()
    assert (loaded.row(page, made)["receipt"], stage.holds(made)) == (None, "")
    tablet.set_offline(True)
    waiting.locator("[data-action=send-item]").click()
    expect(waiting.locator("[data-field=next_try]")).to_have_text("连上网就试")
    page.unroute(f"**/api/v1/records/{made.uuid}")
    tablet.set_offline(False)
    inspector.delivered(page, made.uuid)


@pytest.mark.hurts(22, 23)
def test_an_answer_lost_after_the_commit_makes_one_record(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    page = tablet.pages[0]
    made = stage.registry.sealed()
    with loaded_while_cut(page, stage, li, made):
        lost: list[int] = []

        def swallow(route: Route) -> None:
            if route.request.method == "PUT" and len(lost) < 3:
                lost.append(route.fetch().status)
                return route.abort()
            return route.fallback()

        page.route("**/api/v1/records/*", swallow)
    for _ in range(3):
        page.locator("[data-action=send-now]:visible, #delivered [data-record]").first.click()
    inspector.delivered(page, made.uuid)
    assert lost[0] == 201
    assert set(lost[1:]) <= {200}
    assert stage.entries(made).count("record.accepted") == 1


@pytest.mark.hurts(27)
def test_refusals_that_are_final_ask_for_a_person_and_the_rest_goes_on(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    """413 for one photo, 413 for one record: all else arrives, and both say what to do."""
    page = tablet.pages[0]
    large, heavy, good = (stage.registry.sealed(photos=3) for _ in range(3))
    shot = large.payload["photos"][1]["sha256"]
    with loaded_while_cut(page, stage, li, large, heavy, good):
        page.route(f"**/api/v1/blobs/{shot}", problem("blob_too_large", 413))
        page.route(f"**/api/v1/records/{heavy.uuid}", problem("record_too_large", 413))
    inspector.delivered(page, good.uuid)
    for made in (large, heavy):
        refused = card(page, "attention", made)
        refused.wait_for()
        assert "太大" in refused.locator("[data-field=why]").inner_text()
        assert "不会删除" in refused.locator("[data-field=safe]").inner_text()
        assert refused.locator('a[href="/tablet/rescue"]').is_visible()
    assert len(loaded.row(page, large)["there"]) == 5, "the other photos and both kinds of ink"
    assert stage.holds(large) == "incomplete"
    page.unroute(f"**/api/v1/blobs/{shot}")
    card(page, "attention", large).locator("[data-action=send-item]").click()
    inspector.delivered(page, large.uuid)


@pytest.mark.parametrize(("code", "status"), [("storage_full", 507), ("too_many_uploads", 429)])
def test_a_server_that_asks_for_patience_gets_exactly_that(
    tablet: BrowserContext, stage: Stage, li: Person, code: str, status: int
) -> None:
    """Two in a row and all waits; the page says until when; nothing is asked before."""
    page = tablet.pages[0]
    made, other = stage.registry.sealed(), stage.registry.sealed()
    with loaded_while_cut(page, stage, li, made, other):
        page.clock.install()
        page.route("**/api/v1/blobs/*", problem(code, status, **{"Retry-After": "300"}))
    expect(page.locator("[data-link=busy]").first).to_be_attached()
    banner = page.locator("[data-link-banner]")
    assert "再试" in banner.inner_text()
    assert "再试" in card(page, "waiting", made).locator("[data-field=next_try]").inner_text()
    page.unroute("**/api/v1/blobs/*")
    page.clock.fast_forward("04:50")
    page.wait_for_timeout(300)
    assert page.locator("#delivered [data-record]").count() == 0
    page.clock.fast_forward("00:11")
    inspector.delivered(page, made.uuid)
    inspector.delivered(page, other.uuid)


@pytest.mark.hurts(39)
def test_a_clock_that_jumps_freezes_nothing(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    """Refused with the clock a year ahead; set right again, it is tried and verified at once."""
    page = tablet.pages[0]
    made = stage.registry.sealed()
    year = timedelta(days=365)
    with loaded_while_cut(page, stage, li, made):
        now = page.evaluate("Date.now()")
        page.clock.set_system_time(now / 1000 + year.total_seconds())
        page.route("**/api/v1/records/*", problem("http_500", 500))
    while not loaded.row(page, made)["attempts"]:
        page.wait_for_timeout(50)
    assert loaded.row(page, made)["next_try_at"] > now + 360 * 86_400_000
    page.unroute("**/api/v1/records/*")
    page.clock.set_system_time(now / 1000)
    queue(page, stage)
    inspector.delivered(page, made.uuid)
    delivered_at = loaded.row(page, made)["delivered_at"]
    assert delivered_at[:4] == str(made.at.year), "kept for 30 days by the server's clock"


@pytest.mark.hurts(21, 22)
def test_a_server_restored_from_a_backup_gets_again_what_it_lost(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    """Delivered bytes are kept; the tablet puts them back in the queue, says why, once."""
    page = tablet.pages[0]
    early, late = stage.registry.sealed(), stage.registry.sealed()
    with loaded_while_cut(page, stage, li, early):
        pass
    inspector.delivered(page, early.uuid)
    stage.server.stop()
    backup = stage.server.home.with_name("backup")
    shutil.copytree(stage.server.home, backup)
    stage.server.start()
    loaded.load(page, li, late)
    queue(page, stage)
    inspector.delivered(page, late.uuid)
    page.locator('[data-link="reached"]').first.wait_for(state="attached")
    first = loaded.row(page, late)["receipt_claims"]
    stage.server.stop()
    shutil.rmtree(stage.server.home)
    backup.rename(stage.server.home)
    stage.server.start()
    assert stage.holds(late) == ""
    queue(page, stage)
    while not (now := loaded.row(page, late))["receipt"] or not now.get("former_receipt"):
        page.wait_for_timeout(100)
    expect(card(page, "delivered", late).locator("[data-field=why]")).to_contain_text("又送了一次")
    assert stage.entries(late).count("record.accepted") == 1
    assert stage.entries(early).count("record.accepted") == 1
    assert loaded.row(page, early).get("former_receipt") is None
    assert now["receipt_claims"]["digest"] == first["digest"]


@pytest.mark.hurts(8, 21)
def test_notice_record_ink_photos_and_at_last_the_bytes_are_let_go_of(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    """The order on the wire; after 30 days a last look, and what the server lost is sent again."""
    page = tablet.pages[0]
    made = stage.registry.sealed(photos=2)
    shots = [shot["sha256"] for shot in made.payload["photos"]]
    asked: list[str] = []
    # Asked of the tablet, not of the page: its service worker may be the one that sends.
    tablet.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    with loaded_while_cut(page, stage, li, made):
        asked.clear()
    inspector.delivered(page, made.uuid)
    sent = [each.rpartition("/")[2][:8] for each in asked if each.split()[0] in ("POST", "PUT")]
    assert sent[:2] == ["custody", made.uuid[:8]]
    files = [each.rpartition("/")[2] for each in asked if each.startswith("PATCH")]
    assert set(files[:3]) == set(made.blobs) - set(shots), "ink goes before photos"
    assert set(files[3:]) == set(shots)
    ((unit_name, photos),) = stage.registry.rows(
        "SELECT unit_name, photos FROM custody_notice WHERE record_uuid = :uuid", uuid=made.uuid
    )
    assert (unit_name, photos) == (made.payload["unit"]["name"], 2)

    kept = stage.server.home / "blobs" / "kept" / shots[0][:2] / shots[0]
    kept.unlink()
    page.route("**/api/v1/**", lambda route: route.abort())
    age(page, made, days=29)
    page.unroute("**/api/v1/**")
    queue(page, stage)
    page.locator('[data-link="reached"]').first.wait_for(state="attached")
    page.wait_for_timeout(500)
    assert loaded.row(page, made)["state"] == "delivered"
    assert not kept.exists()
    age(page, made, days=31)
    queue(page, stage)
    page.locator(f'[data-record="{made.uuid}"]').wait_for(state="detached")
    while made.uuid in {each["uuid"] for each in loaded.rows(page)}:
        page.wait_for_timeout(50)
    assert kept.exists(), "it was there once more before the tablet let go of it"
    assert not {each["sha256"] for each in loaded.rows(page, "outbox_blobs")} & set(shots)
    assert stage.entries(made).count("record.accepted") == 1


@pytest.mark.hurts(2)
def test_somebody_who_lost_the_right_keeps_what_is_waiting(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    """Zhang is dismissed with a pending queue: it stays, and Li sends what the server takes."""
    page = tablet.pages[0]
    zhang = stage.registry.person("zhang")
    his, hers = stage.registry.sealed(), stage.registry.sealed()
    with loaded_while_cut(page, stage, zhang, his):
        loaded.load(page, li, hers)
        page.route("**/api/v1/me", problem("not_signed_in", 401))
    expect(page.locator("[data-link=signed_out]").first).to_be_attached()
    assert "同事还有 1 份" in page.locator("[data-field=others]").inner_text()
    page.unroute("**/api/v1/me")
    page.route("**/api/v1/records/*", problem("not_allowed", 403))
    page.locator("[data-action=send-now]").click()
    expect(page.locator("[data-link=not_allowed]").first).to_be_attached()
    assert {each["uuid"] for each in loaded.rows(page)} == {his.uuid, hers.uuid}
    assert all(each["state"] == "waiting" for each in loaded.rows(page))
    page.unroute("**/api/v1/records/*")
    page.route(f"**/api/v1/records/{his.uuid}", problem("key_revoked", 422))
    page.locator("[data-action=send-now]").click()
    inspector.delivered(page, hers.uuid)
    assert loaded.row(page, his)["state"] == "attention"
    held = {each["sha256"] for each in loaded.rows(page, "outbox_blobs")}
    assert set(his.blobs) <= held, "nothing of his is gone"


@pytest.mark.hurts(3)
def test_unsafe_storage_and_old_records_are_said_on_every_page(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    page = tablet.pages[0]
    made = stage.registry.sealed(days=3.1)
    with loaded_while_cut(page, stage, li, made):
        page.route("**/api/v1/**", lambda route: route.abort())
    strip = page.locator(".strip")
    expect(strip).to_have_attribute("data-storage", "unsafe")
    assert "等了 3 天" in strip.inner_text()
    assert "主屏幕" in strip.inner_text()
    page.goto(f"{stage.url}/tablet/start")
    inspector.ready(page, "start")
    mark = page.locator(".bar-safe")
    expect(mark).to_have_attribute("data-storage", "unsafe")
    assert mark.is_visible()
    grant = {"permissions": ["durableStorage"], "origin": stage.url}
    tablet.browser.new_browser_cdp_session().send("Browser.grantPermissions", grant)
    page.goto(f"{stage.url}/tablet/")
    inspector.ready(page, "home")
    expect(strip).to_contain_text("答应长期保管")
    expect(strip).not_to_contain_text("主屏幕")
    expect(strip).to_have_attribute("data-storage", "unsafe")  # it is still three days old


def test_records_are_sent_with_no_page_open(
    tablet: BrowserContext, stage: Stage, li: Person
) -> None:
    """Background Sync: the browser calls the service worker, which does a round of its own."""
    page = tablet.pages[0]
    made = stage.registry.sealed(photos=2)
    queue(page, stage)
    page.goto(f"{stage.url}/verify")  # no page of the tablet is open
    loaded.load(page, li, made)
    client = tablet.new_cdp_session(page)
    versions: list[dict] = []
    client.on("ServiceWorker.workerVersionUpdated", lambda told: versions.extend(told["versions"]))
    client.send("ServiceWorker.enable")
    while not versions:
        page.wait_for_timeout(50)
    registration = versions[-1]["registrationId"]
    page.goto("about:blank")
    assert stage.holds(made) == "", "nothing was there to send it yet"
    client.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": stage.url, "registrationId": registration, "tag": "send", "lastChance": False},
    )
    end = time.monotonic() + 120
    while stage.holds(made) != "complete" and time.monotonic() < end:
        page.wait_for_timeout(100)
    assert stage.holds(made) == "complete"
