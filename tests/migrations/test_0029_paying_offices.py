"""0029: a reward that was paid counts for the office that paid it, as the ledger says."""

import json

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401
from tests.migrations.test_0012_scale import old_rows

TIPOFF = (
    "INSERT INTO tipoff (id, uuid, number, code, passphrase_hash, form, what, place, seen,"
    " unit_said, own_staff, photos, standing, outcome, outcome_words, records, hazards, filed_at)"
    " VALUES (:id, :uuid, :uuid, :uuid, '', :uuid, '', '', '', '', false, '[]', 'closed', 'true',"
    " '', '[]', '[]', '2026-11-01 00:00:00')"
)
REWARD = (
    "INSERT INTO tipoff_reward (tipoff_id, case_number, fine, own_staff, amount, granted_by,"
    " granted_at, paid_by) VALUES (:id, '', 0, false, 300000, '', '2026-11-01 00:00:00', '')"
)
PAID = (
    "INSERT INTO ledger_entry (seq, kind, subject, body, recorded_at, prev_link, link)"
    " VALUES (1, 'tipoff.paid', 't1', :body, '2026-11-02T00:00:00.000Z', 'l0', 'l1')"
)


def test_rewards_that_were_paid_learn_by_which_office(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0008")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        old_rows(connection)
        connection.commit()
    _migrate(engine, "0023")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        office = connection.execute(text("SELECT id, uuid FROM unit ORDER BY id")).first()
        assert office
        for number in (1, 2):
            values = {"id": number, "uuid": f"t{number}"}
            connection.execute(text(TIPOFF), values)
            connection.execute(text(REWARD), {"id": number})
        body = {"tipoff": "t1", "amount": 300000, "by": {"unit": office.uuid}}
        connection.execute(text(PAID), {"body": json.dumps(body)})
        connection.commit()
    _migrate(engine, "0029")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT tipoff_id, paying_office_id FROM tipoff_reward ORDER BY tipoff_id")
        ).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [(1, office.id), (2, None)]
