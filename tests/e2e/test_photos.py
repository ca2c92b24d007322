"""Photos on the tablet: taken in the page, made small, marked on a copy, never lost."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw
from playwright.sync_api import BrowserContext, Geolocation, Page, Playwright

from tests.e2e import browsers, inspector
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.inspector import FAIL, PASS, Party
from tests.live import LiveServer

pytestmark = pytest.mark.enrolled(ZHANG)
UNIT, LIST = "恒砺机械", "外包外租（短表）"
HERE: Geolocation = {"latitude": 31.29886, "longitude": 121.0853, "accuracy": 12.4}


AT_CAMERA = """const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
devices.getUserMedia = (wanted) => {
  globalThis.atCamera = document.querySelector("[data-saved]").dataset.saved;
  return open(wanted);
};"""
"""Notes what the page said of its words at the moment when it asked for the camera."""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees: a workshop wall on which a lamp wanders, for ten seconds.

    Two shots of the same frame would be the same photo, and one of them would not count.
    """
    path = tmp_path_factory.mktemp("film") / "hall.mjpeg"
    with path.open("wb") as file:
        for step in range(300):
            image = Image.new("RGB", (1280, 720), (96, 110, 120))
            draw = ImageDraw.Draw(image)
            draw.rectangle((200, 300, 900, 560), fill=(70, 74, 66))
            draw.ellipse((100 + step * 3, 100, 180 + step * 3, 180), fill=(255, 244, 200))
            image.save(file, "JPEG", quality=60)
    return path


@contextmanager
def tablet(
    playwright: Playwright, profile: Path, executable: str, camera: Path | None = None
) -> Iterator[BrowserContext]:
    """A tablet that is allowed to know where it is."""
    with inspector.tablet(playwright, profile, executable=executable, camera=camera) as context:
        context.grant_permissions(["geolocation"])
        context.set_geolocation(HERE)
        yield context


def failed(page: Page, url: str) -> tuple[str, str]:
    """An inspection with one failed item; answers the draft's uuid and the item's code."""
    record = inspector.begin(page, url, unit=UNIT, checklist=LIST)
    code = inspector.codes(page)[2]
    inspector.answer(page, code, FAIL)
    return record, code


def small_files(folder: Path, count: int) -> list[str]:
    """As many different pictures."""
    paths = []
    for number in range(count):
        image = Image.new("RGB", (1000, 750), (number * 2 % 256, 120, 90))
        ImageDraw.Draw(image).text((100, 100), str(number), fill="white", font_size=300)
        path = folder / f"{number:03}.jpg"
        image.save(path, "JPEG")
        paths.append(str(path))
    return paths


def reopened(page: Page, url: str) -> None:
    """The tablet is on again: unlock it and go on with the draft."""
    page.goto(f"{url}/tablet/")
    inspector.unlock(page, ZHANG.pin)
    page.locator("#drafts a.cell").first.click()
    inspector.ready(page, "form")


@pytest.mark.hurts(18)
def test_browser_killed_while_the_camera_is_open_comes_back_to_the_item_with_everything(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str, film: Path
) -> None:
    """Words typed just before are stored before the camera opens; shots before the next one."""
    url = live_server.url
    with tablet(playwright, profile, browser_path, film) as context:
        page = context.pages[0]
        page.add_init_script(AT_CAMERA)
        inspector.sit_down(page, url, ZHANG)
        _, code = failed(page, url)
        page.locator("[data-text=words]").fill("没有协议")
        inspector.open_camera(page, code)
        assert page.evaluate("() => atCamera") == "saved"
        with context.expect_event("close"):
            browsers.kill(profile)
    with tablet(playwright, profile, browser_path, film) as context:
        page = context.pages[0]
        reopened(page, url)
        finding = inspector.item(page, code).locator("[data-finding]").first
        assert finding.locator("[data-text=words]").input_value() == "没有协议"
        assert page.locator(".item.is-current").get_attribute("data-item") == code
        stage = inspector.open_camera(page, code)
        shutter = stage.locator("[data-action=shutter]").bounding_box()
        assert shutter
        assert min(shutter["width"], shutter["height"]) >= 72
        inspector.shoot(stage, 3)
        with context.expect_event("close"):
            browsers.kill(profile)
    with tablet(playwright, profile, browser_path, film) as context:
        page = context.pages[0]
        reopened(page, url)
        assert page.locator(".item.is-current").get_attribute("data-item") == code
        shots = inspector.item(page, code).locator("[data-photo]")
        shots.nth(2).wait_for()
        assert shots.count() == 3
        assert shots.locator("img[src]").count() == 3


