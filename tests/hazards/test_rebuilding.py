"""The register is a view over the ledger: emptied and built again it is what it was."""

from typing import Any

from tests.scene import Scene


def _register(scene: Scene) -> list[dict[str, Any]]:
    with scene.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT * FROM hazard ORDER BY number")
        rows = [dict(row) for row in found.mappings()]
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def _fill(scene: Scene) -> None:
    for number in range(3):
        made = scene.filled(failed=2, fixed_on_spot=number == 1)
        assert scene.tablet.hand_in(made).status == 201


def test_rebuilding_gives_the_same_register(scene: Scene) -> None:
    _fill(scene)
    before = _register(scene)
    assert len(before) == 6
    assert {row["state"] for row in before} == {"registered", "closed"}
    assert scene.command("ledger", "rebuild").exit_code == 0
    assert _register(scene) == before


def test_rebuilding_undoes_what_somebody_did_to_the_view(scene: Scene) -> None:
    _fill(scene)
    before = _register(scene)
    with scene.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE hazard SET state = 'closed', level = 'general'")
        connection.exec_driver_sql("DELETE FROM hazard WHERE id = (SELECT min(id) FROM hazard)")
    assert _register(scene) != before
    scene.command("ledger", "rebuild")
    assert _register(scene) == before


def test_rebuilding_an_empty_register_finds_nothing(scene: Scene) -> None:
    result = scene.command("ledger", "rebuild")
    assert result.exit_code == 0
    assert _register(scene) == []
