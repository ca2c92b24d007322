"""Fixtures that every lane uses: a database of each kind, the app on it, and the app as processes.

`database` is parametrised: a test that touches it, directly or through `app`, `client`, `session`
or `live_server`, runs once on SQLite and once on PostgreSQL. `--database` narrows that. Nothing is
faked here and nothing is skipped: what is missing fails with the command that installs it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.live import LiveServer
from tests.postgresql import Cluster

ROOT = Path(__file__).parents[1]
KINDS = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database` chooses where the tests that need a database run."""
    parser.addoption(
        "--database",
        choices=(*KINDS, "both"),
        default="both",
        help="run the tests that need a database on this one (browser tests: SQLite unless named)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One run for each database; browser tests once, as pages do not know which one it is."""
    if "database" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--database")
    folders = {ROOT / "tests" / name for name in ("e2e", "webkit")}
    browser = not folders.isdisjoint(metafunc.definition.path.parents)
    kinds = KINDS[:1] if chosen == "both" and browser else KINDS if chosen == "both" else (chosen,)
    metafunc.parametrize("database", kinds, indirect=True)


@dataclass(frozen=True)
class Database:
    """A migrated, empty database that belongs to one test."""

    kind: str
    url: str


def migrate(url: str, home: Path) -> None:
    """Bring a database to the newest schema by the command that operators use."""
    command = [str(Path(sys.executable).with_name("flask")), "--app", "app", "migrate"]
    environment = {**os.environ, "DATABASE_URL": url, "INSPECTION_HOME": str(home)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"flask migrate failed on {url}:\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the whole session, started by the first test that needs it."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    home = tmp_path_factory.mktemp("migrated")
    path = home / "migrated.sqlite3"
    migrate(f"sqlite:///{path}", home)
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database, to be used as a template."""
    name = cluster.create(name="migrated")
    migrate(cluster.url(name), tmp_path_factory.mktemp("migrated"))
    return name


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """INSPECTION_HOME of this test."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def database(request: pytest.FixtureRequest, home: Path) -> Iterator[Database]:
    """A fresh copy of a migrated database, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        path = home / "zhencha.sqlite3"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield Database("sqlite", f"sqlite:///{path}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create(template=request.getfixturevalue("migrated_postgresql"))
    yield Database("postgresql", cluster.url(name))
    cluster.drop(name)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """An engine of the test's own on the database, behaving as the app's does."""
    from inspection.database import install

    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A writing session, committed at the end of the test.

    It holds the writers' turn: a test that also asks `client` opens `writing(engine)` itself.
    """
    from inspection.database import writing

    with writing(engine) as session:
        yield session


class KnownRule(Rule):
    """A route as an earlier application of this run compiled it: half of what making one takes."""

    _known: ClassVar[dict[Any, Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self._known:
            self._known[key] = super()._compile_builder(append_unknown)
        return self._known[key]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileSystemBytecodeCache]:
    """What all applications of a run share: templates, routes and the shipped checklists' text."""
    from inspection.catalog import shelf

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "url_rule_class", KnownRule)
        patch.setattr(shelf, "_parsed", cache(shelf._parsed))
        yield FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(database: Database, home: Path, compiled: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application, on this test's database and home."""
    from inspection import settings
    from inspection.database import db
    from inspection.factory import create_app

    environment = {"INSPECTION_HOME": str(home), "DATABASE_URL": database.url}
    app = create_app(settings.from_environment(environment))
    app.jinja_env.bytecode_cache = compiled
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Asks the application without a network between."""
    return app.test_client()


@pytest.fixture
def live_server(database: Database, home: Path) -> Iterator[LiveServer]:
    """The application as processes, started; with the demonstration's people and units in it."""
    server = LiveServer(home, database.url)
    server.start()
    yield server
    server.kill()
