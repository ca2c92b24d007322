"""0007: records that were there before learn what marks them out."""

import base64
import json

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401


def _jws(levels: tuple[str, ...], outcomes: tuple[str, ...]) -> bytes:
    payload = {
        "findings": [{"level": each} for each in levels],
        "signatures": [{"outcome": each} for each in outcomes],
    }
    encoded = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return json.dumps({"payload": encoded, "signatures": []}).encode()


def test_records_learn_their_traits(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0006")
    rows = {
        1: _jws(("general",), ("signed", "signed")),
        2: _jws(("general", "major"), ("signed", "refused")),
        3: _jws((), ("absent", "deputy", "refused")),
    }
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        connection.execute(
            text(
                "INSERT INTO person (id, uuid, username, name, badge, title, password_hash, active,"
                " demonstration) VALUES (1, 'p', 'p', 'p', '', '', '', true, false)"
            )
        )
        for number, jws in rows.items():
            connection.execute(
                text(
                    "INSERT INTO record (id, uuid, digest, jws_digest, jws, state, faults, kind,"
                    " checklist_slug, checklist_revision, findings, finished_at, received_at,"
                    " submitted_by, seq, link, receipt, receipt_seq) VALUES (:id, :uuid, '', '',"
                    " :jws, 'complete', '[]', 'inspection', 'hot-work', 1, 0,"
                    " '2026-11-22 04:00:00.000000', '2026-11-22 04:00:00.000000', 1, 1, '', '', 1)"
                ),
                {"id": number, "uuid": f"r{number}", "jws": jws},
            )
        connection.commit()
    _migrate(engine, "head")
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT record_id, trait FROM record_trait ORDER BY record_id, trait")
        ).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [
        (2, "major"),
        (2, "refused"),
        (3, "absent"),
        (3, "deputy"),
        (3, "refused"),
    ]
