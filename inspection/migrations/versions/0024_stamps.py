"""Papers and sheets have later files too, and it is known when a timestamp's certificate ends."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """One table of later files, filled by entries to come; one of what files are found to say."""
    op.create_table(
        "paper_stamp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name="fk_paper_stamp_paper_id"),
        sa.PrimaryKeyConstraint("id", name="pk_paper_stamp"),
        sa.UniqueConstraint("paper_id", "number", name="uq_paper_stamp_paper_id_number"),
        sa.UniqueConstraint("sha256", name="uq_paper_stamp_sha256"),
    )
    op.create_table(
        "timestamp_end",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name="pk_timestamp_end"),
    )
