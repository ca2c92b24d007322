"""What the office does at its desk, as functions over a page; what a camera sees of its screen."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageFilter
from playwright.sync_api import Page, Playwright

from tests.e2e import inspector

DESK = (1440, 900)
FRAME = (1280, 720)


@contextmanager
def desk(
    playwright: Playwright,
    url: str,
    *,
    executable: str,
    password: str,
    username: str = "anban",
    size: tuple[int, int] = DESK,
    dark: bool = False,
) -> Iterator[Page]:
    """A browser at the office, signed in."""
    browser = playwright.chromium.launch(executable_path=executable, args=list(inspector.ARGUMENTS))
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
    )
    context.set_default_timeout(inspector.PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{url}/sign-in?next=/people")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    page.locator("main form button").last.click()
    page.wait_for_url("**/people")
    try:
        yield page
    finally:
        browser.close()


def invite(page: Page, url: str, name: str) -> str:
    """Show an invitation for somebody; answers the letters under it."""
    page.goto(f"{url}/people")
    page.get_by_role("row").filter(has_text=name).get_by_role("button", name="邀请登记").click()
    page.locator(".qr svg").wait_for()
    return "".join(page.locator(".letters span:not(.unseen)").all_inner_texts())


def open_person(page: Page, url: str, name: str) -> None:
    """Open the page of one person."""
    page.goto(f"{url}/people")
    page.get_by_role("link", name=name).click()
    page.locator("#keys").wait_for()


def revoke_key(page: Page, url: str, name: str, reason: str) -> None:
    """Revoke a person's newest key."""
    open_person(page, url, name)
    row = page.locator(".key-row").first
    row.locator("summary").click()
    row.locator("[name=reason]").fill(reason)
    row.get_by_role("button", name="注销密钥").click()
    page.get_by_text("密钥已注销。").wait_for()


def dismiss(page: Page, url: str, name: str, reason: str) -> None:
    """Close a person's account."""
    open_person(page, url, name)
    page.locator("#dismiss summary").click()
    page.locator("#dismiss [name=reason]").fill(reason)
    page.locator("#dismiss").get_by_role("button", name="停用账号").click()
    page.get_by_text("账号已停用，密钥和证书已注销。平板").wait_for()


def film(page: Page, path: Path) -> None:
    """What a camera before this screen sees: a grey room, a bright screen, not quite straight."""
    shot = Image.open(io.BytesIO(page.locator(".qr").screenshot())).convert("RGB")
    side = 430
    screen = shot.resize((side, side)).rotate(7, expand=True, fillcolor=(90, 92, 96))
    frames = []
    for step in range(12):
        room = Image.new("RGB", FRAME, (90, 92, 96))
        room.paste(screen, (330 + 3 * step, 110 + step))
        frame = io.BytesIO()
        room.filter(ImageFilter.GaussianBlur(1.1)).save(frame, "JPEG", quality=70)
        frames.append(frame.getvalue())
    path.write_bytes(b"".join(frames))
