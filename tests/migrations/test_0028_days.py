"""0028: hazards that were there before are counted on their days and in their months."""

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401
from tests.migrations.test_0012_scale import old_rows


def test_hazards_of_before_are_counted_on_their_days(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0008")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        old_rows(connection)
        connection.execute(
            text("UPDATE hazard SET funds = 500, deadline_on = '2026-11-10' WHERE uuid = 'h3'")
        )
        connection.commit()
    _migrate(engine, "0028")
    with engine.connect() as connection:
        days = connection.execute(
            text(
                "SELECT whole_month, day, state, found, ended, on_time, fell_late, late_ended,"
                " funds FROM hazard_day WHERE area_id = :area ORDER BY 1, 2, 3"
            ),
            {"area": 1},
        ).all()
        areas = connection.scalars(text("SELECT DISTINCT area_id FROM hazard_day ORDER BY 1")).all()
    engine.dispose()
    assert [(bool(row[0]), str(row[1]), *row[2:]) for row in days] == [
        (False, "2026-11-01", "closed", 1, 0, 0, 0, 0, 0),
        (False, "2026-11-11", "closed", 0, 0, 0, 1, 0, 0),
        (False, "2026-11-21", "registered", 1, 0, 0, 0, 0, 0),
        (False, "2026-11-22", "registered", 1, 0, 0, 0, 0, 0),
        (False, "2026-12-01", "closed", 0, 1, 0, 0, 1, 500),
        (False, "2026-12-02", "registered", 0, 0, 0, 1, 0, 0),
        (True, "2026-11-01", "closed", 1, 0, 0, 1, 0, 0),
        (True, "2026-11-01", "registered", 2, 0, 0, 0, 0, 0),
        (True, "2026-12-01", "closed", 0, 1, 0, 0, 1, 500),
        (True, "2026-12-01", "registered", 0, 0, 0, 1, 0, 0),
    ]
    assert areas == [1, 2], "the district and the department, not the enterprise itself"
