"""0022: hazards that were listed before keep the day, read from the ledger, also when ended."""

import json

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401
from tests.migrations.test_0012_scale import old_rows

# The evening of the 21st in UTC is the 22nd in China.
LISTED = (
    (1, "h3", "2026-11-21T20:00:00.000Z"),
    (2, "h3", "2026-11-25T20:00:00.000Z"),
    (3, "h1", "2026-11-21T10:00:00.000Z"),
)


def test_hazards_learn_when_they_were_first_listed(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0008")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        old_rows(connection)
        for seq, hazard, at in LISTED:
            connection.execute(
                text(
                    "INSERT INTO ledger_entry (seq, kind, subject, body, recorded_at, prev_link,"
                    " link) VALUES (:seq, 'hazard.listed', :hazard, :body, :at, :before, :link)"
                ),
                {
                    "seq": seq,
                    "hazard": hazard,
                    "body": json.dumps({"hazard": hazard}),
                    "at": at,
                    "before": f"l{seq - 1}",
                    "link": f"l{seq}",
                },
            )
        connection.commit()
    _migrate(engine, "0022")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT uuid, listed_on FROM hazard ORDER BY uuid")).all()
    engine.dispose()
    days = {uuid: str(day)[:10] if day else None for uuid, day in rows}
    assert days == {"h1": "2026-11-21", "h2": None, "h3": "2026-11-22"}
