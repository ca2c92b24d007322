"""Hint cards: drawings kept by what they were drawn from, and sendings with their receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Nothing was drawn or sent yet; notices are found by what they are about."""
    op.create_table(
        "card_drawing",
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("card", name="pk_card_drawing"),
    )
    op.create_table(
        "card_sending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("enterprises", sa.Integer(), nullable=True),
        sa.Column("missed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_card_sending_unit_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_card_sending_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_card_sending"),
        sa.UniqueConstraint("uuid", name="uq_card_sending_uuid"),
    )
    op.create_index("ix_card_sending_unit_id", "card_sending", ["unit_id"])
    op.create_index("ix_notice_subject", "notice", ["subject"])
