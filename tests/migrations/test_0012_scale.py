"""0012: hazards that were there before get their days, their place, their words and counts.

What the migration fills in is what a rebuild makes of the same ledger.
"""

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401

UNITS = (
    (1, "district", "云岚区", "/1/", None, ""),
    (2, "department", "应急管理局", "/1/2/", None, ""),
    (3, "enterprise", "恒砺机械有限公司", "/1/3/", 2, "machinery"),
)
# The evening of the 21st in UTC is the 22nd in China.
HAZARDS = (
    ("h1", "registered", "2026-11-21 20:00:00.000000", None, "2026-12-01"),
    ("h2", "registered", "2026-11-21 10:00:00.000000", None, None),
    ("h3", "closed", "2026-11-01 10:00:00.000000", "2026-11-30 18:00:00.000000", "2026-12-01"),
)


def old_rows(connection: sqlalchemy.Connection) -> None:
    """Units and hazards as they were before 0010."""
    for unit in UNITS:
        names = ("id", "kind", "name", "path", "supervisor", "sector")
        connection.execute(
            text(
                "INSERT INTO unit (id, uuid, kind, name, path, supervisor_id, sector,"
                " credit_code, high_risk, address, principal, phone) VALUES (:id, :name,"
                " :kind, :name, :path, :supervisor, :sector, '', false, '', '', '')"
            ),
            dict(zip(names, unit, strict=True)),
        )
    for hazard in HAZARDS:
        names = ("uuid", "state", "registered", "closed", "deadline")
        connection.execute(
            text(
                "INSERT INTO hazard (uuid, number, unit_id, record_uuid, checklist_slug,"
                " checklist_revision, item_code, level, state, source, place, summary, words,"
                " tags, requirement, finders, finder_accounts, photos_before, photos_after,"
                " registered_at, closed_at, deadline_on, last_record_uuid, returned, last_seq,"
                " responsible, measures, emergency, rectified_by, question, asked_by,"
                " listed_level, listed_order, reopened) VALUES (:uuid, :uuid, 3, 'r',"
                " 'hot-work', 1, 'A-01', 'general', :state, 'department', '南门', '通道堵塞',"
                " '', '[]', '', '[\"王安\"]', '[]', '[]', '[]', :registered, :closed,"
                " :deadline, 'r', 0, 1, '', '', '', '', '', '', '', '', 0)"
            ),
            dict(zip(names, hazard, strict=True)),
        )


def test_hazards_of_before_are_found_ordered_and_counted(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0008")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        old_rows(connection)
        connection.commit()
    _migrate(engine, "0012")
    with engine.connect() as connection:
        days = connection.execute(
            text("SELECT uuid, found_on, closed_on FROM hazard ORDER BY urgency")
        ).all()
        words = connection.execute(text("SELECT words FROM hazard_words ORDER BY hazard_id")).all()
        counts = connection.execute(
            text(
                "SELECT area_id, state, own, sum(hazards) FROM hazard_tally"
                " WHERE due_on = '9999-12-31' GROUP BY area_id, state, own ORDER BY 1, 2"
            )
        ).all()
        due = connection.execute(
            text("SELECT area_id, hazards FROM hazard_tally WHERE due_on = '2026-12-01' ORDER BY 1")
        ).all()
    engine.dispose()
    assert [tuple(map(str, row)) for row in days] == [
        ("h1", "2026-11-22", "None"),
        ("h2", "2026-11-21", "None"),
        ("h3", "2026-11-01", "2026-12-01"),
    ]
    assert all("恒砺机械有限公司\n南门\n通道堵塞" in row[0] for row in words)
    assert [tuple(row) for row in counts] == [
        (area, state, area == 3, count)
        for area in (1, 2, 3)
        for state, count in (("closed", 1), ("registered", 2))
    ]
    assert [tuple(row) for row in due] == [(1, 1), (2, 1), (3, 1)]
