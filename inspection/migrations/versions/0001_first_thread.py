"""The first thread: units, people, keys, ledger, register, records, jobs, reports.

The ledger's table is append-only by triggers; its head row is made here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_GENESIS = "0" * 64

_SQLITE = (
    """CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
       BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END""",
    """CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
       BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END""",
    # INSERT OR REPLACE removes the old row without asking the trigger above.
    """CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry
       WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE seq = NEW.seq)
         OR EXISTS (SELECT 1 FROM ledger_entry WHERE prev_link = NEW.prev_link)
         OR EXISTS (SELECT 1 FROM ledger_entry WHERE link = NEW.link)
       BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'ledger_entry is append-only'; END $$""",
    """CREATE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry
       FOR EACH ROW EXECUTE FUNCTION ledger_entry_refuse()""",
    """CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
       FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_refuse()""",
)


def upgrade() -> None:
    op.create_table('custody_notice',
    sa.Column('record_uuid', sa.String(), nullable=False),
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('signer', sa.String(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('photos', sa.BigInteger(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('storage', sa.String(), nullable=False),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('record_uuid', 'device', name=op.f('pk_custody_notice'))
    )
    op.create_table('failed_try',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_failed_try'))
    )
    op.create_index('ix_failed_try_address', 'failed_try', ['address', 'tried_at'], unique=False)
    op.create_index('ix_failed_try_username', 'failed_try', ['username', 'tried_at'], unique=False)
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('args', sa.JSON(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('key', name=op.f('uq_job_key'))
    )
    op.create_index('ix_job_due', 'job', ['due_at', 'id'], unique=False, sqlite_where=sa.text('finished_at IS NULL'), postgresql_where=sa.text('finished_at IS NULL'))
    op.create_table('ledger_checkpoint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('jws', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_checkpoint'))
    )
    op.create_index(op.f('ix_ledger_checkpoint_seq'), 'ledger_checkpoint', ['seq'], unique=False)
    op.create_table('ledger_entry',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.String(), nullable=False),
    sa.Column('prev_link', sa.String(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_ledger_entry')),
    sa.UniqueConstraint('link', name=op.f('uq_ledger_entry_link')),
    sa.UniqueConstraint('prev_link', name=op.f('uq_ledger_entry_prev_link'))
    )
    op.create_index('ix_ledger_entry_subject', 'ledger_entry', ['subject', 'seq'], unique=False)
    op.create_table('ledger_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_head'))
    )
    op.create_table('pdf_credential',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('badge', sa.String(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('serial', sa.String(), nullable=False),
    sa.Column('certificate', sa.LargeBinary(), nullable=False),
    sa.Column('locked_key', sa.LargeBinary(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pdf_credential')),
    sa.UniqueConstraint('serial', name=op.f('uq_pdf_credential_serial'))
    )
    op.create_index(op.f('ix_pdf_credential_person'), 'pdf_credential', ['person'], unique=False)
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('username', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('badge', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('demonstration', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('username', name=op.f('uq_person_username')),
    sa.UniqueConstraint('uuid', name=op.f('uq_person_uuid'))
    )
    op.create_table('quarantine',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarantine')),
    sa.UniqueConstraint('uuid', 'digest', name=op.f('uq_quarantine_uuid_digest'))
    )
    op.create_table('unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('supervisor_id', sa.Integer(), nullable=True),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('credit_code', sa.String(), nullable=False),
    sa.Column('sector', sa.String(), nullable=False),
    sa.Column('high_risk', sa.Boolean(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('principal', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.CheckConstraint("path LIKE '/%/'", name=op.f('ck_unit_path_is_rooted')),
    sa.ForeignKeyConstraint(['parent_id'], ['unit.id'], name=op.f('fk_unit_parent_id')),
    sa.ForeignKeyConstraint(['supervisor_id'], ['unit.id'], name=op.f('fk_unit_supervisor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
    sa.UniqueConstraint('uuid', name=op.f('uq_unit_uuid'))
    )
    op.create_index(op.f('ix_unit_parent_id'), 'unit', ['parent_id'], unique=False)
    op.create_index('ix_unit_path', 'unit', ['path'], unique=False, postgresql_ops={'path': 'text_pattern_ops'})
    op.create_index(op.f('ix_unit_supervisor_id'), 'unit', ['supervisor_id'], unique=False)
    op.create_table('device_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kid', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('device_label', sa.String(), nullable=False),
    sa.Column('public_jwk', sa.JSON(), nullable=False),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_device_key_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_key')),
    sa.UniqueConstraint('kid', name=op.f('uq_device_key_kid'))
    )
    op.create_index(op.f('ix_device_key_person_id'), 'device_key', ['person_id'], unique=False)
    op.create_table('hazard',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('record_uuid', sa.String(), nullable=False),
    sa.Column('checklist_slug', sa.String(), nullable=False),
    sa.Column('checklist_revision', sa.Integer(), nullable=False),
    sa.Column('item_code', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('summary', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('requirement', sa.String(), nullable=False),
    sa.Column('finders', sa.JSON(), nullable=False),
    sa.Column('photos_before', sa.JSON(), nullable=False),
    sa.Column('photos_after', sa.JSON(), nullable=False),
    sa.Column('deadline_on', sa.Date(), nullable=True),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_hazard_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hazard')),
    sa.UniqueConstraint('number', name=op.f('uq_hazard_number')),
    sa.UniqueConstraint('uuid', name=op.f('uq_hazard_uuid'))
    )
    op.create_index(op.f('ix_hazard_last_seq'), 'hazard', ['last_seq'], unique=False)
    op.create_index(op.f('ix_hazard_record_uuid'), 'hazard', ['record_uuid'], unique=False)
    op.create_index('ix_hazard_registered_at', 'hazard', ['registered_at'], unique=False)
    op.create_index('ix_hazard_state_deadline', 'hazard', ['state', 'deadline_on'], unique=False)
    op.create_index('ix_hazard_unit_state', 'hazard', ['unit_id', 'state'], unique=False)
    op.create_table('membership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_membership_person_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_membership_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership')),
    sa.UniqueConstraint('person_id', 'unit_id', 'role', name=op.f('uq_membership_person_id_unit_id_role'))
    )
    op.create_index(op.f('ix_membership_unit_id'), 'membership', ['unit_id'], unique=False)
    op.create_table('record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('jws_digest', sa.String(), nullable=False),
    sa.Column('jws', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('faults', sa.JSON(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('checklist_slug', sa.String(), nullable=False),
    sa.Column('checklist_revision', sa.Integer(), nullable=False),
    sa.Column('findings', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_by', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.Column('receipt', sa.String(), nullable=False),
    sa.Column('receipt_seq', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['submitted_by'], ['person.id'], name=op.f('fk_record_submitted_by')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_record_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record')),
    sa.UniqueConstraint('uuid', name=op.f('uq_record_uuid'))
    )
    op.create_index(op.f('ix_record_digest'), 'record', ['digest'], unique=False)
    op.create_index('ix_record_submitted_by', 'record', ['submitted_by', 'receipt_seq'], unique=False)
    op.create_index('ix_record_unit_received', 'record', ['unit_id', 'received_at'], unique=False)
    op.create_table('report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('record_uuid', sa.String(), nullable=False),
    sa.Column('record_digest', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('checklist_title', sa.String(), nullable=False),
    sa.Column('organisation', sa.String(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_report_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('number', name=op.f('uq_report_number')),
    sa.UniqueConstraint('record_uuid', name=op.f('uq_report_record_uuid')),
    sa.UniqueConstraint('sha256', name=op.f('uq_report_sha256')),
    sa.UniqueConstraint('uuid', name=op.f('uq_report_uuid'))
    )
    op.create_index(op.f('ix_report_unit_id'), 'report', ['unit_id'], unique=False)
    op.create_table('sign_in_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_digest', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_session_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_session')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_sign_in_session_token_digest'))
    )
    op.create_index(op.f('ix_sign_in_session_person_id'), 'sign_in_session', ['person_id'], unique=False)
    op.create_table('record_blob',
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('arrived', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_record_blob_record_id')),
    sa.PrimaryKeyConstraint('record_id', 'digest', name=op.f('pk_record_blob'))
    )
    op.create_index('ix_record_blob_digest', 'record_blob', ['digest', 'arrived'], unique=False)

    op.execute(sa.text("INSERT INTO ledger_head (id, seq, link) VALUES (1, 0, :link)").bindparams(link=_GENESIS))
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
