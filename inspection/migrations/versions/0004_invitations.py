"""Invitations by which a tablet enrols a person."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('code_digest', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('issued_by_id', sa.Integer(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issued_by_id'], ['person.id'], name=op.f('fk_invitation_issued_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_invitation_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('code_digest', name=op.f('uq_invitation_code_digest')),
    sa.UniqueConstraint('uuid', name=op.f('uq_invitation_uuid'))
    )
    op.create_index('ix_invitation_issued_by', 'invitation', ['issued_by_id', 'issued_at'], unique=False)
    op.create_index('ix_invitation_person', 'invitation', ['person_id', 'issued_at'], unique=False)
    op.create_index(op.f('ix_device_key_device'), 'device_key', ['device'], unique=False)
