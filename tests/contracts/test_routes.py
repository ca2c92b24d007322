"""Every address says who may ask, and none of them lets another site's page change anything."""

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from inspection.accounts.policy import POLICY, Permission

EVERYBODY = (Permission.PUBLIC, Permission.SIGNED_IN)
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
SAMPLES = {"int": "1", "uuid": "01a20416-627e-7565-ac40-3b6a26368ee6", "path": "x", "default": "x"}


def address(rule: Rule) -> str:
    """An address that the rule matches, naming nothing that exists."""
    filled = re.sub(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>", _sample, rule.rule)
    return filled.replace("//", "/")


def _sample(part: re.Match[str]) -> str:
    """A value for one part of an address: of `any(…)`, the first of those named."""
    if part[1] == "any":
        return part[2].partition(",")[0].strip()
    return SAMPLES.get(part[1] or "", "x")


def test_every_route_names_a_permission(plain_app: Flask) -> None:
    silent = [
        rule.rule
        for rule in plain_app.url_map.iter_rules()
        if not isinstance(
            getattr(plain_app.view_functions[rule.endpoint], "permission", None), Permission
        )
    ]
    assert silent == []


def test_every_permission_is_somebodys() -> None:
    assert set(POLICY) | set(EVERYBODY) == set(Permission)
    assert all(roles for roles, _ in POLICY.values())


def test_strangers_get_nothing_that_is_not_public(plain_app: Flask, stranger: FlaskClient) -> None:
    opened = []
    for rule in plain_app.url_map.iter_rules():
        view = plain_app.view_functions[rule.endpoint]
        if getattr(view, "permission", None) is Permission.PUBLIC:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = stranger.open(address(rule), method=method)
            refused = answer.status_code in (401, 403) or (
                answer.status_code in (302, 303) and "/sign-in" in answer.headers["Location"]
            )
            if not refused:
                opened.append((method, rule.rule, answer.status_code))
    assert opened == []


def test_a_foreign_page_changes_nothing(plain_app: Flask, stranger: FlaskClient) -> None:
    signs = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    )
    for rule in plain_app.url_map.iter_rules():
        for method in (rule.methods or set()) & CHANGING:
            for headers in signs:
                answer = stranger.open(address(rule), method=method, headers=headers)
                assert answer.status_code == 403, f"{method} {rule.rule} {headers}"
