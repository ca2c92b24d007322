"""Campaigns, look-back draws, random selections, conflicts. Nothing is moved: none were kept before."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Make the tables."""
    at = sa.DateTime(timezone=True)
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.Column("checklists", sa.JSON(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("begun_at", at, nullable=False),
        sa.Column("closed_at", at, nullable=True),
        sa.Column("closed_words", sa.String(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name="fk_campaign_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sa.UniqueConstraint("uuid", name="uq_campaign_uuid"),
    )
    op.create_index("ix_campaign_office_id", "campaign", ["office_id"])
    op.create_table(
        "campaign_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("belongs", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("tagged_at", at, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_campaign_tag_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_tag"),
        sa.UniqueConstraint("campaign_id", "subject", name="uq_campaign_tag_campaign_id_subject"),
    )
    op.create_index("ix_campaign_tag_subject", "campaign_tag", ["subject"])
    op.create_table(
        "revisit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("population_sha256", sa.String(), nullable=False),
        sa.Column("drawn_by", sa.String(), nullable=False),
        sa.Column("drawn_at", at, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name="fk_revisit_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_revisit"),
        sa.UniqueConstraint("uuid", name="uq_revisit_uuid"),
    )
    op.create_index("ix_revisit_office_id", "revisit", ["office_id"])
    op.create_table(
        "revisited_hazard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revisit_id", sa.Integer(), nullable=False),
        sa.Column("hazard", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("handed_to_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("held_by", sa.String(), nullable=False),
        sa.Column("held_words", sa.String(), nullable=False),
        sa.Column("held_record", sa.String(), nullable=False),
        sa.Column("held_at", at, nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["revisit_id"], ["revisit.id"], name="fk_revisited_hazard_revisit_id"),
        sa.ForeignKeyConstraint(["handed_to_id"], ["unit.id"], name="fk_revisited_hazard_handed_to_id"),
        sa.PrimaryKeyConstraint("id", name="pk_revisited_hazard"),
        sa.UniqueConstraint("revisit_id", "hazard", name="uq_revisited_hazard_revisit_id_hazard"),
    )
    op.create_index("ix_revisited_hazard_hazard", "revisited_hazard", ["hazard"])
    op.create_table(
        "selection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("value_from", at, nullable=False),
        sa.Column("visit_since", sa.Date(), nullable=False),
        sa.Column("visit_until", sa.Date(), nullable=False),
        sa.Column("pool_sha256", sa.String(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("announced_by", sa.String(), nullable=False),
        sa.Column("announced_at", at, nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("visits", sa.JSON(), nullable=False),
        sa.Column("drawn_by", sa.String(), nullable=False),
        sa.Column("drawn_at", at, nullable=True),
        sa.Column("assigned_at", at, nullable=True),
        sa.Column("withdrawn_at", at, nullable=True),
        sa.Column("withdrawn_words", sa.String(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name="fk_selection_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_selection"),
        sa.UniqueConstraint("uuid", name="uq_selection_uuid"),
    )
    op.create_index("ix_selection_office_id", "selection", ["office_id"])
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("declared_at", at, nullable=False),
        sa.Column("ended_at", at, nullable=True),
        sa.Column("ended_words", sa.String(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_conflict_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conflict"),
        sa.UniqueConstraint("uuid", name="uq_conflict_uuid"),
    )
    op.create_index("ix_conflict_unit", "conflict", ["unit_id", "person"])
