"""What lies on a tablet that somebody else holds, and work from before drafts were sealed."""

import base64
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.e2e import browsers, inspector, storage
from tests.e2e.conftest import ZHANG
from tests.e2e.inspector import FAIL, PASS
from tests.live import LiveServer

UNIT, LIST = "恒砺机械", "动火"
MARKER = "乙炔瓶与明火相距三米 marker-7f3a9c51"
CONTROL = "对照 control-2b8e6d04"

LISTEN = """(() => {
  const heard = (window.heard = { sealed: [], raw: [] });
  const { encrypt, wrapKey, exportKey } = SubtleCrypto.prototype;
  const text = (bytes) => {
    const view = new Uint8Array(bytes.buffer ?? bytes);
    let binary = "";
    for (const byte of view) binary += String.fromCharCode(byte);
    return btoa(binary);
  };
  SubtleCrypto.prototype.encrypt = function (cipher, key, bytes) {
    heard.sealed.push(text(bytes));
    return encrypt.call(this, cipher, key, bytes);
  };
  SubtleCrypto.prototype.wrapKey = async function (format, key, ...rest) {
    if (format === "raw") heard.raw.push(text(await exportKey.call(this, "raw", key)));
    return wrapKey.call(this, format, key, ...rest);
  };
})();"""
"""The page as it is, but what goes into encryption is heard: what must be found nowhere."""


def heard(page: Page, kind: str) -> list[bytes]:
    """What went into encryption on this page."""
    return [base64.b64decode(each) for each in page.evaluate(f"window.heard.{kind}")]


def draft_with_photo(page: Page, url: str, *, words: str = MARKER, photos: int = 1) -> str:
    """A draft with a failed item, its words and its photos."""
    draft = inspector.begin(page, url, unit=UNIT, checklist=LIST)
    codes = inspector.codes(page)
    inspector.answer(page, codes[0], PASS)
    inspector.answer(page, codes[1], FAIL)
    inspector.describe(page, codes[1], words=words)
    for seed in range(photos):
        shot = inspector.picture(f"{seed}", size=(1200, 900), seed=40 + seed)
        inspector.photograph(page, codes[1], shot)
    return draft


def shows(page: Page, url: str, *, words: str = MARKER, photos: int = 1) -> None:
    """The home page lists the draft, and it opens with all that was in it."""
    page.goto(f"{url}/tablet/")
    page.locator("#drafts a.cell").first.click()
    inspector.ready(page, "form")
    code = inspector.codes(page)[1]
    inspector.go_to(page, code)
    assert inspector.item(page, code).locator("[data-text=words]").input_value() == words
    strip = inspector.item(page, code).locator("[data-strip=before] [data-photo] img")
    assert strip.count() == photos
    for image in strip.all():
        inspector.seen(image)


