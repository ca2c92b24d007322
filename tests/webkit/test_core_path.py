"""The core path on WebKit: an inspection made, signed and sealed while the server is stopped.

One test, because starting is most of its time; every step waits for what the page says.
"""

import json
import urllib.request

import pytest
from selenium.webdriver import WebKitGTK

from tests.e2e import inspector
from tests.e2e.conftest import LI, ZHANG
from tests.e2e.inspector import FAIL, PASS, Party
from tests.live import LiveServer
from tests.tablet import claims
from tests.webkit.tablet import Tablet

PARTY = Party("郑国栋", "安全总监")
UNIT, LIST = "恒砺机械", "外包"
PHOTO_WIDTH = """
  const [place, done] = arguments;
  const again = () => setTimeout(look, 100);
  const look = () => {
    const image = document.querySelector(place);
    if (image?.src) image.decode().then(() => done(image.naturalWidth), again);
    else again();
  };
  look();"""


@pytest.mark.hurts(5)
def test_inspection_without_a_server_arrives_with_a_receipt(
    driver: WebKitGTK, live_server: LiveServer
) -> None:
    """Enrol, lose the server, answer, photograph, sign, seal; the server comes back."""
    tablet = Tablet(driver, live_server.url)
    tablet.enrol(LI)
    tablet.sign_out()
    tablet.enrol(ZHANG)
    driver.execute_async_script("navigator.serviceWorker.ready.then(arguments[0])")
    tablet.open("/tablet/", "home")
    live_server.stop()

    record = tablet.begin(UNIT, LIST)
    first, *others = tablet.codes()
    tablet.answer(first, FAIL)
    tablet.finding(first, "没有签安全协议", inspector.picture("协议", size=(2016, 1512)))
    driver.refresh()
    tablet.ready("form")
    photo = f'[data-item="{first}"] [data-strip=before] img'
    assert driver.execute_async_script(PHOTO_WIDTH, photo) > 0
    for code in others:
        tablet.answer(code, PASS)
    tablet.saved()

    tablet.review("李", PARTY)
    tablet.press("[data-action=begin-signing]")
    tablet.sign(21)
    tablet.sign(22, LI.pin)
    tablet.sign(23, ZHANG.pin)
    tablet.press("#finish-form button[type=submit]")
    tablet.ready("queue")
    tablet.shown(f'#waiting [data-record="{record}"]')

    live_server.start()
    tablet.press("[data-action=send-now]")
    tablet.shown(f'#delivered [data-record="{record}"]')
    assert_accepted(driver, live_server.url, record)


def assert_accepted(driver: WebKitGTK, url: str, record: str) -> None:
    """The server has the record whole and free of faults: asked as another client would ask."""
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in driver.get_cookies())
    request = urllib.request.Request(
        f"{url}/api/v1/records/{record}/receipt", headers={"Cookie": cookies}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        receipt = claims(json.load(answer)["receipt"])
    assert receipt["status"] == "accepted", receipt["faults"]
    assert receipt["complete"] is True
    assert receipt["missing"] == []
