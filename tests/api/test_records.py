"""Handing in records that are in order: PUT /records, the receipt, repeats, what is missing."""

import json

import pytest
from cryptography.exceptions import InvalidSignature

from tests.builders.devices import Device
from tests.builders.identifiers import sha256
from tests.builders.photos import photo
from tests.builders.records import refused
from tests.scene import Scene
from tests.tablet import verified


def test_a_record_is_accepted_with_a_receipt_that_the_server_signed(scene: Scene) -> None:
    made = scene.filled()
    body = made.body()
    answer = scene.tablet.put(made.uuid, body)
    assert answer.status == 201
    receipt = verified(answer.json["receipt"], scene.wiring.server_key.public_jwk)
    ((seq, link),) = scene.rows("SELECT seq, link FROM ledger_entry WHERE kind = 'record.accepted'")
    inks = [each["ink"]["sha256"] for each in made.payload["signatures"]]
    photos = [each["sha256"] for each in made.payload["photos"]]
    assert receipt == {
        "format": "zhencha.receipt/1",
        "record": made.uuid,
        "digest": made.digest,
        "jws_digest": sha256(body),
        "status": "accepted",
        "complete": False,
        "missing": [*inks, *photos],
        "faults": [],
        "seq": seq,
        "link": link,
        "received_at": "2026-11-22T04:00:00.000Z",
    }
    with pytest.raises(InvalidSignature):
        verified(answer.json["receipt"], Device().key_of(scene.settled.inspectors[0]).jwk)


def test_the_stored_bytes_are_the_bytes_that_came(scene: Scene) -> None:
    made = scene.filled()
    body = made.body()
    scene.tablet.put(made.uuid, body)
    ((stored,),) = scene.rows("SELECT jws FROM record WHERE uuid = :uuid", uuid=made.uuid)
    assert bytes(stored) == body


def test_the_same_bytes_again_get_the_same_receipt_and_change_nothing(scene: Scene) -> None:
    made = scene.filled()
    body = made.body()
    first = scene.tablet.put(made.uuid, body)
    entries = scene.entries()
    again = [scene.tablet.put(made.uuid, body) for _ in range(3)]
    assert [answer.status for answer in again] == [200, 200, 200]
    assert {answer.json["receipt"] for answer in again} == {first.json["receipt"]}
    assert scene.entries() == entries
    assert scene.count("record") == 1


def test_the_receipt_shrinks_as_files_arrive_and_the_last_one_completes_it(scene: Scene) -> None:
    made = scene.filled(failed=2)
    scene.tablet.hand_in(made)
    missing = list(made.blobs)
    for digest, data in made.blobs.items():
        assert scene.count("job") == 0
        scene.tablet.send(digest, data)
        missing.remove(digest)
        receipt = scene.tablet.receipt(made.uuid).receipt
        assert sorted(receipt["missing"]) == sorted(missing)
        assert receipt["complete"] is (missing == [])
    assert scene.entries("record.completed") == [made.uuid]
    assert scene.rows("SELECT kind, args FROM job") in (
        [("report.issue", {"record": made.uuid})],
        [("report.issue", json.dumps({"record": made.uuid}))],
    )


def test_a_marked_photo_is_not_whole_before_its_original_came(scene: Scene) -> None:
    made = scene.filled()
    original = photo("before anything was drawn on it")
    made.payload["photos"][0]["original"] = {
        "sha256": original.digest,
        "type": "image/jpeg",
        "size": len(original.data),
    }
    scene.tablet.hand_in(made)
    scene.tablet.send_all(made)
    receipt = scene.tablet.receipt(made.uuid).receipt
    assert (receipt["complete"], receipt["missing"]) == (False, [original.digest])
    scene.tablet.send(original.digest, original.data)
    assert scene.tablet.receipt(made.uuid).receipt["complete"] is True


def test_files_that_came_first_are_not_missing(scene: Scene) -> None:
    made = scene.filled()
    scene.tablet.send_all(made)
    answer = scene.tablet.hand_in(made)
    assert answer.status == 201
    assert (answer.receipt["complete"], answer.receipt["missing"]) == (True, [])
    assert scene.count("job") == 1


def test_findings_are_hazards_before_a_single_photo_came(scene: Scene) -> None:
    made = scene.filled(failed=2)
    scene.tablet.hand_in(made)
    assert len(scene.entries("hazard.registered")) == 2
    assert scene.rows("SELECT DISTINCT record_uuid, state FROM hazard") == [
        (made.uuid, "registered")
    ]


def test_a_hazard_fixed_on_the_spot_is_registered_and_closed_at_once(scene: Scene) -> None:
    made = scene.filled(fixed_on_spot=True)
    assert scene.tablet.hand_in(made).status == 201
    registered = scene.entries("hazard.registered")
    assert registered == scene.entries("hazard.fixed_on_spot")
    assert scene.rows("SELECT uuid, state FROM hazard") == [(registered[0], "closed")]


def test_a_record_without_findings_raises_nothing(scene: Scene) -> None:
    assert scene.tablet.hand_in(scene.filled(failed=0)).status == 201
    assert scene.count("hazard") == 0


def test_a_party_who_refuses_to_sign_does_not_block_the_record(scene: Scene) -> None:
    made = scene.filled()
    made.payload["signatures"][2] = refused()
    assert scene.tablet.hand_in(made).status == 201


def test_a_self_inspection_needs_one_person_only(scene: Scene) -> None:
    cast = scene.cast
    made = scene.filled(kind="self_inspection", signers=(cast.officer,), device=cast.officer_device)
    assert scene.tablet_of(cast.officer).hand_in(made).status == 201
    assert scene.rows("SELECT source FROM hazard") == [("self",)]


def test_a_department_inspects_what_it_supervises(scene: Scene) -> None:
    cast = scene.cast
    made = scene.filled(
        signers=cast.department_inspectors, device=cast.department_device, unit=cast.supervised
    )
    assert scene.tablet_of(cast.department_inspectors[0]).hand_in(made).status == 201


def test_a_colleague_may_carry_in_what_others_signed(scene: Scene) -> None:
    made = scene.filled()
    carrier = scene.tablet_of(scene.cast.foreign_inspectors[0])
    assert carrier.hand_in(made).status == 201


def test_a_receipt_of_nothing_is_not_found(scene: Scene) -> None:
    answer = scene.tablet.receipt(scene.filled().uuid)
    assert (answer.status, answer.code) == (404, "not_found")


def test_a_receipt_is_shown_to_those_it_concerns_and_to_nobody_else(scene: Scene) -> None:
    cast = scene.cast
    foreign = cast.foreign_unit
    made = scene.filled(unit=foreign)  # held: neither signer inspects that unit
    carrier = cast.department_inspectors[0]
    assert scene.tablet_of(carrier).hand_in(made).status == 202
    for concerned in (
        carrier,
        *scene.settled.inspectors,
        *cast.foreign_inspectors,
        cast.foreign_officer,
    ):
        assert scene.tablet_of(concerned).receipt(made.uuid).status == 200, concerned
    for stranger in (cast.department_inspectors[1], cast.officer):
        assert scene.tablet_of(stranger).receipt(made.uuid).code == "not_found", stranger