@pytest.mark.hurts(29)
def test_whoever_has_the_disk_reads_neither_words_nor_photos_nor_the_key(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> None:
    """After work, lock and exit: the marker sentence, the photo and the key lie nowhere."""
    control = os.urandom(40_000)
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        page.add_init_script(LISTEN)
        inspector.enrol(page, live_server.url, ZHANG)
        key = heard(page, "raw")[0]
        inspector.kept_for_offline(page)
        draft_with_photo(page, live_server.url)
        photo = max(heard(page, "sealed"), key=len)
        assert photo[:2] == b"\xff\xd8", "the photo went into encryption"
        storage.run(
            page,
            """const database = await opened("control", 1, (one) => one.createObjectStore("rows"));
            const bytes = Uint8Array.from(atob(given.bytes), (one) => one.charCodeAt(0)).buffer;
            const rows = database.transaction("rows", "readwrite").objectStore("rows");
            await done(rows.put({ words: given.words, bytes }, "1"));
            database.close();""",
            {"words": CONTROL, "bytes": base64.b64encode(control).decode()},
        )
        page.goto(f"{live_server.url}/tablet/")
        inspector.lock(page)
        page.wait_for_timeout(500)

    pieces = [photo[at : at + 48] for at in range(2_000, len(photo) - 48, 5_000)]
    assert storage.lies_in(profile, CONTROL), "the search would find a plain sentence"
    assert storage.lies_in(profile, control[20_000:20_048]), "the search would find plain bytes"
    assert not storage.lies_in(profile, MARKER, "marker-7f3a9c51")
    assert not storage.lies_in(profile, *pieces)
    assert not storage.lies_in(profile, key, base64.b64encode(key), key.hex())


PLAIN = """const { person, draft, photos } = given;
const device = await opened("zhencha-device");
const of = (store) => device.transaction(store, "readwrite").objectStore(store);
const { data, former, ...row } = await done(of("people").get(person));
await done(of("people").put(row));
await done(of("meta").delete(`work:${person}`));
device.close();
const old = await opened(`zhencha-person-${person}`, 1, (made) => {
  made.createObjectStore("drafts", { keyPath: "uuid" });
  made.createObjectStore("photos", { keyPath: "sha256" });
  made.createObjectStore("inks", { keyPath: "sha256" });
});
const plain = JSON.parse(draft);
delete plain.author;
const write = old.transaction(["drafts", "photos"], "readwrite");
write.objectStore("drafts").put(plain);
for (const text of photos) {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const later = old.transaction("photos", "readwrite");
  const kept = new Promise((resolve) => { later.oncomplete = resolve; });
  const row = { sha256, type: "image/jpeg", size: bytes.byteLength, bytes, draft: plain.uuid };
  later.objectStore("photos").put(row);
  await kept;
}
old.close();
await done(indexedDB.deleteDatabase(`zhencha-work-${person}`));"""
"""Turns this tablet back into one of before: people without data keys, work in plain rows."""

POWER_FAILS = """(() => {
  const { put } = IDBObjectStore.prototype;
  let photos = 0;
  IDBObjectStore.prototype.put = function (...row) {
    const sealed = this.transaction.db.name.startsWith("zhencha-work-");
    if (sealed && this.name === "photos" && ++photos === 2) throw new DOMException("", "DataError");
    return put.apply(this, row);
  };
})();"""


@pytest.fixture
def old_tablet(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> Path:
    """A tablet of before, with a draft and two photos; its browser is closed."""
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        page.add_init_script(LISTEN)
        inspector.sit_down(page, live_server.url, ZHANG)
        draft_with_photo(page, live_server.url, photos=2)
        sealed = heard(page, "sealed")
        photos = {one for one in sealed if one[:2] == b"\xff\xd8"}
        drafts = [one.decode() for one in sealed if one[:1] == b"{"]
        person = storage.person_of(page, "张")["uuid"]
        page.goto(f"{live_server.url}/sign-in")
        storage.run(
            page,
            PLAIN,
            {
                "person": person,
                "draft": drafts[-1],
                "photos": [base64.b64encode(one).decode() for one in photos],
            },
        )
    return profile


@pytest.mark.enrolled(ZHANG)
@pytest.mark.hurts(7)
def test_plain_drafts_of_before_are_copied_compared_and_only_then_left(
    playwright: Playwright, live_server: LiveServer, old_tablet: Path, browser_path: str
) -> None:
    """The copying breaks off, the browser is killed; all is there after; then the old goes."""
    url = live_server.url
    live_server.stop()
    with inspector.tablet(playwright, old_tablet, executable=browser_path) as context:
        page = context.pages[0]
        page.add_init_script(POWER_FAILS)
        page.goto(f"{url}/tablet/")
        page.locator("#lock-pin").fill(ZHANG.pin)
        page.locator("#lock form button[type=submit]").click()
        page.locator("#lock-problem").filter(has_text="一样没少").wait_for()
        person = storage.person_of(page, "张")["uuid"]
        plain, sealed = f"zhencha-person-{person}", f"zhencha-work-{person}"
        assert not storage.rows(page, sealed, "drafts"), "a draft comes after its photos"
        assert len(storage.rows(page, plain, "photos")) >= 2, "what is old is untouched"
        browsers.kill(old_tablet)

    with inspector.tablet(playwright, old_tablet, executable=browser_path) as context:
        page = context.pages[0]
        page.goto(f"{url}/tablet/")
        inspector.unlock(page, ZHANG.pin)
        shows(page, url, photos=2)
        assert plain in storage.databases(page), "kept until a later start"
        inspector.lock(page)
        inspector.unlock(page, ZHANG.pin)
        assert plain in storage.databases(page), "the same start"

    with inspector.tablet(playwright, old_tablet, executable=browser_path) as context:
        page = context.pages[0]
        page.goto(f"{url}/tablet/")
        inspector.unlock(page, ZHANG.pin)
        shows(page, url, photos=2)
        assert plain not in storage.databases(page)
        assert storage.person_of(page, "张")["data"]["recovery"], (
            "a lid for the recovery key as well"
        )


SEALED = """(() => {
  const { encrypt } = SubtleCrypto.prototype;
  window.sealed = 0;
  SubtleCrypto.prototype.encrypt = function (...given) {
    const result = encrypt.apply(this, given);
    result.then(() => { window.sealed += 1; });
    return result;
  };
})();"""
"""The page as it is, but what has been sealed is counted."""

GO_ONCE_SEALED = """({ before, to }) => {
  const look = () => (window.sealed > before ? location.assign(to) : setTimeout(look, 0));
  look();
}"""
"""Leave in the very moment in which the words are sealed, long before they are stored."""


@pytest.mark.enrolled(ZHANG)
def test_words_typed_as_the_page_goes_away_are_kept(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> None:
    """A page that goes waits for nothing: what was sealed while typing is put at once."""
    url = live_server.url
    with inspector.tablet(playwright, profile, executable=browser_path) as context:
        page = context.pages[0]
        page.add_init_script(SEALED)
        inspector.sit_down(page, url, ZHANG)
        draft_with_photo(page, url, words="第 0 次", photos=0)
        address = page.url
        code = inspector.codes(page)[1]
        for turn in range(1, 5):
            words = inspector.item(page, code).locator("[data-text=words]")
            before = page.evaluate("window.sealed")
            words.fill(f"第 {turn} 次")
            page.evaluate(GO_ONCE_SEALED, {"before": before, "to": f"{url}/tablet/queue"})
            page.wait_for_url("**/tablet/queue")
            page.goto(address)
            inspector.ready(page, "form")
            inspector.go_to(page, code)
            assert words.input_value() == f"第 {turn} 次"
