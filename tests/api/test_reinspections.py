"""Re-inspections from outside: what closes a hazard, what returns it, and who comes second."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from inspection.domain.hazard import Step
from tests.builders import records
from tests.builders.identifiers import uuid7
from tests.builders.records import Filled, hazard_of, reinspection
from tests.builders.stepping import take
from tests.builders.times import NOON
from tests.scene import Scene
from tests.tablet import Answer

LATER = NOON + timedelta(days=5)
Change = Callable[[Scene, Filled], None]


def _found(scene: Scene, failed: int = 1) -> Filled:
    made = scene.filled(failed=failed)
    scene.tablet.send_all(made)
    assert scene.tablet.hand_in(made).status == 201
    return made


def _hazards(scene: Scene, made: Filled) -> list[tuple[Any, ...]]:
    return scene.rows(
        "SELECT state, deadline_on, returned, last_record_uuid FROM hazard"
        " WHERE record_uuid = :record ORDER BY id",
        record=made.uuid,
    )


def _codes(answer: Answer) -> list[tuple[str, str]]:
    return [(each["code"], each["pointer"]) for each in answer.receipt["faults"]]


def test_two_officers_find_it_in_order_and_the_hazard_is_closed(scene: Scene) -> None:
    found = _found(scene)
    again = reinspection(found, "passed", at=LATER)
    scene.tablet.send_all(again)
    answer = scene.tablet.hand_in(again)
    assert (answer.status, answer.receipt["faults"]) == (201, [])
    ((state, _, returned, last),) = _hazards(scene, found)
    assert (state, returned, last) == ("closed", 0, again.uuid)
    assert scene.entries("hazard.reinspected_passed") == [hazard_of(found)]
    assert scene.rows("SELECT kind FROM job ORDER BY id") == [("report.issue",)] * 2


def test_what_is_not_in_order_goes_back_with_a_new_deadline(scene: Scene) -> None:
    found = _found(scene, failed=2)
    again = reinspection(found, "returned", "passed", at=LATER)
    assert scene.tablet.hand_in(again).status == 201
    first, second = _hazards(scene, found)
    deadline = again.payload["reinspected"][0]["deadline_on"]
    assert (first[0], str(first[1]), first[2]) == ("registered", deadline, 1)
    assert second[0] == "closed"
    third = reinspection(found, "passed", at=LATER + timedelta(days=3))
    assert scene.tablet.hand_in(third).status == 201
    assert [row[0] for row in _hazards(scene, found)] == ["closed", "closed"]
    ((body,),) = scene.rows("SELECT body FROM ledger_entry WHERE kind LIKE '%returned'")
    said = json.loads(body)
    assert said["record"] == again.uuid
    assert said["words"] == "作业票仍然没有审批人签字。"
    assert said["photos"] == [again.payload["photos"][0]["sha256"]]


def test_the_same_reinspection_again_changes_nothing(scene: Scene) -> None:
    found = _found(scene)
    again = reinspection(found, "returned", at=LATER)
    body = again.body()
    first, repeat = (scene.tablet.put(again.uuid, body) for _ in range(2))
    assert (first.status, repeat.status) == (201, 200)
    assert first.json == repeat.json
    assert _hazards(scene, found)[0][2] == 1


@pytest.mark.hurts(39)
def test_of_two_tablets_that_looked_again_offline_the_first_to_arrive_counts(scene: Scene) -> None:
    found = _found(scene, failed=2)
    first, second = (reinspection(found, "passed", at=LATER) for _ in range(2))
    assert scene.tablet.hand_in(first).status == 201
    answer = scene.tablet.hand_in(second)
    assert answer.status == 202
    assert _codes(answer) == [("hazard_closed", "/reinspected/0/hazard")]
    assert _hazards(scene, found)[0][3] == first.uuid
    assert scene.rows("SELECT state FROM record WHERE uuid = :u", u=second.uuid) == [("held",)]


def test_two_tablets_may_both_return_it_and_the_last_deadline_stands(scene: Scene) -> None:
    found = _found(scene)
    for day in (5, 6):
        again = reinspection(found, "returned", at=NOON + timedelta(days=day))
        assert scene.tablet.hand_in(again).status == 201
    ((state, deadline, returned, _),) = _hazards(scene, found)
    assert (state, str(deadline), returned) == ("registered", "2026-12-01", 2)


INSPECTOR, OFFICER, OFFICE = "inspector", "officer", "office"
PATHS: dict[str, list[tuple[str, Step]]] = {
    "graded": [(INSPECTOR, Step.GRADE)],
    "reported": [(INSPECTOR, Step.GRADE), (OFFICER, Step.REPORT)],
    "planned": [(INSPECTOR, Step.GRADE), (OFFICER, Step.REPORT), (OFFICER, Step.PLAN)],
    "plan_approved": [
        (INSPECTOR, Step.GRADE),
        (OFFICER, Step.REPORT),
        (OFFICER, Step.PLAN),
        (INSPECTOR, Step.APPROVE_PLAN),
    ],
    "rectifying": [(OFFICER, Step.ASSIGN)],
    "rectified_claimed": [(OFFICER, Step.CLAIM)],
    "asked": [(OFFICER, Step.ASK_EXTENSION)],
    "listed": [(OFFICE, Step.LIST), (OFFICER, Step.CLAIM)],
    "opened_again": [(INSPECTOR, Step.TRANSFER), (INSPECTOR, Step.REOPEN)],
}
"""How a hazard comes to where it stands when the re-inspection arrives."""


def _walked(scene: Scene, hazard: str, path: list[tuple[str, Step]]) -> None:
    people = {
        INSPECTOR: scene.settled.inspectors[0],
        OFFICER: scene.cast.officer,
        OFFICE: scene.cast.office,
    }
    for who, step in path:
        take(scene, hazard, people[who], step)


@pytest.mark.parametrize("outcome", ["passed", "returned"])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_whatever_was_done_at_desks_two_officers_may_look_again(
    scene: Scene, path: list[tuple[str, Step]], outcome: str
) -> None:
    found = _found(scene)
    _walked(scene, hazard_of(found), path)
    ((before, *_),) = _hazards(scene, found)
    again = reinspection(found, outcome, at=LATER)
    answer = scene.tablet.hand_in(again)
    assert (answer.status, answer.receipt["faults"]) == (201, [])
    ((state, _, returned, last),) = _hazards(scene, found)
    assert last == again.uuid
    if outcome == "passed":
        assert state == ("verified" if (OFFICE, Step.LIST) in path else "closed")
    else:
        claimed = before in ("rectified_claimed", "plan_approved")
        assert (state, returned) == ("rectifying" if claimed else before, 1)


@pytest.mark.parametrize(
    "path",
    [
        [(INSPECTOR, Step.TRANSFER)],
        [(OFFICER, Step.CALL_NO_HAZARD), (INSPECTOR, Step.CONFIRM_NO_HAZARD)],
    ],
    ids=["transferred", "no_hazard"],
)
def test_what_comes_after_a_desk_dropped_the_hazard_is_held_and_says_why(
    scene: Scene, path: list[tuple[str, Step]]
) -> None:
    found = _found(scene)
    _walked(scene, hazard_of(found), path)
    before = _hazards(scene, found)
    answer = scene.tablet.hand_in(reinspection(found, "passed", at=LATER))
    assert answer.status == 202
    assert _codes(answer) == [("hazard_closed", "/reinspected/0/hazard")]
    assert _hazards(scene, found) == before


def test_a_step_at_a_desk_travels_to_the_tablets(scene: Scene) -> None:
    found = _found(scene)
    cursor = scene.tablet.ask("GET", "/api/v1/changes").json["cursor"]
    take(scene, hazard_of(found), scene.cast.officer, Step.CLAIM)
    news = scene.tablet.ask("GET", f"/api/v1/changes?after={cursor}").json["changes"]
    (told,) = [each for each in news if each["type"] == "hazard"]
    assert told["hazard"]["state"] == "rectified_claimed"
    assert told["mine"]
    take(scene, hazard_of(found), scene.settled.inspectors[0], Step.CALL_NO_HAZARD)
    take(scene, hazard_of(found), scene.settled.inspectors[1], Step.CONFIRM_NO_HAZARD)
    news = scene.tablet.ask("GET", f"/api/v1/changes?after={cursor}").json["changes"]
    (told,) = [each for each in news if each["type"] == "hazard"]
    assert (told["over"], told["mine"]) == (True, False)


def _looked_at(**changed: object) -> Change:
    return lambda scene, made: made.payload["reinspected"][0].update(changed)


def _unknown_hazard(scene: Scene, made: Filled) -> None:
    made.payload["reinspected"][0]["hazard"] = uuid7()
    made.payload["photos"][0]["finding"] = made.payload["reinspected"][0]["hazard"]


def _foreign_unit(scene: Scene, made: Filled) -> None:
    made.payload["unit"]["uuid"] = scene.cast.foreign_unit.uuid


def _twice(scene: Scene, made: Filled) -> None:
    made.payload["reinspected"] *= 2


def _nothing(scene: Scene, made: Filled) -> None:
    made.payload.update(reinspected=[], answers={}, photos=[])


def _no_photo(scene: Scene, made: Filled) -> None:
    made.payload["photos"] = []


def _earlier_photo(scene: Scene, made: Filled) -> None:
    made.payload["photos"][0]["moment"] = "before"


def _new_finding(scene: Scene, made: Filled) -> None:
    made.payload["findings"] = scene.filled().payload["findings"]


def _returned(**changed: object) -> Change:
    def change(scene: Scene, made: Filled) -> None:
        given = {"outcome": "returned", "words": "没有动", "deadline_on": "2026-12-05"}
        made.payload["reinspected"][0].update({**given, **changed})
        records.conclude(made)

    return change


def _answer_of_another_item(scene: Scene, made: Filled) -> None:
    made.payload["answers"]["A-09"] = {"value": "pass"}


def _other_answer(scene: Scene, made: Filled) -> None:
    made.payload["answers"]["A-01"] = {"value": "fail"}


def _no_answer(scene: Scene, made: Filled) -> None:
    made.payload["answers"] = {}


def _one_officer(scene: Scene, made: Filled) -> None:
    made.signers = made.signers[:1]
    del made.payload["people"][1], made.payload["signatures"][1]


FIRST = "/reinspected/0"
FAULTS: dict[str, tuple[Change, str, str]] = {
    "hazard that nobody registered": (_unknown_hazard, "hazard_unknown", f"{FIRST}/hazard"),
    "hazard of another unit": (_foreign_unit, "hazard_elsewhere", f"{FIRST}/hazard"),
    "unit of others": (_foreign_unit, "unit_out_of_scope", "/unit/uuid"),
    "hazard of another item": (_looked_at(item="A-02"), "hazard_elsewhere", f"{FIRST}/hazard"),
    "item of another list": (_looked_at(item="Z-01"), "reinspection_unfit", f"{FIRST}/item"),
    "outcome of nobody's": (_looked_at(outcome="maybe"), "reinspection_unfit", f"{FIRST}/outcome"),
    "hazard twice": (_twice, "reinspection_unfit", "/reinspected/1/hazard"),
    "no hazard": (_nothing, "reinspection_missing", "/reinspected"),
    "no photo": (_no_photo, "photo_missing", FIRST),
    "a photo from before": (_earlier_photo, "reinspection_unfit", "/photos/0"),
    "a new finding": (_new_finding, "finding_unfit", "/findings"),
    "returned without a word": (_returned(words=" "), "words_missing", f"{FIRST}/words"),
    "returned without a deadline": (
        _returned(deadline_on=None),
        "deadline_missing",
        f"{FIRST}/deadline_on",
    ),
    "returned with a deadline gone by": (
        _returned(deadline_on="2026-11-26"),
        "deadline_past",
        f"{FIRST}/deadline_on",
    ),
    "passed with a deadline": (
        _looked_at(deadline_on="2026-12-05"),
        "reinspection_unfit",
        f"{FIRST}/deadline_on",
    ),
    "an answer to another item": (_answer_of_another_item, "answer_unfit", "/answers/A-09"),
    "an answer that the outcome is not": (_other_answer, "answer_unfit", "/answers/A-01/value"),
    "no answer": (_no_answer, "answer_missing", "/answers/A-01"),
    "one officer": (_one_officer, "inspectors_missing", "/people"),
}


def test_a_reinspection_that_does_not_fit_is_held_and_moves_nothing(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    found = _found(scene)
    for name, (change, code, pointer) in FAULTS.items():
        with subtests.test(name):
            again = reinspection(found, "passed", at=LATER)
            change(scene, again)
            answer = scene.tablet.hand_in(again)
            assert answer.status == 202
            assert (code, pointer) in _codes(answer)
            assert [row[0] for row in _hazards(scene, found)] == ["registered"]
    assert scene.entries("hazard.reinspected_passed") == []


def test_an_inspection_that_carries_outcomes_is_held(scene: Scene) -> None:
    found = _found(scene)
    made = scene.filled(reinspected=reinspection(found).payload["reinspected"])
    assert _codes(scene.tablet.hand_in(made)) == [("reinspection_unfit", "/reinspected")]
    assert _hazards(scene, found)[0][0] == "registered"


def test_an_enterprise_does_not_close_what_the_department_found(scene: Scene) -> None:
    found, officer = _found(scene), scene.cast.officer
    for kind in ("reinspection", "self_inspection"):
        again = reinspection(
            found, signers=(officer, officer), device=scene.cast.officer_device, at=LATER
        )
        again.payload["kind"] = kind
        answer = scene.tablet_of(officer).hand_in(again)
        assert answer.status == 202
        wanted = "unit_out_of_scope" if kind == "reinspection" else "reinspection_unfit"
        assert wanted in [code for code, _ in _codes(answer)]
    assert _hazards(scene, found)[0][0] == "registered"


def test_inspectors_of_elsewhere_close_nothing_here(scene: Scene) -> None:
    found, cast = _found(scene), scene.cast
    again = reinspection(
        found, signers=cast.foreign_inspectors, device=cast.foreign_device, at=LATER
    )
    answer = scene.tablet_of(cast.foreign_inspectors[0]).hand_in(again)
    assert ("unit_out_of_scope", "/unit/uuid") in _codes(answer)
    assert _hazards(scene, found)[0][0] == "registered"


def test_malformed_outcomes_are_no_record(scene: Scene, subtests: pytest.Subtests) -> None:
    found = _found(scene)
    for member, value in {
        "hazard": "x",
        "item": "",
        "outcome": 1,
        "words": 7,
        "deadline_on": "soon",
    }.items():
        with subtests.test(member):
            again = reinspection(found)
            again.payload["reinspected"][0][member] = value
            answer = scene.tablet.hand_in(again)
            assert (answer.status, answer.code) == (422, "payload_malformed")
            assert answer.json["details"]["pointer"] == f"/reinspected/0/{member}"
    again = reinspection(found)
    again.payload["reinspected"][0]["words"] = "x" * 1001
    answer = scene.tablet.hand_in(again)
    assert (answer.status, answer.code) == (422, "record_excessive"), "words of more than any page"


def test_photos_of_a_hazard_are_for_those_in_whose_scope_it_is(scene: Scene) -> None:
    found = _found(scene)
    digest = found.payload["photos"][0]["sha256"]
    address = f"/api/v1/hazards/{hazard_of(found)}/photos/{digest}"
    answer = scene.tablet.ask("GET", address)
    assert (answer.status, answer.body) == (200, found.blobs[digest])
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"]
    stranger = scene.tablet_of(scene.cast.foreign_inspectors[0])
    assert (stranger.ask("GET", address).status) == 404
    assert scene.tablet_of(None).ask("GET", address).status == 401
    ink = next(digest for digest in found.blobs if digest not in address)
    assert scene.tablet.ask("GET", address.replace(digest, ink)).status == 404


def test_photos_of_looking_again_are_photos_of_the_hazard(scene: Scene) -> None:
    found = _found(scene)
    again = reinspection(found, "returned", at=LATER)
    scene.tablet.send_all(again)
    scene.tablet.hand_in(again)
    digest = again.payload["photos"][0]["sha256"]
    answer = scene.tablet.ask("GET", f"/api/v1/hazards/{hazard_of(found)}/photos/{digest}")
    assert answer.body == again.blobs[digest]
