"""Transactions behave alike on both databases: all or nothing, in turn, in UTC."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import StatementError

from inspection.database import one_view, reading, writing
from inspection.jobs import queue
from inspection.jobs.queue import Job
from tests.builders.times import NOON


def test_what_an_exception_ends_is_as_if_it_never_began(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as session:
            queue.enqueue(session, "test", {}, key="a", at=NOON)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with reading(engine) as session:
        assert queue.waiting(session) == 0


def test_what_a_reader_does_is_rolled_back(engine: Engine) -> None:
    with reading(engine) as session:
        session.execute(text("UPDATE ledger_head SET seq = 99"))
    with reading(engine) as session:
        assert session.scalar(text("SELECT seq FROM ledger_head")) == 0


def test_writers_that_read_first_and_then_write_do_not_lose_each_others_work(
    engine: Engine,
) -> None:
    """On SQLite a plain BEGIN would fail here in spite of a busy timeout."""
    trouble: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(15):
                with writing(engine) as session:
                    lock = "" if engine.dialect.name == "sqlite" else " FOR UPDATE"
                    seq = session.scalar(text("SELECT seq FROM ledger_head WHERE id = 1" + lock))
                    session.execute(text("UPDATE ledger_head SET seq = :to"), {"to": seq + 1})
        except BaseException as error:
            trouble.append(error)

    writers = [threading.Thread(target=write) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert trouble == []
    with reading(engine) as session:
        assert session.scalar(text("SELECT seq FROM ledger_head")) == 90


def test_one_view_does_not_see_what_is_written_meanwhile(engine: Engine) -> None:
    with one_view(engine) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM job")
        assert cursor.fetchone()[0] == 0
        with writing(engine) as session:
            queue.enqueue(session, "test", {}, key="a", at=NOON)
        cursor.execute("SELECT count(*) FROM job")
        assert cursor.fetchone()[0] == 0


def test_an_instant_of_any_zone_comes_back_in_utc(engine: Engine) -> None:
    china = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with writing(engine) as session:
        queue.enqueue(session, "test", {}, key="a", at=china)
    with reading(engine) as session:
        found = session.scalars(select(Job.due_at)).one()
    assert (found, found.tzinfo) == (china, UTC)


def test_an_instant_without_a_zone_is_refused(engine: Engine) -> None:
    def write() -> None:
        with writing(engine) as session:
            queue.enqueue(session, "test", {}, key="a", at=datetime(2026, 11, 22))  # noqa: DTZ001

    with pytest.raises(StatementError, match="has no time zone"):
        write()


def test_sqlite_keeps_what_it_acknowledged_and_knows_its_references(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
