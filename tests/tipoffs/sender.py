"""Somebody who reports what they saw, from a phone that says much about itself."""

import io
import re
from datetime import timedelta
from typing import Any

from PIL import Image
from werkzeug.test import TestResponse

from tests.builders.photos import photo
from tests.scene import Scene

PHONE = {
    "User-Agent": "Tattler/9.1 (serial 8675309)",
    "X-Forwarded-For": "203.0.113.77",
    "X-Device-Id": "device-4711",
    "Accept-Language": "zh",
    "Cookie": "advert=person-0815",
}
ADDRESS = "198.51.100.23"
TRACES = (
    "Tattler",
    "serial 8675309",
    "203.0.113.77",
    "device-4711",
    "person-0815",
    ADDRESS,
    "wang-wu",
    "CamSerial",
)
"""What a sender's phone tells besides the words: none of it may be found anywhere afterwards."""
SAID = {
    "what": "二号车间灭火器全部过期，疏散门常年上锁",
    "place": "二号车间南侧",
    "seen": "每天夜班",
    "unit": "昆山测试机械有限公司",
}


class Sender:
    """A browser without a cookie jar: what a page sets is looked at, not kept."""

    def __init__(self, scene: Scene, unit: str = "") -> None:
        self.scene = scene
        self.address = f"/report/{unit}" if unit else "/report"
        self.client = scene.app.test_client(use_cookies=False)

    def get(self, path: str = "") -> TestResponse:
        """Open the page, or another."""
        return self._open("GET", path or self.address)

    def send(
        self, *, token: str = "", wait: int = 30, photos: Any = (), **said: Any
    ) -> TestResponse:
        """Fill in the form as somebody who takes that many seconds."""
        drawn = token or self.token()
        self.scene.clock.passes(timedelta(seconds=wait))
        data = {"token": drawn, **SAID, **said, "photos": list(photos)}
        return self._open("POST", self.address, data=data, content_type="multipart/form-data")

    def token(self) -> str:
        """What the form was drawn with."""
        return re.findall(r'name="token" type="hidden" value="([^"]+)"', self.get().text)[0]

    def status(self, code: str, passphrase: str, **said: str) -> TestResponse:
        """Ask how it stands, and perhaps add something."""
        data = {"code": code, "passphrase": passphrase, **said}
        return self._open("POST", "/report/status", data=data)

    def _open(self, method: str, path: str, **more: Any) -> TestResponse:
        return self.client.open(
            path, method=method, headers=PHONE, environ_base={"REMOTE_ADDR": ADDRESS}, **more
        )


def secrets_in(page: str) -> tuple[str, str]:
    """Query code and passphrase as the page shows them, once."""
    code, passphrase = re.findall(r'<p class="letters"[^>]*>(.*?)</p>', page, re.DOTALL)
    return tuple(re.sub(r"<[^>]+>|\s", "", each) for each in (code, passphrase))  # type: ignore[return-value]


def telling_photo(words: str = "x") -> tuple[io.BytesIO, str]:
    """A photo that says where it was taken and by which camera, under its owner's name."""
    image = Image.open(io.BytesIO(photo(words).data))
    exif = Image.Exif()
    exif[0xA431] = "CamSerial-99"
    exif[0x010F] = "CamSerial maker"
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    assert b"CamSerial" in file.getvalue()
    return io.BytesIO(file.getvalue()), "wang-wu.jpg"
