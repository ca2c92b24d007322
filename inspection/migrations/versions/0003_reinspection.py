"""Re-inspections: who is to look at a hazard again."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
