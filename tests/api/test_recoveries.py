"""A lost PIN costs no draft: who asks, who answers, who gets the answer, who gets nothing."""

import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tests.builders.people import Person
from tests.builders.recovery import DataKey, RecoveryKey, recovered, resealed
from tests.scene import Scene
from tests.tablet import Answer

JSON = {"Content-Type": "application/json"}


def asked(scene: Scene, person: Person | None, old: DataKey, new: DataKey) -> Answer:
    """POST /recoveries, as the tablet does after the person signed in again."""
    body = {"device": scene.settled.device.uuid, "old": old.wrapped, "new": new.wrapped}
    return posted(scene, person, body)


def posted(scene: Scene, person: Person | None, body: dict[str, Any]) -> Answer:
    """POST /recoveries with any body."""
    data = json.dumps(body).encode()
    return scene.tablet_of(person).ask("POST", "/api/v1/recoveries", data, JSON)


def answered(scene: Scene, person: Person | None, uuid: str, sealed: dict[str, str]) -> Answer:
    """PUT /recoveries/{uuid}/answer, as the administrator's browser does."""
    path, data = f"/api/v1/recoveries/{uuid}/answer", json.dumps(sealed).encode()
    return scene.tablet_of(person).ask("PUT", path, data, JSON)


def handed_down(scene: Scene, person: Person) -> list[dict[str, str]]:
    """The recoveries in somebody's change feed."""
    feed = scene.tablet_of(person).ask("GET", "/api/v1/changes").json
    return [change for change in feed["changes"] if change["type"] == "recovery"]


@pytest.fixture
def pair(scene: Scene) -> tuple[DataKey, DataKey]:
    """The data key of the lost PIN and that of the new one."""
    return DataKey(scene.cast.recovery_key), DataKey(scene.cast.recovery_key)


def test_a_lost_data_key_comes_back_to_its_person(scene: Scene, pair: tuple[DataKey, DataKey]):
    """From the request to the key in the tablet's hand, and each step in the ledger."""
    (old, new), me = pair, scene.settled.inspectors[0]
    request = asked(scene, me, old, new)
    assert request.status == 201
    assert handed_down(scene, me) == []
    sealed = resealed(old, new, scene.cast.recovery_key)
    uuid = request.json["recovery"]
    assert answered(scene, scene.cast.administrator, uuid, sealed).status == 201
    (change,) = handed_down(scene, me)
    assert (change["data_kid"], change["new_data_kid"]) == (old.kid, new.kid)
    assert recovered(change, old.kid, new) == old.key
    with pytest.raises(InvalidTag):  # bound to the pair it was made for
        recovered(change, "another-kid", new)
    assert scene.entries("recovery.asked") == [me.uuid]
    assert scene.entries("recovery.answered") == [me.uuid]
    body = scene.rows("SELECT body FROM ledger_entry WHERE kind = 'recovery.answered'")[0][0]
    assert json.loads(body)["by"] == scene.cast.administrator.uuid


def test_asking_again_asks_once(scene: Scene, pair: tuple[DataKey, DataKey]):
    (old, new), me = pair, scene.settled.inspectors[0]
    first = asked(scene, me, old, new)
    # RSA-OAEP closes the same key otherwise each time: the pair of names is what counts
    again = asked(scene, me, old, new)
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert scene.count("recovery") == 1
    assert scene.entries("recovery.asked") == [me.uuid]


def test_the_first_answer_stands(scene: Scene, pair: tuple[DataKey, DataKey]):
    (old, new), me = pair, scene.settled.inspectors[0]
    uuid = asked(scene, me, old, new).json["recovery"]
    admin, key = scene.cast.administrator, scene.cast.recovery_key
    assert answered(scene, admin, uuid, resealed(old, new, key)).status == 201
    before = handed_down(scene, me)
    assert answered(scene, admin, uuid, resealed(old, new, key)).status == 200
    assert handed_down(scene, me) == before
    assert len(scene.entries("recovery.answered")) == 1


