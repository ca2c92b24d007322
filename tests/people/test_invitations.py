"""An invitation signs its person in on one tablet, once, within a quarter of an hour."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from inspection.accounts import invitations, signing_in
from inspection.domain import invitation
from tests.builders.devices import Device, compact
from tests.people.conftest import Desk, code_on
from tests.scene import Scene
from tests.submissions.test_exactly_once import at_once
from tests.tablet import Answer, line

Redeem = Callable[..., Answer]


def test_a_scanned_code_is_worth_a_password(scene: Scene, office: Desk) -> None:
    """Session as by password, the answer of /me, and then a key as now."""
    me, device = scene.settled.inspectors[0], Device()
    ask = line(scene.app.test_client())
    body = compact({"token": office.code_for(me), "device": device.uuid})
    json_type = {"Content-Type": "application/json"}
    answer = ask("POST", "/api/v1/invitations/redeem", body, json_type)
    assert answer.status == 200
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert answer.json == ask("GET", "/api/v1/me").json
    assert answer.json["person"]["uuid"] == me.uuid
    offer = {
        "jwk": device.key_of(me).jwk,
        "device": device.uuid,
        "device_label": "平板 2",
        "proof": device.proof(me),
    }
    assert ask("POST", "/api/v1/keys", compact(offer), json_type).status == 201


def test_the_picture_says_the_letters_and_the_address_of_this_server(
    scene: Scene, office: Desk
) -> None:
    """The picture is drawn from the address; the letters follow the # that no server sees."""
    page = office.invite(scene.settled.inspectors[0])
    assert re.search(r'<figure class="qr"[^>]*><svg viewBox', page.text)
    assert "style=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    code = code_on(page)
    assert invitation.read(code) == code
    assert code not in page.text, "the code stands in groups for the eye, nowhere as one word"


def test_a_code_is_used_once(scene: Scene, office: Desk, redeem: Redeem) -> None:
    code = office.code_for(scene.settled.inspectors[0])
    assert redeem(code).status == 200
    again = redeem(code)
    assert (again.status, again.code) == (410, "invitation_used")
    assert "set-cookie" not in again.headers
    assert "请办公室重新发一张" in again.json["detail"]


def test_of_two_tablets_at_once_one_wins(scene: Scene, office: Desk, redeem: Redeem) -> None:
    for _ in range(4):
        code = office.code_for(scene.settled.inspectors[0])
        answers = at_once(*[lambda code=code: redeem(code)] * 4)
        assert sorted(answer.status for answer in answers) == [200, 410, 410, 410]
        assert {answer.code for answer in answers if answer.status == 410} == {"invitation_used"}
    assert len(scene.entries("invitation.used")) == 4


def test_a_code_lasts_a_quarter_of_an_hour(scene: Scene, office: Desk, redeem: Redeem) -> None:
    first, second = scene.settled.inspectors
    early, late = office.code_for(first), office.code_for(second)
    scene.clock.passes(timedelta(minutes=15) - timedelta(seconds=1))
    assert redeem(early).status == 200
    scene.clock.passes(timedelta(seconds=1))
    answer = redeem(late)
    assert (answer.status, answer.code) == (410, "invitation_expired")


def test_a_new_invitation_ends_the_old(scene: Scene, office: Desk, redeem: Redeem) -> None:
    me, colleague = scene.settled.inspectors
    other = office.code_for(colleague)
    old, new = office.code_for(me), office.code_for(me)
    assert redeem(old).code == "invitation_withdrawn"
    assert redeem(new).status == 200
    assert redeem(other).status == 200, "a colleague's invitation is another matter"


def test_whoever_was_dismissed_meanwhile_comes_no_further(
    scene: Scene, office: Desk, redeem: Redeem
) -> None:
    me = scene.settled.inspectors[0]
    code = office.code_for(me)
    assert office.dismiss(me).status_code == 303
    assert redeem(code).code == "invitation_withdrawn"


@pytest.mark.parametrize(
    "typed",
    [
        "{0}-{1}-{2}-{3}",
        "{0} {1} {2} {3}",
        "{0}{1}{2}{3}",
        "  {0}—{1}·{2}.{3} ",
    ],
)
def test_a_code_is_read_as_people_type_it(
    scene: Scene, office: Desk, redeem: Redeem, typed: str
) -> None:
    code = office.code_for(scene.settled.inspectors[0])
    assert redeem(typed.format(*invitation.written(code)).lower()).status == 200


