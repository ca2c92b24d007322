"""Push messages in a real browser: asked for on the page, shown by the service worker.

The push service itself lies across a network that is not ours: `subscribe` is answered in the
page, and Chromium hands the worker a message as that service would.
"""

import json
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from tests.e2e import inspector
from tests.live import LiveServer
from tests.notices.pushing import Browser

SUBSCRIBES = """
PushManager.prototype.subscribe = async () => ({ toJSON: () => (%s) });
"""


def signed_in(context: BrowserContext, url: str):
    page = context.new_page()
    page.goto(f"{url}/sign-in?next=/inbox/channels")
    page.locator("[name=username]").fill("zhou")
    page.locator("[name=password]").fill("zhencha-2026")
    page.locator("main form button").last.click()
    page.wait_for_url("**/inbox/channels")
    return page


def test_a_browser_is_allowed_shows_a_message_and_can_be_stopped(
    playwright: Playwright, live_server: LiveServer, whole_browser_path: str, tmp_path: Path
) -> None:
    offered = Browser("https://push.example.com/send/abc").offered
    answer = {
        "endpoint": offered["endpoint"],
        "keys": {"p256dh": offered["p256dh"], "auth": offered["auth"]},
    }
    with inspector.tablet(
        playwright, tmp_path / "profile", executable=whole_browser_path
    ) as context:
        context.grant_permissions(["notifications"], origin=live_server.url)
        context.add_init_script(SUBSCRIBES % json.dumps(answer))
        page = signed_in(context, live_server.url)
        page.get_by_role("button", name="在这台浏览器上开通推送").click()
        page.get_by_text("这台浏览器从现在起会收到推送").wait_for()
        deliver(page, live_server.url, {"title": "催办", "number": "YH2026-000007"})
        page.wait_for_function(SHOWN)
        assert page.evaluate(SAID) == [["催办", "YH2026-000007"]]
        page.get_by_role("button", name="停用").click()
        page.get_by_text("已停用").wait_for()
        page.get_by_text("还没有浏览器开通推送").wait_for()


SHOWN = """async () =>
  (await (await navigator.serviceWorker.ready).getNotifications()).length > 0"""
SAID = """async () =>
  (await (await navigator.serviceWorker.ready).getNotifications())
  .map((it) => [it.title, it.body])"""


def deliver(page, url: str, said: dict[str, str]) -> None:
    """Hand the service worker a message, as the push service does once it is opened."""
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(each["registrationId"] for each in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(50)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": url, "registrationId": found[-1], "data": json.dumps(said)},
    )
