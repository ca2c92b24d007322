"""0010: hazards that were there climb the ladder from the entry that set their deadline last."""

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401

_HAZARD = (
    "INSERT INTO hazard (id, uuid, number, unit_id, record_uuid, checklist_slug,"
    " checklist_revision, item_code, level, state, source, place, summary, words, tags,"
    " requirement, finders, finder_accounts, photos_before, photos_after, registered_at,"
    " last_record_uuid, returned, last_seq) VALUES (:id, :uuid, :uuid, 1, 'r', 's', 1, 'i',"
    " 'general', 'registered', 'department', '', '', '', '[]', '', '[]', '[]', '[]', '[]',"
    " '2026-11-22 04:00:00.000000', 'r', 0, 9)"
)
_ENTRIES = (
    (1, "hazard.registered", "h1"),
    (2, "hazard.registered", "h2"),
    (3, "hazard.extension_granted", "h1"),
    (4, "hazard.progressed", "h1"),
)


def test_the_ladder_begins_where_the_deadline_was_set(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0008")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        connection.execute(
            text(
                "INSERT INTO unit (id, uuid, kind, name, path, credit_code, sector, high_risk,"
                " address, principal, phone) VALUES (1, 'u1', 'enterprise', '一厂', '/1/', '', '',"
                " false, '', '', '')"
            )
        )
        for number in (1, 2):
            connection.execute(text(_HAZARD), {"id": number, "uuid": f"h{number}"})
        for seq, kind, subject in _ENTRIES:
            connection.execute(
                text(
                    "INSERT INTO ledger_entry (seq, kind, subject, body, recorded_at, prev_link,"
                    " link) VALUES (:seq, :kind, :subject, '{}', 't', :before, :link)"
                ),
                {
                    "seq": seq,
                    "kind": kind,
                    "subject": subject,
                    "before": str(seq - 1),
                    "link": str(seq),
                },
            )
        connection.commit()
    _migrate(engine, "0010")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT uuid, ladder_seq, rung FROM hazard ORDER BY id"))
        assert [tuple(row) for row in rows] == [("h1", 3, ""), ("h2", 2, "")]
    engine.dispose()
