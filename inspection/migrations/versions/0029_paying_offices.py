"""Each reward that was paid for a tip-off knows the office that paid it, as the ledger says.

A dispatch table counts rewards by that office. Besides, notices know when what they ask for was
done, and drafts what was told of the workbook that they began with; nothing of that was kept.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Take the office of every payment from its entry."""
    with op.batch_alter_table("tipoff_reward") as table:
        table.add_column(sa.Column("paying_office_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            "fk_tipoff_reward_paying_office_id", "unit", ["paying_office_id"], ["id"]
        )
    op.create_index("ix_tipoff_reward_paying_office_id", "tipoff_reward", ["paying_office_id"])
    op.add_column("notice", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_notice_person_subject", "notice")
    op.create_index(
        "ix_notice_person_subject",
        "notice",
        ["person_id", "subject", "id", "read_at", "settled_at"],
    )
    op.add_column(
        "checklist_draft", sa.Column("arrival", sa.String(), nullable=False, server_default="")
    )
    connection = op.get_bind()
    paid = connection.execute(sa.text("SELECT body FROM ledger_entry WHERE kind = 'tipoff.paid'"))
    fill = sa.text(
        "UPDATE tipoff_reward SET paying_office_id = (SELECT id FROM unit WHERE uuid = :office)"
        " WHERE tipoff_id = (SELECT id FROM tipoff WHERE uuid = :tipoff)"
    )
    for (text,) in paid.all():
        body = json.loads(text)
        connection.execute(fill, {"office": body["by"]["unit"], "tipoff": body["tipoff"]})
