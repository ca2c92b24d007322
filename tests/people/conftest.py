"""The small district, and the desk of somebody in it who looks after people and tablets."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders.people import Person
from tests.scene import Scene, database, scene  # noqa: F401
from tests.tablet import COOKIE, Answer


@dataclass
class Desk:
    """A browser in an office: opens pages, presses their buttons."""

    browser: FlaskClient

    def open(self, address: str) -> TestResponse:
        """Ask for a page."""
        return self.browser.get(address)

    def press(self, page: str, action: str, **fields: str) -> TestResponse:
        """Send the form of `page` that goes to `action`."""
        text = self.browser.get(page).text
        token = re.search(r'name="csrf_token" type="hidden" value="(\w+)"', text)
        assert token, text[:2000]
        return self.browser.post(action, data={"csrf_token": token[1], **fields})

    def invite(self, person: Person) -> TestResponse:
        """Press 邀请登记 of a person, from wherever the token can be had."""
        return self.press("/people", f"/people/{person.uuid}/invitation")

    def code_for(self, person: Person) -> str:
        """Invite somebody and read the letters from the screen."""
        page = self.invite(person)
        assert page.status_code == 200, page.text
        return code_on(page)

    def revoke(self, person: Person, kid: str, reason: str = "平板丢失") -> TestResponse:
        """Revoke one key."""
        return self.press("/people", f"/people/{person.uuid}/key", what=kid, reason=reason)

    def dismiss(self, person: Person, reason: str = "调离") -> TestResponse:
        """Close an account."""
        return self.press(
            "/people", f"/people/{person.uuid}/dismissal", what="account", reason=reason
        )


def code_on(page: TestResponse) -> str:
    """The letters that a page shows for typing."""
    letters = re.search(r'class="letters"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    assert letters, page.text
    return "".join(re.findall(r"<span>([A-Z]{4})</span>", letters[1]))


@pytest.fixture
def desk_of(scene: Scene) -> Callable[[Person], Desk]:  # noqa: F811
    """The desk of somebody."""

    def opened(person: Person) -> Desk:
        browser = scene.app.test_client()
        browser.set_cookie(COOKIE, scene.token_of(person))
        return Desk(browser)

    return opened


@pytest.fixture
def office(scene: Scene, desk_of: Callable[[Person], Desk]) -> Desk:  # noqa: F811
    """The desk of the district's office."""
    return desk_of(scene.cast.office)


@pytest.fixture
def redeem(scene: Scene) -> Callable[..., Answer]:  # noqa: F811
    """Hand a code in from a tablet on which nobody is signed in."""

    def handed_in(code: str, device: str = "") -> Answer:
        from tests.builders.devices import compact
        from tests.tablet import line

        ask = line(scene.app.test_client())
        return ask(
            "POST",
            "/api/v1/invitations/redeem",
            compact({"token": code, "device": device} if device else {"token": code}),
            {"Content-Type": "application/json"},
        )

    return handed_in
