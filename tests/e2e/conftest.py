"""A browser for the tests that drive pages, and a server with what they begin with already done.

The browser is Debian's Chromium unless BROWSER_PATH names another. `pytest.mark.enrolled` says who
has keys on the tablet when a test begins; then `profile` is that tablet (tests/e2e/enrolled.py).
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.conftest import Database
from tests.e2e import enrolled
from tests.e2e.inspector import PATIENCE_MS, Signer
from tests.live import LiveServer
from tests.postgresql import Cluster

expect.set_options(timeout=PATIENCE_MS)

NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable")
PASSWORD = "zhencha-2026"

ZHANG = Signer("zhang", PASSWORD, "480213")
LI = Signer("li", PASSWORD, "593117")


def browser(names: tuple[str, ...] = NAMES) -> str:
    """Where the browser is; missing it fails with the command that installs it."""
    named = os.environ.get("BROWSER_PATH")
    found = named or next((path for name in names if (path := shutil.which(name))), None)
    assert found, f"no browser: apt-get install -y {names[0]}, or set BROWSER_PATH"
    return found


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser for tests."""
    return browser()


@pytest.fixture(scope="session")
def whole_browser_path() -> str:
    """A browser with windows: the shell without them shows no notifications."""
    return browser(NAMES[1:])


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, one for each module."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def crew(request: pytest.FixtureRequest) -> tuple[Signer, ...]:
    """Who has keys on the tablet when the test begins; the last of them is signed in."""
    marker = request.node.get_closest_marker("enrolled")
    return marker.args if marker else ()


@pytest.fixture
def database(
    request: pytest.FixtureRequest, home: Path, crew: tuple[Signer, ...]
) -> Iterator[Database]:
    """A copy of the demonstration's database; beside it in `home` its keys and files."""
    made = enrolled.beginning(request, request.param, crew)
    shutil.copytree(made.home, home, dirs_exist_ok=True)
    if request.param == "sqlite":
        yield enrolled.in_file(home)
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create(template=made.database)
    yield Database("postgresql", cluster.url(name))
    cluster.drop(name)


@pytest.fixture
def profile(
    request: pytest.FixtureRequest, database: Database, crew: tuple[Signer, ...], tmp_path: Path
) -> Path:
    """The tablet's storage; it need not exist as long as nobody is enrolled."""
    made = enrolled.beginning(request, database.kind, crew)
    return made.copied_tablet(tmp_path / "tablet")


@pytest.fixture
def live_server(database: Database, home: Path) -> Iterator[LiveServer]:
    """The application as processes, started, where the tablet's storage knows it."""
    server = LiveServer(home, database.url, port=enrolled.PORT)
    server.start()
    yield server
    server.kill()
