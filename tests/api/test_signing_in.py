"""Sessions at the door and at the API: wrong passwords, the limit, expiry, revocation."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from inspection import database
from inspection.accounts import signing_in
from tests.builders.enrolment import PASSWORD, username
from tests.scene import Scene
from tests.tablet import Tablet, line


def _sign_in(scene: Scene, name: str, password: str, **headers: str) -> tuple[TestResponse, Tablet]:
    client = scene.app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, page
    answer = client.post(
        "/sign-in",
        data={"username": name, "password": password, "csrf_token": token[1]},
        headers=headers,
    )
    return answer, Tablet(line(client))


def _me(scene: Scene) -> str:
    return username(scene.settled.inspectors[0])


def test_the_right_password_opens_a_session(scene: Scene) -> None:
    answer, tablet = _sign_in(scene, _me(scene), PASSWORD)
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    person = tablet.ask("GET", "/api/v1/me").json["person"]
    assert person["name"] == scene.settled.inspectors[0].name
    assert person["roles"] == ["inspector"]


def test_the_session_cookie_travels_only_by_https_where_there_is_https(scene: Scene) -> None:
    wiring = scene.wiring
    public = replace(wiring.settings, public_url="https://zhencha.example")
    scene.app.extensions["zhencha"] = replace(wiring, settings=public)
    answer, _ = _sign_in(scene, _me(scene), PASSWORD)
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_and_an_unknown_name_are_not_told_apart(scene: Scene, known: bool) -> None:
    name = _me(scene) if known else "nobody"
    answer, tablet = _sign_in(scene, name, "wrong")
    assert answer.status_code == 401
    assert "用户名或密码不对。" in answer.get_data(as_text=True)
    assert tablet.ask("GET", "/api/v1/me").code == "not_signed_in"


def test_a_name_is_tried_eight_times_and_then_waits(scene: Scene) -> None:
    for _ in range(signing_in.TRIES):
        assert _sign_in(scene, _me(scene), "wrong")[0].status_code == 401
        scene.clock.passes(timedelta(seconds=10))
    answer, _ = _sign_in(scene, _me(scene), PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(600 - 80)
    scene.clock.passes(timedelta(seconds=600 - 81))
    assert _sign_in(scene, _me(scene), PASSWORD)[0].status_code == 429
    scene.clock.passes(timedelta(seconds=2))
    assert _sign_in(scene, _me(scene), PASSWORD)[0].status_code == 303


def test_a_name_that_is_locked_does_not_lock_its_colleague(scene: Scene) -> None:
    for _ in range(signing_in.TRIES):
        _sign_in(scene, _me(scene), "wrong")
    colleague = username(scene.settled.inspectors[1])
    assert _sign_in(scene, colleague, PASSWORD)[0].status_code == 303


def test_a_form_from_another_session_is_refused(scene: Scene) -> None:
    answer = scene.app.test_client().post(
        "/sign-in", data={"username": _me(scene), "password": PASSWORD, "csrf_token": "0" * 64}
    )
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_an_expired_session_stops_sending_and_loses_nothing(scene: Scene) -> None:
    made = scene.filled()
    body = made.body()
    scene.clock.passes(signing_in.SESSION_LASTS - timedelta(seconds=1))
    assert scene.tablet.ask("GET", "/api/v1/me").status == 200
    scene.clock.passes(timedelta(seconds=1))
    refused = scene.tablet.put(made.uuid, body)
    assert (refused.status, refused.code) == (401, "not_signed_in")
    assert "平板上填的内容都在" in refused.json["detail"]
    assert scene.count("record") == 0
    again = scene.tablet_of(scene.settled.inspectors[0])
    assert again.put(made.uuid, body).status == 201


def test_a_session_signed_out_is_no_session_any_more(scene: Scene) -> None:
    _, tablet = _sign_in(scene, _me(scene), PASSWORD)
    ((session_id,),) = scene.rows("SELECT max(id) FROM sign_in_session")
    assert tablet.ask("GET", "/api/v1/me").status == 200
    with database.writing(scene.engine) as session:
        signing_in.end(session, session_id, at=scene.clock())
    assert tablet.ask("GET", "/api/v1/me").code == "not_signed_in"


def test_the_database_holds_no_token_and_no_password(scene: Scene) -> None:
    token = scene.token_of(scene.settled.inspectors[0])
    sessions = scene.rows("SELECT token_digest FROM sign_in_session")
    assert (token,) not in sessions
    hashes = scene.rows("SELECT password_hash FROM person")
    assert all(value.startswith("$argon2id$") for (value,) in hashes)


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "\u4e2d".encode().decode("latin-1")])
def test_a_made_up_token_is_nobody(scene: Scene, token: str) -> None:
    answer = scene.tablet_of(None).ask(
        "GET", "/api/v1/me", b"", {"Cookie": f"zhencha_session={token}"}
    )
    assert (answer.status, answer.code) == (401, "not_signed_in")


def test_a_demonstration_account_is_refused_in_production(scene: Scene) -> None:
    with scene.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE person SET demonstration = true")
    assert _sign_in(scene, _me(scene), PASSWORD)[0].status_code == 303
    wiring = scene.wiring
    scene.app.extensions["zhencha"] = replace(
        wiring, settings=replace(wiring.settings, mode="production")
    )
    answer, tablet = _sign_in(scene, _me(scene), PASSWORD)
    assert answer.status_code == 403
    assert "正式环境不能使用演示账号。" in answer.get_data(as_text=True)
    assert tablet.ask("GET", "/api/v1/me").code == "not_signed_in"


def test_a_demonstration_session_does_not_outlive_the_demonstration(scene: Scene) -> None:
    with scene.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE person SET demonstration = true")
    _, tablet = _sign_in(scene, _me(scene), PASSWORD)
    wiring = scene.wiring
    scene.app.extensions["zhencha"] = replace(
        wiring, settings=replace(wiring.settings, mode="production")
    )
    assert tablet.ask("GET", "/api/v1/me").code == "not_signed_in"


def test_a_name_with_a_nul_is_no_name(scene: Scene) -> None:
    """PostgreSQL holds no such text; it must not find out."""
    answer, _ = _sign_in(scene, "a\0b", "wrong")
    assert answer.status_code == 400
