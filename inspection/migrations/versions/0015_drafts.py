"""Drafts of lists made here; of one list only one is open at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_OPEN = sa.text("state IN ('drafting', 'in_review')")


def upgrade() -> None:
    """Nobody has begun one yet."""
    op.create_table(
        "checklist_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("letters", sa.String(), nullable=False),
        sa.Column("base_slug", sa.String(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_checklist_draft_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_draft"),
        sa.UniqueConstraint("uuid", name="uq_checklist_draft_uuid"),
    )
    op.create_index("ix_checklist_draft_unit_id", "checklist_draft", ["unit_id"])
    op.create_index(
        "ix_checklist_draft_open",
        "checklist_draft",
        ["slug"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
