"""POST /keys: a tablet offers a person's public key and proves that it holds the private one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from inspection import database
from inspection.accounts import devices
from tests.builders.devices import Device, Key, compact
from tests.builders.people import Person
from tests.scene import Scene
from tests.tablet import Answer, Tablet

JSON = {"Content-Type": "application/json"}


def _offer(person: Person, device: Device) -> dict[str, Any]:
    return {
        "jwk": device.key_of(person).jwk,
        "device": device.uuid,
        "device_label": device.label,
        "proof": device.proof(person),
    }


def _post(tablet: Tablet, offer: Any) -> Answer:
    return tablet.ask("POST", "/api/v1/keys", compact(offer), JSON)


def test_a_key_is_enrolled_and_signs_records_from_then_on(scene: Scene) -> None:
    me, colleague = scene.settled.inspectors
    device = Device()
    made = scene.filled(device=device)
    body = made.body()
    assert scene.tablet.put(made.uuid, body).code == "key_unknown"
    for person in (me, colleague):
        answer = _post(scene.tablet_of(person), _offer(person, device))
        assert answer.status == 201
        assert answer.json["kid"] == device.key_of(person).kid
        assert answer.json["person"]["uuid"] == person.uuid
        assert answer.json["server_keys"] == [scene.wiring.server_key.public_jwk]
        assert answer.json["server_time"] == "2026-11-22T04:00:00.000Z"
    assert scene.tablet.put(made.uuid, body).status == 201
    assert scene.entries("key.enrolled").count(me.uuid) == 2


def test_enrolling_again_changes_nothing(scene: Scene) -> None:
    offer = _offer(scene.settled.inspectors[0], Device())
    first, again = _post(scene.tablet, offer), _post(scene.tablet, offer)
    assert (first.status, again.status) == (201, 201)
    assert first.json["kid"] == again.json["kid"]
    assert scene.rows("SELECT count(*) FROM device_key WHERE kid = :k", k=first.json["kid"]) == [
        (1,)
    ]


def test_nobody_takes_a_colleagues_key(scene: Scene) -> None:
    thief, owner = scene.cast.foreign_inspectors[0], scene.settled.inspectors[0]
    device = Device(keys={thief.uuid: scene.settled.device.key_of(owner)})
    answer = _post(scene.tablet_of(thief), _offer(thief, device))
    assert (answer.status, answer.code) == (409, "key_taken")


def test_a_revoked_key_is_not_enrolled_again(scene: Scene) -> None:
    me = scene.settled.inspectors[0]
    kid = scene.settled.device.key_of(me).kid
    with database.writing(scene.engine) as session:
        devices.revoke(session, kid, reason="lost", at=scene.clock())
    answer = _post(scene.tablet, _offer(me, scene.settled.device))
    assert (answer.status, answer.code) == (409, "key_taken")


def _somebody_else(offer: dict[str, Any], scene: Scene) -> None:
    device = Device(uuid=offer["device"])
    offer.update(_offer(scene.settled.inspectors[1], device))


def _another_device(offer: dict[str, Any], scene: Scene) -> None:
    offer["device"] = Device().uuid


def _proof_by_another_key(offer: dict[str, Any], scene: Scene) -> None:
    offer["jwk"] = Key().jwk


def _private_half(offer: dict[str, Any], scene: Scene) -> None:
    offer["jwk"] = {**offer["jwk"], "d": offer["jwk"]["x"]}


def _another_curve(offer: dict[str, Any], scene: Scene) -> None:
    offer["jwk"] = {**offer["jwk"], "crv": "P-384"}


def _off_the_curve(offer: dict[str, Any], scene: Scene) -> None:
    offer["jwk"] = {**offer["jwk"], "y": offer["jwk"]["x"]}


def _number_for_x(offer: dict[str, Any], scene: Scene) -> None:
    offer["jwk"] = {**offer["jwk"], "x": 7}


def _symmetric(offer: dict[str, Any], scene: Scene) -> None:
    offer["jwk"] = {"kty": "oct", "k": "AAAA"}


def _no_proof(offer: dict[str, Any], scene: Scene) -> None:
    offer["proof"] = "aaa.bbb"


def _proof_outside_ascii(offer: dict[str, Any], scene: Scene) -> None:
    offer["proof"] = "查.查.查"


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (_somebody_else, {"key_malformed"}),
        (_another_device, {"key_malformed"}),
        (_proof_by_another_key, {"signature_invalid", "key_malformed"}),
        (_private_half, {"key_malformed"}),
        (_another_curve, {"key_malformed"}),
        (_off_the_curve, {"key_malformed"}),
        (_number_for_x, {"key_malformed"}),
        (_symmetric, {"key_malformed"}),
        (_no_proof, {"jws_malformed"}),
        (_proof_outside_ascii, {"jws_malformed"}),
    ],
)
def test_a_key_without_its_own_proof_is_refused(
    scene: Scene, change: Callable[[dict[str, Any], Scene], None], codes: set[str]
) -> None:
    offer = _offer(scene.settled.inspectors[0], Device())
    keys = scene.count("device_key")
    change(offer, scene)
    answer = _post(scene.tablet, offer)
    assert (answer.status, answer.code in codes) == (422, True), answer
    assert scene.count("device_key") == keys


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("jwk", None),
        ("jwk", "x"),
        ("device", 5),
        ("device", "x" * 37),
        ("proof", None),
        ("device", "a\0b"),
        ("device", "\ud800"),
    ],
)
def test_a_member_that_does_not_fit_is_named(scene: Scene, member: str, value: Any) -> None:
    offer = {**_offer(scene.settled.inspectors[0], Device()), member: value}
    body = json.dumps(offer).encode()  # escapes what UTF-8 cannot hold
    answer = scene.tablet.ask("POST", "/api/v1/keys", body, JSON)
    assert (answer.status, answer.code) == (400, "json_malformed")
    assert answer.json["details"] == {"pointer": f"/{member}"}


@pytest.mark.parametrize("who", ["office", "auditor", "administrator"])
def test_who_signs_no_records_enrols_no_keys(scene: Scene, who: str) -> None:
    person = getattr(scene.cast, who)
    answer = _post(scene.tablet_of(person), _offer(person, Device()))
    assert (answer.status, answer.code) == (403, "not_allowed")
