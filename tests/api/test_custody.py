"""POST /custody: what a tablet says it holds, and what JSON bodies must look like anywhere."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inspection.accounts.policy import Permission, Role
from inspection.database import reading, writing
from inspection.organisations.unit import Unit
from inspection.submissions import custody
from inspection.submissions.custody import Outstanding
from tests.builders import enrolment
from tests.builders.devices import compact
from tests.builders.identifiers import uuid7
from tests.builders.people import Person, inspector
from tests.builders.records import Filled
from tests.builders.times import stamp
from tests.scene import Scene
from tests.tablet import Answer, Tablet

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


def _post(
    scene: Scene, *notices: Any, device: str = "", by: Tablet | None = None, **more: Any
) -> Answer:
    body = compact({"device": device or uuid7(), "records": list(notices), **more})
    return (by or scene.tablet).ask("POST", "/api/v1/custody", body, JSON)


def _still_out(scene: Scene, who: Person | None = None) -> list[str]:
    return [each.record for each in _outstanding(scene, who or scene.cast.office)]


def _outstanding(scene: Scene, who: Person) -> list[Outstanding]:
    with reading(scene.engine) as session:
        scope = enrolment.actor(session, who).scope(Permission.CUSTODY_READ)
        return custody.outstanding(session, scope, limit=50)


def _office_in(scene: Scene, town: str) -> Person:
    person = inspector("林办")
    with writing(scene.engine) as session:
        unit = session.scalars(select(Unit).where(Unit.name == town)).one()
        enrolment.enlist(session, person, unit=unit, role=Role.OFFICE)
    return person


def _tablets(scene: Scene) -> list[custody.Tablet]:
    with reading(scene.engine) as session:
        scope = enrolment.actor(session, scene.cast.office).scope(Permission.CUSTODY_READ)
        return custody.tablets(session, scope)


def test_a_record_is_out_until_it_arrives(scene: Scene) -> None:
    made = scene.filled()
    assert _post(scene, _notice(made)).status == 204
    assert _still_out(scene) == [made.uuid]
    scene.tablet.hand_in(made)
    (left,) = _outstanding(scene, scene.cast.office)
    assert (left.arrived, left.missing) == (True, len(made.blobs))
    scene.tablet.send_all(made)
    assert _still_out(scene) == []


@pytest.mark.hurts(8)
def test_what_is_left_and_for_how_long_is_told(scene: Scene) -> None:
    """Age by the tablet's word, or by ours when its clock is ahead; three days are too long."""
    made = scene.filled()
    _post(scene, _notice(made, unit="恒砺机械", photos_left=1, bytes_left=7), device="t1")
    ahead = scene.filled()
    future = stamp(scene.clock() + timedelta(days=400))
    _post(scene, _notice(ahead, signed_at=future, state="attention"))
    scene.clock.passes(timedelta(days=3, hours=1))
    _post(scene, _notice(made, unit="恒砺机械", photos_left=0, bytes_left=3), device="t1")
    first, second = _outstanding(scene, scene.cast.office)
    now = scene.clock()
    assert (first.unit_name, first.bytes_left) == ("恒砺机械", 3)
    assert (first.signer_name, first.noticed_at) == (made.signers[0].name, now)
    assert (first.is_overdue(now), second.is_overdue(now), second.days(now)) == (True, True, 3)
    assert second.state == "attention"


def test_who_sees_what_is_out_belongs_to_the_place(scene: Scene) -> None:
    """The district sees its town's; a foreign town does not, whoever carries the notice."""
    made = scene.filled()
    carrier = scene.tablet_of(scene.cast.foreign_inspectors[0])
    _post(scene, _notice(made), by=carrier)
    stranger = _notice(scene.filled(), signer=uuid7())
    _post(scene, stranger, by=carrier)
    town, foreign = _office_in(scene, "花桥镇"), _office_in(scene, "石泉镇")
    assert _still_out(scene, town) == [made.uuid]
    assert _still_out(scene, foreign) == [stranger["uuid"]], "by who reported it: no such signer"
    assert set(_still_out(scene)) == {made.uuid, stranger["uuid"]}


@pytest.mark.hurts(8)
def test_a_tablet_that_holds_less_than_it_should_is_found(scene: Scene) -> None:
    one, two = scene.filled(), scene.filled()
    both = (_notice(one), _notice(two))
    _post(scene, *both, device="t1", holds={"records": 2, "drafts": 3})
    (tablet,) = _tablets(scene)
    assert (tablet.records, tablet.drafts, tablet.lacking) == (2, 3, 0)
    _post(scene, device="t1", holds={"records": 0, "drafts": 0})
    (tablet,) = _tablets(scene)
    assert tablet.lacking == 2
    for made in (one, two):
        scene.tablet.hand_in(made)
    assert _tablets(scene) == []


@pytest.mark.parametrize("holds", [5, {}, {"records": -1, "drafts": 0}, {"records": 1}])
def test_a_count_that_is_none_is_refused(scene: Scene, holds: Any) -> None:
    assert _post(scene, holds=holds).code == "json_malformed"


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
    {"photos_left": -1},
    {"state": "lost"},
    {"unit": 5},
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
    many = [{**one, "uuid": uuid7(), "unit": "单" * 60} for _ in range(200)]
    assert _post(scene, *many).status == 204
    assert _post(scene, *[{"uuid": "x"}] * 201).code == "json_malformed"