def test_a_chinese_keyboard_types_it_too(scene: Scene, office: Desk, redeem: Redeem) -> None:
    code = office.code_for(scene.settled.inspectors[0])
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert redeem(wide).status == 200


@pytest.mark.parametrize(
    "code", ["x", "BCDF", "B" * 16, "A" * 16, "B" * 17, "查" * 16, "%", "B" * 200]
)
def test_a_made_up_code_is_nobody(scene: Scene, redeem: Redeem, code: str) -> None:
    answer = redeem(code)
    assert (answer.status, answer.code) == (404, "invitation_unknown")
    assert "set-cookie" not in answer.headers


def test_guessing_is_slowed_down_by_address(scene: Scene, office: Desk, redeem: Redeem) -> None:
    for _ in range(5 * signing_in.TRIES):
        assert redeem("B" * 16).status == 404
    code = office.code_for(scene.settled.inspectors[0])
    answer = redeem(code)
    assert (answer.status, answer.code) == (429, "too_many_tries")
    assert int(answer.headers["retry-after"]) > 0
    scene.clock.passes(signing_in.TRIES_WITHIN)
    assert redeem(code).status == 200


def test_one_hand_issues_only_so_many(scene: Scene, office: Desk) -> None:
    me = scene.settled.inspectors[0]
    for _ in range(invitations.MOST_FOR_ONE):
        assert office.invite(me).status_code == 200
    answer = office.invite(me)
    assert answer.status_code == 429
    assert "邀请码发得太频繁" in answer.text
    assert office.invite(scene.settled.inspectors[1]).status_code == 200
    scene.clock.passes(invitations.WITHIN)
    assert office.invite(me).status_code == 200


def test_the_ledger_knows_who_vouched_for_whom_and_no_secret(
    scene: Scene, office: Desk, redeem: Redeem, caplog: pytest.LogCaptureFixture
) -> None:
    me, device = scene.settled.inspectors[0], Device()
    caplog.set_level("INFO")
    code = office.code_for(me)
    assert redeem(code, device.uuid).status == 200
    redeem(code, device.uuid)
    entries = scene.rows(
        "SELECT kind, subject, body FROM ledger_entry WHERE kind LIKE 'invitation.%' ORDER BY seq"
    )
    assert [(kind, subject) for kind, subject, _ in entries] == [
        ("invitation.issued", me.uuid),
        ("invitation.used", me.uuid),
    ]
    issued, used = (json.loads(body) for _, _, body in entries)
    assert issued["by"] == scene.cast.office.uuid
    assert used == {
        "invitation": issued["invitation"],
        "person": me.uuid,
        "device": device.uuid,
    }
    assert "invitation refused: invitation_used" in caplog.text
    ((stored,),) = scene.rows("SELECT code_digest FROM invitation")
    for place in (json.dumps([list(row) for row in entries]), stored, caplog.text):
        assert code not in place.upper()


def test_the_office_is_told_when_it_was_used(scene: Scene, office: Desk, redeem: Redeem) -> None:
    me = scene.settled.inspectors[0]
    page = office.invite(me)
    state = re.search(r'data-invitation="([^"]+)"', page.text)
    assert state
    assert office.open(state[1]).json == {"used": False}
    assert redeem(code_on(page)).status == 200
    assert office.open(state[1]).json == {"used": True}
    foreign = state[1].replace(me.uuid, scene.settled.inspectors[1].uuid)
    assert office.open(foreign).status_code == 404


def test_a_demonstration_account_is_not_let_in_by_the_back_door(
    scene: Scene, office: Desk, redeem: Redeem
) -> None:
    code = office.code_for(scene.settled.inspectors[0])
    with scene.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE person SET demonstration = true")
    wiring = scene.wiring
    scene.app.extensions["zhencha"] = replace(
        wiring, settings=replace(wiring.settings, mode="production")
    )
    assert redeem(code).code == "demonstration_refused"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"token": 5}', b'{"token": "a\\u0000"}'])
def test_a_body_that_is_none_is_named(scene: Scene, body: bytes) -> None:
    answer = line(scene.app.test_client())(
        "POST", "/api/v1/invitations/redeem", body, {"Content-Type": "application/json"}
    )
    assert (answer.status, answer.code) == (400, "json_malformed")
