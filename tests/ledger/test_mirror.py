"""Checkpoints for anyone to keep, and the file that verifies offline."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from inspection import database as databases
from inspection.edge.request import EXTENSION
from inspection.ledger import checkpoints, journal, tree
from inspection.ledger.journal import Event
from inspection.reports.proving import VERIFIER
from inspection.signing.jose import ServerKey
from tests.builders.people import Person
from tests.builders.times import NOON
from tests.scene import Scene
from tests.tablet import COOKIE


def _grow(scene: Scene, count: int = 1) -> None:
    for number in range(count):
        scene.clock.passes(timedelta(hours=1))
        with databases.writing(scene.engine) as session:
            journal.append(session, [Event("test.noise", {"n": number}, subject="x")], at=NOON)
        assert scene.command("ledger", "checkpoint").exit_code == 0


@pytest.fixture
def stranger(scene: Scene) -> FlaskClient:
    return scene.app.test_client()


def _mirror(stranger: FlaskClient, query: str = "") -> str:
    answer = stranger.get(f"/ledger/checkpoints.jsonl{query}")
    assert answer.status_code == 200
    return answer.text


def test_an_earlier_copy_is_the_beginning_of_every_later_one(
    scene: Scene, stranger: FlaskClient
) -> None:
    assert _mirror(stranger) == ""
    _grow(scene, 2)
    early = _mirror(stranger)
    _grow(scene, 3)
    late = _mirror(stranger)
    assert late.startswith(early)
    assert (early.count("\n"), late.count("\n")) == (2, 5)


def test_a_mirror_shows_that_the_ledger_only_grew(scene: Scene, stranger: FlaskClient) -> None:
    _grow(scene, 6)
    (key,) = stranger.get("/ledger/keys.json").get_json()["keys"]
    size, peaks = 0, ()
    for line in _mirror(stranger).splitlines():
        said = checkpoints.statement_of(json.loads(line)["jws"], key)
        assert said is not None
        assert said.after == size
        assert tree.grown(size, peaks, said.grown, said.seq) == said.peaks
        size, peaks = said.seq, said.peaks


def test_the_keys_of_earlier_days_stay_on_the_page(scene: Scene, stranger: FlaskClient) -> None:
    """An auditor who comes after a change of the key checks the checkpoints from before it."""
    _grow(scene)
    before = scene.wiring.server_key.kid
    home, secret = scene.wiring.settings.home, scene.wiring.settings.secret
    (home / "server-key.pem").unlink()
    scene.clock.passes(timedelta(days=1))
    changed = ServerKey.open(home / "server-key.pem", secret, at=scene.clock())
    scene.app.extensions[EXTENSION] = replace(scene.wiring, server_key=changed)
    keys = stranger.get("/ledger/keys.json").get_json()["keys"]
    assert [each["kid"] for each in keys] == [changed.kid, before]
    (line,) = _mirror(stranger).splitlines()
    said = [checkpoints.statement_of(json.loads(line)["jws"], each) for each in keys]
    assert [each is not None for each in said] == [False, True]
    page = stranger.get("/ledger").text
    assert before[:8] in page
    assert "以前的服务器公钥" in page


def test_nothing_of_any_record_is_told(scene: Scene, stranger: FlaskClient) -> None:
    assert scene.tablet.hand_in(scene.filled()).status == 201
    _grow(scene)
    for line in _mirror(stranger).splitlines():
        assert set(json.loads(line)) == {"seq", "link", "taken_at", "jws"}
    page = stranger.get("/ledger").text + _mirror(stranger)
    for secret in (scene.settled.enterprise.name, scene.settled.enterprise.uuid):
        assert secret not in page


def test_an_unchanged_list_is_not_sent_again(scene: Scene, stranger: FlaskClient) -> None:
    _grow(scene)
    first = stranger.get("/ledger/checkpoints.jsonl")
    for header, name in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
        asked = {name: first.headers[header]}
        assert stranger.get("/ledger/checkpoints.jsonl", headers=asked).status_code == 304
    _grow(scene)
    changed = {"If-None-Match": first.headers["ETag"]}
    assert stranger.get("/ledger/checkpoints.jsonl", headers=changed).status_code == 200


def test_a_long_list_comes_in_pages_that_make_the_whole(
    scene: Scene, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(scene, 5)
    whole = _mirror(stranger)
    monkeypatch.setattr("inspection.web.ledger.PAGE", 2)
    assert _mirror(stranger) == whole
    parts, address = [], "/ledger/checkpoints.jsonl?after=0"
    while address:
        answer = stranger.get(address)
        parts.append(answer.text)
        address = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert "".join(parts) == whole
    assert len(parts) == 3


def _browser_of(scene: Scene, person: Person) -> FlaskClient:
    browser = scene.app.test_client()
    browser.set_cookie(COOKIE, scene.token_of(person))
    return browser


def test_only_the_administrator_signs_one_more(scene: Scene, stranger: FlaskClient) -> None:
    _grow(scene)
    with databases.writing(scene.engine) as session:
        journal.append(session, [Event("test.noise", {}, subject="x")], at=NOON)
    form = 'method="post" action="/ledger"'
    office = _browser_of(scene, scene.cast.office)
    assert form not in stranger.get("/ledger").text
    assert form not in office.get("/ledger").text
    assert office.post("/ledger").status_code == 403
    administrator = _browser_of(scene, scene.cast.administrator)
    page = administrator.get("/ledger").text
    assert form in page
    token = page.split(form)[1].split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    for _ in range(2):  # the same end is not signed twice
        answer = administrator.post("/ledger", data={"csrf_token": token}, follow_redirects=True)
        assert "已签发检查点" in answer.text
    assert scene.count("ledger_checkpoint") == 2


def test_the_verifier_is_saved_and_never_shown(stranger: FlaskClient) -> None:
    answer = stranger.get("/verify/offline")
    assert answer.data == VERIFIER.read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "sha256-" not in answer.headers["Content-Security-Policy"]
    policy = answer.text.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    again = stranger.get("/verify/offline", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_verify_pages_lead_here(stranger: FlaskClient) -> None:
    for page in ("/verify", "/verify/01a20416-627e-7565-ac40-3b6a26368ee6"):
        text = stranger.get(page).text
        assert 'href="/ledger"' in text
        assert 'href="/verify/offline"' in text
