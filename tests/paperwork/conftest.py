"""The small district, and an office in it that issues papers; a sealed one for tests that read."""

from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest

from tests.audits.standing import DATABASE, opened
from tests.paperwork.office import Office
from tests.scene import Scene, _assembled, _template_sqlite, database, scene  # noqa: F401


@pytest.fixture
def office(scene: Scene) -> Office:  # noqa: F811
    """A record with two problems, one of them major, and a town whose papers have a mark."""
    made = Office(scene)
    made.describe()
    return made


@pytest.fixture(scope="session")
def archive(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Office]:
    """An office with papers of every kind, sealed at noon; for tests that only read."""
    made = _at_noon(tmp_path_factory.mktemp("archive"), request)
    for kind in ("onsite_record", "rectify_order", "onsite_measure"):
        made.papers[kind] = made.issued(kind)
    made.scene.clock.passes(timedelta(minutes=5))
    made.work()
    made.papers = {kind: made.paper(each.uuid) for kind, each in made.papers.items()}
    yield made
    made.scene.engine.dispose()


@pytest.fixture
def at_noon(home: Path, request: pytest.FixtureRequest) -> Iterator[Office]:
    """An office whose certificates were made at the scene's noon: what it seals can be verified."""
    made = _at_noon(home, request)
    yield made
    made.scene.engine.dispose()


def _at_noon(home: Path, request: pytest.FixtureRequest) -> Office:
    _, empty = _template_sqlite(request)
    copyfile(empty, home / DATABASE)
    made = Office(opened(home, copy(_assembled["sqlite"][0])))
    made.describe()
    return made
