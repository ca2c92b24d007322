"""Offices that hand down orders and units that answer them, as people see them: by the pages."""

import html
import io
import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.builders.people import Person
from tests.paperwork.office import token
from tests.scene import Scene
from tests.tablet import COOKIE

PDF = b"%PDF-1.4\n%%EOF\n"


@dataclass
class Desk:
    """The scene; the district's office hands down, the other town leads, the department joins."""

    scene: Scene

    @property
    def office(self) -> Person:
        return self.scene.cast.office

    @property
    def lead(self) -> Person:
        """The office of the town that leads."""
        return self.scene.cast.foreign_office

    @property
    def joint(self) -> Person:
        """An inspector of the department, which has no office of its own."""
        return self.scene.cast.department_inspectors[0]

    def unit(self, name: str) -> str:
        return str(self.scene.rows("SELECT uuid FROM unit WHERE name = :name", name=name)[0][0])

    def browser(self, person: Person) -> FlaskClient:
        client = self.scene.app.test_client()
        client.set_cookie(COOKIE, self.scene.token_of(person))
        return client

    def get(self, path: str, by: Person) -> TestResponse:
        return self.browser(by).get(path)

    def text(self, path: str, by: Person) -> str:
        """The words of a page."""
        answer = self.get(path, by)
        assert answer.status_code == 200, answer.text
        return words(answer.text)

    def post(self, path: str, by: Person, **fields: Any) -> TestResponse:
        """Send a form of the app's; a list sends a name several times."""
        browser = self.browser(by)
        data = MultiDict([("csrf_token", token(browser.get("/orders").text))])
        for name, value in fields.items():
            for each in value if isinstance(value, list) else [value]:
                data.add(name, each)
        return browser.post(path, data=data, content_type="multipart/form-data")

    def issue(self, by: Person | None = None, **said: Any) -> TestResponse:
        known = {
            "kind": "order",
            "title": "排查冬季施工临时用房",
            "words": "查用电、取暖、疏散",
            "lead": self.unit("石泉镇"),
            "joint": [self.unit("应急管理局")],
            "term": "day",
            "deadline": "2026-12-10",
        }
        return self.post("/orders/new", by or self.office, **{**known, **said})

    def issued(self, **said: Any) -> str:
        """Issue an order and return its address."""
        answer = self.issue(**said)
        assert answer.status_code == 303, words(answer.text)
        return answer.headers["location"]

    def step(self, order: str, step: str, by: Person, **said: Any) -> TestResponse:
        """Open an order's page and take a step from it."""
        return self.post(f"{order}/steps/{step}", by, **{"seen_seq": self.seen(order, by), **said})

    def seen(self, order: str, by: Person) -> str:
        """What an order's page showed last; "" where it offers nothing."""
        found = re.search(r'name="seen_seq" value="(\d+)"', self.get(order, by).text)
        return found[1] if found else ""

    def claimed(self, **said: Any) -> str:
        """An order that the lead unit has acknowledged and reported as done."""
        order = self.issued(**said)
        assert self.step(order, "receive", self.lead).status_code == 303
        answer = self.step(order, "claim", self.lead, words="已全部整改", documents=[document()])
        assert answer.status_code == 303, words(answer.text)
        return order

    def inbox(self, person: Person) -> str:
        return self.text("/inbox", person)


def document(name: str = "报告.pdf", data: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def words(page: str) -> str:
    """A page without its tags."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
