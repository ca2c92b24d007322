"""Whose address is counted, with proxies in front and without."""

import io
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inspection.accounts import signing_in
from inspection.edge.request import EXTENSION
from inspection.factory import create_app
from inspection.web import verification
from tests.web.conftest import post_sign_in


def behind(app: Flask, proxies: int) -> Flask:
    """The same application, told how many proxies stand before it."""
    wiring = app.extensions[EXTENSION]
    settings = replace(wiring.settings, proxies=proxies)
    return create_app(settings, wiring=replace(wiring, settings=settings))


def reader(app: Flask, said: str) -> FlaskClient:
    """A browser for which the proxy says this."""
    browser = app.test_client()
    browser.environ_base["HTTP_X_FORWARDED_FOR"] = said
    return browser


@pytest.mark.parametrize(
    ("proxies", "others"),
    [(0, [429, 429, 429]), (1, [429, 200, 429]), (2, [200, 200, 200])],
    ids=["none told", "one", "two"],
)
def test_documents_are_counted_by_the_address_that_our_own_proxies_wrote(
    app: Flask, monkeypatch: pytest.MonkeyPatch, proxies: int, others: list[int]
) -> None:
    monkeypatch.setattr(verification, "EXAMINATIONS", 1)
    server = behind(app, proxies)
    assert _hands_in(reader(server, "198.51.100.1, 203.0.113.7")) == 200
    claimed = ("198.51.100.2, 203.0.113.7", "198.51.100.1, 203.0.113.8", "203.0.113.7")
    if proxies == 2:
        claimed = ("198.51.100.2, 203.0.113.7", "198.51.100.3, 203.0.113.8", "198.51.100.4, x")
    assert [_hands_in(reader(server, each)) for each in claimed] == others


def _hands_in(browser: FlaskClient) -> int:
    page = browser.get("/verify").text
    token = page.rsplit('name="csrf_token" type="hidden" value="')[-1].split('"')[0]
    data = {"csrf_token": token, "document": (io.BytesIO(b"hello"), "a.pdf")}
    return browser.post("/verify", data=data).status_code


def test_guessing_at_one_address_keeps_nobody_elsewhere_from_signing_in(
    app: Flask, settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "TRIES", 1)  # five from one address
    server = behind(app, 1)
    for number in range(5):
        post_sign_in(reader(server, "203.0.113.7"), f"nobody-{number}", "wrong")
    answers = [
        post_sign_in(reader(server, each), "somebody", "wrong").status_code
        for each in ("203.0.113.7", "203.0.113.8")
    ]
    assert answers == [429, 401]
