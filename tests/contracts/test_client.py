"""The built client: what the service worker keeps is what there is, and it stays small."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.contracts.sources import ROOT

DIST = ROOT / "static" / "dist"
SCANNING = {"qr.js", "zxing_reader.wasm.gz"}
"""Fetched by whoever scans an invitation, which needs a network anyway; no tablet keeps it."""
DESK_ONLY = {"desk.js", "desk.css", "trial.js", "verify.js", "verifier.html", "sw.js", "build.json"}
BUDGETS = {
    "form_page_js": 20,
    "day_js": 48,
    "tablet_js": 73,
    "worker_js": 9,
    "tablet_css": 12,
    "qr": 430,
}
"""Kilobytes after gzip (docs/decisions/0003)."""


def built() -> dict[str, Any]:
    """What the build says it made."""
    value: dict[str, Any] = json.loads((DIST / "build.json").read_text(encoding="utf-8"))
    return value


def test_the_precache_list_names_files_that_exist() -> None:
    listed = built()["precached"]
    assert len(set(listed)) == len(listed)
    missing = [each for each in listed if not (ROOT / each.removeprefix("/")).is_file()]
    assert missing == []


def test_every_tablet_file_is_in_the_precache_list() -> None:
    files = {path.relative_to(DIST).as_posix() for path in DIST.rglob("*") if path.is_file()}
    listed = {each.removeprefix("/static/dist/") for each in built()["precached"]}
    left_out = {
        each for each in files - listed - DESK_ONLY - SCANNING if not each.startswith("part-")
    }
    assert left_out == set()


def test_every_precached_file_is_served_and_drawn_for_nobody(stranger: FlaskClient) -> None:
    for each in [*built()["precached"], "/manifest.webmanifest", "/sw.js"]:
        answer = stranger.get(each)
        assert answer.status_code == 200, each
        assert "Set-Cookie" not in answer.headers, each


def test_what_scans_is_fetched_only_to_scan_and_travels_compressed(stranger: FlaskClient) -> None:
    assert {each.removeprefix("/static/dist/") for each in built()["precached"]} & SCANNING == set()
    answer = stranger.get("/static/dist/zxing_reader.wasm.gz")
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "application/wasm"
    assert len(answer.data) < 430 * 1024


def test_the_service_worker_is_never_stale(stranger: FlaskClient) -> None:
    answer = stranger.get("/sw.js")
    assert answer.mimetype in ("text/javascript", "application/javascript")
    assert "no-cache" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("what", BUDGETS)
def test_the_client_keeps_to_its_budget(what: str) -> None:
    assert built()["sizes"][what] <= BUDGETS[what] * 1024
