"""How a transaction begins and ends, on both databases.

SQLite lets one writer in at a time and makes the others poll, with sleeps that
grow to a tenth of a second. Here writers of all threads and processes queue at
a lock file instead, and enter in turn (docs/decisions/0001). PostgreSQL needs
none of this.
"""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from inspection.domain.problems import StorageFull

_BUSY_TIMEOUT_MS = 20_000
_DISK_FULL = "53100"
"""PostgreSQL's SQLSTATE for a full disk."""


def install(engine: Engine) -> None:
    """Prepare an engine: pragmas and explicit BEGIN on SQLite; nothing on PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for reading; whatever is done in it is rolled back.

    SQLite shows it one view from begin to end, PostgreSQL what was committed when
    each statement began.
    """
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        yield session
        session.rollback()


@contextmanager
def reading_one_view(engine: Engine) -> Iterator[Session]:
    """A session for reading whose statements all see the database as it is now."""
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        session.connection(execution_options=level)
        yield session
        session.rollback()


@contextmanager
def one_view(engine: Engine) -> Iterator[Any]:
    """A bare DB-API connection that sees the database as it is now, whoever writes meanwhile."""
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**level) as connection, connection.begin():
        yield connection.connection


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one write transaction: committed at the end, rolled back by any exception.

    Raises StorageFull when the database has no room left.
    """
    with (
        _full_disk_told(),
        _turn(engine),
        Session(engine, expire_on_commit=False) as session,
        session.begin(),
    ):
        session.connection(execution_options={"writes": True})
        yield session


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if _says_full(error.orig):
            raise StorageFull() from error
        raise
    except OSError as error:  # the lock file
        if error.errno == errno.ENOSPC:
            raise StorageFull() from error
        raise


def _says_full(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
    return getattr(error, "sqlstate", "") == _DISK_FULL


@contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _turn(engine: Engine) -> Any:
    """Wait for this writer's turn where the database itself would make it poll."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return nullcontext()
    return _lock_file(Path(f"{engine.url.database}.turn"))
