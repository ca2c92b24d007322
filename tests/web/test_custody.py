"""Still out there: the office sees what its people's tablets hold, by age, and nobody else's."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inspection.accounts.policy import Role
from inspection.edge import wired, writing
from inspection.submissions import custody
from inspection.submissions.custody import Holding, Notice
from tests.builders import enrolment
from tests.builders.people import inspector
from tests.builders.records import Filled, filled


@pytest.fixture
def notice(app: Flask, settled):
    """Report a record from the district's tablet; answers what the tablet holds."""

    def noticed(*, days: float = 0, holds: int = 1, **changed: object) -> Filled:
        made, signer = filled(), settled.district.inspectors[1]
        facts = {
            "record": made.uuid, "digest": made.digest, "signer": signer.uuid, "photos": 3,
            "bytes": 9000, "storage": "persistent", "unit_name": "恒砺<i>机械", "state": "waiting",
            "photos_left": 3, "bytes_left": 9000, **changed,
        }  # fmt: skip
        with app.app_context(), writing() as session:
            at = wired().clock()
            facts["signed_at"] = at - timedelta(days=days)
            custody.note(
                session,
                settled.district.device.uuid,
                [Notice(**facts)],
                holds=Holding(holds, 2),
                reported_by=enrolment.actor(session, signer).person_id,
                at=at,
            )
        return made

    return noticed


def rows(browser: FlaskClient) -> list[str]:
    """The rows of the first table, as text."""
    return browser.get("/custody").text.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]


@pytest.mark.hurts(20)
def test_the_office_sees_what_is_out_and_what_has_waited_too_long(settled, sign_in, notice):
    young, old = notice(days=1, storage="best_effort"), notice(days=3.1, holds=2)
    office = sign_in(settled.office)
    first, second = rows(office)
    for each in (old.uuid, "3 天", settled.district.inspectors[1].name, "恒砺&lt;i&gt;机械"):
        assert each in first
    assert ("late" in first, "late" in second) == (True, False)
    assert young.uuid in second
    assert "不可靠" in second
    page = office.get("/custody").text
    assert "有 1 份已等了 3 天以上" in page
    assert settled.district.device.label in page
    assert 'href="/custody" aria-current="page"' in page


def test_what_has_arrived_is_off_the_list(app, settled, sign_in, notice, hand_in):
    whole, half = hand_in(), hand_in(photos=False)
    for made in (whole, half):
        notice(record=made.uuid)
    page = sign_in(settled.office).get("/custody").text
    assert whole.uuid not in page
    assert half.uuid in page
    assert "记录已到，差 1 个文件" in page


@pytest.mark.hurts(8)
def test_a_tablet_that_lost_something_is_named(settled, sign_in, notice):
    notice()
    notice(holds=1)
    assert "少了 1 份" in sign_in(settled.office).get("/custody").text


def test_another_town_sees_nothing_of_it(settled, sign_in, notice):
    made = notice()
    page = sign_in(settled.stranger).get("/custody").text
    assert made.uuid not in page
    assert settled.district.device.label not in page
    assert "没有还在平板上的记录" in page


def test_who_may_open_it(app, settled, sign_in, client):
    administrator = inspector("何管理")
    with app.app_context(), writing() as session:
        unit = settled.district.district
        enrolment.enlist(session, administrator, unit=unit, role=Role.ADMINISTRATOR)
    assert sign_in(administrator).get("/custody").status_code == 200
    for person in (settled.auditor, settled.district.inspectors[0]):
        assert sign_in(person).get("/custody").status_code == 403
    assert client.get("/custody").status_code == 401
