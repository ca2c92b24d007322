"""Assignment orders, the units that answer for them, and the months' written words."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Three views over the ledger; nothing is in it about them yet."""
    op.create_table(
        "assignment_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("list_uuid", sa.String(), nullable=False),
        sa.Column("list_title", sa.String(), nullable=False),
        sa.Column("deadline", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("sustained", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name="fk_assignment_order_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment_order"),
        sa.UniqueConstraint("uuid", name="uq_assignment_order_uuid"),
    )
    op.create_index("ix_assignment_order_list_uuid", "assignment_order", ["list_uuid"])
    op.create_index("ix_assignment_order_office", "assignment_order", ["office_id", "state"])
    op.create_index("ix_assignment_order_due", "assignment_order", ["state", "due_on"])
    op.create_table(
        "order_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["assignment_order.id"], name="fk_order_unit_order_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_order_unit_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_order_unit"),
        sa.UniqueConstraint("order_id", "unit_id", name="uq_order_unit_order_id_unit_id"),
    )
    op.create_index("ix_order_unit_unit_id", "order_unit", ["unit_id"])
    op.create_table(
        "order_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("done", sa.String(), nullable=False),
        sa.Column("troubles", sa.String(), nullable=False),
        sa.Column("plans", sa.String(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name="fk_order_month_office_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_order_month_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_order_month"),
        sa.UniqueConstraint(
            "office_id", "unit_id", "month", name="uq_order_month_office_id_unit_id_month"
        ),
    )
