"""Somebody at the desk with a browser: pages in Chinese, forms with their token."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders.people import Person
from tests.scene import Scene
from tests.tablet import COOKIE


class Desk:
    """One person's browser."""

    def __init__(self, scene: Scene, person: Person, language: str = "zh") -> None:
        self._client: FlaskClient = scene.app.test_client()
        self._client.set_cookie(COOKIE, scene.token_of(person))
        self._headers = {"Accept-Language": language}

    def get(self, address: str) -> TestResponse:
        return self._client.get(address, headers=self._headers)

    def read(self, address: str) -> str:
        """A page that is there."""
        answer = self.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, address: str, page: str = "/inbox/channels", **fields: Any) -> TestResponse:
        """Send a form of a page of ours."""
        token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', self.read(page))[-1]
        return self._client.post(
            address, data={"csrf_token": token, **fields}, headers=self._headers
        )
