"""What most browser tests begin with, made once for each test process and then copied.

A server's home with the demonstration in it, and a tablet on which people are enrolled and the app
is kept for work without a network: all made by the server and the browser themselves. An origin is
a host and a port, so a copied tablet finds its storage at one port only. Each test process has one
for this; its tests come one after the other, and each ends its server.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Database
from tests.e2e import inspector
from tests.e2e.inspector import Signer
from tests.live import LiveServer, free_port
from tests.postgresql import Cluster

PORT = free_port()
"""Where this process's tests find the server."""


@dataclass(frozen=True)
class Beginning:
    """Folders and a database to copy; nothing runs on them any more."""

    home: Path
    profile: Path
    database: str
    """Name of the template on PostgreSQL; on SQLite the file lies in `home`."""

    def copied_tablet(self, to: Path) -> Path:
        """A tablet for one test; without people it is new."""
        if self.profile.exists():
            shutil.copytree(self.profile, to, ignore=shutil.ignore_patterns("Singleton*"))
        return to


_made: dict[tuple[str, tuple[Signer, ...]], Beginning] = {}
"""Kind of database, and who is enrolled → what was made."""


def in_file(home: Path) -> Database:
    """The SQLite database of a home."""
    return Database("sqlite", f"sqlite:///{home / 'zhencha.sqlite3'}")


def beginning(
    request: pytest.FixtureRequest, kind: str, crew: tuple[Signer, ...] = ()
) -> Beginning:
    """What was made for these people; made now if nobody asked before."""
    if (kind, crew) not in _made:
        before = beginning(request, kind) if crew else None
        _made[kind, crew] = _make(request, kind, crew, before)
    return _made[kind, crew]


def _make(
    request: pytest.FixtureRequest, kind: str, crew: tuple[Signer, ...], before: Beginning | None
) -> Beginning:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    folder = factory.mktemp("beginning")
    home, profile, name = folder / "home", folder / "tablet", ""
    if before:
        shutil.copytree(before.home, home)
    else:
        home.mkdir()
    if kind == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        empty = request.getfixturevalue("migrated_postgresql")
        name = cluster.create(template=before.database if before else empty)
        database = Database(kind, cluster.url(name))
    else:
        database = in_file(home)
    server = LiveServer(home, database.url, port=PORT)
    server.start()
    try:
        if crew:
            _enrol(request, profile, server.url, crew)
    finally:
        server.stop()
    return Beginning(home, profile, name)


def _enrol(
    request: pytest.FixtureRequest, profile: Path, url: str, crew: tuple[Signer, ...]
) -> None:
    playwright, executable = map(request.getfixturevalue, ("playwright", "browser_path"))
    with inspector.tablet(playwright, profile, executable=executable) as context:
        page = context.pages[0]
        for signer in crew:
            inspector.sign_out(page)
            inspector.enrol(page, url, signer)
        inspector.kept_for_offline(page)
