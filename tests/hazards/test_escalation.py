"""Rungs of the ladder: each told once, whoever asks and how often; kept so that it can be shown."""

import json
import threading
from datetime import date, timedelta
from typing import Any

import pytest

from inspection.accounts import people
from inspection.database import reading, writing
from inspection.domain import ladder
from inspection.domain.hazard import Step
from inspection.domain.ladder import DEFAULT, Code
from inspection.domain.problems import HazardMovedOn, LadderMovedOn, LadderUnfit, NotFound
from inspection.hazards import escalation, ladders, steps
from inspection.hazards.escalation import ESCALATED
from tests.builders.people import Person
from tests.builders.records import reinspection
from tests.builders.stepping import raised, take
from tests.hazards.test_rebuilding import _register
from tests.scene import Scene


@pytest.fixture
def hazard(scene: Scene) -> str:
    """A general hazard that two inspectors of the town found."""
    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    return raised(scene, made)


def deadline(scene: Scene) -> date:
    (row,) = _register(scene)
    return date.fromisoformat(str(row["deadline_on"]))


def goes_to(scene: Scene, days: int) -> None:
    """Let the clock come to so many days after the deadline."""
    scene.clock.passes(deadline(scene) - scene.clock().date() + timedelta(days=days))


def escalate(scene: Scene) -> int:
    return escalation.escalate(engine=scene.engine, clock=scene.clock)


def told(scene: Scene) -> list[dict[str, Any]]:
    rows = scene.rows(
        "SELECT body FROM ledger_entry WHERE kind = :kind ORDER BY seq", kind=ESCALATED
    )
    return [json.loads(body) for (body,) in rows]


def inbox(scene: Scene, person: Person) -> list[str]:
    rows = scene.rows(
        "SELECT n.kind FROM notice n JOIN person p ON p.id = n.person_id WHERE p.uuid = :uuid"
        " ORDER BY n.id",
        uuid=person.uuid,
    )
    return [kind.removeprefix("hazard.escalated.") for (kind,) in rows]


def test_each_rung_is_told_once_to_whom_it_concerns(scene: Scene, hazard: str) -> None:
    cast = scene.cast
    goes_to(scene, -4)
    assert escalate(scene) == 0
    goes_to(scene, -3)
    assert [escalate(scene) for _ in range(3)] == [1, 0, 0]
    goes_to(scene, 0)
    assert escalate(scene) == 1
    goes_to(scene, 7)
    assert escalate(scene) == 2
    assert inbox(scene, cast.officer) == ["remind", "urge"]
    assert inbox(scene, cast.second_officer) == ["remind", "urge"]
    assert inbox(scene, cast.head) == ["urge", "supervise", "propose_listing"]
    # Nobody sits in the department or the town office of this enterprise: the district hears.
    assert inbox(scene, cast.office) == ["supervise", "propose_listing"]
    for stranger in (cast.foreign_officer, cast.auditor, cast.administrator):
        assert inbox(scene, stranger) == []


def test_the_entry_shows_why_to_whom_and_in_which_words(scene: Scene, hazard: str) -> None:
    due = deadline(scene)
    goes_to(scene, 3)
    escalate(scene)
    body = told(scene)[-1]
    (row,) = _register(scene)
    assert (body["rung"], body["by"], body["days"]) == ("supervise", "days", 3)
    assert body["due_on"] == (due + timedelta(days=3)).isoformat()
    assert body["since"] == row["ladder_seq"]
    assert body["ladder"] == {"unit": "", "version": 0, "seq": 0}
    assert {each["side"] for each in body["recipients"]} == {"head", "district"}
    assert row["number"] in body["words"]["zh"]
    assert "已逾期 3 天" in body["words"]["zh"]
    assert "3 days overdue" in body["words"]["en"]


def test_the_register_knows_the_highest_rung_and_a_rebuild_gives_the_same(
    scene: Scene, hazard: str
) -> None:
    goes_to(scene, 3)
    escalate(scene)
    (row,) = _register(scene)
    assert row["rung"] == "supervise"
    assert scene.command("ledger", "rebuild").exit_code == 0
    assert _register(scene) == [row]
    assert scene.command("ledger", "check").exit_code == 0


def test_whoever_has_the_page_open_is_not_outdated_by_a_rung(scene: Scene, hazard: str) -> None:
    (before,) = _register(scene)
    goes_to(scene, 0)
    escalate(scene)
    (after,) = _register(scene)
    assert after["last_seq"] == before["last_seq"]


def test_two_workers_at_once_tell_each_rung_once(scene: Scene) -> None:
    for _ in range(6):
        assert scene.tablet.hand_in(scene.filled()).status == 201
    latest = max(str(row["deadline_on"]) for row in _register(scene))
    scene.clock.passes(date.fromisoformat(latest) - scene.clock().date() + timedelta(days=7))
    together = threading.Barrier(2)
    counts: list[int] = []

    def work() -> None:
        together.wait()
        counts.append(escalate(scene))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    told_of = [(body["hazard"], body["rung"]) for body in told(scene)]
    assert len(told_of) == len(set(told_of)) == sum(counts) == 18
    assert scene.command("ledger", "check").exit_code == 0


def test_a_later_deadline_starts_the_ladder_anew(scene: Scene, hazard: str) -> None:
    officer, inspector = scene.cast.officer, scene.settled.inspectors[0]
    goes_to(scene, -3)
    escalate(scene)
    take(scene, hazard, officer, Step.ASK_EXTENSION)
    take(scene, hazard, inspector, Step.GRANT_EXTENSION)
    (row,) = _register(scene)
    assert row["rung"] == ""
    assert escalate(scene) == 0
    goes_to(scene, -3)
    assert escalate(scene) == 1
    first, second = told(scene)
    assert (first["rung"], second["rung"]) == ("remind", "remind")
    assert second["since"] == row["ladder_seq"] > first["since"]


