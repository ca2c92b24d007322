"""What one tablet cannot send, another one or the office delivers: once, with the same receipt."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.builders import records, rescue
from tests.builders.devices import Device
from tests.builders.identifiers import sha256
from tests.builders.people import Person
from tests.builders.records import Filled
from tests.builders.recovery import DataKey, RecoveryKey, recovered
from tests.builders.rescue import Package
from tests.builders.units import Unit
from tests.e2e import inspector
from tests.e2e.conftest import LI, PASSWORD, ZHANG
from tests.e2e.inspector import FAIL, PASS, Party, Signer
from tests.live import LiveServer

LI_WITH_A_NEW_PIN = Signer("li", PASSWORD, "804415")
WANG = Signer("wang", PASSWORD, "271904")
OFFICE, ADMINISTRATOR = (Signer(name, PASSWORD, "") for name in ("anban", "admin"))
PARTY = Party("郑国栋", "安全总监")
UNIT, LIST = "恒砺机械", "外包外租（短表）"
RECOVERY_PASSPHRASE = "zhencha-recovery-2026"


@pytest.fixture
def tablets(
    playwright: Playwright, profile: Path, tmp_path: Path, browser_path: str
) -> Iterator[tuple[Page, Page]]:
    """Two tablets: A of Zhang and Li, and a new one, B."""
    with (
        inspector.tablet(playwright, profile, executable=browser_path) as a,
        inspector.tablet(playwright, tmp_path / "b", executable=browser_path) as b,
    ):
        yield opened(a), opened(b)


def opened(context: BrowserContext) -> Page:
    """The tablet's page."""
    return context.pages[0]


