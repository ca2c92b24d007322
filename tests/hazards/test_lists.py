"""The two lists: what was found, and who does what by when, read from one register."""

from datetime import date, timedelta

from inspection.database import reading
from inspection.domain.hazard import Step
from inspection.hazards import lists
from inspection.hazards.lists import DutyLine, ProblemLine
from inspection.hazards.narrowing import RegisterFilter
from inspection.organisations.scope import Scope
from tests.builders.stepping import SAID, raised, take
from tests.hazards.test_rebuilding import _register
from tests.scene import Scene

EVERYTHING = Scope(everything=True)


def problems(scene: Scene, scope: Scope = EVERYTHING, **asked: object) -> list[ProblemLine]:
    with reading(scene.engine) as session:
        wanted = RegisterFilter(**asked)  # type: ignore[arg-type]
        return list(lists.problems(session, scope, wanted, today=scene.clock().date()))


def duties(scene: Scene, scope: Scope = EVERYTHING, **asked: object) -> list[DutyLine]:
    with reading(scene.engine) as session:
        wanted = RegisterFilter(**asked)  # type: ignore[arg-type]
        return list(lists.duties(session, scope, wanted, today=scene.clock().date()))


def test_a_problem_says_what_was_found_where_and_on_what_ground(scene: Scene) -> None:
    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    (line,) = problems(scene)
    (row,) = _register(scene)
    finding = made.payload["findings"][0]
    assert (line.uuid, line.number) == (raised(scene, made), row["number"])
    assert line.unit_name == scene.settled.enterprise.name
    assert line.credit_code == scene.settled.enterprise.credit_code
    assert line.requirement == finding["requirement"]
    assert line.finders == tuple(each.name for each in scene.settled.inspectors)
    assert (line.state, line.closed_on) == ("registered", None)
    assert line.found_on == scene.clock().date()


def test_a_duty_says_person_measures_funds_time_limit_and_plan(scene: Scene) -> None:
    made = scene.filled()
    scene.tablet.hand_in(made)
    take(scene, raised(scene, made), scene.cast.officer, Step.ASSIGN)
    (line,) = duties(scene)
    said = SAID[Step.ASSIGN]
    assert (line.responsible, line.measures, line.emergency) == (
        said["responsible"],
        said["measures"],
        said["emergency"],
    )
    assert (line.funds, line.planned_on) == (120_050, date(2026, 12, 20))
    assert line.principal == scene.settled.enterprise.principal
    assert line.days_left is not None


def test_what_is_done_is_no_duty_any_more_unless_asked_for(scene: Scene) -> None:
    scene.tablet.hand_in(scene.filled(failed=1, fixed_on_spot=True))
    scene.tablet.hand_in(scene.filled(failed=2))
    assert len(problems(scene)) == 3
    assert [line.state for line in duties(scene)] == ["registered", "registered"]
    (closed,) = duties(scene, state="closed")
    assert (closed.days_left, closed.closed_on) == (None, scene.clock().date())


def test_both_lists_keep_to_the_scope(scene: Scene) -> None:
    scene.tablet.hand_in(scene.filled())
    elsewhere = Scope(paths=frozenset({"/999/"}))
    assert problems(scene, elsewhere) == []
    assert duties(scene, elsewhere) == []


def test_a_period_takes_in_both_of_its_days(scene: Scene) -> None:
    scene.tablet.hand_in(scene.filled())
    day = scene.clock().date()
    assert len(problems(scene, found_since=day, found_until=day)) == 1
    assert problems(scene, found_since=day + timedelta(days=1)) == []
    assert problems(scene, found_until=day - timedelta(days=1)) == []
