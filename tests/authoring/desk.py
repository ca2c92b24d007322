"""Authors of lists as people see them: pages read, forms filled in and sent back."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from inspection.accounts.policy import Role
from inspection.database import writing
from inspection.organisations.unit import Unit
from tests.builders import enrolment
from tests.builders.enrolment import PASSWORD
from tests.builders.people import Person, inspector
from tests.scene import Scene
from tests.web.steps.desk import browser_of

ITEM: dict[str, Any] = {
    "title-zh": "油库防静电接地",
    "check-zh": "油库卸油口有防静电接地，接地线夹完好。",
    "methods": ["on_site"],
    "findings-0-zh": "没有接地",
    "findings-1-zh": "线夹锈蚀",
    "requirement-zh": "立即停止卸油，装好接地后再卸。",
    "citations-0-instrument": "AQF",
    "citations-0-clause": "第三十六条",
    "citations-0-from": "2021-09-01",
    "citations-0-mark": "R",
    "evidence": ["photo"],
    "deadline_days": "3",
    "weight": "3",
}
"""What an author writes about one item, in the names of the form."""


@dataclass
class Authors:
    """The scene, its office (周明, who drafts) and a second person there (吴敏)."""

    scene: Scene
    second: Person
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    @property
    def first(self) -> Person:
        """Who drafts."""
        return self.scene.cast.office

    def browser(self, person: Person) -> FlaskClient:
        """Somebody's browser."""
        if person.uuid not in self.browsers:
            self.browsers[person.uuid] = browser_of(self.scene, person)
        return self.browsers[person.uuid]

    def read(self, person: Person, path: str) -> str:
        """A page as somebody reads it."""
        answer = self.browser(person).get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    def post(self, person: Person, path: str, **fields: Any) -> TestResponse:
        """Send a form that any page of the desk could hold."""
        browser = self.browser(person)
        return browser.post(
            path, data={"csrf_token": token(browser.get("/authoring").text), **fields}
        )

    def begin(self, how: str, slug: str = "hot-work", revision: int = 1, **said: Any) -> str:
        """Begin a draft and return its address."""
        answer = self.post(
            self.first, "/authoring/drafts", how=how, slug=slug, revision=revision, **said
        )
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def order(self, draft: str, act: str, of: str = "", **said: Any) -> TestResponse:
        """Move, add, remove."""
        return self.post(self.first, f"{draft}/order", act=act, of=of, **said)

    def add(self, draft: str, section: str = "section_1", **said: Any) -> str:
        """Add an item, write it, and return its address."""
        item = str(self.order(draft, "add", section).location).partition("?")[0]
        answer = self.write(item, **{**ITEM, **said})
        assert answer.status_code == 303, answer.text
        return item

    def write(self, page: str, by: Person | None = None, **said: Any) -> TestResponse:
        """Fill in a page's form, as the first author unless said otherwise, and save it."""
        browser = self.browser(by or self.first)
        return browser.post(page, data={**filled(browser.get(page).text), **said})

    def send(self, draft: str, by: Person | None = None) -> TestResponse:
        """Send a draft to review."""
        page = self.read(by or self.first, draft)
        return self.post(by or self.first, f"{draft}/review", version=version(page))

    def publish(self, draft: str, by: Person | None = None, **said: Any) -> TestResponse:
        """Publish a draft as the second person, who has read it, with the password."""
        person = by or self.second
        seen = {"version": version(self.read(person, draft)), "password": PASSWORD}
        return self.post(person, f"{draft}/publication", **{**seen, **said})

    def published(self, draft: str) -> str:
        """Send and publish a draft; return the address of its list."""
        sent = self.send(draft)
        assert sent.status_code == 303, self.read(self.first, draft)
        answer = self.publish(draft)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def slug(self, draft: str) -> str:
        """The name of the list that a draft is of."""
        return str(
            self.scene.rows(
                "SELECT slug FROM checklist_draft WHERE uuid = :uuid", uuid=draft.rpartition("/")[2]
            )[0][0]
        )


def hired(scene: Scene) -> Authors:
    """Hire a second person into the district's office."""
    second = inspector("吴敏")
    with writing(scene.engine) as session:
        district = session.scalars(select(Unit).where(Unit.name == "云岚区")).one()
        enrolment.enlist(session, second, unit=district, role=Role.OFFICE)
    return Authors(scene, second)


def token(page: str) -> str:
    """The CSRF token of a page's forms."""
    return page.rpartition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]


def version(page: str) -> str:
    """Which version of a draft stands on a page; "" where the page asks for none."""
    found = re.search(r'name="version" value="(\d+)"', page)
    return found[1] if found else ""


def filled(page: str) -> dict[str, Any]:
    """The form of an author's page as a browser would send it back untouched."""
    form = page.split('author-form"', 1)[1].split("</form>", 1)[0]
    said: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") != "checkbox" or " checked" in tag:
            said.setdefault(given["name"], []).append(html.unescape(given.get("value", "y")))
    for name, body in re.findall(
        r'<textarea[^>]*name="([\w-]+)"[^>]*>(.*?)</textarea>', form, re.S
    ):
        said[name] = html.unescape(body).removeprefix("\r\n").removeprefix("\n")
    for name, body in re.findall(r'<select[^>]*name="([\w-]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        said[name] = html.unescape(chosen[1]) if chosen else ""
    return said


def faults_on(page: str) -> list[str]:
    """The sentences of a page's summary, without their markup."""
    summary = page.split('class="error-summary"', 1)
    links = (
        re.findall(r"<li><a[^>]*>(.*?)</a></li>", summary[1].split("</ul>", 1)[0])
        if len(summary) > 1
        else []
    )
    return [html.unescape(re.sub(r"<[^>]+>", "", each)) for each in links]
