"""The escalation ladder of a hazard, inboxes, and where people are reached besides them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"

_SETS_DEADLINE = (
    "'hazard.registered', 'hazard.reinspected_returned', 'hazard.rejected', "
    "'hazard.extension_granted', 'hazard.reopened'"
)


def upgrade() -> None:
    """Hazards that are there climb the ladder from the entry that set their present deadline."""
    op.add_column("hazard", sa.Column("rung", sa.String(), nullable=False, server_default=""))
    op.add_column("hazard", sa.Column("rungs", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "hazard", sa.Column("ladder_seq", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute(
        "UPDATE hazard SET ladder_seq = coalesce((SELECT max(seq) FROM ledger_entry "
        f"WHERE subject = hazard.uuid AND kind IN ({_SETS_DEADLINE})), 0)"
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("basis_seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("unit_name", sa.String(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("uuid", name=op.f("uq_notice_uuid")),
        sa.UniqueConstraint("person_id", "basis_seq", name=op.f("uq_notice_person_id_basis_seq")),
    )
    op.create_index("ix_notice_person_sent", "notice", ["person_id", "sent_at"])
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["person_id"],
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "contact",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("mail_trouble", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_contact")),
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("p256dh", sa.String(), nullable=False),
        sa.Column("auth", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_push_subscription_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("uuid", name=op.f("uq_push_subscription_uuid")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscription_endpoint")),
    )
    op.create_index(op.f("ix_push_subscription_person_id"), "push_subscription", ["person_id"])