@pytest.mark.hurts(17)
def test_huge_turned_and_impossible_pictures(
    playwright: Playwright,
    live_server: LiveServer,
    profile: Path,
    tmp_path: Path,
    browser_path: str,
) -> None:
    """17 MB of 48 MP are kept at full size; EXIF only turns; 54 MP are refused in a sentence."""
    noise = Image.effect_noise((2000, 1500), 20)
    huge = Image.new("L", (8000, 6000))
    for x in range(0, 8000, 2000):
        for y in range(0, 6000, 1500):
            huge.paste(noise, (x, y))
    huge.convert("RGB").save(tmp_path / "huge.jpg", "JPEG", quality=80)
    assert (tmp_path / "huge.jpg").stat().st_size > 17_000_000
    turned = Image.new("RGB", (800, 600), (20, 90, 160))
    exif = turned.getexif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    turned.save(tmp_path / "turned.jpg", "JPEG", exif=exif)
    Image.new("RGB", (9000, 6000)).save(tmp_path / "impossible.jpg", "JPEG")
    with tablet(playwright, profile, browser_path) as context:
        page = context.pages[0]
        inspector.sit_down(page, live_server.url, ZHANG)
        _, code = failed(page, live_server.url)
        shots = inspector.item(page, code).locator("[data-photo]")
        page.locator("[data-full-size]").first.check()
        page.locator("[data-camera=before]").set_input_files(str(tmp_path / "huge.jpg"))
        inspector.answer(page, inspector.codes(page)[0], PASS)
        assert shots.count() == 0, "nobody waits for a picture"
        shots.wait_for(timeout=60_000)
        page.locator("[data-full-size]").first.uncheck()
        inspector.photograph(page, code, tmp_path / "turned.jpg")
        size = inspector.picture_size(inspector.view_photo(page, code, 0).locator("img"))
        inspector.close_photo(page)
        assert size == (8000, 6000)
        size = inspector.picture_size(inspector.view_photo(page, code, 1).locator("img"))
        inspector.close_photo(page)
        assert size == (600, 800)
        problem = page.locator("[data-field=photo_problem]")
        page.locator("[data-camera=before]").set_input_files(str(tmp_path / "impossible.jpg"))
        problem.filter(has_text="5000 万像素").wait_for()
        page.locator("[data-shoot=before]").click()
        problem.filter(has_text="选文件").wait_for()
        assert shots.count() == 2
        inspector.describe(page, code, words="还能写字")


@pytest.mark.hurts(5, 13)
def test_a_hundred_photos_in_one_record_stay_light(
    playwright: Playwright,
    live_server: LiveServer,
    profile: Path,
    tmp_path: Path,
    browser_path: str,
) -> None:
    """Each is a row of its own, as bytes and not as a Blob; only what is in sight is opened."""
    files = small_files(tmp_path, 100)
    with tablet(playwright, profile, browser_path) as context:
        page = context.pages[0]
        inspector.sit_down(page, live_server.url, ZHANG)
        record, code = failed(page, live_server.url)
        page.locator("[data-camera=before]").set_input_files(files)
        shots = inspector.item(page, code).locator("[data-photo]")
        shots.nth(99).wait_for(timeout=90_000)
        inspector.saved(page)
        page.goto(page.url.split("#")[0])
        page.goto(f"{live_server.url}/tablet/")
        page.locator(f'#drafts a.cell[href*="{record}"]').click()
        inspector.ready(page, "form")
        shots.nth(99).wait_for()
        shots.locator("img[src]").first.wait_for()
        assert shots.locator("img[src]").count() < 80
        shots.nth(99).scroll_into_view_if_needed()
        last = shots.nth(99).locator("img[src]")
        last.wait_for()
        assert max(inspector.picture_size(last)) <= 400
        rows = page.evaluate(STORED)
        assert rows["photos"] == 200, rows
        assert rows["blobs"] == 0
        began = time.monotonic()
        inspector.answer(page, inspector.codes(page)[0], PASS)
        assert time.monotonic() - began < 5


STORED = """async () => {
  const rows = { photos: 0, blobs: 0 };
  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result); request.onerror = failed; });
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      for (const row of await asked(database.transaction(store).objectStore(store).getAll())) {
        if (store === "photos") rows.photos += 1;
        if (Object.values(row).some((value) => value instanceof Blob)) rows.blobs += 1;
      }
    }
    database.close();
  }
  return rows;
}"""


@pytest.mark.enrolled(LI, ZHANG)
def test_marks_are_drawn_on_a_copy_and_both_reach_the_server(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str, film: Path
) -> None:
    """Caption, place and original travel with the record; EXIF does not."""
    url = live_server.url
    with tablet(playwright, profile, browser_path, film) as context:
        page = context.pages[0]
        inspector.sit_down(page, url, ZHANG, "张")
        record, code = failed(page, url)
        inspector.describe(page, code, words="没有协议")
        stage = inspector.open_camera(page, code)
        inspector.shoot(stage)
        inspector.close_camera(page)
        annotated(page, code)
        removed_and_taken_back(page, code)
        inspector.answer_all(page, but=[code])
        inspector.review(page)
        shown = page.locator(".review-finding .photo-words")
        shown.filter(has_text="合同柜").wait_for()
        assert "张晓峰" in shown.inner_text()
        assert "北纬 31.298860" in shown.inner_text()
        inspector.name_signers(page, second="李", party=Party("郑国栋", "安全总监"))
        inspector.begin_signing(page)
        inspector.sign(page, seed=1)
        inspector.sign(page, pin=LI.pin, seed=2)
        inspector.sign(page, pin=ZHANG.pin, seed=3)
        inspector.finish(page)
        inspector.delivered(page, record)
        page.goto(f"{url}/records/{record}")
        figure = page.locator("figure.photo")
        figure.filter(has_text="合同柜").filter(has_text="31.298860").wait_for()
        annotated_url = figure.locator("img").get_attribute("src")
        original_url = figure.locator("figcaption a").get_attribute("href")
        assert annotated_url != original_url
        drawn, original = (
            picture_at(page, f"{url}{each}") for each in (annotated_url, original_url)
        )
        assert drawn.size == original.size == (1280, 720)
        assert not drawn.getexif()
        assert red(drawn) > 400 > 20 > red(original)


