"""0005: notices that were there before count everything as still to come, from the first day."""

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401


def test_notices_of_before_have_sent_nothing_yet(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0004")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        connection.execute(
            text(
                "INSERT INTO custody_notice (record_uuid, device, digest, signer, signed_at,"
                " photos, bytes, storage, noticed_at) VALUES ('r', 't', 'd', 's', :signed,"
                " 3, 900000, 'persisted', :noticed)"
            ),
            {"signed": "2026-11-20 04:00:00.000000", "noticed": "2026-11-20 05:00:00.000000"},
        )
        connection.commit()
    _migrate(engine, "0005")
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM custody_notice")).one()
    assert (row.photos_left, row.bytes_left) == (3, 900_000)
    assert row.first_noticed_at == row.noticed_at
    assert (row.unit_name, row.state, row.reported_by) == ("", "", None)
    engine.dispose()
