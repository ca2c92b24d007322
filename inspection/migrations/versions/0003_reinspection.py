"""Re-inspections: whose hazard it is to look at again, what spoke of it last, how often it came back.

The accounts of those who found a hazard were never in its row: they stand in the ledger, in the
entry by which its record was accepted.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_hazard = sa.table(
    "hazard",
    sa.column("id", sa.Integer),
    sa.column("record_uuid", sa.String),
    sa.column("finder_accounts", sa.JSON),
    sa.column("last_record_uuid", sa.String),
)
_entry = sa.table(
    "ledger_entry",
    sa.column("seq", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("subject", sa.String),
    sa.column("body", sa.String),
)


def upgrade() -> None:
    """Add the columns, fill them for hazards that are there, and index what the feed asks."""
    op.add_column(
        "hazard", sa.Column("finder_accounts", sa.JSON(), nullable=False, server_default="[]")
    )
    op.add_column(
        "hazard", sa.Column("last_record_uuid", sa.String(), nullable=False, server_default="")
    )
    op.add_column(
        "hazard", sa.Column("returned", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index("ix_record_unit_list", "record", ["unit_id", "checklist_slug"])
    op.create_index("ix_record_seq", "record", ["seq"])
    connection = op.get_bind()
    connection.execute(sa.update(_hazard).values(last_record_uuid=_hazard.c.record_uuid))
    records = connection.execute(sa.select(_hazard.c.record_uuid).distinct()).scalars().all()
    for record in records:
        connection.execute(
            sa.update(_hazard)
            .where(_hazard.c.record_uuid == record)
            .values(finder_accounts=_signers(connection, record))
        )


def _signers(connection, record) -> list[str]:
    body = connection.execute(
        sa.select(_entry.c.body)
        .where(_entry.c.subject == record, _entry.c.kind == "record.accepted")
        .order_by(_entry.c.seq)
    ).scalars().first()
    return sorted({signed["person"] for signed in json.loads(body)["signed_by"]}) if body else []
