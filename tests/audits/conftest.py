"""The small district, and a copy of it with one sealed report."""

import shutil
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from pathlib import Path

import pytest

from tests.audits import standing
from tests.audits.standing import Standing
from tests.scene import _assembled, _template_sqlite, database, scene  # noqa: F401


@pytest.fixture(scope="session")
def sealed(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
):
    """The home directory of the standing report."""
    _, empty = _template_sqlite(request)
    home = tmp_path_factory.mktemp("sealed")
    return home, *standing.build(home, Path(empty), copy(_assembled["sqlite"][0]))


@pytest.fixture
def desk(sealed, tmp_path: Path) -> Iterator[Standing]:
    """A copy of it that belongs to one test, an hour later."""
    original, made, report = sealed
    home = tmp_path / "home"
    shutil.copytree(original, home)
    place = standing.opened(home, copy(_assembled["sqlite"][0]))
    place.clock.passes(timedelta(hours=1))
    yield Standing(place, made, report)
    place.engine.dispose()
