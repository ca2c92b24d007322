"""A server restored from an older backup says so: its ledger is not what a tablet was told."""

import base64
import json
from typing import Any

import pytest

from inspection.ledger import landmarks
from tests.builders.devices import base64url, compact
from tests.scene import Scene


def _feed(scene: Scene, cursor: str = "") -> Any:
    return scene.tablet.ask("GET", f"/api/v1/changes?after={cursor}").json


def _known(cursor: str) -> list[Any]:
    return list(json.loads(base64.urlsafe_b64decode(cursor + "==")))


def _restored(feed: Any) -> list[int]:
    return [change["seq"] for change in feed["changes"] if change["type"] == "restored"]


def _of_a_longer_ledger(scene: Scene, cursor: str, *, more: int, shared: int) -> str:
    """A cursor as the server gave it before it was restored to `shared`, `more` entries later."""
    form, units, lists, seq, _ = _known(cursor)
    links = dict(scene.rows("SELECT seq, link FROM ledger_entry"))
    places = landmarks.places(seq + more)
    marks = [links[place][:8] if place <= shared else "lost" for place in places]
    return base64url(compact([form, units, lists, seq + more, marks]))


def test_an_untouched_ledger_is_never_called_restored(scene: Scene) -> None:
    cursor = ""
    for _ in range(3):
        scene.tablet.hand_in(scene.filled())
        feed = _feed(scene, cursor)
        assert _restored(feed) == []
        cursor = feed["cursor"]
    assert _restored(_feed(scene, cursor)) == []


@pytest.mark.parametrize("more", [0, 1, 7])
def test_a_tablet_learns_how_far_the_ledger_is_still_the_same(scene: Scene, more: int) -> None:
    """Also when the restored ledger has grown to the old length, or beyond it, since."""
    for _ in range(4):
        scene.tablet.hand_in(scene.filled())
    cursor = _feed(scene)["cursor"]
    seq = _known(cursor)[3]
    for shared in (seq - 1, seq - 3, 0):
        feed = _feed(scene, _of_a_longer_ledger(scene, cursor, more=more, shared=shared))
        (told,) = _restored(feed)
        assert told <= shared, "nothing that was lost is taken for kept"
        assert shared - told <= max(seq + more - shared, 1), "and not much more is sent again"
        assert {"hazard", "receipt"} <= {change["type"] for change in feed["changes"]}
        assert _restored(_feed(scene, feed["cursor"])) == []


def test_the_landmarks_of_a_long_ledger_are_few() -> None:
    assert len(landmarks.places(1_000_000)) <= 21
    assert landmarks.places(0) == []
    assert landmarks.places(5) == [5, 4, 2]


@pytest.mark.parametrize("marks", ["x", {"a": 1}, [[1]] * 90, None])
def test_a_cursor_with_strange_landmarks_harms_nothing(scene: Scene, marks: Any) -> None:
    cursor = _feed(scene)["cursor"]
    answer = scene.tablet.ask(
        "GET", f"/api/v1/changes?after={base64url(compact([*_known(cursor)[:4], marks]))}"
    )
    assert answer.status in (200, 400)
