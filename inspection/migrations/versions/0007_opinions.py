"""The auditor's desk: traits of records, opinions, samples, verdicts kept by digest."""

import base64
import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_AT_ONCE = 500
_record = sa.table(
    "record", sa.column("id", sa.Integer), sa.column("jws", sa.LargeBinary)
)
_ENDINGS = ("refused", "absent", "deputy")


def upgrade() -> None:
    trait = op.create_table('record_trait',
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('trait', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_record_trait_record_id')),
    sa.PrimaryKeyConstraint('record_id', 'trait', name=op.f('pk_record_trait'))
    )
    op.create_index('ix_record_trait_trait', 'record_trait', ['trait', 'record_id'], unique=False)
    op.create_table('opinion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('conclusion', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('read_sha256', sa.String(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.Column('signed_sha256', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_opinion_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opinion')),
    sa.UniqueConstraint('report_id', 'number', name=op.f('uq_opinion_report_id_number')),
    sa.UniqueConstraint('uuid', name=op.f('uq_opinion_uuid'))
    )
    op.create_index('ix_opinion_conclusion', 'opinion', ['conclusion', 'report_id'], unique=False)
    op.create_table('document_verdict',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('verdict', sa.JSON(), nullable=False),
    sa.Column('examined_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_document_verdict'))
    )
    op.create_table('audit_sample',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('seed', sa.String(), nullable=False),
    sa.Column('population', sa.Integer(), nullable=False),
    sa.Column('drawn', sa.Integer(), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_sample')),
    sa.UniqueConstraint('uuid', name=op.f('uq_audit_sample_uuid'))
    )
    op.create_index('ix_audit_sample_person', 'audit_sample', ['person', 'id'], unique=False)
    op.create_index('ix_record_desk', 'record', ['uuid', 'kind', 'checklist_slug', 'findings'], unique=False)
    op.create_index('ix_report_issued_at', 'report', ['issued_at', 'id'], unique=False)
    _note_traits(op.get_bind(), trait)


def _note_traits(connection, trait) -> None:
    """Records that are here already: read each once, a few hundred at a time."""
    after = 0
    while rows := connection.execute(
        sa.select(_record).where(_record.c.id > after).order_by(_record.c.id).limit(_AT_ONCE)
    ).all():
        found = [
            {"record_id": row.id, "trait": each} for row in rows for each in _traits(row.jws)
        ]
        if found:
            connection.execute(sa.insert(trait), found)
        after = rows[-1].id


def _traits(jws: bytes) -> list[str]:
    encoded = json.loads(jws)["payload"]
    payload = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    outcomes = {signing["outcome"] for signing in payload["signatures"]}
    major = ["major"] if any(f["level"] == "major" for f in payload["findings"]) else []
    return major + [each for each in _ENDINGS if each in outcomes]
