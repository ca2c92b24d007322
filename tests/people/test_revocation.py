"""What the office takes back: from then on nothing new is signed with it, and nothing is lost."""

import json

import pytest

from tests.builders.devices import Device
from tests.builders.enrolment import PASSWORD, username
from tests.people.conftest import Desk
from tests.people.test_care import hire
from tests.scene import Scene
from tests.web.conftest import post_sign_in


def told(scene: Scene, kind: str, device: Device, reader: int = 1) -> list[dict[str, str]]:
    """What the change feed says of this kind to a tablet where the colleague is signed in."""
    tablet = scene.tablet_of(scene.settled.inspectors[reader])
    answer = tablet.ask("GET", f"/api/v1/changes?device={device.uuid}")
    return [each for each in answer.json["changes"] if each["type"] == kind]


@pytest.mark.hurts(2)
def test_records_signed_before_a_revocation_and_arriving_after_it_are_kept_apart(
    scene: Scene, office: Desk
) -> None:
    """Device clocks can lie, so arrival counts; what came before stays, the rest is quarantined."""
    me, colleague = scene.settled.inspectors
    device = scene.settled.device
    early, late = scene.filled(), scene.filled()
    assert scene.tablet.hand_in(early).status == 201
    answer = office.revoke(me, device.key_of(me).kid)
    assert answer.status_code == 303
    assert "密钥已注销" in office.open(answer.location).text
    carrier = scene.tablet_of(colleague)
    refused = carrier.hand_in(late)
    assert (refused.status, refused.code) == (422, "key_revoked")
    assert "隔离保存" in refused.json["detail"]
    assert [code for code, _ in scene.quarantined()] == ["key_revoked"]
    assert carrier.receipt(early.uuid).status == 200
    assert told(scene, "revocation", device) == [
        {"type": "revocation", "kid": device.key_of(me).kid}
    ]
    assert told(scene, "dismissal", device) == []


def test_a_revocation_says_why_and_by_whom(scene: Scene, office: Desk) -> None:
    me = scene.settled.inspectors[0]
    kid = scene.settled.device.key_of(me).kid
    without = office.revoke(me, kid, reason="")
    assert without.status_code == 422
    assert "请写明原因" in without.text
    assert scene.entries("key.revoked") == []
    office.revoke(me, kid, reason="平板落水")
    office.revoke(me, kid, reason="再来一次")
    ((body,),) = scene.rows("SELECT body FROM ledger_entry WHERE kind = 'key.revoked'")
    assert json.loads(body) == {
        "kid": kid,
        "person": me.uuid,
        "reason": "平板落水",
        "by": scene.cast.office.uuid,
    }


def test_a_key_of_somebody_else_is_not_found(scene: Scene, office: Desk) -> None:
    me, colleague = scene.settled.inspectors
    theirs = scene.settled.device.key_of(colleague).kid
    assert office.revoke(me, theirs).status_code == 404
    assert scene.entries("key.revoked") == []


@pytest.mark.hurts(2)
def test_dismissing_ends_everything_at_once_and_the_tablet_is_told(
    scene: Scene, office: Desk
) -> None:
    me, _ = scene.settled.inspectors
    device = scene.settled.device
    tablet = scene.tablet
    assert tablet.ask("GET", "/api/v1/me").status == 200
    assert office.dismiss(me).status_code == 303
    assert tablet.ask("GET", "/api/v1/me").code == "not_signed_in"
    browser = scene.app.test_client()
    assert post_sign_in(browser, username(me), PASSWORD).status_code == 401
    assert told(scene, "dismissal", device) == [{"type": "dismissal", "person": me.uuid}]
    assert told(scene, "revocation", device) == [
        {"type": "revocation", "kid": device.key_of(me).kid}
    ]
    assert told(scene, "dismissal", scene.cast.foreign_device) == []
    assert scene.entries("person.dismissed") == [me.uuid]
    assert office.dismiss(me).status_code == 303
    assert scene.entries("person.dismissed") == [me.uuid]
    assert "已停用" in office.open(f"/people/{me.uuid}").text
    assert office.invite(me).status_code == 404


def test_the_command_line_dismisses_as_the_page_does(scene: Scene) -> None:
    me = scene.settled.inspectors[0]
    scene.command("people", "dismiss", username(me), "--reason", "调离")
    assert scene.entries("person.dismissed") == [me.uuid]
    assert scene.entries("key.revoked") == [me.uuid]
    assert told(scene, "dismissal", scene.settled.device) == [
        {"type": "dismissal", "person": me.uuid}
    ]


def test_a_lost_tablet_is_revoked_as_a_whole(scene: Scene, office: Desk) -> None:
    device = scene.settled.device
    page = office.open("/people/tablets").text
    assert device.uuid[-6:] in page
    answer = office.press("/people", "/people/tablets", what=device.uuid, reason="丢失")
    assert answer.status_code == 303
    kids = {device.key_of(person).kid for person in scene.settled.inspectors}
    assert {each["kid"] for each in told(scene, "revocation", device)} == kids
    assert len(scene.entries("key.revoked")) == 2
    assert "都已注销" in office.open("/people/tablets").text
    assert scene.tablet.ask("GET", "/api/v1/me").status == 200, "the account itself stays"


def test_a_town_revokes_on_a_shared_tablet_only_its_own(
    scene: Scene, desk_of, office: Desk
) -> None:
    """A department's inspector enrolled on the town's tablet keeps the key: another office's."""
    from inspection import database
    from inspection.accounts.policy import Role
    from tests.builders import enrolment

    device, guest = scene.settled.device, scene.cast.department_inspectors[0]
    with database.writing(scene.engine) as session:
        enrolment.enrol(session, guest, device)
    town = desk_of(hire(scene, "镇安办", "花桥镇", Role.OFFICE))
    assert guest.name not in town.open("/people/tablets").text
    town.press("/people", "/people/tablets", what=device.uuid, reason="丢失")
    assert device.key_of(guest).kid not in {
        each["kid"] for each in told(scene, "revocation", device)
    }
    office.press("/people", "/people/tablets", what=device.uuid, reason="丢失")
    assert len(told(scene, "revocation", device)) == 3


@pytest.mark.parametrize("what", ["", "x", "01a20416-627e-7565-ac40-3b6a26368ee6"])
def test_a_tablet_that_nobody_has_is_not_found(scene: Scene, office: Desk, what: str) -> None:
    answer = office.press("/people", "/people/tablets", what=what, reason="丢失")
    assert answer.status_code == 404


def test_without_a_token_of_this_session_nothing_happens(scene: Scene, office: Desk) -> None:
    me = scene.settled.inspectors[0]
    for action in ("invitation", "key", "dismissal"):
        answer = office.browser.post(
            f"/people/{me.uuid}/{action}", data={"csrf_token": "0" * 64, "reason": "x"}
        )
        assert answer.status_code == 403
    assert scene.count("invitation") == 0
    assert scene.entries("person.dismissed") == []
