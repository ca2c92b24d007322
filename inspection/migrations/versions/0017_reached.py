"""How often somebody is mailed, and whether the address is known to be theirs.

Addresses that were there have to be confirmed too: nobody ever asked whose they are. Besides,
what an inbox is grouped by and what was carried away are found by indexes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_EXPORTED = sa.text("kind IN ('list.exported', 'reports.exported', 'case.exported')")


def upgrade() -> None:
    """Who had mail of each notice keeps that, once the address is confirmed."""
    op.add_column(
        "contact", sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "contact", sa.Column("rhythm", sa.String(), nullable=False, server_default="never")
    )
    op.execute(sa.text("UPDATE contact SET rhythm = 'each' WHERE by_mail"))
    op.drop_column("contact", "by_mail")
    op.create_index(
        "ix_notice_person_subject", "notice", ["person_id", "subject", "id", "read_at"]
    )
    op.create_index(
        "ix_ledger_entry_exported",
        "ledger_entry",
        ["seq"],
        sqlite_where=_EXPORTED,
        postgresql_where=_EXPORTED,
    )
