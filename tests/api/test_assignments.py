"""What the change feed tells a tablet to work with: one's own hazards, and the last inspections."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from inspection.domain.hazard import Step
from tests.builders.people import Person
from tests.builders.photos import photo
from tests.builders.records import Filled, hazard_of, reinspection
from tests.builders.stepping import take
from tests.builders.times import NOON
from tests.scene import Scene
from tests.tablet import Answer, Tablet

LATER = NOON + timedelta(days=5)


def _ask(tablet: Tablet, after: str = "") -> Answer:
    answer = tablet.ask("GET", f"/api/v1/changes?after={after}")
    assert answer.status == 200, answer
    return answer


def _of(answer: Answer, kind: str) -> list[dict[str, Any]]:
    return [each for each in answer.json["changes"] if each["type"] == kind]


def _found(scene: Scene, *, at: datetime = NOON, **chosen: Any) -> Filled:
    made = scene.filled(at=at, **chosen)
    assert scene.tablet.hand_in(made).status == 201
    return made


def _mine(scene: Scene, person: Person) -> list[str]:
    return [each["id"] for each in _of(_ask(scene.tablet_of(person)), "hazard") if each["mine"]]


def test_open_hazards_are_told_to_those_who_found_them_with_all_that_looking_again_needs(
    scene: Scene,
) -> None:
    made = _found(scene)
    (told,) = _of(_ask(scene.tablet), "hazard")
    assert told["mine"] is True
    assert told["item"]["code"] == "A-01"
    assert told["item"]["title"]["zh"]
    assert told["item"]["title"]["en"]
    assert told["checklist"]["slug"] == "hot-work"
    assert told["checklist"]["digest"] == made.payload["checklist"]["digest"]
    assert told["hazard"]["requirement"] == "立即停止动火，补办作业票。"
    assert told["hazard"]["deadline_on"] == "2026-11-29"
    assert "finder_accounts" not in told["hazard"]
    (photo,) = told["photos"]
    shot = made.payload["photos"][0]
    assert (photo["sha256"], photo["size"]) == (shot["sha256"], shot["size"])
    assert photo["moment"] == "before"
    assert datetime.fromisoformat(photo["taken_at"]) == datetime.fromisoformat(shot["taken_at"])


def test_what_the_enterprise_claims_goes_along_with_its_photos(scene: Scene) -> None:
    made = _found(scene)
    shown = photo("claimed").data
    digest = scene.wiring.blobs.keep(shown)
    take(scene, hazard_of(made), scene.cast.officer, Step.CLAIM, photos=(digest,))
    (told,) = _of(_ask(scene.tablet), "hazard")
    assert (told["claim"]["words"], told["claim"]["rectifier"]) == ("已换新管并检漏", "孔工")
    assert told["claim"]["finished_on"] == "2026-11-20"
    (claimed,) = told["claim"]["photos"]
    assert (claimed["sha256"], claimed["size"]) == (digest, len(shown))
    address = f"/api/v1/hazards/{hazard_of(made)}/photos/{digest}"
    assert scene.tablet.ask("GET", address).body == shown
    scene.tablet.hand_in(reinspection(made, "returned", at=LATER))
    (returned,) = _of(_ask(scene.tablet), "hazard")
    assert returned["claim"] is None, "what was claimed and found untrue is history"


def test_a_hazard_is_for_both_who_signed_and_for_nobody_else(scene: Scene) -> None:
    made, cast = _found(scene), scene.cast
    for person in scene.settled.inspectors:
        assert _mine(scene, person) == [hazard_of(made)]
    assert _mine(scene, cast.officer) == []
    assert _mine(scene, cast.foreign_inspectors[0]) == []


def test_what_an_enterprise_found_itself_is_nobodys_to_look_at_again_here(scene: Scene) -> None:
    cast = scene.cast
    made = scene.filled(kind="self_inspection", signers=(cast.officer,), device=cast.officer_device)
    assert scene.tablet_of(cast.officer).hand_in(made).status == 201
    assert _mine(scene, cast.officer) == _mine(scene, scene.settled.inspectors[0]) == []


def test_a_returned_hazard_is_told_again_with_the_photos_of_both_visits(scene: Scene) -> None:
    made = _found(scene, failed=2)
    cursor = _ask(scene.tablet).json["cursor"]
    again = reinspection(made, "returned", "passed", at=LATER)
    scene.tablet.hand_in(again)
    returned, closed = _of(_ask(scene.tablet, cursor), "hazard")
    assert (returned["mine"], closed["mine"]) == (True, False)
    assert (returned["hazard"]["returned"], closed["hazard"]["state"]) == (1, "closed")
    assert [photo["moment"] for photo in returned["photos"]] == ["before", "after"]
    assert "photos" not in closed


def test_a_cursor_of_an_earlier_version_is_told_what_it_was_never_told(scene: Scene) -> None:
    made = _found(scene)
    now = json.loads(base64.urlsafe_b64decode(_ask(scene.tablet).json["cursor"] + "=="))
    former = base64.urlsafe_b64encode(json.dumps([2, *now[1:]]).encode()).decode().rstrip("=")
    answer = _ask(scene.tablet, former)
    assert [each["id"] for each in _of(answer, "hazard")] == [hazard_of(made)]
    assert len(_of(answer, "last_inspection")) == 1
    assert _of(answer, "units") == _of(answer, "checklist") == _of(answer, "receipt") == []
    assert _ask(scene.tablet, answer.json["cursor"]).json["changes"] == []


def test_the_last_inspection_of_a_unit_with_a_list_is_told_in_words(scene: Scene) -> None:
    _found(scene)
    made = _found(scene, at=NOON - timedelta(hours=1), failed=2)
    made = _found(scene, at=NOON - timedelta(minutes=1), failed=1)
    (told,) = _of(_ask(scene.tablet), "last_inspection")
    newest = _found(scene, at=NOON, failed=1)
    (told,) = _of(_ask(scene.tablet), "last_inspection")
    assert told["record"] == newest.uuid != made.uuid
    unit = scene.settled.enterprise.uuid
    assert (told["id"], told["unit"], told["slug"]) == (f"{unit}:hot-work", unit, "hot-work")
    assert told["answers"]["A-01"] == "fail"
    assert told["answers"]["A-02"] == "pass"
    assert "三号车间西侧正在焊接" in told["words"]["A-01"]
    assert set(told["words"]) == {"A-01"}


def test_a_record_that_comes_late_is_not_the_last_inspection(scene: Scene) -> None:
    newest = _found(scene)
    cursor = _ask(scene.tablet).json["cursor"]
    _found(scene, at=NOON - timedelta(days=20))
    assert _of(_ask(scene.tablet, cursor), "last_inspection") == []
    assert _of(_ask(scene.tablet), "last_inspection")[0]["record"] == newest.uuid


@pytest.mark.hurts(39)
def test_a_tablet_whose_clock_runs_ahead_does_not_stay_the_last_for_ever(scene: Scene) -> None:
    _found(scene, at=NOON + timedelta(days=4000))
    scene.clock.passes(timedelta(days=1))
    honest = _found(scene, at=NOON + timedelta(days=1))
    (told,) = _of(_ask(scene.tablet), "last_inspection")
    assert told["record"] == honest.uuid


def test_held_records_and_reinspections_are_no_last_inspection(scene: Scene) -> None:
    made = _found(scene, at=NOON - timedelta(days=1))
    held = scene.filled()
    held.payload["findings"][0]["deadline_on"] = None
    assert scene.tablet.hand_in(held).status == 202
    assert scene.tablet.hand_in(reinspection(made, "passed")).status == 201
    (told,) = _of(_ask(scene.tablet), "last_inspection")
    assert told["record"] == made.uuid


def test_last_inspections_are_told_to_those_in_whose_scope_the_unit_is(scene: Scene) -> None:
    _found(scene)
    cast = scene.cast
    for person in (scene.settled.inspectors[1], cast.officer):
        assert len(_of(_ask(scene.tablet_of(person)), "last_inspection")) == 1
    for person in (cast.foreign_inspectors[0], cast.foreign_officer):
        assert _of(_ask(scene.tablet_of(person)), "last_inspection") == []
