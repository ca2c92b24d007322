"""The small district; and a copy of it with one sealed report and an opinion signed into it."""

from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from pathlib import Path

import pytest

from tests.audits import standing
from tests.audits.standing import Standing
from tests.scene import _assembled, _template_sqlite, database, scene  # noqa: F401


@pytest.fixture(scope="session")
def judged(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Standing]:
    """Sealed at noon, judged an hour later, verified; for tests that only read."""
    _, empty = _template_sqlite(request)
    home = tmp_path_factory.mktemp("judged")
    desk = standing.build(home, Path(empty), copy(_assembled["sqlite"][0]))
    desk.scene.clock.passes(timedelta(hours=1))
    answer = desk.say(desk.scene.cast.auditor)
    assert answer.status_code == 303, answer.text
    standing.drop_jobs(desk, "verdict.examine")  # of the file before the opinion
    desk.work()
    desk.browser(desk.scene.cast.auditor).get(f"/audits/{desk.report}")
    desk.work()
    yield desk
    desk.scene.engine.dispose()
