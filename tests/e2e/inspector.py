"""What an inspector does on the tablet, as functions over a page: used by tests, demo and pictures.

Every function acts as a person would: it presses what is shown and waits for what the page says.
Nothing here looks into the tablet's storage; tests that must do so say so themselves.
"""

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Error, Locator, Page, Playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
TABLET = (820, 1180)
PHONE = (390, 844)
PATIENCE_MS = 60_000
"""What does not come in this time does not come; a slow machine is not a fault."""

PASS, FAIL, NOT_APPLICABLE, NOT_CHECKED = "pass", "fail", "not_applicable", "not_checked"


@dataclass(frozen=True)
class Signer:
    """An account holder: how they sign in, and the PIN that opens their key on the tablet."""

    username: str
    password: str
    pin: str


@dataclass(frozen=True)
class Party:
    """The inspected party's person on the spot (被检查单位在场负责人)."""

    name: str
    title: str


@contextmanager
def tablet(
    playwright: Playwright,
    profile: Path,
    *,
    executable: str,
    size: tuple[int, int] = TABLET,
    locale: str = "zh-CN",
    camera: Path | None = None,
) -> Iterator[BrowserContext]:
    """A browser whose storage lies in `profile`, as a tablet keeps it over restarts.

    `camera` is a film (MJPEG) that its camera sees, whenever it is opened anew.
    """
    seeing = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    )
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=executable,
        args=[*ARGUMENTS, *(seeing if camera else ())],
        viewport={"width": size[0], "height": size[1]},
        has_touch=True,
        locale=locale,
        timezone_id="Asia/Shanghai",
        service_workers="allow",
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context
    except (Error, AssertionError):
        tell(context)
        raise
    finally:
        with suppress(Error):  # a test that killed its browser has none to close
            context.close()


def tell(context: BrowserContext) -> None:
    """Print what the pages show: pytest repeats it under the test that failed."""
    for page in context.pages:
        with suppress(Error):
            print(f"--- {page.url} shows:\n{page.locator('body').inner_text(timeout=2000)}\n---")


def ready(page: Page, name: str) -> None:
    """Wait until the page's scripts have done their first work."""
    page.locator(f'html[data-ready="{name}"]').wait_for(state="attached")


def sign_in(page: Page, url: str, signer: Signer) -> None:
    """Sign in with user name and password."""
    page.goto(f"{url}/sign-in?next=/tablet/enrol")
    page.locator("[name=username]").fill(signer.username)
    page.locator("[name=password]").fill(signer.password)
    page.locator("main form button").last.click()
    page.wait_for_url("**/tablet/enrol")


def sign_out(page: Page) -> None:
    """Forget the session; whatever the tablet holds stays."""
    page.context.clear_cookies()


def enrol(page: Page, url: str, signer: Signer) -> None:
    """Sign in and make this person's key on the tablet."""
    sign_in(page, url, signer)
    ready(page, "enrol")
    make_key(page, signer.pin)


def make_key(page: Page, pin: str) -> None:
    """On the enrolment page, signed in: choose a PIN and make the key."""
    page.locator("#pin").fill(pin)
    page.locator("#pin-again").fill(pin)
    page.locator("#enrol-form button[type=submit]").click()
    page.locator("#enrolled").wait_for()


def lock(page: Page) -> None:
    """Leave the seat to somebody else."""
    page.locator("[data-action=lock]").click()
    page.locator("#lock").wait_for()


def unlock(page: Page, pin: str, name: str = "") -> None:
    """Open the lock of whatever page shows it."""
    page.locator("#lock").wait_for()
    people = page.locator(".lock-person")
    if people.count() > 1:
        people.filter(has_text=name).click()
    page.locator("#lock-pin").fill(pin)
    page.locator("#lock form button[type=submit]").click()
    page.locator("#lock").wait_for(state="hidden")


def sit_down(page: Page, url: str, signer: Signer, name: str = "") -> None:
    """Take the seat at a tablet that was off, on which one is enrolled."""
    page.goto(f"{url}/tablet/")
    unlock(page, signer.pin, name)
    ready(page, "home")


def kept_for_offline(page: Page) -> None:
    """Wait until the service worker has the whole edition."""
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.wait_for_function("() => navigator.serviceWorker.ready.then((r) => r.active !== null)")


def begin(page: Page, url: str, *, unit: str, checklist: str) -> str:
    """Start an inspection of a unit with a list (words of its title); answer the draft's uuid."""
    page.goto(f"{url}/tablet/start")
    ready(page, "start")
    page.locator("#unit-search").fill(unit)
    page.locator("#units button").first.click()
    page.locator("#checklists button").filter(has_text=checklist).first.click()
    page.wait_for_url("**/checklists/**draft=*")
    ready(page, "form")
    return page.url.split("draft=")[1].split("#")[0]


def codes(page: Page) -> list[str]:
    """Item codes of the open form, in order."""
    return [
        str(code)
        for code in page.locator("[data-item]").evaluate_all(
            "(items) => items.map((item) => item.dataset.item)"
        )
    ]


