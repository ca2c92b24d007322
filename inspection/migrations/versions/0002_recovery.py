"""The organisation's recovery key and what was asked of it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table('recovery_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kid', sa.String(), nullable=False),
    sa.Column('public_jwk', sa.JSON(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['set_by_id'], ['person.id'], name=op.f('fk_recovery_key_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_key')),
    sa.UniqueConstraint('kid', name=op.f('uq_recovery_key_kid'))
    )
    op.create_table('recovery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('old_data_kid', sa.String(), nullable=False),
    sa.Column('old_recovery_kid', sa.String(), nullable=False),
    sa.Column('old_key', sa.String(), nullable=False),
    sa.Column('new_data_kid', sa.String(), nullable=False),
    sa.Column('new_recovery_kid', sa.String(), nullable=False),
    sa.Column('new_key', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('iv', sa.String(), nullable=True),
    sa.Column('key', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_recovery_answered_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recovery_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery')),
    sa.UniqueConstraint('person_id', 'old_data_kid', 'new_data_kid', name=op.f('uq_recovery_person_id_old_data_kid_new_data_kid')),
    sa.UniqueConstraint('uuid', name=op.f('uq_recovery_uuid'))
    )
    op.create_index(op.f('ix_recovery_person_id'), 'recovery', ['person_id'], unique=False)
