"""A unit gets another name or place: the register, its counts and who sees it follow."""

from typing import Any

import pytest

from tests.builders.people import Person
from tests.builders.stepping import raised
from tests.notices.desk import Desk
from tests.scene import Scene


def change(scene: Scene, person: Person, unit: str, **said: Any) -> Any:
    """Fill in the form as it stands, some of it changed."""
    desk, page = Desk(scene, person), f"/units/{unit}/change"
    ((name, parent, supervisor),) = scene.rows(
        "SELECT u.name, p.uuid, s.uuid FROM unit u"
        " LEFT JOIN unit p ON p.id = u.parent_id LEFT JOIN unit s ON s.id = u.supervisor_id"
        " WHERE u.uuid = :uuid",
        uuid=unit,
    )
    stands = {"name": name, "parent": parent, "supervisor": supervisor}
    fields = {"reason": "云政〔2026〕5号", **stands, **said}
    return desk.send(page, page, **{key: value or "" for key, value in fields.items()})


def derived(scene: Scene) -> list[list[tuple[Any, ...]]]:
    return [
        scene.rows("SELECT hazard_id, words FROM hazard_words ORDER BY hazard_id"),
        scene.rows(
            "SELECT area_id, due_on, state, level, sector, source, own, hazards FROM hazard_tally"
            " ORDER BY area_id, due_on, state, level, sector, source, own"
        ),
        scene.rows(
            "SELECT * FROM hazard_day ORDER BY area_id, whole_month, day, state, level, source"
        ),
    ]


def is_what_a_rebuild_makes(scene: Scene) -> bool:
    before = derived(scene)
    assert scene.command("ledger", "rebuild").exit_code == 0
    return before == derived(scene)


@pytest.fixture
def hazard(scene: Scene) -> str:
    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    return raised(scene, made)


def test_a_new_name_is_found_and_told_in_the_ledger(scene: Scene, hazard: str) -> None:
    office, unit = scene.cast.office, scene.settled.enterprise
    assert change(scene, office, unit.uuid, name="换了名字的工厂").status_code == 303
    desk = Desk(scene, office)
    for asked in ("unit=换了名字", "text=换了名字的工厂"):
        assert hazard in desk.read(f"/hazards?{asked}"), asked
    assert hazard not in desk.read(f"/hazards?text={unit.name}")
    page = desk.read(f"/units/{unit.uuid}")
    assert f"由“{unit.name}”改名为“换了名字的工厂”" in page
    assert "云政〔2026〕5号" in page
    assert scene.entries("unit.changed") == [unit.uuid]
    assert is_what_a_rebuild_makes(scene)


def test_a_unit_that_moves_is_seen_and_counted_where_it_stands_now(
    scene: Scene, hazard: str
) -> None:
    administrator, unit = scene.cast.administrator, scene.settled.enterprise
    ((town,),) = scene.rows(
        "SELECT p.uuid FROM unit u JOIN unit p ON p.id = u.parent_id WHERE u.uuid = :uuid",
        uuid=scene.cast.supervised.uuid,
    )
    counts = Desk(scene, scene.cast.office).read("/hazards?level=")
    assert change(scene, administrator, unit.uuid, parent=town).status_code == 303
    office, page = Desk(scene, scene.cast.office), f"/units/{unit.uuid}/premises"
    assert office.send(page, page, sector="wood").status_code == 303
    assert is_what_a_rebuild_makes(scene)
    assert hazard in office.read("/hazards?sector=wood"), "the district sees it as before"
    assert hazard in office.read(f"/hazards?unit={unit.name}")
    assert counts.count("</b>") == office.read("/hazards?level=").count("</b>")
    inspector = Desk(scene, scene.settled.inspectors[0])
    assert inspector.get(f"/hazards/{hazard}").status_code == 404, "it is another town's now"


def test_a_town_that_is_renamed_keeps_what_is_below_it(scene: Scene, hazard: str) -> None:
    town = scene.settled.town
    assert change(scene, scene.cast.administrator, town.uuid, name="花桥街道").status_code == 303
    assert hazard in Desk(scene, scene.cast.office).read("/hazards")
    assert is_what_a_rebuild_makes(scene)


def test_what_a_unit_cannot_be_is_said_at_its_field(scene: Scene) -> None:
    office, unit = scene.cast.administrator, scene.settled.enterprise
    town = scene.settled.town
    for said, words in (
        ({"name": ""}, "请填写这一项"),
        ({"name": scene.cast.supervised.name}, "已有别的单位叫这个名称"),
        ({}, "没有任何改动"),
        ({"parent": unit.uuid}, "不能归到自己或下级单位"),
        ({"parent": scene.cast.supervised.uuid}, "上级只能是镇街或区"),
        ({"name": "新名", "reason": " "}, "请填写这一项"),
        ({"supervisor": town.uuid}, "主管部门只能是部门"),
    ):
        answer = change(scene, office, unit.uuid, **said)
        assert answer.status_code == 422, said
        assert words in answer.text, said
    for person in (scene.cast.officer, scene.settled.inspectors[0], scene.cast.auditor):
        assert Desk(scene, person).get(f"/units/{unit.uuid}/change").status_code == 403
    assert scene.entries("unit.changed") == []