def item(page: Page, code: str) -> Locator:
    """One item of the open form."""
    return page.locator(f'[data-item="{code}"]')


def go_to(page: Page, code: str) -> None:
    """Come to an item through the overview, as one does on a phone."""
    if not item(page, code).locator(".answers").is_visible():
        page.locator("[data-action=overview]").click()
        page.locator(f'[data-overview="{code}"] a').click()
    item(page, code).locator(".answers").wait_for()


def saved(page: Page) -> None:
    """Wait until the page says that all is stored."""
    page.locator('[data-saved="saved"]').first.wait_for()


def answer(page: Page, code: str, value: str, reason: str = "") -> None:
    """Tap one of the four keys; write the reason where one is asked for."""
    go_to(page, code)
    item(page, code).locator(f'[data-key] input[value="{value}"]').check()
    if reason:
        item(page, code).locator("[data-answer-field=reason]").fill(reason)
    saved(page)


def answer_all(page: Page, value: str = PASS, *, but: Sequence[str] = ()) -> None:
    """Answer every item that is not in `but`."""
    for code in codes(page):
        if code not in but:
            answer(page, code, value)


def describe(
    page: Page, code: str, *, words: str = "", level: str = "", days: str = "", tags: int = 1
) -> None:
    """Fill the first finding of a failed item: tags, words, level, deadline chip."""
    finding = item(page, code).locator("[data-finding]").first
    for place in range(tags):
        finding.locator("[data-tags-here] input").nth(place).check()
    if words:
        finding.locator("[data-text=words]").fill(words)
    if level:
        finding.locator(f'[data-once=level][value="{level}"]').check()
    if days:
        finding.locator(f'[data-once=deadline][value="{days}"]').check()
    saved(page)


def photograph(page: Page, code: str, picture: Path, *, moment: str = "before") -> None:
    """Take a photo of the first finding of an item; wait until its bytes are stored."""
    finding = item(page, code).locator("[data-finding]").first
    before = finding.locator(f"[data-strip={moment}] [data-photo]").count()
    finding.locator(f"[data-camera={moment}]").set_input_files(str(picture))
    finding.locator(f"[data-strip={moment}] [data-photo]").nth(before).wait_for()
    saved(page)


def open_camera(page: Page, code: str, *, moment: str = "before") -> Locator:
    """Open the camera in the page for the first finding of an item; answer its screen."""
    finding = item(page, code).locator("[data-finding]").first
    finding.locator(f"[data-shoot={moment}]").click()
    stage = page.locator("dialog.stage:has(video)")
    stage.locator("[data-field=shot_count]").wait_for()
    return stage


def shoot(stage: Locator, shots: int = 1) -> None:
    """Press the shutter so many times; wait until the camera says that all is stored."""
    for _ in range(shots):
        stage.locator("[data-action=shutter]:enabled").click()
    stage.and_(stage.page.locator('[data-waiting="0"]')).wait_for()
    problem = stage.locator("[data-field=shot_problem]")
    assert not problem.is_visible(), problem.inner_text()


def close_camera(page: Page) -> None:
    """Back from the camera to the form."""
    page.locator("[data-action=close-camera]").click()
    page.locator("dialog.stage").wait_for(state="detached")


def view_photo(page: Page, code: str, number: int = 0, *, moment: str = "before") -> Locator:
    """See a photo of an item's first finding on the whole screen; answer that screen."""
    finding = item(page, code).locator("[data-finding]").first
    finding.locator(f"[data-strip={moment}] [data-action=view-photo]").nth(number).click()
    stage = page.locator("dialog.stage:has([data-action=zoom])")
    stage.locator("img[src]").wait_for()
    return stage


def picture_size(image: Locator) -> tuple[int, int]:
    """Width and height of a picture that is shown, in its own pixels."""
    image.evaluate("(image) => image.decode()")
    width, height = image.evaluate("(image) => [image.naturalWidth, image.naturalHeight]")
    return width, height


def seen(image: Locator) -> None:
    """Come to a photo's small picture and wait until there is something to see on it."""
    image.scroll_into_view_if_needed()
    image.and_(image.page.locator('[src^="blob:"]')).wait_for()
    assert picture_size(image)[0] > 0


def close_photo(page: Page) -> None:
    """Back from a large photo."""
    page.locator("[data-action=close-photo]").click()
    page.locator("dialog.stage").wait_for(state="detached")


def mark(
    page: Page, kind: str, *, colour: str, place: tuple[float, float], to: tuple[float, float]
) -> None:
    """Draw on the open photo, from one place to another (shares of the picture)."""
    stage = page.locator("dialog.stage:has(canvas)")
    stage.locator(f'[name=mark-kind][value="{kind}"]').check()
    stage.locator(f'[name=mark-colour][value="{colour}"]').check()
    box = stage.locator("canvas").bounding_box()
    assert box is not None
    (x, y), (right, bottom) = (
        (box["x"] + box["width"] * share[0], box["y"] + box["height"] * share[1])
        for share in (place, to)
    )
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(right, bottom, steps=5)
    page.mouse.up()


