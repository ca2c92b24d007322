"""The monthly dispatch table: values by hand, and when a hazard was first listed."""

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """The day of the first listing stays in the ledger when a hazard ends; it is read from there."""
    op.add_column("hazard", sa.Column("listed_on", sa.Date(), nullable=True))
    _learn_listings(op.get_bind())
    op.create_index(
        "ix_hazard_major",
        "hazard",
        ["found_on", "unit_id"],
        sqlite_where=sa.text("level = 'major'"),
        postgresql_where=sa.text("level = 'major'"),
    )
    op.create_table(
        "dispatch_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_dispatch_entry_unit_id"),
        sa.ForeignKeyConstraint(["about_id"], ["unit.id"], name="fk_dispatch_entry_about_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch_entry"),
        sa.UniqueConstraint("uuid", name="uq_dispatch_entry_uuid"),
    )
    op.create_index("ix_dispatch_entry_unit", "dispatch_entry", ["unit_id", "happened_on"])


def _learn_listings(connection: sa.Connection) -> None:
    entries = connection.execute(
        sa.text(
            "SELECT body, recorded_at FROM ledger_entry WHERE kind = 'hazard.listed' ORDER BY seq"
        )
    )
    first: dict[str, str] = {}
    for body, recorded_at in entries:
        local = datetime.fromisoformat(recorded_at) + timedelta(hours=8)
        first.setdefault(json.loads(body)["hazard"], local.date().isoformat())
    for hazard, day in first.items():
        connection.execute(
            sa.text("UPDATE hazard SET listed_on = :day WHERE uuid = :hazard").bindparams(
                sa.bindparam("day", datetime.fromisoformat(day).date(), sa.Date()), hazard=hazard
            )
        )
