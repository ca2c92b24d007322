"""Browsers at desks and on phones: somebody signed in, forms read off pages and sent back."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inspection.domain.hazard import Step
from tests.builders.people import Person
from tests.builders.stepping import raised
from tests.scene import Scene
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


def filled_in(page: str, **said: Any) -> dict[str, Any]:
    """The hidden fields of a page's form, and what somebody fills in."""
    form = page.split("<main", 1)[1]
    hidden = re.findall(r'name="(\w+)" type="hidden" value="([^"]*)"', form)
    kept = re.findall(r'name="kept" value="([^"]+)" checked', form)
    return {**dict(hidden), "kept": kept, **said}


def token_in(browser: FlaskClient) -> str:
    """The CSRF token of somebody's own pages."""
    page = browser.get("/hazards").text
    return page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]


def send(browser: FlaskClient, hazard: str, step: Step, page: str, **said: Any) -> TestResponse:
    """Send a step's form back with what somebody filled in."""
    return browser.post(
        address(hazard, step), data=filled_in(page, **said), content_type="multipart/form-data"
    )
