"""POST /custody: what a tablet says it holds, and what JSON bodies must look like anywhere."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from inspection.submissions import custody
from tests.builders.devices import compact
from tests.builders.identifiers import uuid7
from tests.builders.records import Filled
from tests.builders.times import stamp
from tests.scene import Scene
from tests.tablet import Answer

JSON = {"Content-Type": "application/json"}


def _notice(made: Filled, **changed: Any) -> dict[str, Any]:
    value = {
        "uuid": made.uuid,
        "digest": made.digest,
        "signer": made.signers[0].uuid,
        "signed_at": stamp(made.at),
        "photos": 1,
        "bytes": 300_000_000_000,
        "storage": "persistent",
    }
    return {**value, **changed}


def _post(scene: Scene, *notices: Any, device: str = "") -> Answer:
    body = compact({"device": device or uuid7(), "records": list(notices)})
    return scene.tablet.ask("POST", "/api/v1/custody", body, JSON)


def _still_out(scene: Scene) -> list[str]:
    with Session(scene.engine) as session:
        return [uuid for uuid, _, _ in custody.still_out(session)]


def test_a_record_is_out_until_it_arrives(scene: Scene) -> None:
    made = scene.filled()
    assert _post(scene, _notice(made)).status == 204
    assert _still_out(scene) == [made.uuid]
    scene.tablet.hand_in(made)
    assert _still_out(scene) == []


def test_the_same_notice_again_is_one_notice(scene: Scene) -> None:
    made, device = scene.filled(), uuid7()
    for photos in (1, 2):
        assert _post(scene, _notice(made, photos=photos), device=device).status == 204
    assert scene.rows("SELECT photos FROM custody_notice") == [(2,)]


WRONG: tuple[dict[str, Any], ...] = (
    {"uuid": "x"},
    {"uuid": None},
    {"storage": "floppy"},
    {"photos": -1},
    {"photos": True},
    {"bytes": "many"},
    {"bytes": 2**53},
    {"signed_at": "yesterday"},
    {"digest": 5},
    {"signed_at": "2026-11-22T12:00:00"},
    {"signer": "x" * 37},
    {"signer": "a\0b"},
    {"digest": "\0"},
    {"signed_at": "0001-01-01T00:00:00+08:00"},
)


def test_a_notice_that_does_not_fit_is_refused_whole(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    for wrong in WRONG:
        with subtests.test(str(wrong)):
            answer = _post(scene, _notice(scene.filled()), _notice(scene.filled(), **wrong))
            assert (answer.status, answer.code) == (400, "json_malformed")
    assert scene.count("custody_notice") == 0


NOT_THE_JSON = (
    b"",
    b"{",
    b"[]",
    b"5",
    b'"x"',
    b"\xff\xfe",
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'{"device":"x","records":{}}',
    b'{"device":"x","records":[5]}',
    b'{"device":"x","records":' + b"[" * 50_000,
    b" " * 70_000,
)


def test_a_body_that_is_not_the_expected_json_is_refused(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    for body in NOT_THE_JSON:
        with subtests.test(repr(body[:20])):
            answer = scene.tablet.ask("POST", "/api/v1/custody", body, JSON)
            assert (answer.status, answer.code) == (400, "json_malformed")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_another_content_type_is_refused(scene: Scene, kind: str) -> None:
    body = compact({"device": "x", "records": []})
    answer = scene.tablet.ask("POST", "/api/v1/custody", body, {"Content-Type": kind})
    assert (answer.status, answer.code) == (415, "content_type_wrong")


def test_at_most_two_hundred_notices_come_at_once(scene: Scene) -> None:
    one = _notice(scene.filled())
    many = [{**one, "uuid": uuid7()} for _ in range(130)]
    assert _post(scene, *many).status in (204, 400)
    assert _post(scene, *[{"uuid": "x"}] * 201).code == "json_malformed"