def test_what_was_claimed_is_left_alone_until_it_comes_back(scene: Scene, hazard: str) -> None:
    goes_to(scene, -1)
    take(scene, hazard, scene.cast.officer, Step.CLAIM)
    goes_to(scene, 30)
    assert escalate(scene) == 0


def test_a_major_hazard_goes_to_the_office_the_day_after(scene: Scene, hazard: str) -> None:
    take(scene, hazard, scene.settled.inspectors[0], Step.GRADE)
    goes_to(scene, 1)
    assert escalate(scene) == 3
    assert told(scene)[-1]["by"] == "major"


def test_whoever_was_dismissed_is_not_told(scene: Scene, hazard: str) -> None:
    officer = scene.cast.officer
    with scene.engine.connect() as connection, connection.begin():
        gone = f"UPDATE person SET active = false WHERE uuid = '{officer.uuid}'"
        connection.exec_driver_sql(gone)
    goes_to(scene, -3)
    escalate(scene)
    assert inbox(scene, officer) == []
    assert inbox(scene, scene.cast.second_officer) == ["remind"]


def test_years_without_holiday_arrangements_are_named_in_the_entry(
    scene: Scene, hazard: str
) -> None:
    take(scene, hazard, scene.cast.officer, Step.ASK_EXTENSION, until="2039-01-10")
    take(scene, hazard, scene.settled.inspectors[0], Step.GRANT_EXTENSION)
    goes_to(scene, 14)
    escalate(scene)
    unknown = {body["rung"]: body["unknown_years"] for body in told(scene)}
    assert unknown["interview"] == [2039]
    assert unknown["propose_listing"] == []


def save(scene: Scene, person: Person, unit: str, seen: int, *rungs: ladder.Rung) -> None:
    with writing(scene.engine) as session:
        actor = people.actor(session, person.uuid)
        assert actor is not None
        ladders.save(session, actor, unit, rungs, seen=seen, at=scene.clock())


def test_an_office_has_a_ladder_of_its_own_and_those_below_it_follow(
    scene: Scene, hazard: str
) -> None:
    district = scene.settled.district.uuid
    urge = next(rung for rung in DEFAULT if rung.code is Code.URGE)
    save(scene, scene.cast.office, district, 0, urge)
    goes_to(scene, 7)
    assert escalate(scene) == 1
    assert told(scene)[0]["ladder"]["version"] == 1
    assert told(scene)[0]["ladder"]["unit"] == district
    with reading(scene.engine) as session:
        saved = ladders.versions(session, district, "")
    assert [(each.number, each.saved_by) for each in saved] == [(1, scene.cast.office.name)]


def test_a_ladder_is_saved_by_its_office_only_from_the_newest_and_only_when_usable(
    scene: Scene,
) -> None:
    district = scene.settled.district.uuid
    before = scene.entries()
    with pytest.raises(NotFound):
        save(scene, scene.settled.inspectors[0], district, 0, *DEFAULT)
    with pytest.raises(LadderMovedOn):
        save(scene, scene.cast.office, district, 1, *DEFAULT)
    with pytest.raises(LadderUnfit):
        save(scene, scene.cast.office, district, 0)
    assert scene.entries() == before


def test_a_step_tells_those_whose_turn_it_is_and_not_whoever_took_it(
    scene: Scene, hazard: str
) -> None:
    officer, second, head = scene.cast.officer, scene.cast.second_officer, scene.cast.head
    finders = scene.settled.inspectors
    take(scene, hazard, officer, Step.ASK_EXTENSION)
    assert all(inbox(scene, each) == ["hazard.extension_asked"] for each in finders)
    take(scene, hazard, finders[0], Step.REFUSE_EXTENSION)
    assert inbox(scene, officer) == ["hazard.extension_refused"]
    take(scene, hazard, officer, Step.CLAIM)
    assert inbox(scene, finders[0]) == ["hazard.extension_asked", "hazard.claimed"]
    assert inbox(scene, officer) == inbox(scene, second) == inbox(scene, head)


def test_a_reinspection_that_returns_it_tells_the_enterprise_and_starts_the_ladder_anew(
    scene: Scene,
) -> None:
    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    goes_to(scene, 3)
    escalate(scene)
    again = reinspection(made, "returned", at=scene.clock())
    later = scene.tablet_of(scene.settled.inspectors[0])  # the session of then has ended
    assert later.hand_in(again).status == 201
    assert inbox(scene, scene.cast.officer)[-1] == "hazard.reinspected_returned"
    (row,) = _register(scene)
    assert (row["rung"], row["returned"]) == ("", 1)


def test_nobody_hears_of_a_step_that_was_rolled_back(scene: Scene, hazard: str) -> None:
    with pytest.raises(HazardMovedOn):  # the step was taken, and then the transaction failed
        _fails_late(scene, hazard)
    assert scene.count("notice") == 0


def _fails_late(scene: Scene, hazard: str) -> None:
    with writing(scene.engine) as session:
        actor = people.actor(session, scene.cast.officer.uuid)
        assert actor is not None
        seen = steps.standing(session, actor, hazard, today=scene.clock().date())
        texts = {"until": "2027-01-15", "words": "等待供货", "interim": "停用"}
        for _ in range(2):
            steps.take(
                session,
                actor,
                hazard,
                Step.ASK_EXTENSION,
                steps.Said(texts),
                seen_seq=seen.last_seq,
                today=scene.clock().date(),
                at=scene.clock(),
            )