def picture(words: str, *, size: tuple[int, int] = (4032, 3024), seed: int = 7) -> Path:
    """A camera picture for tests: a 12 MP JPEG with something to see on it."""
    source = random.Random(seed)
    image = Image.new("RGB", size, (96 + seed % 60, 110, 120))
    draw = ImageDraw.Draw(image)
    for _ in range(140):
        x, y = source.randrange(size[0]), source.randrange(size[1])
        colour = tuple(source.randrange(40, 220) for _ in range(3))
        draw.rectangle((x, y, x + source.randrange(60, 700), y + source.randrange(40, 400)), colour)
    draw.text((size[0] // 10, size[1] // 10), words, fill="white", font_size=size[1] // 14)
    path = Path(tempfile.mkdtemp()) / f"{seed}.jpg"
    image.save(path, "JPEG", quality=88)
    return path


def review(page: Page) -> None:
    """From the form to the review page, through the overview."""
    page.locator("[data-action=overview]").click()
    page.locator("[data-review]").click()
    page.wait_for_url("**/tablet/review*")
    ready(page, "review")


def name_signers(page: Page, *, second: str = "", party: Party, witness: str = "") -> None:
    """Say who signs: the second inspector (words of the name), the inspected party, a witness."""
    if second:
        choice = page.locator("[name=second] option").filter(has_text=second)
        page.locator("[name=second]").select_option(value=choice.get_attribute("value"))
    page.locator("[name=party_name]").fill(party.name)
    page.locator("[name=party_title]").fill(party.title)
    if witness:
        page.locator("details:has([name=witness_name]) summary").click()
        page.locator("[name=witness_name]").fill(witness)
    saved(page)


def draw(page: Page, *, strokes: int = 3, seed: int = 1) -> None:
    """Write on the pad with the pointer, as a hand would: a few curved strokes."""
    pad = page.locator(".ink-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    source = random.Random(seed)
    for number in range(strokes):
        x = box["x"] + box["width"] * (0.16 + 0.68 * number / strokes)
        y = box["y"] + box["height"] * 0.55
        page.mouse.move(x, y)
        page.mouse.down()
        for _ in range(9):
            x += box["width"] * source.uniform(0.004, 0.03)
            y += box["height"] * source.uniform(-0.11, 0.11)
            y = min(max(y, box["y"] + 12), box["y"] + box["height"] * 0.8)
            page.mouse.move(x, y, steps=4)
        page.mouse.up()


def sign(page: Page, *, pin: str = "", seed: int = 1) -> None:
    """Take the present turn by signing; account holders give their PIN."""
    turn = page.locator("[data-view=turn]")
    name = turn.locator("[data-field=turn_name]").inner_text()
    draw(page, seed=seed)
    if pin:
        turn.locator("[name=turn_pin]").fill(pin)
    turn.locator("[data-action=confirm]").click()
    _next_turn(page, name)


def end_without_signature(page: Page, outcome: str, reason: str) -> None:
    """Take the present turn of a guest who refused or is absent."""
    turn = page.locator("[data-view=turn]")
    name = turn.locator("[data-field=turn_name]").inner_text()
    turn.locator(f'[name=outcome][value="{outcome}"]').check()
    turn.locator("[name=reason]").fill(reason)
    turn.locator("[data-action=confirm]").click()
    _next_turn(page, name)


def _next_turn(page: Page, name: str) -> None:
    finished = page.locator("[data-view=finish]")
    other = page.locator("[data-view=turn] [data-field=turn_name]").filter(has_not_text=name)
    finished.or_(other).first.wait_for()


def begin_signing(page: Page) -> None:
    """Hand the tablet to the first signer."""
    page.locator("[data-action=begin-signing]").click()
    page.locator("[data-view=turn]").wait_for()


def finish(page: Page) -> None:
    """Seal the record; it then waits in the queue."""
    page.locator("#finish-form button[type=submit]").click()
    page.wait_for_url("**/tablet/queue")
    ready(page, "queue")


def delivered(page: Page, record: str, *, seconds: float = PATIENCE_MS / 1000) -> None:
    """Wait until the queue shows a verified receipt for this record."""
    card = page.locator(f'#delivered [data-record="{record}"]')
    card.wait_for(timeout=seconds * 1000)


def hazard(page: Page, number: int) -> Locator:
    """One hazard of the open re-inspection."""
    return page.locator("[data-hazard]").nth(number)


def look_again(
    page: Page, number: int, outcome: str, shot: Path, *, words: str = "", days: str = ""
) -> None:
    """Decide one hazard (`passed` or `returned`), with a photo and what belongs to it."""
    card = hazard(page, number)
    card.locator(f'[data-outcome][value="{outcome}"]').check()
    before = card.locator("[data-strip=after] [data-photo]").count()
    card.locator("[data-camera=after]").set_input_files(str(shot))
    card.locator("[data-strip=after] [data-photo]").nth(before).wait_for()
    if words:
        card.locator("[data-text=words]").fill(words)
    if days:
        card.locator(f'[data-deadline] input[value="{days}"]').check()
    saved(page)
