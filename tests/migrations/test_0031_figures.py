"""0031: how long hazards of before had been registered is summed up on the day they ended."""

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401
from tests.migrations.test_0012_scale import old_rows


def test_the_days_of_hazards_that_ended_before_are_kept(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0008")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        old_rows(connection)
        connection.commit()
    _migrate(engine, "0031")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT area_id, whole_month, day, taken FROM hazard_day WHERE taken <> 0")
        ).all()
    engine.dispose()
    assert sorted((row[0], bool(row[1]), str(row[2]), row[3]) for row in rows) == [
        (1, False, "2026-12-01", 30),
        (1, True, "2026-12-01", 30),
        (2, False, "2026-12-01", 30),
        (2, True, "2026-12-01", 30),
    ]
