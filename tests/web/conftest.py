"""A small district with people of every role, signed in through the page that people use."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inspection.edge import reading, wired, writing
from inspection.hazards import findings
from inspection.submissions import intake
from tests.builders import enrolment
from tests.builders.enrolment import PASSWORD, District
from tests.builders.people import Person
from tests.builders.records import Filled, filled
from tests.conftest import Database
from tests.rebuilding import registers_agree  # noqa: F401
from tests.scene import cast_of, database  # noqa: F401


@dataclass
class Settled:
    """The district, its office and auditor, and somebody of a town that sees none of it."""

    district: District
    office: Person
    auditor: Person
    stranger: Person


@pytest.fixture
def settled(database: Database) -> Settled:  # noqa: F811
    """People and units in the database of `app`."""
    cast = cast_of(database)
    return Settled(cast.settled, cast.office, cast.auditor, cast.foreign_office)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Person], FlaskClient]:
    """Sign a person in by the form and return the browser."""

    def signed_in(person: Person) -> FlaskClient:
        browser = app.test_client()
        answer = post_sign_in(browser, enrolment.username(person), PASSWORD)
        assert answer.status_code == 303, answer.text
        return browser

    return signed_in


def post_sign_in(browser: FlaskClient, username: str, password: str, **fields: str):
    """Fill in the sign-in form."""
    page = browser.get("/sign-in").text
    token = page.split('name="csrf_token" type="hidden" value="')[-1].split('"')[0]
    return browser.post(
        "/sign-in",
        data={"username": username, "password": password, "csrf_token": token, **fields},
    )


@pytest.fixture
def hand_in(app: Flask, settled: Settled) -> Callable[..., Filled]:
    """Hand in a record of the district's inspectors by the one door, with its photos or without."""

    def handed_in(*, photos: bool = True, change: Callable | None = None, **chosen) -> Filled:
        district = settled.district
        usual = {"unit": district.enterprise, "device": district.device}
        made = filled(**{**usual, "signers": district.inspectors, **chosen})
        if change:
            change(made.payload)
        shots = {photo["sha256"] for photo in made.payload["photos"]}
        with app.app_context():
            for digest, data in made.blobs.items():
                if photos or digest not in shots:
                    wired().blobs.keep(data)
            accept(made)
        return made

    return handed_in


def accept(made: Filled) -> None:
    """Examine and accept a record in the present app."""
    with reading() as session:
        examined = intake.examine(
            session, made.uuid, made.body(), catalog=wired().catalog, blobs=wired().blobs
        )
    with writing() as session:
        intake.accept(
            session,
            examined,
            submitted_by=1,
            blobs=wired().blobs,
            key=wired().server_key,
            at=wired().clock(),
        )


def hazard_of(made: Filled, place: int = 0) -> str:
    """The uuid of the hazard that a finding became."""
    return findings.hazard_uuid(made.uuid, made.payload["findings"][place]["uuid"])