def test_nobody_else_gets_the_answer(scene: Scene, pair: tuple[DataKey, DataKey]):
    (old, new), me = pair, scene.settled.inspectors[0]
    uuid = asked(scene, me, old, new).json["recovery"]
    sealed = resealed(old, new, scene.cast.recovery_key)
    answered(scene, scene.cast.administrator, uuid, sealed)
    others = (
        scene.settled.inspectors[1],
        *scene.cast.foreign_inspectors,
        scene.cast.officer,
    )
    for person in others:
        assert handed_down(scene, person) == [], person


def test_only_an_administrator_answers_or_sets_the_key(scene: Scene, pair: tuple[DataKey, DataKey]):
    (old, new), me = pair, scene.settled.inspectors[0]
    uuid = asked(scene, me, old, new).json["recovery"]
    sealed = resealed(old, new, scene.cast.recovery_key)
    mine = json.dumps({"jwk": RecoveryKey().jwk}).encode()
    for person in (me, scene.cast.office, scene.cast.auditor, scene.cast.foreign_inspectors[0]):
        assert answered(scene, person, uuid, sealed).status == 403
        tablet = scene.tablet_of(person)
        assert tablet.ask("PUT", "/api/v1/recovery-key", mine, JSON).status == 403
        assert tablet.ask("GET", "/recoveries").status == 403
    assert answered(scene, None, uuid, sealed).status == 401
    assert asked(scene, None, old, new).status == 401
    assert asked(scene, scene.cast.administrator, old, new).status == 403
    assert handed_down(scene, me) == []


def test_a_person_asks_for_themselves_only(scene: Scene, pair: tuple[DataKey, DataKey]):
    """Somebody who learnt the names of a colleague's keys asks in their own name, and so gets."""
    (old, new), (me, colleague) = pair, scene.settled.inspectors
    asked(scene, me, old, new)
    theirs = asked(scene, colleague, old, new).json["recovery"]
    assert scene.count("recovery") == 2
    answered(scene, scene.cast.administrator, theirs, resealed(old, new, scene.cast.recovery_key))
    assert handed_down(scene, me) == []
    page = scene.tablet_of(scene.cast.administrator).ask("GET", "/recoveries").body.decode()
    assert me.name in page
    assert colleague.name in page


def test_what_is_no_wrapped_key_is_refused(scene: Scene, pair: tuple[DataKey, DataKey]):
    (old, new), me = pair, scene.settled.inspectors[0]
    for broken in (
        {**old.wrapped, "key": "AAAA"},
        {**old.wrapped, "key": "§" * 512},
        {**old.wrapped, "data_kid": "<script>"},
        {**old.wrapped, "recovery_kid": ""},
        new.wrapped,
        {},
        "text",
    ):
        body = {"device": scene.settled.device.uuid, "old": broken, "new": new.wrapped}
        assert posted(scene, me, body).status in (400, 422), broken
    assert scene.count("recovery") == 0


def test_what_is_no_answer_is_refused(scene: Scene, pair: tuple[DataKey, DataKey]):
    (old, new), me = pair, scene.settled.inspectors[0]
    uuid = asked(scene, me, old, new).json["recovery"]
    sealed = resealed(old, new, scene.cast.recovery_key)
    admin = scene.cast.administrator
    for broken in ({**sealed, "iv": "AAAA"}, {**sealed, "key": sealed["key"][:-4]}, {}):
        assert answered(scene, admin, uuid, broken).status in (400, 422)
    nobodys = "01a20416-627e-7565-ac40-3b6a26368ee6"
    assert answered(scene, admin, nobodys, sealed).status == 404
    assert handed_down(scene, me) == []


def test_me_names_the_key_in_force(scene: Scene):
    me = scene.tablet_of(scene.settled.inspectors[0]).ask("GET", "/api/v1/me").json
    key = scene.cast.recovery_key
    assert me["recovery_key"] == {"kid": key.kid, "jwk": key.jwk}


