"""GET /changes: a month offline asks the same question as a minute, and sees only its own."""

import base64
import json
from typing import Any

import pytest

from inspection import database
from inspection.accounts import devices
from tests.builders.people import Person
from tests.notices.desk import Desk
from tests.scene import Scene
from tests.tablet import Answer, Tablet

COMMON = ("hot-work", "outsourcing", "training", "emergency", "key-rules")
SHORT = tuple(f"{slug}-short" for slug in COMMON)


def _ask(tablet: Tablet, after: str = "", device: str = "", **headers: str) -> Answer:
    return tablet.ask("GET", f"/api/v1/changes?after={after}&device={device}", b"", headers)


def _of(answer: Answer, kind: str) -> list[dict[str, Any]]:
    assert answer.status == 200, answer
    return [each for each in answer.json["changes"] if each["type"] == kind]


def _units(answer: Answer) -> list[str]:
    return [unit["name"] for each in _of(answer, "units") for unit in each["units"]]


def test_a_new_tablet_is_told_everything_and_then_nothing(scene: Scene) -> None:
    first = _ask(scene.tablet)
    assert _units(first) == [scene.settled.enterprise.name]
    assert {each["slug"] for each in _of(first, "checklist")} == {*COMMON, *SHORT, "industry"}
    assert _ask(scene.tablet, first.json["cursor"]).json["changes"] == []


def _offered(answer: Answer) -> set[str]:
    (offer,) = _of(answer, "checklists")
    assert {each["slug"] for each in _of(answer, "checklist")} == set(offer["slugs"])
    return set(offer["slugs"])


def test_lists_are_offered_for_what_the_units_are_said_to_have(scene: Scene) -> None:
    first = _ask(scene.tablet)
    assert _offered(first) == {*COMMON, *SHORT, "industry"}
    desk, address = Desk(scene, scene.cast.office), f"/units/{scene.settled.enterprise.uuid}"
    said = {"sector": "wood", "venues": ["fireworks", "special_equipment"], "staff": "40"}
    assert desk.send(f"{address}/premises", f"{address}/premises", **said).status_code == 303
    page = desk.read(address)
    assert "特种设备、烟花爆竹经营" in page
    assert "木材家具" in page
    news = _ask(scene.tablet, first.json["cursor"])
    more = {"industry", "fireworks-retail", "special-equipment"}
    assert _offered(news) == {*COMMON, *SHORT, *more}
    (unit,) = _of(news, "units")[0]["units"]
    assert (unit["venues"], unit["staff"]) == (["special_equipment", "fireworks"], 40)
    assert scene.entries("unit.described") == [scene.settled.enterprise.uuid]
    assert desk.send(f"{address}/premises", f"{address}/premises", **said).status_code == 303
    assert len(scene.entries("unit.described")) == 1, "what is said twice is one entry"


def test_premises_that_are_none_of_the_choices_change_nothing(scene: Scene) -> None:
    desk, address = Desk(scene, scene.cast.office), f"/units/{scene.settled.enterprise.uuid}"
    for odd in ({"sector": "magic"}, {"venues": "moon"}, {"staff": "-3"}, {"staff": "many"}):
        answer = desk.send(f"{address}/premises", f"{address}/premises", **odd)
        assert answer.status_code == 422, odd
        assert "has-error" in answer.text or "error-summary" in answer.text, odd
    assert scene.entries("unit.described") == []


