"""Invitations by which a tablet enrols a person; tablets that were withdrawn."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing yet."""
