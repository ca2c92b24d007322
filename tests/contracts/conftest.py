"""One app for all contract tests that only look at how it is built, not at what it keeps."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient


@pytest.fixture(scope="session")
def plain_app(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on an empty SQLite database."""
    from inspection import settings
    from inspection.factory import create_app

    home = tmp_path_factory.mktemp("plain")
    shutil.copyfile(migrated_sqlite, home / "zhencha.sqlite3")
    return create_app(settings.from_environment({"INSPECTION_HOME": str(home)}))


@pytest.fixture
def stranger(plain_app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return plain_app.test_client()