def test_a_tablet_that_knows_it_all_gets_304(scene: Scene) -> None:
    first = _ask(scene.tablet)
    again = _ask(scene.tablet, **{"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    scene.tablet.hand_in(scene.filled())
    assert _ask(scene.tablet, **{"If-None-Match": first.headers["etag"]}).status == 200


def test_hazards_and_receipts_come_since_the_cursor(scene: Scene) -> None:
    cursor = _ask(scene.tablet).json["cursor"]
    made = scene.filled(failed=2)
    put = scene.tablet.hand_in(made)
    news = _ask(scene.tablet, cursor)
    assert [each["hazard"]["record_uuid"] for each in _of(news, "hazard")] == [made.uuid] * 2
    assert _of(news, "receipt") == [
        {"type": "receipt", "record": made.uuid, "receipt": put.json["receipt"]}
    ]
    assert _of(news, "units") == _of(news, "checklist") == []
    assert _ask(scene.tablet, news.json["cursor"]).json["changes"] == []


def test_a_renewed_receipt_comes_again(scene: Scene) -> None:
    made = scene.filled()
    scene.tablet.hand_in(made)
    cursor = _ask(scene.tablet).json["cursor"]
    scene.tablet.send_all(made)
    receipts = _of(_ask(scene.tablet, cursor), "receipt")
    assert [each["receipt"] for each in receipts] == [
        scene.tablet.receipt(made.uuid).json["receipt"]
    ]


def test_a_new_unit_is_told(scene: Scene) -> None:
    from tests.builders import enrolment, units

    cursor = _ask(scene.tablet).json["cursor"]
    with database.writing(scene.engine) as session:
        enrolment.enlist_unit(session, units.unit("花桥新厂"), parent=scene.settled.town)
    assert "花桥新厂" in _units(_ask(scene.tablet, cursor))


def _names(scene: Scene, person: Person) -> set[str]:
    return set(_units(_ask(scene.tablet_of(person))))


def test_each_one_is_told_only_of_units_that_are_theirs(scene: Scene) -> None:
    cast = scene.cast
    ours, theirs, supervised = (
        unit.name for unit in (scene.settled.enterprise, cast.foreign_unit, cast.supervised)
    )
    assert _names(scene, scene.settled.inspectors[0]) == {ours}
    assert _names(scene, cast.officer) == {ours}
    assert _names(scene, cast.foreign_inspectors[0]) == {theirs, supervised}
    assert _names(scene, cast.foreign_officer) == {theirs}
    assert _names(scene, cast.department_inspectors[0]) == {supervised}


def test_hazards_and_receipts_of_others_are_not_told(scene: Scene) -> None:
    scene.tablet.hand_in(scene.filled())
    colleague = _ask(scene.tablet_of(scene.settled.inspectors[1]))
    assert len(_of(colleague, "hazard")) == 1
    assert _of(colleague, "receipt") == [], "receipts go to whoever carried the record in"
    for stranger in (
        *scene.cast.foreign_inspectors,
        scene.cast.foreign_officer,
        *scene.cast.department_inspectors,
    ):
        answer = _ask(scene.tablet_of(stranger))
        assert _of(answer, "hazard") == _of(answer, "receipt") == []


def test_a_revoked_key_is_told_to_its_own_tablet(scene: Scene) -> None:
    device = scene.settled.device
    kid = device.key_of(scene.settled.inspectors[0]).kid
    with database.writing(scene.engine) as session:
        devices.revoke(session, kid, reason="lost", at=scene.clock())
    assert _of(_ask(scene.tablet, device=device.uuid), "revocation") == [
        {"type": "revocation", "kid": kid}
    ]
    assert _of(_ask(scene.tablet, device=scene.cast.foreign_device.uuid), "revocation") == []


def _cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


FOREIGN_CURSORS = (
    "x",
    "%E6%9F%A5",
    "!!!!",
    _cursor(5),
    _cursor([]),
    _cursor([3, "", "", 0]),
    _cursor([1, "", "", "many"]),
    _cursor([1, "", "", None]),
    _cursor([1, "", "", -1]),
    _cursor([1, "", "", 10**30]),
    _cursor([1, "", "", 1e999]),
    _cursor([1, "", "", 1.5]),
    base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    "a" * 2000,
)


def test_a_cursor_that_this_server_never_made_is_refused(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    for cursor in FOREIGN_CURSORS:
        with subtests.test(cursor[:30]):
            answer = _ask(scene.tablet, cursor)
            assert (answer.status, answer.code) == (400, "cursor_malformed")


def test_a_cursor_from_before_a_restored_backup_misses_nothing(scene: Scene) -> None:
    """The ledger is shorter than the tablet remembers: it is told everything anew."""
    _, units, lists, *_ = json.loads(
        base64.urlsafe_b64decode(_ask(scene.tablet).json["cursor"] + "==")
    )
    scene.tablet.hand_in(scene.filled())
    ahead = _cursor([1, units, lists, 1_000_000])
    assert len(_of(_ask(scene.tablet, ahead), "hazard")) == 1


def test_a_device_name_with_a_nul_is_refused_and_not_a_crash(scene: Scene) -> None:
    assert _ask(scene.tablet, device="a%00b").code == "json_malformed"


@pytest.mark.parametrize("who", ["office", "auditor", "administrator"])
def test_who_inspects_nothing_has_no_feed(scene: Scene, who: str) -> None:
    answer = _ask(scene.tablet_of(getattr(scene.cast, who)))
    assert (answer.status, answer.code) == (403, "not_allowed")
