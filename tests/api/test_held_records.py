"""Records that verify but do not fit: held, each fault named in the receipt, never turned away."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask_babel import force_locale

from inspection.domain import hazard
from inspection.edge.held import FAULT_CODES, fault_sentence
from tests.api import test_reinspections
from tests.builders import checklists, ink, records, units
from tests.builders.identifiers import uuid7
from tests.builders.ink import Ink
from tests.builders.records import Filled
from tests.builders.times import NOON, stamp
from tests.scene import Scene

Change = Callable[[Scene, Filled], None]


def _foreign_unit(scene: Scene, made: Filled) -> None:
    foreign = scene.cast.foreign_unit
    made.payload["unit"] = {
        "uuid": foreign.uuid,
        "name": foreign.name,
        "credit_code": foreign.credit_code,
    }


def _unknown_unit(scene: Scene, made: Filled) -> None:
    made.payload["unit"]["uuid"] = units.unit().uuid


def _unknown_checklist(scene: Scene, made: Filled) -> None:
    made.payload["checklist"]["slug"] = "ladders"


def _unpublished_revision(scene: Scene, made: Filled) -> None:
    made.payload["checklist"]["revision"] = 99


def _other_digest(scene: Scene, made: Filled) -> None:
    made.payload["checklist"]["digest"] = "0" * 64


def _answer(code: str, value: dict[str, str] | None) -> Change:
    def change(scene: Scene, made: Filled) -> None:
        if value is None:
            del made.payload["answers"][code]
        else:
            made.payload["answers"][code] = value

    return change


def _finding(**changed: object) -> Change:
    return lambda scene, made: made.payload["findings"][0].update(changed)


def _without(member: str) -> Change:
    def change(scene: Scene, made: Filled) -> None:
        made.payload[member] = []

    return change


def _finding_twice(scene: Scene, made: Filled) -> None:
    made.payload["findings"] *= 2


def _fixed_without_second_photo(scene: Scene, made: Filled) -> None:
    made.payload["findings"][0]["fixed_on_spot"] = True


def _signature(index: int, **changed: object) -> Change:
    return lambda scene, made: made.payload["signatures"][index].update(changed)


def _signature_gone(scene: Scene, made: Filled) -> None:
    del made.payload["signatures"][2]


def _named_inspector_without_key(scene: Scene, made: Filled) -> None:
    made.signers = made.signers[:1]


def _one_inspector(scene: Scene, made: Filled) -> None:
    made.signers = made.signers[:1]
    made.payload["people"] = [made.payload["people"][0], made.payload["people"][2]]
    made.payload["signatures"] = [made.payload["signatures"][0], made.payload["signatures"][2]]


def _the_same_inspector_twice(scene: Scene, made: Filled) -> None:
    made.payload["people"][1]["account"] = made.payload["people"][0]["account"]


def _second_inspector_refused(scene: Scene, made: Filled) -> None:
    made.payload["signatures"][1] = records.refused("p1", person="p2")


def _ended_before_it_began(scene: Scene, made: Filled) -> None:
    made.payload["finished_at"] = stamp(NOON - timedelta(days=1))


FAULTS: dict[str, tuple[Change, str, str]] = {
    "foreign unit": (_foreign_unit, "unit_out_of_scope", "/unit/uuid"),
    "unknown unit": (_unknown_unit, "unit_unknown", "/unit/uuid"),
    "unknown checklist": (_unknown_checklist, "checklist_unknown", "/checklist"),
    "revision never published": (_unpublished_revision, "revision_unpublished", "/checklist"),
    "other list content": (_other_digest, "checklist_digest_mismatch", "/checklist/digest"),
    "item not answered": (_answer("A-05", None), "answer_missing", "/answers/A-05"),
    "item of another list": (_answer("Z-01", {"value": "pass"}), "answer_unfit", "/answers/Z-01"),
    "answer that nobody offered": (
        _answer("A-05", {"value": "maybe"}),
        "answer_unfit",
        "/answers/A-05/value",
    ),
    "not checked, no reason": (
        _answer("A-05", {"value": "not_checked"}),
        "reason_missing",
        "/answers/A-05/reason",
    ),
    "not checked, reason of spaces": (
        _answer("A-05", {"value": "not_checked", "reason": "  "}),
        "reason_missing",
        "/answers/A-05/reason",
    ),
    "fail without finding": (
        _answer("A-05", {"value": "fail"}),
        "finding_missing",
        "/answers/A-05",
    ),
    "finding on what passed": (
        _answer("A-01", {"value": "pass"}),
        "finding_unfit",
        "/findings/0/item",
    ),
    "finding with a tag of no item": (
        _finding(tags=["purple"]),
        "finding_unfit",
        "/findings/0/tags",
    ),
    "finding without a word": (
        _finding(tags=[], words=" "),
        "finding_unfit",
        "/findings/0/words",
    ),
    "finding of no level": (_finding(level="huge"), "finding_unfit", "/findings/0/level"),
    "finding without requirement": (
        _finding(requirement=""),
        "finding_unfit",
        "/findings/0/requirement",
    ),
    "finding told twice": (_finding_twice, "finding_unfit", "/findings/1/uuid"),
    "finding without photo": (_without("photos"), "photo_missing", "/findings/0"),
    "fixed without a second photo": (_fixed_without_second_photo, "photo_missing", "/findings/0"),
    "no deadline": (
        _finding(deadline_on=None),
        "deadline_missing",
        "/findings/0/deadline_on",
    ),
    "party's ending missing": (_signature_gone, "signature_missing", "/people/2"),
    "signature of nobody": (
        _signature(2, person="p9"),
        "signature_missing",
        "/signatures/2/person",
    ),
    "no device signature of a named inspector": (
        _named_inspector_without_key,
        "signature_missing",
        "/people/1",
    ),
    "refused without reason": (
        _signature(2, outcome="refused"),
        "reason_missing",
        "/signatures/2/reason",
    ),
    "signed without ink": (_signature(2, ink=None), "ink_missing", "/signatures/2/ink"),
    "one inspector": (_one_inspector, "inspectors_missing", "/people"),
    "one inspector named twice": (_the_same_inspector_twice, "inspectors_missing", "/people"),
    "second inspector refused": (_second_inspector_refused, "inspectors_missing", "/people"),
    "ended before it began": (_ended_before_it_began, "time_disorder", "/finished_at"),
}


def test_a_record_that_does_not_fit_is_held_and_says_where(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    for name, (change, code, pointer) in FAULTS.items():
        with subtests.test(name):
            made = scene.filled()
            change(scene, made)
            body = made.body()
            answer = scene.tablet.put(made.uuid, body)
            assert answer.status == 202
            assert answer.receipt["status"] == "held"
            assert {"code": code, "pointer": pointer} in answer.receipt["faults"]
            assert scene.rows(
                "SELECT state, jws FROM record WHERE uuid = :uuid", uuid=made.uuid
            ) == [("held", body)]
            assert scene.entries("record.held").count(made.uuid) == 1
    assert scene.entries("record.accepted") == scene.entries("hazard.registered") == []
    assert scene.count("hazard") + scene.count("job") + scene.count("quarantine") == 0


def test_every_fault_is_tried_here() -> None:
    tried = {code for _, code, _ in (*FAULTS.values(), *test_reinspections.FAULTS.values())}
    below = {"ink_blank", "signature_unnamed", "hazard_closed"}
    assert set(FAULT_CODES) - tried == below, "those have tests of their own, here and there"


def test_all_faults_are_told_at_once(scene: Scene) -> None:
    made = scene.filled()
    _foreign_unit(scene, made)
    _answer("A-05", None)(scene, made)
    _finding(deadline_on=None)(scene, made)
    _named_inspector_without_key(scene, made)
    faults = scene.tablet.hand_in(made).receipt["faults"]
    assert [each["code"] for each in faults] == [
        "unit_out_of_scope",
        "answer_missing",
        "deadline_missing",
        "signature_missing",
    ]


def test_a_record_with_no_fault_but_the_ones_named_has_none(scene: Scene) -> None:
    """The other side of the table above: what the changes start from is in order."""
    assert scene.tablet.hand_in(scene.filled()).receipt["faults"] == []


def test_a_held_record_repeated_gets_the_same_receipt(scene: Scene) -> None:
    made = scene.filled()
    _foreign_unit(scene, made)
    body = made.body()
    first, again = scene.tablet.put(made.uuid, body), scene.tablet.put(made.uuid, body)
    assert (first.status, again.status) == (202, 202)
    assert first.json == again.json
    assert scene.entries("record.held") == [made.uuid]


def test_a_held_record_takes_its_photos_and_gets_no_report(scene: Scene) -> None:
    made = scene.filled()
    _foreign_unit(scene, made)
    scene.tablet.hand_in(made)
    scene.tablet.send_all(made)
    receipt = scene.tablet.receipt(made.uuid).receipt
    assert (receipt["status"], receipt["complete"], receipt["missing"]) == ("held", True, [])
    assert scene.count("job") == 0
    assert scene.entries("record.completed") == []


def test_an_enterprise_does_not_inspect_its_neighbour(scene: Scene) -> None:
    cast = scene.cast
    made = scene.filled(
        kind="self_inspection",
        signers=(cast.officer,),
        device=cast.officer_device,
        unit=cast.foreign_unit,
    )
    answer = scene.tablet_of(cast.officer).hand_in(made)
    assert [each["code"] for each in answer.receipt["faults"]] == ["unit_out_of_scope"]


def test_an_enterprise_files_no_inspection_about_itself_in_the_departments_name(
    scene: Scene,
) -> None:
    cast = scene.cast
    made = scene.filled(signers=(cast.officer, cast.officer), device=cast.officer_device)
    answer = scene.tablet_of(cast.officer).hand_in(made)
    assert "unit_out_of_scope" in [each["code"] for each in answer.receipt["faults"]]


def test_an_inspector_files_no_self_inspection_of_an_enterprise(scene: Scene) -> None:
    made = scene.filled(kind="self_inspection")
    answer = scene.tablet.hand_in(made)
    assert [each["code"] for each in answer.receipt["faults"]] == ["unit_out_of_scope"]


def test_a_signature_by_somebody_whom_the_record_does_not_name_holds_it(scene: Scene) -> None:
    made = scene.filled()
    made.payload["people"][1]["account"] = None
    made.payload["signatures"][1]["grade"] = "drawn"
    answer = scene.tablet.hand_in(made)
    assert "signature_unnamed" in [each["code"] for each in answer.receipt["faults"]]


def test_a_signature_in_a_role_that_the_record_does_not_give_holds_it(scene: Scene) -> None:
    made = scene.filled()
    made.payload["people"][1]["role"] = "witness"
    answer = scene.tablet.hand_in(made)
    assert "signature_unnamed" in [each["code"] for each in answer.receipt["faults"]]


def test_a_department_inspects_nothing_that_it_does_not_supervise(scene: Scene) -> None:
    cast = scene.cast
    made = scene.filled(signers=cast.department_inspectors, device=cast.department_device)
    answer = scene.tablet_of(cast.department_inspectors[0]).hand_in(made)
    assert [each["code"] for each in answer.receipt["faults"]] == ["unit_out_of_scope"]


def _dot() -> Ink:
    return ink.written([[[300, 110, 0]]])


def _many_points_in_one_place() -> Ink:
    return ink.written([[[300 + step % 2, 110, step] for step in range(50)]])


def _no_strokes() -> Ink:
    return ink.written([])


INKS = {
    "no strokes": _no_strokes(),
    "one dot": _dot(),
    "a touch": ink.blank(),
    "fifty points in one place": _many_points_in_one_place(),
    "not an ink file": Ink(b"\xff\xd8\xff\xe0 a photo"),
    "another format": Ink(b'{"format":"zhencha.ink/2","width":1,"height":1,"strokes":[]}'),
    "a point at infinity": Ink(
        b'{"format":"zhencha.ink/1","width":600,"height":220,"strokes":[[[1e999,1,1]]]}'
    ),
    "nested deep": Ink(b"[" * 50_000),
}


def _signed_with(made: Filled, drawn: Ink) -> None:
    """The party's signature is this ink."""
    old = made.payload["signatures"][2]["ink"]["sha256"]
    del made.blobs[old]
    made.payload["signatures"][2]["ink"] = drawn.reference()
    made.blobs[drawn.digest] = drawn.data


