"""The content security policy has no exception, and no page needs one.

One worker has a policy of its own: reading QR codes takes WebAssembly, which 'self' alone forbids.
A worker goes by its own answer's policy, so the exception stays inside a thread that has no page.
"""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.contracts.sources import name, text, tracked

SCANNER = "/static/dist/qr.js"
LOOSE = ("'unsafe-", "'nonce-", "'sha256-", "data:", "http:", "https:", "*", "'strict-dynamic'")
INLINE = {
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", re.IGNORECASE),
    "a style in the page": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
}
CODE = re.compile(
    r"\beval\(|new Function\(|\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML|document\.write\b"
    r"|setAttribute\(\s*[\"']style"
)


def directives(policy: str) -> dict[str, list[str]]:
    """A policy as names and sources."""
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {part[0]: part[1:] for part in parts}


def pages(app: Flask) -> list[str]:
    """Every address that can be asked for without knowing anything."""
    rules = [rule for rule in app.url_map.iter_rules() if not rule.arguments]
    return sorted(rule.rule for rule in rules if "GET" in (rule.methods or ()))


def test_every_answer_carries_a_policy_without_exception(
    plain_app: Flask, stranger: FlaskClient
) -> None:
    for address in pages(plain_app):
        policy = directives(stranger.get(address).headers.get("Content-Security-Policy", ""))
        assert policy, f"{address} has no policy"
        assert policy["default-src"] in (["'none'"], ["'self'"]), address
        assert policy["require-trusted-types-for"] == ["'script'"], address
        assert policy["base-uri"] == ["'none'"], address
        assert policy["frame-ancestors"] == ["'none'"], address
        for directive in ("default-src", "script-src", "style-src", "connect-src", "worker-src"):
            for source in policy.get(directive, []):
                assert not source.startswith(LOOSE), f"{address}: {directive} {source}"


def test_only_the_scanner_may_run_webassembly_and_nothing_else(stranger: FlaskClient) -> None:
    """No page, not even the enrolment page that starts it; and it may not run text as code."""
    policy = directives(stranger.get(SCANNER).headers["Content-Security-Policy"])
    assert policy == {
        "default-src": ["'none'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }
    for near in ("/static/dist/qr.js/", "/static/dist/photo.js", "/tablet/enrol", "/sw.js"):
        answer = stranger.get(near)
        assert "wasm" not in answer.headers["Content-Security-Policy"], near


def test_answers_say_what_they_are(plain_app: Flask, stranger: FlaskClient) -> None:
    for address in pages(plain_app):
        answer = stranger.get(address)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin"), address


@pytest.mark.parametrize("what", INLINE)
def test_no_template_writes_inline(what: str) -> None:
    templates = [
        path
        for path in tracked()
        if name(path).startswith("templates/")
        and path.suffix in (".html", ".svg")
        and not name(path).startswith("templates/reports/")  # print: no browser reads them
    ]
    assert [name(path) for path in templates if INLINE[what].search(text(path))] == []


def test_no_script_writes_markup_or_runs_text() -> None:
    scripts = [
        path
        for path in tracked()
        if name(path).startswith("static/") and path.suffix in (".js", ".mjs")
    ]
    assert [name(path) for path in scripts if CODE.search(text(path))] == []
