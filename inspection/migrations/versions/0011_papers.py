"""Papers with a number: the shelf of papers, and who issues them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table('paper_issuer',
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.String(), nullable=False),
    sa.Column('government', sa.String(), nullable=False),
    sa.Column('court', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_paper_issuer_unit_id')),
    sa.PrimaryKeyConstraint('unit_id', name=op.f('pk_paper_issuer')),
    sa.UniqueConstraint('mark', name=op.f('uq_paper_issuer_mark'))
    )
    op.create_table('paper',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('record_uuid', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('issuer_id', sa.Integer(), nullable=False),
    sa.Column('organisation', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('hazards', sa.JSON(), nullable=False),
    sa.Column('follows', sa.JSON(), nullable=False),
    sa.Column('content_sha256', sa.String(), nullable=False),
    sa.Column('confirmations', sa.JSON(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('ordinal', sa.Integer(), nullable=True),
    sa.Column('number', sa.String(), nullable=True),
    sa.Column('sha256', sa.String(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=True),
    sa.Column('pages', sa.Integer(), nullable=True),
    sa.Column('delivery', sa.JSON(), nullable=True),
    sa.Column('ending', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['unit.id'], name=op.f('fk_paper_issuer_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_paper_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper')),
    sa.UniqueConstraint('issuer_id', 'kind', 'year', 'ordinal', name=op.f('uq_paper_issuer_id_kind_year_ordinal')),
    sa.UniqueConstraint('number', name=op.f('uq_paper_number')),
    sa.UniqueConstraint('sha256', name=op.f('uq_paper_sha256')),
    sa.UniqueConstraint('uuid', name=op.f('uq_paper_uuid'))
    )
    op.create_index(op.f('ix_paper_record_uuid'), 'paper', ['record_uuid'], unique=False)
    op.create_index('ix_paper_state', 'paper', ['state', 'id'], unique=False)
    op.create_index(op.f('ix_paper_unit_id'), 'paper', ['unit_id'], unique=False)
