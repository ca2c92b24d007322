"""Issued reports to verify: one that stands for the session, and one of a test's own.

Verifying only reads, so most tests share the standing one, on SQLite. Tests
that tamper with the server, and the one that goes through everything, take
`own_scene` and `own_issued`, on each database.
"""

import shutil

import pytest
import sqlalchemy

from inspection.database import install
from tests.reports import scenes


@pytest.fixture(scope="session")
def scene(tmp_path_factory, migrated_sqlite):
    home = tmp_path_factory.mktemp("standing")
    path = home / "zhencha.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    install(engine)
    yield scenes.scene(engine, home)
    engine.dispose()


@pytest.fixture(scope="session")
def issued(scene):
    """The standing report's bytes, exactly as they were issued."""
    return scene.wiring.blobs.read(scene.issue().sha256)


@pytest.fixture
def own_scene(engine, home):
    return scenes.scene(engine, home)


@pytest.fixture
def own_issued(own_scene):
    return own_scene.wiring.blobs.read(own_scene.issue().sha256)
