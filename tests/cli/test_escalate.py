"""`flask escalate`: what the worker does each hour, at once; a second time tells nothing anew."""

from datetime import date, timedelta

from inspection import worker
from tests.scene import Scene, database, scene  # noqa: F401


def test_what_is_due_is_told_once_by_command_and_by_worker(scene: Scene) -> None:  # noqa: F811
    assert scene.tablet.hand_in(scene.filled()).status == 201
    ((due,),) = scene.rows("SELECT deadline_on FROM hazard")
    days = date.fromisoformat(str(due)) - scene.clock().date()
    scene.clock.passes(days + timedelta(days=3))
    first = scene.command("escalate")
    assert first.exit_code == 0
    assert "2" in first.output
    assert worker.escalate(scene.wiring) == 0
    assert len(scene.entries("hazard.escalated")) == 2