BLANK = [{"code": "ink_blank", "pointer": "/signatures/2/ink"}]


def test_blank_ink_that_came_first_holds_the_record(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    for name, drawn in INKS.items():
        with subtests.test(name):
            made = scene.filled()
            _signed_with(made, drawn)
            scene.tablet.send_all(made)
            answer = scene.tablet.hand_in(made)
            assert (answer.status, answer.receipt["faults"]) == (202, BLANK)
    assert scene.count("hazard") + scene.count("job") == 0


def test_blank_ink_that_comes_late_turns_the_record_into_a_held_one(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    for name, drawn in INKS.items():
        with subtests.test(name):
            made = scene.filled()
            _signed_with(made, drawn)
            first = scene.tablet.hand_in(made)
            assert (first.status, first.receipt["status"]) == (201, "accepted")
            scene.tablet.send_all(made)
            renewed = scene.tablet.receipt(made.uuid).receipt
            assert (renewed["status"], renewed["faults"]) == ("held", BLANK)
            assert renewed["missing"] == []
            assert renewed["seq"] == first.receipt["seq"]
            assert renewed["link"] == first.receipt["link"]
            assert scene.entries("record.held").count(made.uuid) == 1
    assert scene.count("job") == 0


def test_a_finding_of_each_level_is_taken(scene: Scene) -> None:
    for level in hazard.Level:
        made = scene.filled()
        _finding(level=level.value)(scene, made)
        assert scene.tablet.hand_in(made).status == 201


def test_an_answer_for_every_value_is_taken(scene: Scene) -> None:
    made = scene.filled()
    _answer("A-05", {"value": "not_applicable"})(scene, made)
    _answer("A-06", {"value": "not_checked", "reason": "停产"})(scene, made)
    assert scene.tablet.hand_in(made).status == 201


def test_faults_have_sentences_in_both_languages(scene: Scene) -> None:
    with scene.app.test_request_context():
        for code in FAULT_CODES:
            with force_locale("zh"):
                chinese = fault_sentence(code)
            with force_locale("en"):
                english = fault_sentence(code)
            assert chinese.endswith("。"), code
            assert not re.search("[\u4e00-\u9fff]", english), f"{code} is not translated"


def test_the_ledger_says_why_a_record_is_held(scene: Scene) -> None:
    made = scene.filled()
    _finding(deadline_on=None)(scene, made)
    scene.tablet.hand_in(made)
    ((body,),) = scene.rows("SELECT body FROM ledger_entry WHERE kind = 'record.held'")
    assert json.loads(body)["faults"] == [
        {"code": "deadline_missing", "pointer": "/findings/0/deadline_on"}
    ]


def test_an_old_revision_is_still_taken_when_a_newer_one_exists(scene: Scene) -> None:
    """Old revisions are accepted for ever: the catalog finds them by number, not by age."""
    assert scene.wiring.catalog.find("hot-work", 1) is not None
    made = scene.filled(checklist=checklists.shipped("hot-work", 1), uuid=uuid7())
    assert scene.tablet.hand_in(made).status == 201
