"""The life of a hazard: who rectifies it and how, what was asked, whether it is listed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_TEXTS = (
    "responsible",
    "measures",
    "emergency",
    "rectified_by",
    "question",
    "asked_by",
    "listed_level",
    "listed_order",
)


def upgrade() -> None:
    """Nothing was said yet of hazards that are there."""
    for name in _TEXTS:
        op.add_column("hazard", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("hazard", sa.Column("funds", sa.BigInteger(), nullable=True))
    op.add_column("hazard", sa.Column("planned_on", sa.Date(), nullable=True))
    op.add_column("hazard", sa.Column("asked_until", sa.Date(), nullable=True))
    op.add_column("hazard", sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("hazard", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "hazard", sa.Column("reopened", sa.Integer(), nullable=False, server_default="0")
    )
