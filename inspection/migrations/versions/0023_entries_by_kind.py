"""Entries are found by their kind: what was carried away, which lists were published."""

from alembic import op
from sqlalchemy import text

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """One index for all kinds in place of one that named three of them."""
    op.create_index("ix_ledger_entry_kind", "ledger_entry", ["kind", "seq"])
    op.execute(text("DROP INDEX ix_ledger_entry_exported"))
