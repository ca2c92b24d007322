"""Experts and auditors by assignment: what is assigned opens, for its time, and nothing else."""

from datetime import timedelta

import pytest

from inspection.accounts.policy import Role
from inspection.database import writing
from tests.builders import enrolment
from tests.builders.devices import Device
from tests.builders.people import Person, inspector
from tests.enforcement.test_cases import send
from tests.scene import Scene
from tests.tenancy.world import row


@pytest.fixture
def expert(scene: Scene) -> Person:
    """An expert of the district's pool, with a key on a tablet of their own."""
    person = inspector("秦专家")
    with writing(scene.engine) as session:
        enrolment.enlist(session, person, unit=row(session, "云岚区"), role=Role.EXPERT)
        enrolment.enrol(session, person, scene.settled.device)
    return person


def give(scene: Scene, person: Person, role: str, unit: str, by: Person | None = None, **said: str):
    fields = {
        "person": f"{person.uuid}:{role}",
        "unit": unit,
        "from_on": "2026-11-22",
        "until_on": "2026-12-01",
        "purpose": "专项检查",
        **said,
    }
    return send(scene, by or scene.cast.office, "/assignments", **fields)


def sees(scene: Scene, person: Person) -> bool:
    answer = scene.tablet_of(person).ask("GET", f"/units/{scene.settled.enterprise.uuid}")
    assert answer.status in (200, 404)
    return answer.status == 200


def test_an_expert_sees_what_is_assigned_while_it_is(scene: Scene, expert: Person) -> None:
    assert not sees(scene, expert)
    assert give(scene, expert, "expert", "花桥镇").status == 303
    assert sees(scene, expert)
    scene.clock.passes(timedelta(days=9))  # 1 December, still
    assert sees(scene, expert)
    scene.clock.passes(timedelta(days=1))
    assert not sees(scene, expert)


def test_what_begins_tomorrow_is_not_open_today(scene: Scene, expert: Person) -> None:
    assert give(scene, expert, "expert", "花桥镇", from_on="2026-11-23").status == 303
    assert not sees(scene, expert)


def test_an_assignment_can_be_ended_and_both_are_entries(scene: Scene, expert: Person) -> None:
    give(scene, expert, "expert", scene.settled.enterprise.credit_code)
    ((uuid,),) = scene.rows("SELECT uuid FROM assignment")
    assert send(scene, scene.cast.office, f"/assignments/{uuid}/end").status == 422
    assert sees(scene, expert)
    done = send(scene, scene.cast.office, f"/assignments/{uuid}/end", reason="检查结束")
    assert done.status == 303
    assert not sees(scene, expert)
    assert scene.entries("assignment.given") == scene.entries("assignment.ended") == [uuid]


def test_an_auditor_of_a_town_is_lent_another(scene: Scene) -> None:
    auditor = inspector("韩审计")
    with writing(scene.engine) as session:
        enrolment.enlist(session, auditor, unit=row(session, "石泉镇"), role=Role.AUDITOR)
    assert not sees(scene, auditor)
    assert give(scene, auditor, "auditor", "花桥镇").status == 303
    assert sees(scene, auditor)


def test_nobody_gives_what_is_not_theirs(scene: Scene, expert: Person) -> None:
    town = inspector("许主任")
    with writing(scene.engine) as session:
        enrolment.enlist(session, town, unit=row(session, "石泉镇"), role=Role.OFFICE)
    office = scene.cast.office
    assert give(scene, expert, "expert", "石泉镇", by=town).status == 404  # not their expert
    assert give(scene, expert, "auditor", "花桥镇").status == 404  # not the expert's role
    assert give(scene, scene.settled.inspectors[0], "expert", "花桥镇").status == 404
    assert give(scene, expert, "expert", "没有这个镇").status == 422
    assert give(scene, expert, "expert", "花桥镇", until_on="2026-11-21").status == 422
    assert give(scene, expert, "inspector", "花桥镇", by=office).status in (404, 422)
    assert scene.count("assignment") == 0


def test_an_expert_signs_beside_two_officers_never_instead_of_one(
    scene: Scene, expert: Person
) -> None:
    first, second = scene.settled.inspectors
    give(scene, expert, "expert", "花桥镇")
    three = scene.filled(signers=(first, second, expert), at=scene.clock() + timedelta(hours=8))
    assert scene.tablet.hand_in(three).status == 201
    two = scene.filled(signers=(first, expert), at=scene.clock() + timedelta(hours=8))
    answer = scene.tablet.hand_in(two)
    assert answer.status == 202
    assert [each["code"] for each in answer.receipt["faults"]] == ["inspectors_missing"]


def test_a_record_signed_while_assigned_comes_in_later(scene: Scene, expert: Person) -> None:
    first, second = scene.settled.inspectors
    give(scene, expert, "expert", "花桥镇")
    signed_at = scene.clock() + timedelta(days=2)
    scene.clock.passes(timedelta(days=30))
    tablet = scene.tablet_of(first)  # sessions end sooner than records come in
    made = scene.filled(signers=(first, second, expert), at=signed_at)
    assert tablet.hand_in(made).status == 201
    late = scene.filled(signers=(first, second, expert), at=scene.clock())
    answer = tablet.hand_in(late)
    assert [each["code"] for each in answer.receipt["faults"]] == ["unit_out_of_scope"]


def test_a_town_vouches_for_nobody_who_was_lent_to_others(scene: Scene) -> None:
    """Else an invitation would lend the town what the expert may see elsewhere."""
    town, lent = inspector("许主任"), inspector("施专家")
    with writing(scene.engine) as session:
        enrolment.enlist(session, town, unit=row(session, "石泉镇"), role=Role.OFFICE)
        enrolment.enlist(session, lent, unit=row(session, "石泉镇"), role=Role.EXPERT)
        enrolment.enrol(session, lent, Device())
    page = f"/people/{lent.uuid}"
    assert scene.tablet_of(town).ask("GET", page).status == 200
    assert give(scene, lent, "expert", "花桥镇").status == 303
    assert scene.tablet_of(town).ask("GET", page).status == 404
    assert scene.tablet_of(scene.cast.office).ask("GET", page).status == 200