def rows(server: LiveServer, query: str) -> list[tuple[Any, ...]]:
    """Read the server's database beside it."""
    path = server.environment["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def recovery_key(server: LiveServer) -> tuple[Path, RecoveryKey]:
    """The demonstration's key file, and what is inside."""
    path = server.home / "demonstration-recovery-key.json"
    file = json.loads(path.read_text(encoding="utf-8"))
    return path, RecoveryKey.opened(file, RECOVERY_PASSPHRASE)


def finished(page: Page, url: str) -> str:
    """A record of Li and Zhang with one finding and its photo, sealed and waiting."""
    record = inspector.begin(page, url, unit=UNIT, checklist=LIST)
    first = inspector.codes(page)[0]
    inspector.answer(page, first, FAIL)
    inspector.describe(page, first, words="未见协议", days="7")
    inspector.photograph(page, first, inspector.picture("协议", size=(1200, 900), seed=3))
    inspector.answer_all(page, PASS, but=[first])
    inspector.review(page)
    inspector.name_signers(page, second="张", party=PARTY)
    inspector.begin_signing(page)
    inspector.sign(page, seed=1)
    inspector.sign(page, pin=ZHANG.pin, seed=2)
    inspector.sign(page, pin=LI.pin, seed=3)
    inspector.finish(page)
    return record


def begun(page: Page, url: str) -> str:
    """A draft with a photo."""
    draft = inspector.begin(page, url, unit="北辰钢结构", checklist="动火")
    first = inspector.codes(page)[0]
    inspector.answer(page, first, FAIL)
    inspector.describe(page, first, words="审批栏空白")
    inspector.photograph(page, first, inspector.picture("审批", size=(1200, 900), seed=4))
    return draft


def opened_on(page: Page, url: str, package: Path, code: str) -> None:
    """Choose the file, give the code, see what is inside."""
    page.goto(f"{url}/tablet/rescue")
    inspector.ready(page, "rescue")
    page.locator("#package-file").set_input_files(str(package))
    page.locator("#package-code").fill(code)
    page.locator("#open-package button[type=submit]").click()


def imported(page: Page, what: str, outcome: str) -> None:
    """Import, and wait for what became of one record or draft."""
    page.locator("[data-action=import]").click()
    page.locator(f'[data-packed="{what}"][data-outcome="{outcome}"]').wait_for()


@pytest.mark.enrolled(ZHANG, LI)
@pytest.mark.hurts(1)
def test_a_colleagues_tablet_delivers_what_ours_cannot(
    tablets: tuple[Page, Page], live_server: LiveServer, tmp_path: Path
) -> None:
    """Exported and imported with the server stopped; delivered by B; A gets the same receipt."""
    (a, b), url = tablets, live_server.url
    inspector.sit_down(a, url, LI, "李")
    for person in (LI, WANG):
        inspector.sign_out(b)
        inspector.enrol(b, url, person)
    inspector.kept_for_offline(b)
    live_server.stop()

    record, draft = finished(a, url), begun(a, url)
    a.goto(f"{url}/tablet/queue")  # one tap from where unsent work is listed
    inspector.ready(a, "queue")
    a.locator("a[href='/tablet/rescue']:visible").first.click()
    inspector.ready(a, "rescue")
    assert a.locator("#unsent li").count() == 2
    a.locator("[data-action=export]").click()
    a.locator("#package").wait_for()
    fours = a.locator("#transfer-code span").all_inner_texts()
    assert [len(four) for four in fours] == [4, 4, 4]
    code = "".join(fours)
    with a.expect_download() as download:
        a.locator("#package-download").click()
    package = tmp_path / download.value.suggested_filename
    assert package.suffix == ".zhencha"
    download.value.save_as(package)
    a.goto(f"{url}/tablet/queue")  # nothing is deleted by an export
    a.locator(f'#waiting [data-record="{record}"]').wait_for()
    a.goto(f"{url}/tablet/")
    inspector.lock(a)  # sealed records go out without a PIN, drafts only with their author's
    a.goto(f"{url}/tablet/rescue")
    a.locator("#rescue-locked").wait_for()
    assert a.locator("#unsent li").count() == 1
    a.locator("[data-action=unlock]").click()
    inspector.unlock(a, LI.pin, "李")
    a.locator("#unsent li").nth(1).wait_for()

    whole = package.read_bytes()
    _, key = recovery_key(live_server)
    by_key, by_code = rescue.opened_by_recovery(whole, key), rescue.opened_by_code(whole, code)
    assert by_key.key == by_code.key
    (sealed,) = by_key.of_type("record")
    assert sealed.facts["item"]["uuid"] == record
    assert sha256(sealed.data) == sealed.facts["item"]["jws_digest"]
    (kept,) = by_key.of_type("draft")
    assert kept.facts["draft"]["uuid"] == draft
    assert kept.facts["draft"]["findings"][0]["words"] == "审批栏空白"
    for entry in (*by_key.of_type("file"), *by_key.of_type("draft-file")):
        assert sha256(entry.data) == entry.facts["sha256"]
    for secret in (record, draft, "审批栏空白", UNIT):
        assert secret.encode() not in whole

    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    opened_on(b, url, package, wrong)
    b.locator("#open-problem").get_by_text("转移码不对").wait_for()
    opened_on(b, url, package, f"{code[:4]} {code[4:8]} {code[8:]}")
    b.locator("#package-opened").wait_for()
    assert b.locator("#package-contents li").count() == 2
    imported(b, record, "came")
    b.locator(f'[data-packed="{draft}"][data-outcome="not_yours"]').wait_for()
    imported(b, record, "here")  # again: nothing doubles
    b.goto(f"{url}/tablet/")
    inspector.lock(b)
    inspector.unlock(b, LI.pin, "李")
    opened_on(b, url, package, code)
    b.locator("#package-opened").wait_for()
    imported(b, draft, "came")
    b.goto(f"{url}/tablet/")
    b.locator("#drafts a.cell").click()
    inspector.ready(b, "form")
    first = inspector.codes(b)[0]
    stage = inspector.view_photo(b, first)
    assert max(inspector.picture_size(stage.locator("img"))) == 1200

    live_server.start()
    b.goto(f"{url}/tablet/queue")
    inspector.ready(b, "queue")
    b.locator("[data-action=send-now]").click()
    inspector.delivered(b, record)
    assert rows(live_server, "SELECT DISTINCT record_uuid FROM custody_notice") == [(record,)]
    a.goto(f"{url}/tablet/queue")
    inspector.ready(a, "queue")
    inspector.delivered(a, record)
    receipts = [
        page.locator(f'#delivered [data-record="{record}"] [data-field=receipt]').text_content()
        for page in (a, b)
    ]
    assert receipts[0] == receipts[1]
    accepted = "SELECT subject FROM ledger_entry WHERE kind = 'record.accepted'"
    assert rows(live_server, accepted) == [(record,)]
    assert rows(live_server, "SELECT count(*) FROM quarantine") == [(0,)]


def desk(page: Page, url: str, signer: Signer, path: str) -> None:
    """Sign in and open a page of the desk."""
    page.context.clear_cookies()
    inspector.sign_in(page, url, signer)
    page.goto(f"{url}{path}")
    inspector.ready(page, path[1:])


def known_to_the_server(page: Page, url: str, device: Device) -> tuple[Person, Person]:
    """Zhang and Li with keys on a tablet that this test plays itself."""
    people = []
    for signer in (ZHANG, LI):
        page.context.clear_cookies()
        inspector.sign_in(page, url, signer)
        me = page.request.get(f"{url}/api/v1/me").json()["person"]
        person = Person(me["name"], me["uuid"], me["badge"], me["unit"])
        offer = {
            "jwk": device.key_of(person).jwk,
            "device": device.uuid,
            "device_label": device.label,
            "proof": device.proof(person),
        }
        assert page.request.post(f"{url}/api/v1/keys", data=offer).status == 201
        people.append(person)
    return people[0], people[1]


def two_records(page: Page, server: LiveServer) -> list[tuple[Filled, bytes]]:
    """Two signed records of a tablet that went into the river."""
    device = Device()
    signers = known_to_the_server(page, server.url, device)
    query = f"SELECT uuid, name, credit_code FROM unit WHERE name LIKE '%{UNIT}%'"
    unit = Unit(**dict(zip(("uuid", "name", "credit_code"), rows(server, query)[0], strict=True)))
    made = [records.filled(signers=signers, unit=unit, device=device) for _ in range(2)]
    return [(each, each.body()) for each in made]


@pytest.mark.hurts(1)
def test_the_office_delivers_a_package_with_the_recovery_key(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path, browser_path: str
) -> None:
    """A truncated file delivers what is whole and names the rest; the whole one completes it."""
    url = live_server.url
    path, key = recovery_key(live_server)
    with inspector.tablet(playwright, tmp_path / "office", executable=browser_path) as context:
        page = opened(context)
        made = two_records(page, live_server)
        (first, _), (second, _) = made
        package = Package(recovery=key)
        package.add_records(*made)
        whole, short = tmp_path / "whole.zhencha", tmp_path / "short.zhencha"
        whole.write_bytes(package.file)
        package.entries = package.entries[:2]
        short.write_bytes(package.file)

        desk(page, url, OFFICE, "/rescue")
        page.locator("#package-file").set_input_files(str(short))
        page.locator("#open-package summary").click()
        page.locator("#key-file").set_input_files(str(path))
        page.locator("#key-passphrase").fill("not the passphrase")
        page.locator("#open-package button[type=submit]").click()
        page.locator("#open-problem").get_by_text("口令不对").wait_for()
        assert rows(live_server, "SELECT count(*) FROM record") == [(0,)]
        page.locator("#key-passphrase").fill(RECOVERY_PASSPHRASE)
        page.locator("#open-package button[type=submit]").click()
        page.locator("#package-opened").wait_for()
        imported(page, second.uuid, "damaged")
        page.locator(f'[data-packed="{first.uuid}"][data-outcome="incomplete"]').wait_for()

        page.locator("#package-file").set_input_files(str(whole))
        page.locator("#package-code").fill(package.code)
        page.locator("#open-package button[type=submit]").click()
        page.locator("#package-opened").wait_for()
        for _ in range(2):  # as often as one likes
            imported(page, second.uuid, "delivered")
            page.locator(f'[data-packed="{first.uuid}"][data-outcome="delivered"]').wait_for()
            page.get_by_text("送交完成").wait_for()
    complete = "SELECT uuid FROM record WHERE state = 'complete' ORDER BY uuid"
    assert rows(live_server, complete) == sorted([(first.uuid,), (second.uuid,)])
    accepted = "SELECT count(*) FROM ledger_entry WHERE kind = 'record.accepted'"
    assert rows(live_server, accepted) == [(2,)]
    carriers = "SELECT DISTINCT p.username FROM record r JOIN person p ON p.id = r.submitted_by"
    assert rows(live_server, carriers) == [("anban",)]


@pytest.mark.enrolled(ZHANG)
def test_what_is_here_stays_as_it_is(
    playwright: Playwright,
    live_server: LiveServer,
    profile: Path,
    tmp_path: Path,
    browser_path: str,
) -> None:
    """Other bytes under the same uuid stand beside, bytes that are not what they say stay out."""
    url = live_server.url
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = opened(context)
        (made, body), (other, other_body) = two_records(page, live_server)
        inspector.sign_out(page)
        inspector.sign_in(page, url, ZHANG)
        inspector.sit_down(page, url, ZHANG)
        live_server.stop()

        def offered(*of: tuple[Filled, bytes], spoiled: str = "") -> None:
            package, file = Package(), tmp_path / "offered.zhencha"
            blobs = {digest: data for each, _ in of for digest, data in each.blobs.items()}
            for each, _ in of:
                each.blobs = {**each.blobs, **({spoiled: b"not it"} if spoiled else {})}
            package.add_records(*of)
            for each, _ in of:
                each.blobs = {digest: blobs[digest] for digest in each.blobs}
            file.write_bytes(package.file)
            opened_on(page, url, file, package.code)
            page.locator("#package-opened").wait_for()

        spoiled = made.payload["photos"][0]["sha256"]
        offered((made, body), spoiled=spoiled)
        imported(page, made.uuid, "came")
        page.locator(f'[data-packed="{made.uuid}"]').get_by_text("缺 1 个文件").wait_for()
        offered((made, body))  # the same again, whole this time
        imported(page, made.uuid, "here")
        assert page.locator(f'[data-packed="{made.uuid}"]').get_by_text("缺").count() == 0
        offered((made, made.body()), (other, other_body))  # ES256 signs anew: other bytes
        imported(page, made.uuid, "other")
        page.locator(f'[data-packed="{other.uuid}"][data-outcome="came"]').wait_for()
        assert page.locator("#unsent li").count() == 3  # both are kept, and can be carried on

        live_server.start()
        page.goto(f"{url}/tablet/queue")
        inspector.ready(page, "queue")
        page.locator("[data-action=send-now]").click()
        for each in (made, other):
            inspector.delivered(page, each.uuid)
    kept = "SELECT uuid, jws_digest FROM record WHERE state = 'complete' ORDER BY uuid"
    first, second = sorted([(made.uuid, sha256(body)), (other.uuid, sha256(other_body))])
    assert rows(live_server, kept) == [first, second]


def test_the_administrator_makes_a_key_and_gives_drafts_back(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path, browser_path: str
) -> None:
    """No key is in force before its file was proven; the old one still opens what it closed."""
    url = live_server.url
    old_path, former = recovery_key(live_server)
    with inspector.tablet(playwright, tmp_path / "desk", executable=browser_path) as context:
        page = opened(context)
        desk(page, url, ADMINISTRATOR, "/recoveries")
        unable = context.new_page()
        unable.add_init_script("Object.defineProperty(globalThis, 'crypto', { value: {} });")
        unable.goto(f"{url}/recoveries")
        unable.locator("#no-crypto").get_by_text("不能加密").wait_for()
        assert unable.locator("form[id]:visible").count() == 0
        unable.close()
        page.locator("summary", has_text="换一把新的密钥").click()
        make, prove = page.locator("#make-key"), page.locator("#prove-key")
        for passphrase, again, said in (
            ("too short", "too short", "至少 12 个"),
            ("long enough 1", "long enough 2", "不一样"),
        ):
            make.locator("[name=passphrase]").fill(passphrase)
            make.locator("[name=again]").fill(again)
            make.locator("button").click()
            make.get_by_text(said).and_(make.locator(".field-error")).wait_for()
        make.locator("[name=again]").fill("long enough 1")
        with page.expect_download() as download:
            make.locator("button").click()
        new_path = tmp_path / download.value.suggested_filename
        download.value.save_as(new_path)
        file = json.loads(new_path.read_text(encoding="utf-8"))
        in_force = "SELECT kid FROM recovery_key WHERE replaced_at IS NULL"
        for path, passphrase, said in (
            (old_path, RECOVERY_PASSPHRASE, "另一把"),
            (new_path, "long enough 2", "口令不对"),
        ):
            prove.locator("[name=file]").set_input_files(str(path))
            prove.locator("[name=passphrase]").fill(passphrase)
            prove.locator("button").click()
            prove.get_by_text(said).wait_for()
            assert rows(live_server, in_force) == [(former.kid,)]
        prove.locator("[name=passphrase]").fill("long enough 1")
        with page.expect_navigation():
            prove.locator("button").click()
        assert rows(live_server, in_force) == [(file["kid"],)]
        fresh = RecoveryKey.opened(file, "long enough 1")

        old, new = DataKey(former), DataKey(fresh)
        page.context.clear_cookies()
        inspector.sign_in(page, url, ZHANG)
        asked = {"device": "01a20416-627e-7565-ac40-3b6a26368ee6", "old": old.wrapped}
        body = {**asked, "new": new.wrapped}
        assert page.request.post(f"{url}/api/v1/recoveries", data=body).status == 201
        desk(page, url, ADMINISTRATOR, "/recoveries")
        row = page.locator("[data-recovery]")
        assert row.get_by_text("张晓峰").is_visible()
        for path, passphrase in ((old_path, RECOVERY_PASSPHRASE), (new_path, "long enough 1")):
            assert row.locator("button").is_disabled()
            page.locator("#key-file").set_input_files(str(path))
            page.locator("#key-passphrase").fill(passphrase)
            page.locator("#open-key button").click()
            page.locator("#open-key [data-field=opened]").get_by_text("已打开").wait_for()
        row.locator("button").click()
        row.locator("[data-field=done]").wait_for()
        page.context.clear_cookies()
        inspector.sign_in(page, url, ZHANG)
        changes = page.request.get(f"{url}/api/v1/changes").json()["changes"]
        (change,) = [each for each in changes if each["type"] == "recovery"]
        assert recovered(change, old.kid, new) == old.key


def test_a_forgotten_pin_costs_no_draft(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path, browser_path: str
) -> None:
    """Enrolled anew by password; the administrator answers; the draft opens with its photo."""
    url = live_server.url
    path, _ = recovery_key(live_server)
    with (
        inspector.tablet(playwright, tmp_path / "tablet", executable=browser_path) as tablet,
        inspector.tablet(playwright, tmp_path / "desk", executable=browser_path) as office,
    ):
        page, admin = opened(tablet), opened(office)
        inspector.enrol(page, url, LI)
        begun(page, url)
        inspector.sign_out(page)
        inspector.sign_in(page, url, LI_WITH_A_NEW_PIN)
        page.locator("#again").click()
        inspector.make_key(page, LI_WITH_A_NEW_PIN.pin)
        page.goto(f"{url}/tablet/")
        inspector.ready(page, "home")
        assert page.locator("#drafts a.cell").count() == 0

        desk(admin, url, ADMINISTRATOR, "/recoveries")
        row = admin.locator("[data-recovery]")
        while row.count() == 0:  # the tablet asks as soon as it is online
            admin.wait_for_timeout(250)
            admin.reload()
        inspector.ready(admin, "recoveries")
        assert row.get_by_text("李").first.is_visible()
        admin.locator("#key-file").set_input_files(str(path))
        admin.locator("#key-passphrase").fill(RECOVERY_PASSPHRASE)
        admin.locator("#open-key button").click()
        row.locator("button").click()
        row.locator("[data-field=done]").wait_for()

        page.goto(f"{url}/tablet/queue")
        inspector.ready(page, "queue")
        page.goto(f"{url}/tablet/")
        page.locator("#drafts a.cell").wait_for()
        page.locator("#drafts a.cell").click()
        inspector.ready(page, "form")
        stage = inspector.view_photo(page, inspector.codes(page)[0])
        assert max(inspector.picture_size(stage.locator("img"))) == 1200
    answered = "SELECT count(*) FROM ledger_entry WHERE kind = 'recovery.answered'"
    assert rows(live_server, answered) == [(1,)]
