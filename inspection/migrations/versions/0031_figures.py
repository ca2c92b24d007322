"""Rankings and trends are read from kept days, and from indexes that hold what they ask."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

_KEY = ("area_id", "whole_month", "day", "state", "level", "source")
_TYPES = {"whole_month": sa.Boolean(), "day": sa.Date()}


def upgrade() -> None:
    """How long hazards that ended already had been registered is summed up on the day they did."""
    op.add_column(
        "hazard_day", sa.Column("taken", sa.BigInteger(), nullable=False, server_default="0")
    )
    _fill()
    chips = ["state", "level", "source", "unit_id", "found_on", "deadline_on"]
    lists = ["checklist_slug", "item_code", "checklist_revision", "unit_id", "level"]
    for name, columns in (
        ("ix_hazard_order", ["urgency", "id", *chips, "closed_on"]),
        ("ix_hazard_found", ["found_on", "closed_on", *lists]),
    ):
        op.drop_index(name, table_name="hazard")
        op.create_index(name, "hazard", columns)


def _fill() -> None:
    hazard = sa.table(
        "hazard",
        *(sa.column(name) for name in ("unit_id", "state", "level", "source")),
        *(sa.column(name, sa.Date()) for name in ("found_on", "closed_on")),
    )
    connection = op.get_bind()
    areas = _areas(connection)
    sums = defaultdict(int)
    ended = sa.select(hazard).where(hazard.c.closed_on.is_not(None))
    for row in connection.execute(ended, execution_options={"yield_per": 1000}):
        on, sort = row.closed_on, (row.state, row.level, row.source)
        for when in ((False, on), (True, on.replace(day=1))):
            for area in areas[row.unit_id]:
                sums[(area, *when, *sort)] += (on - row.found_on).days
    day = sa.table("hazard_day", *(sa.column(name, _TYPES.get(name)) for name in (*_KEY, "taken")))
    there = [day.c[name] == sa.bindparam(f"of_{name}", type_=_TYPES.get(name)) for name in _KEY]
    rows = [
        {**dict(zip((f"of_{name}" for name in _KEY), key, strict=True)), "days": days}
        for key, days in sums.items()
    ]
    if rows:
        connection.execute(sa.update(day).where(*there).values(taken=sa.bindparam("days")), rows)


def _areas(connection):
    """The places and departments that see each unit."""
    unit = sa.table("unit", *(sa.column(name) for name in ("id", "path", "supervisor_id", "kind")))
    query = sa.select(unit.c.id, unit.c.path, unit.c.supervisor_id, unit.c.kind)
    units = connection.execute(query).all()
    departments = {row.id for row in units if row.kind == "department"}
    enterprises = {row.id for row in units if row.kind == "enterprise"}
    found = {}
    for row in units:
        above = {int(each) for each in row.path.strip("/").split("/")}
        found[row.id] = ({row.id} | above | ({row.supervisor_id} & departments)) - enterprises
    return found
