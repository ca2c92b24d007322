"""Hazards are found by the item that found them: what is most often wrong opens its hazards."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """One index; nothing moves."""
    op.create_index("ix_hazard_item", "hazard", ["checklist_slug", "item_code", "found_on"])
