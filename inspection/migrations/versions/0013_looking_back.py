"""Looking back, assignments, measures and penalties; checkpoints are append-only like entries."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_SQLITE = tuple(
    f"""CREATE TRIGGER ledger_checkpoint_no_{name} BEFORE {event} ON ledger_checkpoint {condition}
       BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END"""
    for name, event, condition in (
        ("update", "UPDATE", ""),
        ("delete", "DELETE", ""),
        # INSERT OR REPLACE removes the old row without asking the trigger above.
        (
            "replace",
            "INSERT",
            "WHEN EXISTS (SELECT 1 FROM ledger_checkpoint WHERE id = NEW.id)",
        ),
    )
)
_POSTGRESQL = (
    """CREATE FUNCTION ledger_checkpoint_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'ledger_checkpoint is append-only'; END $$""",
    """CREATE TRIGGER ledger_checkpoint_no_change BEFORE UPDATE OR DELETE ON ledger_checkpoint
       FOR EACH ROW EXECUTE FUNCTION ledger_checkpoint_refuse()""",
    """CREATE TRIGGER ledger_checkpoint_no_truncate BEFORE TRUNCATE ON ledger_checkpoint
       FOR EACH STATEMENT EXECUTE FUNCTION ledger_checkpoint_refuse()""",
)


def upgrade() -> None:
    """A hazard was found when the visit of its record ended."""
    op.add_column(
        "hazard",
        sa.Column(
            "found_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default="1970-01-01 00:00:00.000000",
        ),
    )
    op.execute(
        "UPDATE hazard SET found_at = coalesce((SELECT record.finished_at FROM record"
        " WHERE record.uuid = hazard.record_uuid), registered_at)"
    )
    op.create_index(
        "ix_hazard_unit_item", "hazard", ["unit_id", "checklist_slug", "item_code", "found_at"]
    )
    op.drop_index("ix_record_unit_list", "record")
    op.create_index("ix_record_unit_list", "record", ["unit_id", "checklist_slug", "finished_at"])
    op.create_index("ix_record_unit_finished", "record", ["unit_id", "finished_at"])
    op.create_table('assignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('given_by', sa.String(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_assignment_person_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_assignment_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment')),
    sa.UniqueConstraint('uuid', name=op.f('uq_assignment_uuid'))
    )
    op.create_index('ix_assignment_person', 'assignment', ['person_id', 'until_at'], unique=False)
    op.create_index('ix_assignment_unit_id', 'assignment', ['unit_id'], unique=False)
    op.create_table('measure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('case_number', sa.String(), nullable=False),
    sa.Column('ground', sa.String(), nullable=False),
    sa.Column('mark', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('approved_by', sa.String(), nullable=False),
    sa.Column('notified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('effective_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('hazards', sa.JSON(), nullable=False),
    sa.Column('taken_by', sa.String(), nullable=False),
    sa.Column('lifted_on', sa.Date(), nullable=True),
    sa.Column('lifted_words', sa.String(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_measure_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measure')),
    sa.UniqueConstraint('uuid', name=op.f('uq_measure_uuid'))
    )
    op.create_index('ix_measure_unit', 'measure', ['unit_id', 'decided_on'], unique=False)
    op.create_table('penalty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('case_number', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('hazards', sa.JSON(), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('unit_fined', sa.Boolean(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('imposed_by', sa.String(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_penalty_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_penalty')),
    sa.UniqueConstraint('uuid', name=op.f('uq_penalty_uuid'))
    )
    op.create_index('ix_penalty_unit', 'penalty', ['unit_id', 'decided_on'], unique=False)
    op.create_index('ix_penalty_fined', 'penalty', ['unit_fined', 'decided_on', 'unit_id'], unique=False)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)