def annotated(page: Page, code: str) -> None:
    """Give the photo words and marks; one mark too many is taken back."""
    stage = inspector.view_photo(page, code)
    stage.locator("[data-caption]").fill("合同柜里没有协议")
    stage.locator("[data-action=annotate]").click()
    inspector.mark(page, "circle", colour="red", place=(0.2, 0.3), to=(0.6, 0.7))
    inspector.mark(page, "arrow", colour="yellow", place=(0.8, 0.8), to=(0.6, 0.6))
    inspector.mark(page, "arrow", colour="white", place=(0.1, 0.8), to=(0.3, 0.6))
    drawing = page.locator("dialog.stage:has(canvas)")
    drawing.locator("[data-action=undo-mark]").click()
    drawing.locator("[data-action=keep-marks]").click()
    drawing.wait_for(state="detached")
    stage.locator("[data-field=shot_notes]").filter(has_text="原图另存").wait_for()
    inspector.close_photo(page)
    inspector.saved(page)


def removed_and_taken_back(page: Page, code: str) -> None:
    """A photo that was taken away comes back whole."""
    inspector.view_photo(page, code).locator("[data-action=remove-photo]").click()
    shots = inspector.item(page, code).locator("[data-photo]")
    shots.wait_for(state="detached")
    page.locator("#undo [data-action=undo]").click()
    shots.wait_for()
    inspector.saved(page)


def picture_at(page: Page, url: str) -> Image.Image:
    """A picture as the server gives it."""
    answer = page.request.get(url)
    assert answer.status == 200
    return Image.open(io.BytesIO(answer.body()))


def red(image: Image.Image) -> int:
    """How many pixels are the red of the pen: strong in the first band, weak in the others."""
    strong, *weak = image.convert("RGB").split()
    inked = strong.point(lambda value: 255 * (value > 190))
    for band in weak:
        inked = ImageChops.darker(inked, band.point(lambda value: 255 * (value < 80)))
    return inked.histogram()[255]


def test_full_storage_refuses_photos_in_a_sentence_and_never_words(
    playwright: Playwright, live_server: LiveServer, profile: Path, browser_path: str
) -> None:
    """What was held back is given up for words and PINs; nothing earlier is lost."""
    url = live_server.url
    picture = inspector.picture("x", size=(1200, 900))
    other = inspector.picture("y", size=(1200, 900), seed=8)
    with tablet(playwright, profile, browser_path) as context:
        page = context.pages[0]
        inspector.sit_down(page, url, ZHANG)
        _, code = failed(page, url)
        inspector.photograph(page, code, picture)
        page.wait_for_function(HELD)
        used = page.evaluate("async () => (await navigator.storage.estimate()).usage")
    with tablet(playwright, profile, browser_path) as context:
        page = context.pages[0]
        disk = context.new_cdp_session(page)
        full = {"origin": url, "quotaSize": used - 200_000}
        disk.send("Storage.overrideQuotaForOrigin", full)
        reopened(page, url)
        finding = inspector.item(page, code).locator("[data-finding]").first
        finding.locator("[data-text=words]").fill("满了也能写")
        inspector.answer(page, inspector.codes(page)[0], PASS)
        page.locator("[data-camera=before]").set_input_files(str(other))
        page.locator("[data-field=photo_problem]").filter(has_text="空间不够").wait_for()
        assert finding.locator("[data-photo]").count() == 1
        page.reload()
        inspector.ready(page, "form")
        assert finding.locator("[data-text=words]").input_value() == "满了也能写"
        inspector.picture_size(inspector.view_photo(page, code).locator("img"))
        inspector.close_photo(page)
        disk.send("Storage.overrideQuotaForOrigin", {"origin": url})
        inspector.photograph(page, code, other)


HELD = """async () => {
  const open = indexedDB.open("zhencha-device");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const keys = await new Promise((done) => {
    const asked = database.transaction("meta").objectStore("meta").getAllKeys();
    asked.onsuccess = () => done(asked.result);
  });
  database.close();
  return keys.filter((key) => String(key).startsWith("reserve:")).length === 5;
}"""
