"""A PostgreSQL of the tests' own: real, in a temporary directory, gone afterwards.

Starts Debian's server programs on a socket in that directory; no port, no service, no account of
the machine's own PostgreSQL is touched. What is tested is not here.
"""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.processes import leashed

ROLE = "zhencha"
MISSING = (
    "PostgreSQL's server programs are missing: apt-get install -y postgresql "
    "(or run the tests with --database sqlite)"
)


def programs() -> Path:
    """The directory of initdb and postgres; Debian keeps it off the path."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if not versions:
        raise RuntimeError(MISSING)
    return versions[-1].parent


class Cluster:
    """One running server. fsync stays on: what the tests promise about durability must be true."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="zhencha-pg-", dir="/tmp"))
        self._data = self._folder / "data"
        self._numbers = itertools.count(1)
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam("postgres")
            self._identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        self._process = self._start()

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database in this cluster."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self._folder}"

    def create(self, *, template: str = "template1", name: str = "") -> str:
        """Create a database, a copy of `template`, and answer its name."""
        name = name or f"test_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._execute(statement.format(sql.Identifier(database)))

    def stop(self) -> None:
        """End the server that this object started and remove its files."""
        self._process.send_signal(signal.SIGINT)  # "fast": disconnect everybody
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        folder = programs()
        made = subprocess.run(
            [
                *(folder / "initdb", "--pgdata", self._data, "--username", ROLE),
                *("--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"),
            ],
            cwd=self._folder,
            capture_output=True,
            check=False,
            **self._identity,
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed: {made.stderr.decode(errors='replace')}")
        options = ["-D", self._data, "-k", self._folder, "-h", ""]
        server = [*leashed("INT"), folder / "postgres", *options]
        with (self._folder / "log").open("wb") as log:
            process = subprocess.Popen(
                server,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is pytest's; we stop the server ourselves
                **self._identity,
            )
        self._wait(process)
        return process

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(host=str(self._folder), user=ROLE, dbname="postgres").close()
            except psycopg.OperationalError as error:
                if process.poll() is None and time.monotonic() < end:
                    time.sleep(0.05)
                    continue
                log = (self._folder / "log").read_text(errors="replace")
                process.kill()
                raise RuntimeError(f"PostgreSQL did not start:\n{log}") from error
            return

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self._folder), user=ROLE, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)
