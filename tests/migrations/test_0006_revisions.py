"""0006: reports that were there before have no reserved fields, and keep everything they had."""

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401

_REPORT = (
    "INSERT INTO report (id, uuid, record_uuid, record_digest, number, unit_id, title,"
    " checklist_title, organisation, issued_at, sha256, size, pages, seq) VALUES (7, 'r', 'c', 'd',"
    " 'n', 1, 't', 'l', 'o', '2026-11-22 04:00:00.000000', 's', 9, 3, 1)"
)


def test_reports_of_before_have_no_reserved_fields(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0005")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        connection.execute(
            text(
                "INSERT INTO unit (id, uuid, kind, name, path, credit_code, sector, high_risk,"
                " address, principal, phone) VALUES (1, 'u1', 'enterprise', '一厂', '/1/', '', '',"
                " false, '', '', '')"
            )
        )
        connection.execute(text(_REPORT))
        connection.commit()
    _migrate(engine, "0006")
    with engine.connect() as connection:
        row = connection.execute(text("SELECT id, sha256, size, reserved FROM report")).one()
        assert (row[0], row[1], row[2], bool(row[3])) == (7, "s", 9, False)
        assert connection.execute(text("SELECT count(*) FROM report_revision")).scalar() == 0
    engine.dispose()
