"""0013: hazards that were there before were found when the visit of their record ended."""

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401

_RECORD = (
    "INSERT INTO record (id, uuid, digest, jws_digest, jws, state, faults, kind, checklist_slug,"
    " checklist_revision, findings, finished_at, received_at, submitted_by, seq, link, receipt,"
    " receipt_seq) VALUES (1, 'r1', '', '', '', 'complete', '[]', 'inspection', 'hot-work', 1, 1,"
    " '2026-10-05 04:00:00.000000', '2026-11-22 04:00:00.000000', 1, 1, '', '', 1)"
)
_HAZARD = (
    "INSERT INTO hazard (uuid, number, unit_id, record_uuid, checklist_slug, checklist_revision,"
    " item_code, level, state, source, place, summary, words, tags, requirement, finders,"
    " finder_accounts, photos_before, photos_after, registered_at, last_record_uuid, returned,"
    " last_seq) VALUES (:uuid, :uuid, 1, :record, 'hot-work', 1, 'A-01', 'general', 'registered',"
    " 'department', '', '', '', '[]', '', '[]', '[]', '[]', '[]', '2026-11-22 04:00:00.000000',"
    " :record, 0, 1)"
)


def test_hazards_learn_when_they_were_found(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0008")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        connection.execute(
            text(
                "INSERT INTO person (id, uuid, username, name, badge, title, password_hash, active,"
                " demonstration) VALUES (1, 'p', 'p', 'p', '', '', '', true, false)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO unit (id, uuid, kind, name, path, credit_code, sector, high_risk,"
                " address, principal, phone) VALUES (1, 'u', 'enterprise', 'u', '/1/', '', '',"
                " false, '', '', '')"
            )
        )
        connection.execute(text(_RECORD))
        for uuid, record in (("h1", "r1"), ("h2", "nowhere")):
            connection.execute(text(_HAZARD), {"uuid": uuid, "record": record})
        connection.commit()
    _migrate(engine, "head")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT uuid, found_at FROM hazard ORDER BY uuid")).all()
    engine.dispose()
    assert [(uuid, str(found)[:10]) for uuid, found in rows] == [
        ("h1", "2026-10-05"),
        ("h2", "2026-11-22"),
    ]
