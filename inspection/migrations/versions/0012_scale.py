"""The register at scale: the days of finding and ending, for questions about periods."""

from datetime import UTC, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0008"

_BEIJING = timezone(timedelta(hours=8))


def upgrade() -> None:
    """Hazards that are there already get their days."""
    op.add_column(
        "hazard", sa.Column("found_on", sa.Date(), nullable=False, server_default="1970-01-01")
    )
    op.add_column("hazard", sa.Column("closed_on", sa.Date(), nullable=True))
    _fill_days()


def _fill_days() -> None:
    instant = sa.DateTime(timezone=True)
    hazard = sa.table(
        "hazard",
        sa.column("id"),
        sa.column("registered_at", instant),
        sa.column("closed_at", instant),
        sa.column("found_on", sa.Date()),
        sa.column("closed_on", sa.Date()),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(hazard.c.id, hazard.c.registered_at, hazard.c.closed_at))
    days = [
        {"of": row.id, "found": _day(row.registered_at), "closed": _day(row.closed_at)}
        for row in rows
    ]
    if days:
        connection.execute(
            sa.update(hazard)
            .where(hazard.c.id == sa.bindparam("of"))
            .values(found_on=sa.bindparam("found"), closed_on=sa.bindparam("closed")),
            days,
        )


def _day(at):
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(_BEIJING).date()
