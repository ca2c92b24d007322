"""Signing in and out through the pages."""

from inspection.accounts.signing_in import TRIES
from tests.builders import enrolment
from tests.builders.enrolment import PASSWORD
from tests.web.conftest import post_sign_in


def test_right_password_leads_to_the_wanted_page(client, settled):
    name = enrolment.username(settled.office)
    answer = post_sign_in(client, name, PASSWORD, next="/hazards?level=major")
    assert answer.status_code == 303
    assert answer.location == "/hazards?level=major"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert client.get("/hazards").status_code == 200


def test_wrong_password_says_so_and_keeps_the_name(client, settled):
    name = enrolment.username(settled.office)
    answer = post_sign_in(client, name, "wrong")
    assert answer.status_code == 401
    assert "用户名或密码不对" in answer.text
    assert name in answer.text
    assert "wrong" not in answer.text
    assert client.get("/hazards").status_code == 401


def test_unknown_name_gets_the_same_sentence(client, settled):
    answer = post_sign_in(client, "nobody", PASSWORD)
    assert (answer.status_code, "用户名或密码不对" in answer.text) == (401, True)


def test_too_many_tries_wait_even_with_the_right_password(client, settled):
    name = enrolment.username(settled.office)
    for _ in range(TRIES):
        assert post_sign_in(client, name, "wrong").status_code == 401
    answer = post_sign_in(client, name, PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "分钟后再登录" in answer.text


def test_empty_fields_are_named(client, settled):
    answer = post_sign_in(client, "", "")
    assert answer.status_code == 422
    assert "请填用户名" in answer.text


def test_foreign_addresses_are_not_followed(app, settled):
    name = enrolment.username(settled.office)
    for wanted in ("https://example.org/", "//example.org/", "/\\example.org"):
        answer = post_sign_in(app.test_client(), name, PASSWORD, next=wanted)
        assert answer.location == "/"


def test_another_sites_form_is_refused(client, settled):
    answer = client.post("/sign-in", data={}, headers={"Origin": "https://example.org"})
    assert answer.status_code == 403


def test_a_form_without_its_token_is_refused(client, settled):
    name = enrolment.username(settled.office)
    answer = client.post("/sign-in", data={"username": name, "password": PASSWORD})
    assert answer.status_code == 403
    assert "表单已失效" in answer.text


def test_signing_out_ends_the_session(sign_in, settled):
    browser = sign_in(settled.office)
    page = browser.get("/hazards").text
    token = page.split('name="csrf_token" type="hidden" value="')[-1].split('"')[0]
    cookie = browser.get_cookie("zhencha_session")
    assert browser.post("/sign-out", data={"csrf_token": token}).status_code == 303
    browser.set_cookie("zhencha_session", cookie.value)
    assert browser.get("/hazards").status_code == 401


def test_each_role_has_its_first_page(sign_in, settled, client):
    assert client.get("/").location == "/sign-in"
    assert sign_in(settled.office).get("/").location == "/hazards"
    assert sign_in(settled.auditor).get("/").location == "/audits"
    assert sign_in(settled.district.inspectors[0]).get("/").location == "/tablet/"


def test_language_is_remembered(sign_in, settled):
    browser = sign_in(settled.office)
    page = browser.get("/hazards").text
    token = page.split('name="csrf_token" type="hidden" value="')[-1].split('"')[0]
    answer = browser.post(
        "/language", data={"language": "en", "next": "/hazards?page=1", "csrf_token": token}
    )
    assert answer.location == "/hazards?page=1"
    assert '<html lang="en">' in browser.get("/hazards").text
