"""What happened on each day in each wide area; indexes that hold what questions ask."""

from collections import defaultdict
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_KEY = ("area_id", "whole_month", "day", "state", "level", "source")
_COUNTS = ("found", "ended", "on_time", "fell_late", "late_ended", "funds")


def upgrade() -> None:
    """Hazards that are there already are counted on their days."""
    op.create_table(
        "hazard_day",
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("whole_month", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("state", "level", "source")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS[:-1]),
        sa.Column("funds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_hazard_day"),
        sqlite_with_rowid=False,
    )
    _fill()
    op.drop_index("ix_hazard_order", table_name="hazard")
    chips = ("state", "level", "source", "unit_id", "found_on", "deadline_on")
    op.create_index("ix_hazard_order", "hazard", ["urgency", "id", *chips])
    for name, columns, those in (
        ("ix_hazard_major_order", ["urgency", "id"], "level = 'major'"),
        ("ix_hazard_listed", ["urgency", "id"], "listed_level <> ''"),
        ("ix_hazard_asked", ["urgency", "id"], "question <> ''"),
        ("ix_hazard_on_rung", ["rung", "urgency", "id"], "rung <> ''"),
    ):
        where = sa.text(those)
        op.create_index(name, "hazard", columns, sqlite_where=where, postgresql_where=where)


def _fill() -> None:
    names = ("unit_id", "state", "level", "source")
    days = ("found_on", "closed_on", "deadline_on")
    hazard = sa.table(
        "hazard",
        *(sa.column(name) for name in (*names, "funds")),
        *(sa.column(name, sa.Date()) for name in days),
    )
    connection = op.get_bind()
    areas = _wide_areas(connection)
    sums = defaultdict(lambda: [0] * len(_COUNTS))
    for row in connection.execute(sa.select(hazard), execution_options={"yield_per": 1000}):
        sort = (row.state, row.level, row.source)
        for day, name, amount in _events(row):
            for when in ((False, day), (True, day.replace(day=1))):
                for area in areas[row.unit_id]:
                    sums[(area, *when, *sort)][_COUNTS.index(name)] += amount
    types = {"day": sa.Date(), "whole_month": sa.Boolean()}
    table = sa.table(
        "hazard_day", *(sa.column(name, types.get(name)) for name in (*_KEY, *_COUNTS))
    )
    rows = [
        dict(zip((*_KEY, *_COUNTS), (*key, *counts), strict=True))
        for key, counts in sorted(sums.items())
    ]
    if rows:
        connection.execute(sa.insert(table), rows)


def _events(row):
    yield row.found_on, "found", 1
    if row.closed_on is not None:
        yield row.closed_on, "ended", 1
        yield row.closed_on, "on_time", int(not row.deadline_on or row.closed_on <= row.deadline_on)
        yield row.closed_on, "funds", row.funds or 0
    late_on = row.deadline_on and max(row.found_on, row.deadline_on + timedelta(days=1))
    if late_on and (row.closed_on is None or late_on < row.closed_on):
        yield late_on, "fell_late", 1
        if row.closed_on is not None:
            yield row.closed_on, "late_ended", 1


def _wide_areas(connection):
    names = ("id", "path", "supervisor_id", "kind")
    unit = sa.table("unit", *(sa.column(name) for name in names))
    supervisor = unit.alias()
    query = sa.select(
        unit.c.id, unit.c.path, unit.c.kind, supervisor.c.id.label("supervisor")
    ).outerjoin(
        supervisor,
        (supervisor.c.id == unit.c.supervisor_id) & (supervisor.c.kind == "department"),
    )
    found = {}
    for row in connection.execute(query):
        above = [int(each) for each in row.path.strip("/").split("/")]
        seen = dict.fromkeys([row.id, *above, *([row.supervisor] if row.supervisor else [])])
        found[row.id] = [each for each in seen if each != row.id or row.kind != "enterprise"]
    return found
