"""Steps at a desk: the register follows, a rebuild gives the same, nobody acts on an old page."""

from datetime import timedelta

import pytest

from inspection.accounts import people
from inspection.database import writing
from inspection.domain.hazard import Step
from inspection.domain.problems import HazardMovedOn, NotFound, StepIncomplete
from inspection.hazards import steps
from inspection.hazards.steps import Said
from tests.builders.people import Person
from tests.builders.stepping import SAID, raised, take
from tests.hazards.test_rebuilding import _register
from tests.scene import Scene


@pytest.fixture
def hazard(scene: Scene) -> str:
    """A general hazard that two inspectors of the town found."""
    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    return raised(scene, made)


def walk(scene: Scene, hazard: str, *steps_of: tuple[Person, Step]) -> None:
    """One step a day."""
    for person, step in steps_of:
        scene.clock.passes(timedelta(hours=1))
        take(scene, hazard, person, step)


def test_a_major_hazard_goes_all_the_way_and_a_rebuild_gives_the_same(
    scene: Scene, hazard: str
) -> None:
    officer, inspector, office = scene.cast.officer, scene.settled.inspectors[0], scene.cast.office
    walk(
        scene,
        hazard,
        (inspector, Step.GRADE),
        (officer, Step.REPORT),
        (officer, Step.PLAN),
        (inspector, Step.RETURN_PLAN),
        (officer, Step.PLAN),
        (inspector, Step.APPROVE_PLAN),
        (office, Step.LIST),
        (officer, Step.ASK_EXTENSION),
        (inspector, Step.GRANT_EXTENSION),
        (officer, Step.PROGRESS),
        (officer, Step.CLAIM),
    )
    (row,) = _register(scene)
    assert (row["state"], row["level"], row["funds"]) == ("rectified_claimed", "major", 3_600_000)
    assert str(row["deadline_on"]) == "2027-01-15"
    assert (row["listed_level"], row["rectified_by"]) == ("county", officer.uuid)
    assert scene.command("ledger", "rebuild").exit_code == 0
    assert _register(scene) == [row]
    assert scene.command("ledger", "check").exit_code == 0


def attempt(scene: Scene, hazard: str, person: Person, step: Step, seen: int, **said: str) -> None:
    with writing(scene.engine) as session:
        actor = people.actor(session, person.uuid)
        assert actor is not None
        steps.take(
            session,
            actor,
            hazard,
            step,
            Said({**SAID[step], **said}),
            seen_seq=seen,
            today=scene.clock().date(),
            at=scene.clock(),
        )


def test_whoever_acts_on_an_old_page_is_told_and_nothing_is_written(
    scene: Scene, hazard: str
) -> None:
    (row,) = _register(scene)
    take(scene, hazard, scene.cast.officer, Step.PROGRESS)
    before = scene.entries()
    with pytest.raises(HazardMovedOn):
        attempt(scene, hazard, scene.cast.officer, Step.PROGRESS, row["last_seq"])
    assert scene.entries() == before


def test_another_units_hazard_is_not_there(scene: Scene, hazard: str) -> None:
    (row,) = _register(scene)
    with pytest.raises(NotFound):
        attempt(scene, hazard, scene.cast.foreign_officer, Step.PROGRESS, row["last_seq"])


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"planned_on": "2025-01-01"}, {"planned_on": "day_past"}),
        ({"funds": "-1"}, {"funds": "negative"}),
        ({"funds": "1.005"}, {"funds": "not_money"}),
        ({"funds": "=1+1"}, {"funds": "not_money"}),
        ({"measures": "长" * 10_000}, {"measures": "too_long"}),
        (
            {"responsible": " ", "planned_on": "明天"},
            {"responsible": "missing", "planned_on": "not_a_day"},
        ),
    ],
)
def test_what_does_not_do_is_named_field_by_field(
    scene: Scene, hazard: str, said: dict[str, str], faults: dict[str, str]
) -> None:
    (row,) = _register(scene)
    before = scene.entries()
    with pytest.raises(StepIncomplete) as refused:
        attempt(scene, hazard, scene.cast.officer, Step.ASSIGN, row["last_seq"], **said)
    assert refused.value.details["fields"] == faults
    assert scene.entries() == before