def test_a_replaced_key_is_kept_and_the_new_one_named(scene: Scene):
    admin = scene.tablet_of(scene.cast.administrator)
    former, fresh = scene.cast.recovery_key, RecoveryKey()

    def put(jwk: dict[str, str]) -> Answer:
        return admin.ask("PUT", "/api/v1/recovery-key", json.dumps({"jwk": jwk}).encode(), JSON)

    assert put(fresh.jwk).json == {"kid": fresh.kid}
    assert put(fresh.jwk).status == 201
    me = scene.tablet_of(scene.settled.inspectors[0]).ask("GET", "/api/v1/me").json
    assert me["recovery_key"]["kid"] == fresh.kid
    assert scene.entries("recovery_key.set") == [former.kid, fresh.kid]
    page = admin.ask("GET", "/recoveries").body.decode()
    assert former.kid in page
    assert fresh.kid in page
    put(former.jwk)  # a former key may come back
    me = scene.tablet_of(scene.settled.inspectors[0]).ask("GET", "/api/v1/me").json
    assert me["recovery_key"]["kid"] == former.kid
    assert scene.count("recovery_key") == 2


def test_a_private_half_or_a_short_key_never_gets_in(scene: Scene):
    admin, jwk = scene.tablet_of(scene.cast.administrator), scene.cast.recovery_key.jwk
    for broken in (
        {**jwk, "d": "AQAB"},
        {**jwk, "n": jwk["n"][:342]},
        {**jwk, "e": "Aw"},
        {**jwk, "kty": "EC"},
        {"kty": "RSA"},
        {**jwk, "n": 7},
    ):
        data = json.dumps({"jwk": broken}).encode()
        assert admin.ask("PUT", "/api/v1/recovery-key", data, JSON).status == 422, broken
    assert scene.count("recovery_key") == 1


def test_no_key_is_said_plainly(scene: Scene):
    with scene.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM recovery_key")
    me = scene.tablet_of(scene.settled.inspectors[0]).ask("GET", "/api/v1/me").json
    assert me["recovery_key"] is None
    page = scene.tablet_of(scene.cast.administrator).ask("GET", "/recoveries").body.decode()
    assert "还没有恢复密钥" in page
    status = scene.command("recovery", "status")
    assert status.exit_code == 1
    assert "no recovery key" in status.output


def test_the_shell_names_the_key_and_who_waits(scene: Scene, pair: tuple[DataKey, DataKey]):
    asked(scene, scene.settled.inspectors[0], *pair)
    status = scene.command("recovery", "status")
    assert status.exit_code == 0, status.output
    assert scene.cast.recovery_key.kid in status.output
    assert "waiting for an answer: 1" in status.output


def test_the_office_carries_records_that_inspectors_signed(scene: Scene):
    """A rescue package at the office: judged by who signed, not by who carries."""
    made = scene.filled()
    office, body = scene.tablet_of(scene.cast.office), made.body()
    assert office.put(made.uuid, body).status == 201
    office.send_all(made)
    assert office.receipt(made.uuid).status == 200
    mine = scene.tablet.put(
        made.uuid, body
    )  # the tablet comes online later: same bytes, same receipt
    assert mine.status == 200
    assert mine.json["receipt"] == office.receipt(made.uuid).json["receipt"]
    assert scene.entries("record.accepted") == [made.uuid]


def test_the_office_cannot_sign_by_carrying(scene: Scene):
    """A record signed by nobody with the right is held or refused, whoever brings it."""
    foreign = scene.cast.foreign_inspectors
    made = scene.filled(signers=foreign, device=scene.cast.foreign_device)
    answer = scene.tablet_of(scene.cast.office).hand_in(made)
    assert answer.status == 202
    assert scene.entries("record.accepted") == []
