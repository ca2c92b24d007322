"""The database itself refuses what nobody may do to the ledger, whatever the code above it does."""

import pytest
import sqlalchemy
from sqlalchemy.exc import DBAPIError, IntegrityError

from inspection import database as databases
from inspection.ledger import journal
from inspection.ledger.journal import Event
from tests.builders.times import NOON
from tests.scene import Scene


def _refused(scene: Scene, statement: str) -> str:
    with scene.engine.connect() as connection, pytest.raises(DBAPIError) as told:
        connection.exec_driver_sql(statement)
    return str(told.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET body = '{}' WHERE seq = 1",
        "UPDATE ledger_entry SET subject = 'x'",
        "DELETE FROM ledger_entry WHERE seq = 1",
        "DELETE FROM ledger_entry",
        "INSERT INTO ledger_entry SELECT * FROM ledger_entry WHERE seq = 1",
    ],
)
def test_no_entry_is_changed_removed_or_repeated(scene: Scene, statement: str) -> None:
    before = scene.rows("SELECT * FROM ledger_entry ORDER BY seq")
    told = _refused(scene, statement)
    assert "append-only" in told or "INSERT" in statement
    assert scene.rows("SELECT * FROM ledger_entry ORDER BY seq") == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_checkpoint SET link = 'x'",
        "DELETE FROM ledger_checkpoint",
        "INSERT OR REPLACE INTO ledger_checkpoint SELECT * FROM ledger_checkpoint",
        "TRUNCATE ledger_checkpoint",
    ],
)
def test_no_checkpoint_is_changed_or_removed(scene: Scene, statement: str) -> None:
    if scene.engine.dialect.name != "sqlite":
        statement = statement.replace("OR REPLACE ", "")
    assert scene.command("ledger", "checkpoint").exit_code == 0
    before = scene.rows("SELECT * FROM ledger_checkpoint ORDER BY id")
    _refused(scene, statement)
    assert scene.rows("SELECT * FROM ledger_checkpoint ORDER BY id") == before


def test_replacing_an_entry_is_refused_too(scene: Scene) -> None:
    """SQLite's REPLACE deletes without asking the delete trigger unless told to."""
    before = scene.rows("SELECT * FROM ledger_entry ORDER BY seq")
    ((prev_link, link),) = scene.rows("SELECT prev_link, link FROM ledger_entry WHERE seq = 1")
    columns = "(seq, kind, subject, body, recorded_at, prev_link, link)"
    for seq, before_it, itself, conflict in (
        (1, "x", "x", "seq"),
        (99, prev_link, "x", "prev_link"),
        (99, "x", link, "link"),
    ):
        values = f"({seq}, 'x', 'x', '{{}}', 'x', '{before_it}', '{itself}')"
        if scene.engine.dialect.name == "sqlite":
            _refused(scene, f"INSERT OR REPLACE INTO ledger_entry {columns} VALUES {values}")
        else:
            _refused(
                scene,
                f"INSERT INTO ledger_entry {columns} VALUES {values} "
                f"ON CONFLICT ({conflict}) DO UPDATE SET body = 'x'",
            )
    assert scene.rows("SELECT * FROM ledger_entry ORDER BY seq") == before


def test_the_whole_ledger_is_not_emptied_at_a_stroke(scene: Scene) -> None:
    if scene.engine.dialect.name == "sqlite":
        return  # has no TRUNCATE; DELETE without a condition is tried above
    assert "append-only" in _refused(scene, "TRUNCATE ledger_entry")
    assert "append-only" in _refused(scene, "TRUNCATE ledger_entry CASCADE")


def test_a_fork_is_refused_by_the_database(scene: Scene) -> None:
    """A second entry after the same one, in a place of its own and with a link of its own."""
    ((prev_link,),) = scene.rows("SELECT prev_link FROM ledger_entry ORDER BY seq LIMIT 1")
    statement = sqlalchemy.text(
        "INSERT INTO ledger_entry (seq, kind, subject, body, recorded_at, prev_link, link) "
        "VALUES (999, 'x', 'x', '{}', 'x', :prev_link, 'another')"
    )
    with scene.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(statement, {"prev_link": prev_link})


def test_what_is_rolled_back_leaves_no_gap(scene: Scene) -> None:
    before = scene.entries()

    def fail() -> None:
        with databases.writing(scene.engine) as session:
            journal.append(session, [Event("test.lost", {}, subject="x")], at=NOON)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with databases.writing(scene.engine) as session:
        (entry,) = journal.append(session, [Event("test.kept", {}, subject="x")], at=NOON)
    assert entry.seq == len(before) + 1
    assert scene.command("ledger", "check").exit_code == 0
