"""Registers of enterprises, who signed self-inspections, and what was reminded of."""

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Self-inspections of before are counted too: the ledger says who signed them."""
    op.create_table(
        "upkeep_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_for", sa.String(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_words", sa.String(), nullable=False),
        sa.Column("changed_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_upkeep_entry_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_entry"),
        sa.UniqueConstraint("uuid", name="uq_upkeep_entry_uuid"),
    )
    op.create_index("ix_upkeep_entry_unit", "upkeep_entry", ["unit_id", "register", "day"])
    op.create_index("ix_upkeep_entry_replaced", "upkeep_entry", ["replaced_by"])
    op.create_index("ix_upkeep_entry_changed", "upkeep_entry", ["changed_seq"])
    op.create_table(
        "upkeep_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_upkeep_reminder_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_reminder"),
        sa.UniqueConstraint(
            "unit_id", "about", "due_on", "days", name="uq_upkeep_reminder_unit_id_about_due_on_days"
        ),
    )
    signer = op.create_table(
        "self_check_signer",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_self_check_signer_unit_id"),
        sa.PrimaryKeyConstraint("record", "person", name="pk_self_check_signer"),
    )
    op.create_index("ix_self_check_signer_unit_id", "self_check_signer", ["unit_id"])
    _learn_signers(op.get_bind(), signer)


def _learn_signers(connection: sa.Connection, signer: sa.Table) -> None:
    units = dict(connection.execute(sa.text("SELECT uuid, id FROM unit")).tuples().all())
    entries = connection.execute(
        sa.text(
            "SELECT kind, body, recorded_at FROM ledger_entry "
            "WHERE kind IN ('record.accepted', 'record.held') ORDER BY seq"
        )
    )
    found: dict[str, list[dict[str, object]]] = {}
    for kind, text, recorded_at in entries:
        body = json.loads(text)
        if kind == "record.held":
            found.pop(body["record"], None)
        elif body.get("kind") == "self_inspection" and body["unit"] in units:
            found[body["record"]] = _signers(body, recorded_at, units[body["unit"]])
    rows = [row for each in found.values() for row in each]
    if rows:
        connection.execute(sa.insert(signer), rows)


def _signers(body: dict, recorded_at: str, unit_id: int) -> list[dict[str, object]]:
    done = min(datetime.fromisoformat(body["finished_at"]), datetime.fromisoformat(recorded_at))
    local = done.astimezone(datetime.fromisoformat(recorded_at).tzinfo) + timedelta(hours=8)
    return [
        {"record": body["record"], "person": person, "unit_id": unit_id, "done_on": local.date()}
        for person in sorted({each["person"] for each in body["signed_by"]})
    ]
