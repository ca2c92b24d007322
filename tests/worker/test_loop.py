"""One turn of the worker: done, or put back and told; a job is never lost and never done twice."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from inspection import database, worker
from inspection.domain.problems import GlyphMissing
from inspection.jobs import queue
from inspection.wiring import Wiring
from tests.scene import Scene


def _enqueue(scene: Scene, key: str = "a") -> None:
    with database.writing(scene.engine) as session:
        queue.enqueue(session, "test.work", {"of": key}, key=key, at=scene.clock())


def _does(monkeypatch: pytest.MonkeyPatch, work: Any) -> None:
    monkeypatch.setitem(worker.WORK, "test.work", work)


def test_a_job_is_done_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def work(_wiring: Wiring, args: dict[str, Any]) -> None:
        done.append(args["of"])

    _does(monkeypatch, work)
    _enqueue(scene)
    assert [worker.work_once(scene.wiring) for _ in range(3)] == [True, False, False]
    scene.clock.passes(timedelta(days=1))
    assert worker.work_once(scene.wiring) is False
    assert done == ["a"]


def test_a_job_that_fails_waits_and_is_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[int] = []

    def work(_wiring: Wiring, _args: dict[str, Any]) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise GlyphMissing(characters=["龘"])

    _does(monkeypatch, work)
    _enqueue(scene)
    with caplog.at_level(logging.INFO, "zhencha.worker"):
        assert worker.work_once(scene.wiring) is True
    assert "failed test.work" in caplog.text
    assert scene.rows("SELECT last_error FROM job") == [
        ('{"code": "glyph_missing", "details": {"characters": ["龘"]}}',)
    ]
    assert worker.work_once(scene.wiring) is False, "not due yet"
    scene.clock.passes(queue.FIRST_RETRY_AFTER)
    assert worker.work_once(scene.wiring) is True
    scene.clock.passes(2 * queue.FIRST_RETRY_AFTER)
    assert worker.work_once(scene.wiring) is True
    assert scene.rows("SELECT last_error, finished_at IS NULL FROM job") in (
        [(None, False)],
        [(None, 0)],
    )
    assert len(tries) == 3


def test_a_failing_job_does_not_hold_up_the_others(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def work(_wiring: Wiring, args: dict[str, Any]) -> None:
        if args["of"] == "bad":
            raise KeyError(args["of"])
        done.append(args["of"])

    _does(monkeypatch, work)
    for key in ("bad", "one", "two"):
        _enqueue(scene, key)
    while worker.work_once(scene.wiring):
        pass
    assert done == ["one", "two"]


def test_a_report_of_a_complete_record_is_on_the_shelf_once(scene: Scene) -> None:
    made = scene.filled()
    scene.tablet.hand_in(made)
    assert worker.work_once(scene.wiring) is False, "photos are missing"
    scene.tablet.send_all(made)
    assert worker.work_once(scene.wiring) is True
    assert scene.rows("SELECT last_error FROM job") == [(None,)]
    ((uuid, sha256, size),) = scene.rows("SELECT record_uuid, sha256, size FROM report")
    assert (uuid, size) == (made.uuid, len(scene.wiring.blobs.read(sha256)))
    assert scene.entries("report.issued") == [made.uuid]
    assert worker.work_once(scene.wiring) is False


def test_built_in_certificates_are_renewed_in_time_and_the_ledger_says_so_once(
    scene: Scene,
) -> None:
    worker.renew_certificates(scene.wiring)
    assert scene.entries("certificate.renewed") == []
    scene.clock.passes(timedelta(days=3400))
    for _ in range(2):
        worker.renew_certificates(scene.wiring)
    assert len(scene.entries("certificate.renewed")) == 2
    assert len(scene.wiring.authority.built_in("tsa")) == 2
