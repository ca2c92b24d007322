"""Offices at their dispatch tables, as people see them: by the pages."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inspection.database import writing
from inspection.organisations.unit import Unit as UnitRow
from tests.builders import checklists, enrolment
from tests.builders.enrolment import PASSWORD
from tests.builders.people import Person, inspector
from tests.builders.records import Filled, _photos, finding
from tests.paperwork.office import token
from tests.scene import Scene
from tests.tablet import COOKIE

MONTH = "2026-11"
SAID = {"happened_on": "2026-11-20", "words": "依据会议纪要"}


@dataclass
class Desk:
    """The scene; whoever is not named is the office of the district."""

    scene: Scene

    def browser(self, person: Person) -> FlaskClient:
        """The browser of somebody who is signed in."""
        client = self.scene.app.test_client()
        client.set_cookie(COOKIE, self.scene.token_of(person))
        return client

    def get(self, path: str, by: Person | None = None) -> TestResponse:
        """Open a page."""
        return self.browser(by or self.scene.cast.office).get(path)

    def post(self, path: str, by: Person | None = None, **fields: Any) -> TestResponse:
        """Send a form of the office."""
        browser = self.browser(by or self.scene.cast.office)
        known = {"csrf_token": token(browser.get("/sheets").text)}
        return browser.post(path, data={**known, **fields})

    def note(self, row: str, by: Person | None = None, **said: str) -> TestResponse:
        """Enter a value by hand."""
        return self.post("/dispatch/entries/new", by, row=row, **{**SAID, **said})

    def send(self, month: str = MONTH, by: Person | None = None, **said: str) -> TestResponse:
        """Open the table as it would be sent, and send it."""
        path = f"/dispatch/{month}/send"
        seen = re.search(r'name="content_sha256"[^>]*value="(\w{64})"', self.get(path, by).text)
        fields = {"content_sha256": seen[1] if seen else "", "password": PASSWORD, **said}
        return self.post(path, by, **fields)

    def values(
        self, month: str = MONTH, by: Person | None = None, query: str = ""
    ) -> dict[str, str]:
        """What a table shows, by code; only what is not zero."""
        page = self.get(f"/dispatch/{month}{query}", by).text
        pattern = r'<tr id="v([\d.b]+)">.*?dispatch-figure">(?:<a [^>]*>)?([^<]+)'
        found = re.findall(pattern, page, re.DOTALL)
        assert len(found) == 35, page
        return {code: text for code, text in found if text not in ("0", "0.00", "未填")}

    def row(self, code: str, month: str = MONTH) -> str:
        """One row of a table's page."""
        page = self.get(f"/dispatch/{month}").text
        return page[page.index(f'<tr id="v{code}">') :].partition("</tr>")[0]

    def shown(self, code: str, month: str = MONTH) -> str:
        """What a table shows for one value."""
        found = re.search(r'dispatch-figure">(?:<a [^>]*>)?([^<]+)', self.row(code, month))
        assert found
        return found[1]

    def recount(self, unit: str = "", month: str = MONTH) -> Any:
        """Count the table again, as an operator does."""
        return self.scene.command("dispatch", "recount", month, *(["--unit", unit] * bool(unit)))

    def until(self, day: int, month: int = 11) -> None:
        """Let time pass until the noon of a day."""
        now = self.scene.clock.now
        self.scene.clock.passes(datetime(2026, month, day, 4, tzinfo=now.tzinfo) - now)

    def inspect(self, slug: str, *items: str, level: str = "general", **chosen: Any) -> Filled:
        """Hand in a visit of today at which these items of a list failed."""
        list_ = checklists.newest(slug)
        at = self.scene.clock() - timedelta(minutes=5)
        made = self.scene.filled(checklist=list_, failed=0, at=at, **chosen)
        found = [finding(list_, item, at=at, level=level) for item in items]
        made.payload["findings"] = found
        made.payload["photos"] = [shot for each in found for shot in _photos(made, each, at)]
        for item in items:
            made.payload["answers"][item] = {"value": "fail"}
        answer = self.scene.tablet_of(made.signers[0]).hand_in(made)
        assert answer.status == 201, answer.body
        return made

    def inspect_abroad(self, slug: str, *items: str, **chosen: Any) -> Filled:
        """The same in the other town, by the department that supervises the foundry there."""
        cast = self.scene.cast
        return self.inspect(
            slug,
            *items,
            **{
                "signers": cast.department_inspectors,
                "device": cast.department_device,
                "unit": cast.supervised,
                **chosen,
            },
        )

    def department_office(self) -> Person:
        """Somebody new at the office of the department."""
        person = inspector("范局")
        with writing(self.scene.engine) as session:
            department = session.merge(self.scene.cast.department, load=False)
            assert isinstance(department, UnitRow)
            from inspection.accounts.policy import Role

            enrolment.enlist(session, person, unit=department, role=Role.OFFICE)
        return person
