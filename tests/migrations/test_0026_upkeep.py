"""0026: self-inspections of before are counted, for the day on which they were done."""

import json

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401


def body(record: str, kind: str = "self_inspection", finished: str = "2026-11-20T17:00:00Z") -> str:
    said = {"record": record, "kind": kind, "unit": "u", "finished_at": finished}
    return json.dumps({**said, "signed_by": [{"person": "p", "kid": "k"}]})


def test_who_signed_self_inspections_is_learnt_from_the_ledger(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0023")
    told = [
        ("record.accepted", body("kept")),
        ("record.accepted", body("of a department", "inspection")),
        ("record.accepted", body("held after all")),
        ("record.held", json.dumps({"record": "held after all"})),
        ("record.accepted", body("of tomorrow", finished="2027-01-01T00:00:00Z")),
    ]
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        connection.execute(
            text("INSERT INTO unit (uuid, kind, name, path, credit_code, sector, high_risk,"
                 " address, principal, phone) VALUES"
                 " ('u', 'enterprise', 'x', '/1/', '', '', :no, '', '', '')"),
            {"no": False},
        )  # fmt: skip
        for seq, (kind, said) in enumerate(told, start=1):
            connection.execute(
                text("INSERT INTO ledger_entry (seq, kind, subject, body, recorded_at, prev_link,"
                     " link) VALUES (:seq, :kind, 's', :body, '2026-11-21T00:00:00.000Z',"
                     " :before, :link)"),
                {"seq": seq, "kind": kind, "body": said, "before": f"{seq - 1}", "link": f"{seq}"},
            )  # fmt: skip
        connection.commit()
    _migrate(engine, "0026")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT record, person, done_on FROM self_check_signer ORDER BY record")
        ).all()
    assert [(row.record, row.person, str(row.done_on)[:10]) for row in rows] == [
        ("kept", "p", "2026-11-21"),
        ("of tomorrow", "p", "2026-11-21"),
    ]
    engine.dispose()
