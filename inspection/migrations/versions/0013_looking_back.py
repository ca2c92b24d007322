"""Looking back: when a hazard was found, and indexes for the earlier checks of one unit."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0008"


def upgrade() -> None:
    """A hazard was found when the visit of its record ended."""
    op.add_column(
        "hazard",
        sa.Column(
            "found_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default="1970-01-01 00:00:00.000000",
        ),
    )
    op.execute(
        "UPDATE hazard SET found_at = coalesce((SELECT record.finished_at FROM record"
        " WHERE record.uuid = hazard.record_uuid), registered_at)"
    )
    op.create_index(
        "ix_hazard_unit_item", "hazard", ["unit_id", "checklist_slug", "item_code", "found_at"]
    )
    op.drop_index("ix_record_unit_list", "record")
    op.create_index("ix_record_unit_list", "record", ["unit_id", "checklist_slug", "finished_at"])
    op.create_index("ix_record_unit_finished", "record", ["unit_id", "finished_at"])
