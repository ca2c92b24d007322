"""0003: hazards that were there before learn from the ledger who found them."""

from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from inspection.database import install
from tests.conftest import Database
from tests.postgresql import Cluster

MIGRATIONS = Path(__file__).parents[2] / "inspection" / "migrations"


@pytest.fixture
def database(request: pytest.FixtureRequest, home: Path):
    """An empty database that no migration has seen."""
    if request.param == "sqlite":
        yield Database("sqlite", f"sqlite:///{home / 'before.sqlite3'}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield Database("postgresql", cluster.url(name))
    cluster.drop(name)


def _migrate(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def _entry(connection: Connection, seq: int, kind: str, subject: str, body: str) -> None:
    connection.execute(
        text(
            "INSERT INTO ledger_entry (seq, kind, subject, body, recorded_at, prev_link, link)"
            " VALUES (:seq, :kind, :subject, :body, '2026-11-22T04:00:00.000Z', :before, :link)"
        ),
        {
            "seq": seq,
            "kind": kind,
            "subject": subject,
            "body": body,
            "before": f"{seq - 1:064d}",
            "link": f"{seq:064d}",
        },
    )


def _hazard(connection: Connection, number: int, record: str, state: str) -> None:
    connection.execute(
        text(
            "INSERT INTO hazard (id, uuid, number, unit_id, record_uuid, checklist_slug,"
            " checklist_revision, item_code, level, state, source, place, summary, words, tags,"
            " requirement, finders, photos_before, photos_after, registered_at, last_seq)"
            " VALUES (:number, :uuid, :uuid, 1, :record, 'hot-work', 1, 'A-01', 'general', :state,"
            " 'department', '', '', '', '[]', '', '[\"王安\"]', '[]', '[]',"
            " '2026-11-22 04:00:00.000000', 2)"
        ),
        {"number": number, "uuid": f"h{number}", "record": record, "state": state},
    )


def test_hazards_learn_who_found_them(database: Database) -> None:
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0002")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        connection.execute(
            text(
                "INSERT INTO unit (id, uuid, kind, name, path, credit_code, sector, high_risk,"
                " address, principal, phone) VALUES (1, 'u1', 'enterprise', '一厂', '/1/', '', '',"
                " false, '', '', '')"
            )
        )
        signed = '{"signed_by":[{"kid":"k2","person":"p2"},{"kid":"k1","person":"p1"}]}'
        _entry(connection, 1, "record.accepted", "r1", signed)
        _entry(connection, 2, "record.completed", "r1", "{}")
        _hazard(connection, 1, "r1", "registered")
        _hazard(connection, 2, "r1", "closed")
        _hazard(connection, 3, "a record that the ledger does not name", "registered")
        connection.commit()
    _migrate(engine, "head")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT uuid, finder_accounts, last_record_uuid, returned FROM hazard ORDER BY id")
        ).all()
    engine.dispose()
    told = [(row[0], str(row[1]).replace("'", '"'), row[2], row[3]) for row in rows]
    assert told == [
        ("h1", '["p1", "p2"]', "r1", 0),
        ("h2", '["p1", "p2"]', "r1", 0),
        ("h3", "[]", "a record that the ledger does not name", 0),
    ]
