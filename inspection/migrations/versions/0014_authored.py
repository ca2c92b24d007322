"""Lists made here, and what is known of a unit for offering lists. Revisions are append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_FIXED = (
    "slug, revision, family, digest, document, unit_id,"
    " drafted_by, published_by, published_at, seq"
)
_SQLITE = (
    f"""CREATE TRIGGER authored_revision_no_update BEFORE UPDATE OF id, {_FIXED}
       ON authored_revision
       BEGIN SELECT RAISE(ABORT, 'authored_revision is append-only'); END""",
    """CREATE TRIGGER authored_revision_no_delete BEFORE DELETE ON authored_revision
       BEGIN SELECT RAISE(ABORT, 'authored_revision is append-only'); END""",
    # INSERT OR REPLACE removes the old row without asking the trigger above.
    """CREATE TRIGGER authored_revision_no_replace BEFORE INSERT ON authored_revision
       WHEN EXISTS (SELECT 1 FROM authored_revision
                    WHERE id = NEW.id OR (slug = NEW.slug AND revision = NEW.revision))
       BEGIN SELECT RAISE(ABORT, 'authored_revision is append-only'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION authored_revision_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'authored_revision is append-only'; END $$""",
    f"""CREATE TRIGGER authored_revision_no_update BEFORE UPDATE OF id, {_FIXED}
       ON authored_revision FOR EACH ROW EXECUTE FUNCTION authored_revision_refuse()""",
    """CREATE TRIGGER authored_revision_no_delete BEFORE DELETE ON authored_revision
       FOR EACH ROW EXECUTE FUNCTION authored_revision_refuse()""",
    """CREATE TRIGGER authored_revision_no_truncate BEFORE TRUNCATE ON authored_revision
       FOR EACH STATEMENT EXECUTE FUNCTION authored_revision_refuse()""",
)


def upgrade() -> None:
    """Nothing is known yet of any unit's premises; no list was made here."""
    op.add_column("unit", sa.Column("venues", sa.String(), nullable=False, server_default=""))
    op.add_column("unit", sa.Column("staff", sa.Integer(), nullable=True))
    op.create_table(
        "authored_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_authored_revision_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_authored_revision"),
        sa.UniqueConstraint("slug", "revision", name="uq_authored_revision_slug_revision"),
    )
    op.create_index("ix_authored_revision_unit_id", "authored_revision", ["unit_id"])
    op.create_index("ix_authored_revision_family", "authored_revision", ["family"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)
