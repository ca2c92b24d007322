"""The register is a view over the ledger: emptied and built again it is what it was."""

import json
from datetime import timedelta
from typing import Any

import pytest

from inspection.database import writing
from inspection.hazards import register
from inspection.ledger import journal
from inspection.ledger.journal import Event
from tests.builders.identifiers import uuid7
from tests.builders.people import Person
from tests.builders.records import reinspection
from tests.builders.times import NOON
from tests.rebuilding import lies
from tests.scene import Scene


def _register(scene: Scene) -> list[dict[str, Any]]:
    with scene.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT * FROM hazard ORDER BY number")
        rows = [dict(row) for row in found.mappings()]
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def _inspectors(scene: Scene) -> tuple[Person, ...]:
    return scene.settled.inspectors


def _fill(scene: Scene) -> None:
    for number in range(3):
        made = scene.filled(failed=2, fixed_on_spot=number == 1)
        assert scene.tablet.hand_in(made).status == 201


def test_rebuilding_after_reinspections_gives_the_same_register(scene: Scene) -> None:
    made = scene.filled(failed=3)
    scene.tablet.hand_in(made)
    for day, said in enumerate([("returned", "passed", "returned"), ("passed",)], start=5):
        again = reinspection(made, *said, at=NOON + timedelta(days=day))
        assert scene.tablet.hand_in(again).status == 201
    before = _register(scene)
    assert [(row["state"], row["returned"]) for row in before] == [
        ("closed", 1),
        ("closed", 0),
        ("registered", 1),
    ]
    assert scene.command("ledger", "rebuild").exit_code == 0
    assert _register(scene) == before


def test_entries_of_before_know_their_finders_by_the_records_signatures(scene: Scene) -> None:
    scene.tablet.hand_in(scene.filled())
    ((text,),) = scene.rows("SELECT body FROM ledger_entry WHERE kind = 'hazard.registered'")
    body = {**json.loads(text), "hazard": uuid7()}
    del body["finder_accounts"]
    with writing(scene.engine) as session:
        event = Event("hazard.registered", body, subject=body["hazard"])
        register.apply(session, journal.append(session, [event], at=scene.clock()))
    first, second = _register(scene)
    assert first["finder_accounts"] == second["finder_accounts"]
    assert all(person.uuid in str(first["finder_accounts"]) for person in _inspectors(scene))


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


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE hazard SET state = 'closed'",
        "UPDATE hazard SET deadline_on = NULL",
        "DELETE FROM hazard",
        "UPDATE hazard SET found_at = registered_at",
    ],
)
def test_what_is_compared_after_every_test_finds_a_lie(scene: Scene, lie: str) -> None:
    scene.tablet.hand_in(scene.filled(at=NOON - timedelta(days=1)))
    assert lies(scene.engine) == []
    with scene.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(lie)
    assert lies(scene.engine) == ["hazard"]
    assert lies(scene.engine) == []
