"""Sending a tip-off: anonymous in fact, possible without JavaScript, hard to abuse."""

import io
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.scene import Scene
from tests.tablet import COOKIE
from tests.tipoffs.sender import SAID, TRACES, Sender, secrets_in, telling_photo


def everything_kept(scene: Scene, logged: str) -> bytes:
    """Each value in the database, each byte of the blobs, each line that was logged."""
    tables = scene.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if scene.engine.dialect.name == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    rows = [repr(scene.rows(f'SELECT * FROM "{name}"')) for (name,) in tables]
    files = [path for path in Path(scene.wiring.settings.home).rglob("*") if path.is_file()]
    return b"".join([*(each.encode() for each in rows), *(f.read_bytes() for f in files)]) + (
        logged.encode()
    )


def test_nothing_of_the_sender_is_left_anywhere(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    first, one, two = (telling_photo(each) for each in ("first", "one", "two"))
    caplog.set_level(logging.DEBUG)
    sender = Sender(scene)
    opened = sender.get()
    token = sender.token()
    refused = sender.send(token=token, what="", photos=[first])
    video = sender.send(token=token, photos=[(io.BytesIO(b"\0\0\0\x18ftypmp42"), "wang-wu.mp4")])
    answer = sender.send(token=token, photos=[one, two])
    code, passphrase = secrets_in(answer.text)
    seen = sender.status(code, passphrase, words="我再补充一句")
    wrong = sender.status(code, "BCDFBCDFBCDFBCDF")
    statuses = [each.status_code for each in (opened, refused, video, answer, seen, wrong)]
    assert statuses == [200, 422, 422, 200, 200, 403]
    for each in (opened, refused, video, answer, seen, wrong):
        assert "Set-Cookie" not in each.headers
    with scene.engine.begin() as connection:
        connection.execute(text("ALTER TABLE tipoff RENAME COLUMN what TO broken"))
    assert sender.send().status_code == 500  # nothing is left where it breaks either
    assert SAID["what"] not in caplog.text
    kept = everything_kept(scene, caplog.text)
    assert "unforeseen POST /report" in caplog.text
    assert [trace for trace in TRACES if trace.encode() in kept] == []
    assert passphrase.encode() not in kept
    assert SAID["what"] not in "".join(
        body for (body,) in scene.rows("SELECT body FROM ledger_entry")
    )
    ((photos,),) = scene.rows("SELECT photos FROM tipoff")
    assert str(photos).count(",") == 1  # two were kept, and nothing of what was in them


def test_somebody_signed_in_by_accident_stays_unknown(scene: Scene) -> None:
    client = scene.app.test_client()
    client.set_cookie(COOKIE, scene.token_of(scene.cast.officer))
    page = client.get("/report").text
    missing = client.get("/report/01a20416-627e-7565-ac40-3b6a26368ee6")
    assert missing.status_code == 404
    assert scene.cast.officer.name not in page + missing.text
    assert "/sign-in" not in page
    assert 'action="/language"' not in page  # it would set a cookie


def test_script_in_the_text_is_text(scene: Scene) -> None:
    sender = Sender(scene)
    bad = '<script>alert("x")</script>'
    page = sender.send(what=bad, place="").text
    assert "&lt;script&gt;" in page
    assert bad not in page
    code, passphrase = secrets_in(sender.send(what=bad, unit=bad).text)
    ((uuid,),) = scene.rows("SELECT uuid FROM tipoff")
    office = scene.tablet_of(scene.cast.office)
    for path in ("/tipoffs", f"/tipoffs/{uuid}"):
        shown = office.ask("GET", path).body.decode()
        assert bad not in shown
        assert "&lt;script&gt;" in shown
    assert bad not in sender.status(code, passphrase, words=bad).text


def test_a_video_and_too_much_at_once_are_refused_in_a_sentence(scene: Scene) -> None:
    sender = Sender(scene)
    video = io.BytesIO(b"\0\0\0\x18ftypmp42" + bytes(1000))
    answer = sender.send(photos=[(video, "fire.mp4")])
    assert answer.status_code == 422
    assert "是视频，这里不收" in answer.text
    assert SAID["what"] in answer.text  # nothing has to be typed again
    large = sender.send(photos=[(io.BytesIO(bytes(50 * 1024 * 1024)), "fire.mp4")])
    assert large.status_code == 413
    assert "40 MB" in large.text
    many = sender.send(photos=[telling_photo(str(each)) for each in range(6)])
    assert "最多 5 张照片" in many.text
    assert scene.count("tipoff") == 0


def test_a_form_counts_once_and_not_at_once(scene: Scene) -> None:
    sender = Sender(scene)
    token = sender.token()
    early = sender.send(token=token, wait=1)
    assert (early.status_code, "太快" in early.text) == (422, True)
    assert sender.send(token=token).status_code == 200
    assert sender.send(token=token).status_code == 409
    late = sender.send(wait=86400)
    assert (late.status_code, SAID["what"] in late.text) == (422, True)
    forged = sender.send(token="1.aa.bb")
    assert forged.status_code == 422
    assert scene.count("tipoff") == 1


def test_a_flood_of_one_office_stops_without_asking_who_sends(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspection.tipoffs.filing.MOST_AT_ONCE", 2)
    town = Sender(scene, scene.settled.town.uuid)
    assert [town.send(wait=6).status_code for _ in range(3)] == [200, 200, 429]
    assert Sender(scene).send().status_code == 200  # another office is still open
    assert town.send(wait=700).status_code == 200


def test_guessing_a_passphrase_is_slowed_by_code(scene: Scene) -> None:
    sender = Sender(scene)
    code, passphrase = secrets_in(sender.send().text)
    wrong = [sender.status(code, "BCDFBCDFBCDFBCDF").status_code for _ in range(21)]
    assert (wrong[0], wrong[-1]) == (403, 429)
    scene.clock.passes(timedelta(minutes=11))
    typed = f" {passphrase.lower()[:4]}-{passphrase[4:]} "  # as people type
    assert "待受理" in sender.status(code.lower(), typed).text
