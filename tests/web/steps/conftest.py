"""A district with a hazard, and browsers in which its people are signed in."""

import re

import pytest
from flask.testing import FlaskClient

from inspection.domain.hazard import Step
from tests.builders.people import Person
from tests.builders.stepping import raised
from tests.scene import Scene, database, scene  # noqa: F401
from tests.tablet import COOKIE


@pytest.fixture
def hazard(scene: Scene) -> str:
    """A general hazard that two inspectors of the town found."""
    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    return raised(scene, made)


def browser_of(scene: Scene, person: Person) -> FlaskClient:
    """A browser in which somebody is signed in."""
    browser = scene.app.test_client()
    browser.set_cookie(COOKIE, scene.token_of(person))
    return browser


def address(hazard: str, step: Step) -> str:
    """Where a step is taken."""
    return f"/hazards/{hazard}/steps/{step}"


def filled_in(page: str, **said: object) -> dict[str, object]:
    """The hidden fields of a page's form, and what somebody fills in."""
    form = page.split("<main", 1)[1]
    hidden = re.findall(r'name="(\w+)" type="hidden" value="([^"]*)"', form)
    return {**dict(hidden), **said}
