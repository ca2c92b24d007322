"""What every answer has in common: the reader's language, problem+json, headers, no leaks."""

import re

import pytest

from tests.scene import Scene

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_a_problem_speaks_chinese_unless_asked_otherwise(scene: Scene) -> None:
    problem = scene.tablet_of(None).ask("GET", "/api/v1/me").json
    assert problem == {
        "type": "urn:zhencha:problem:not_signed_in",
        "title": "还没有登录，或登录已过期。",
        "status": 401,
        "code": "not_signed_in",
        "detail": "平板上填的内容都在。 请登录后再试。",
        "details": {},
    }


@pytest.mark.parametrize(
    ("headers", "english"),
    [
        ({"Accept-Language": "en"}, True),
        ({"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"}, True),
        ({"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, False),
        ({"Accept-Language": "fr"}, False),
        ({"Cookie": "zhencha_language=en"}, True),
        ({"Cookie": "zhencha_language=en", "Accept-Language": "zh"}, True),
        ({"Cookie": "zhencha_language=zh", "Accept-Language": "en"}, False),
        ({"Cookie": "zhencha_language=fr", "Accept-Language": "en"}, True),
    ],
)
def test_the_cookie_and_then_the_browser_choose_the_language(
    scene: Scene, headers: dict[str, str], english: bool
) -> None:
    problem = scene.tablet_of(None).ask("GET", "/api/v1/me", b"", headers).json
    words = problem["title"] + problem["detail"]
    assert (CHINESE.search(words) is None) is english, words
    assert problem["code"] == "not_signed_in"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/ping", 405),
        ("PUT", "/api/v1/records/not-a-uuid", 404),
        ("GET", "/nothing", 404),
    ],
)
def test_an_address_that_is_none_is_told_without_a_trace(
    scene: Scene, method: str, path: str, status: int
) -> None:
    answer = scene.tablet.ask(method, path)
    assert answer.status == status
    if path.startswith("/api/"):
        assert answer.code == f"http_{status}"
    assert b"Traceback" not in answer.body


def test_an_unforeseen_error_tells_nothing_of_the_inside(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(scene.app.view_functions, "api.me", lambda: 1 // 0)
    answer = scene.tablet.ask("GET", "/api/v1/me")
    assert (answer.status, answer.code) == (500, "unforeseen")
    assert b"ZeroDivision" not in answer.body


@pytest.mark.parametrize("path", ["/api/v1/ping", "/api/v1/me", "/sign-in", "/nothing"])
def test_every_answer_carries_the_strict_headers(scene: Scene, path: str) -> None:
    answer = scene.tablet_of(None).ask("GET", path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_a_nul_in_a_query_or_a_form_is_refused_everywhere(scene: Scene) -> None:
    """PostgreSQL holds no such text, SQLite does: neither gets to see it."""
    for path in ("/hazards?text=%00", "/records?text=a%00", "/hazards?sector=%00&x=1"):
        assert scene.tablet.ask("GET", path).status == 400, path


def test_a_ping_is_a_date_and_nothing_else(scene: Scene) -> None:
    answer = scene.tablet_of(None).ask("GET", "/api/v1/ping")
    assert (answer.status, answer.body) == (204, b"")


def test_the_description_names_every_problem_and_every_call(scene: Scene) -> None:
    description = scene.tablet_of(None).ask("GET", "/api/v1/openapi.json").json
    assert description["openapi"] == "3.1.0"
    assert {
        "/records/{record}",
        "/blobs/{digest}",
        "/custody",
        "/changes",
        "/keys",
        "/ping",
        "/me",
    } <= set(description["paths"])
    codes = description["components"]["schemas"]["Problem"]["properties"]["code"]["examples"]
    assert "record_conflict" in codes
