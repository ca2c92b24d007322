"""Whom an office looks after: all of a person must lie inside its scope, and nothing above it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from inspection import database
from inspection.accounts.people import MembershipRow, PersonAccount
from inspection.accounts.policy import Role
from inspection.organisations.unit import Unit
from tests.builders import enrolment
from tests.builders.people import Person, inspector
from tests.people.conftest import Desk
from tests.scene import Scene

DeskOf = Callable[[Person], Desk]


def hire(scene: Scene, name: str, unit: str, role: Role) -> Person:
    """Give somebody an account at a unit of this name."""
    person = inspector(name)
    with database.writing(scene.engine) as session:
        row = session.scalars(select(Unit).where(Unit.name == unit)).one()
        enrolment.enlist(session, person, unit=row, role=role)
    return person


def also(scene: Scene, person: Person, unit: str, role: Role) -> None:
    """Give somebody a second post."""
    with database.writing(scene.engine) as session:
        account = session.scalars(
            select(PersonAccount).where(PersonAccount.uuid == person.uuid)
        ).one()
        row = session.scalars(select(Unit).where(Unit.name == unit)).one()
        session.add(MembershipRow(person_id=account.id, unit_id=row.id, role=role))


def is_out_of_reach(scene: Scene, desk: Desk, person: Person) -> bool:
    """Whether a desk can neither see nor invite nor revoke nor dismiss somebody."""
    answers = [
        desk.open(f"/people/{person.uuid}"),
        desk.invite(person),
        desk.dismiss(person),
        desk.revoke(person, "k" * 43),
    ]
    statuses = {answer.status_code for answer in answers}
    assert statuses in ({404}, {200, 303, 404}, {200, 404}), statuses
    return statuses == {404} and person.uuid not in desk.open("/people").text


def test_the_office_sees_its_people_with_their_tablets(scene: Scene, office: Desk) -> None:
    page = office.open("/people").text
    device = scene.settled.device
    for person in (*scene.settled.inspectors, *scene.cast.department_inspectors):
        assert person.name in page
    assert scene.cast.officer.name in page
    assert "平板 1" in page
    assert device.uuid[-6:] in page
    for person in (scene.cast.auditor, scene.cast.administrator):
        assert f"/people/{person.uuid}" not in page
    me = office.open(f"/people/{scene.settled.inspectors[0].uuid}").text
    assert device.key_of(scene.settled.inspectors[0]).kid in me


def test_the_office_of_another_town_has_no_say(scene: Scene, desk_of: DeskOf) -> None:
    elsewhere = desk_of(hire(scene, "外镇安办", "石泉镇", Role.OFFICE))
    for person in (
        *scene.settled.inspectors,
        *scene.cast.department_inspectors,
        scene.cast.officer,
    ):
        assert is_out_of_reach(scene, elsewhere, person)
    own = scene.cast.foreign_inspectors[0]
    assert elsewhere.invite(own).status_code == 200
    tablet = elsewhere.press(
        "/people", "/people/tablets", what=scene.settled.device.uuid, reason="丢失"
    )
    assert tablet.status_code == 404
    assert scene.rows("SELECT count(*) FROM device_key WHERE revoked_at IS NOT NULL") == [(0,)]


def test_a_departments_office_looks_after_its_own_and_the_supervised(
    scene: Scene, desk_of: DeskOf
) -> None:
    desk = desk_of(hire(scene, "应急局安办", "应急管理局", Role.OFFICE))
    safety = hire(scene, "受监管安全员", "石泉铸造有限公司", Role.ENTERPRISE)
    assert desk.invite(scene.cast.department_inspectors[0]).status_code == 200
    assert desk.invite(safety).status_code == 200
    assert is_out_of_reach(scene, desk, scene.settled.inspectors[0])
    # No supervisor at all is not the department's supervision.
    also(scene, safety, "花桥镇", Role.INSPECTOR)
    assert is_out_of_reach(scene, desk, safety)


def test_an_invitation_lends_nothing_that_the_inviter_lacks(
    scene: Scene, desk_of: DeskOf, office: Desk
) -> None:
    """Whoever inspects here and administers there would hand a town the whole district."""
    both = hire(scene, "兼管理员", "花桥镇", Role.INSPECTOR)
    town = desk_of(hire(scene, "镇安办", "花桥镇", Role.OFFICE))
    assert town.invite(both).status_code == 200
    also(scene, both, "云岚区", Role.ADMINISTRATOR)
    for desk in (town, office):
        assert is_out_of_reach(scene, desk, both)
    assert desk_of(scene.cast.administrator).invite(both).status_code == 200
    elsewhere = hire(scene, "两镇兼职", "花桥镇", Role.INSPECTOR)
    also(scene, elsewhere, "石泉镇", Role.INSPECTOR)
    assert is_out_of_reach(scene, town, elsewhere)
    assert office.invite(elsewhere).status_code == 200


def test_nobody_dismisses_themselves(scene: Scene, desk_of: DeskOf) -> None:
    boss = hire(scene, "管理员兼检查", "花桥镇", Role.INSPECTOR)
    also(scene, boss, "云岚区", Role.ADMINISTRATOR)
    desk = desk_of(boss)
    assert "停用账号" not in desk.open(f"/people/{boss.uuid}").text
    assert desk.dismiss(boss).status_code == 403
    assert desk.open("/people").status_code == 200


@pytest.mark.parametrize("who", ["auditor", "officer"])
def test_others_have_no_such_desk(scene: Scene, desk_of: DeskOf, who: str) -> None:
    desk = desk_of(getattr(scene.cast, who))
    for address in ("/people", "/people/tablets", f"/people/{scene.settled.inspectors[0].uuid}"):
        assert desk.open(address).status_code == 403
    assert "/people" not in desk.open("/verify").text


def test_the_list_is_narrowed_by_words_and_by_standing(scene: Scene, office: Desk) -> None:
    waiting = hire(scene, "未登记甲<b>", "花桥镇", Role.INSPECTOR)
    office.dismiss(scene.settled.inspectors[1])
    assert waiting.uuid in office.open("/people?text=未登记甲").text
    assert scene.settled.inspectors[0].uuid not in office.open("/people?text=未登记甲").text
    assert "未登记甲&lt;b&gt;" in office.open("/people").text
    assert scene.settled.inspectors[0].uuid in office.open("/people?text=花桥").text
    by_standing = {
        standing: office.open(f"/people?standing={standing}").text
        for standing in ("enrolled", "not_enrolled", "dismissed")
    }
    for person, standing in (
        (scene.settled.inspectors[0], "enrolled"),
        (waiting, "not_enrolled"),
        (scene.settled.inspectors[1], "dismissed"),
    ):
        assert [each for each, page in by_standing.items() if person.uuid in page] == [standing]
    for odd in ("?page=0", "?page=99999999999999999999", "?page=x", "?standing=odd", "?text=%25"):
        assert office.open(f"/people{odd}").status_code == 200
