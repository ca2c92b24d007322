"""The organisation's recovery key and what was asked of it."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing yet."""
