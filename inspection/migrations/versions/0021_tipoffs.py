"""Tip-offs; accidents, duty and calls. Nothing is moved: none of these were kept before."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0017"


def upgrade() -> None:
    """Make the tables."""
    op.create_table('call',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('occasion', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('called_by', sa.String(), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['unit.id'], name='fk_call_office_id'),
    sa.PrimaryKeyConstraint('id', name='pk_call'),
    sa.UniqueConstraint('uuid', name='uq_call_uuid')
    )
    op.create_index('ix_call_office_id', 'call', ['office_id'])
    op.create_table('duty_day',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('leader', sa.String(), nullable=False),
    sa.Column('staff', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name='fk_duty_day_unit_id'),
    sa.PrimaryKeyConstraint('id', name='pk_duty_day'),
    sa.UniqueConstraint('unit_id', 'day', name='uq_duty_day_unit_id_day')
    )
    op.create_table('incident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('dead', sa.Integer(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False),
    sa.Column('injured', sa.Integer(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('head_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('learned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name='fk_incident_unit_id'),
    sa.PrimaryKeyConstraint('id', name='pk_incident'),
    sa.UniqueConstraint('uuid', name='uq_incident_uuid')
    )
    op.create_index('ix_incident_unit', 'incident', ['unit_id', 'happened_at'])
    op.create_table('tipoff',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('passphrase_hash', sa.String(), nullable=False),
    sa.Column('form', sa.String(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('head_unit_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('seen', sa.String(), nullable=False),
    sa.Column('unit_said', sa.String(), nullable=False),
    sa.Column('own_staff', sa.Boolean(), nullable=False),
    sa.Column('photos', sa.JSON(), nullable=False),
    sa.Column('standing', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('outcome_words', sa.String(), nullable=False),
    sa.Column('records', sa.JSON(), nullable=False),
    sa.Column('hazards', sa.JSON(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['head_unit_id'], ['unit.id'], name='fk_tipoff_head_unit_id'),
    sa.ForeignKeyConstraint(['office_id'], ['unit.id'], name='fk_tipoff_office_id'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name='fk_tipoff_unit_id'),
    sa.PrimaryKeyConstraint('id', name='pk_tipoff'),
    sa.UniqueConstraint('code', name='uq_tipoff_code'),
    sa.UniqueConstraint('form', name='uq_tipoff_form'),
    sa.UniqueConstraint('number', name='uq_tipoff_number'),
    sa.UniqueConstraint('uuid', name='uq_tipoff_uuid')
    )
    op.create_index('ix_tipoff_filed', 'tipoff', ['office_id', 'filed_at'])
    op.create_index('ix_tipoff_head_unit_id', 'tipoff', ['head_unit_id'])
    op.create_index('ix_tipoff_office_id', 'tipoff', ['office_id'])
    op.create_index('ix_tipoff_standing', 'tipoff', ['standing'])
    op.create_index('ix_tipoff_unit_id', 'tipoff', ['unit_id'])
    op.create_table('called_unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.String(), nullable=False),
    sa.Column('by_phone', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], name='fk_called_unit_call_id'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name='fk_called_unit_unit_id'),
    sa.PrimaryKeyConstraint('id', name='pk_called_unit'),
    sa.UniqueConstraint('call_id', 'unit_id', name='uq_called_unit_call_id_unit_id')
    )
    op.create_index('ix_called_unit_unit_id', 'called_unit', ['unit_id'])
    op.create_table('incident_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('told', sa.String(), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('by_name', sa.String(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name='fk_incident_report_incident_id'),
    sa.PrimaryKeyConstraint('id', name='pk_incident_report'),
    sa.UniqueConstraint('uuid', name='uq_incident_report_uuid')
    )
    op.create_index('ix_incident_report_incident_id', 'incident_report', ['incident_id'])
    op.create_table('tipoff_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tipoff_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tipoff_id'], ['tipoff.id'], name='fk_tipoff_message_tipoff_id'),
    sa.PrimaryKeyConstraint('id', name='pk_tipoff_message')
    )
    op.create_index('ix_tipoff_message_tipoff_id', 'tipoff_message', ['tipoff_id'])
    op.create_table('tipoff_reward',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tipoff_id', sa.Integer(), nullable=False),
    sa.Column('case_number', sa.String(), nullable=False),
    sa.Column('fine', sa.BigInteger(), nullable=False),
    sa.Column('own_staff', sa.Boolean(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('granted_by', sa.String(), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_by', sa.String(), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tipoff_id'], ['tipoff.id'], name='fk_tipoff_reward_tipoff_id'),
    sa.PrimaryKeyConstraint('id', name='pk_tipoff_reward'),
    sa.UniqueConstraint('tipoff_id', name='uq_tipoff_reward_tipoff_id')
    )
