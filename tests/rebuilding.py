"""The registers are views over the ledger: after a test they are built again and compared.

Folders whose tests write to them import the fixture in their conftest.py:
`from tests.rebuilding import registers_agree  # noqa: F401`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import exists, select, text
from sqlalchemy.engine import Engine

from inspection.cli.ledger import VIEWS
from inspection.database import reading, writing
from inspection.hazards import register
from inspection.ledger.journal import LedgerEntry

TABLES = {
    "hazard": "uuid",
    "hazard_tally": "area_id, due_on, state, level, sector, source, own",
    "hazard_day": "area_id, whole_month, day, state, level, source",
    "measure": "uuid",
    "penalty": "uuid",
    "incident": "uuid",
    "incident_report": "uuid",
    "duty_day": "unit_id, day",
    "call": "uuid",
    "called_unit": "answered_at, unit_id",
    "campaign": "uuid",
    "campaign_tag": "subject, last_seq",
    "revisit": "uuid",
    "revisited_hazard": "last_seq, hazard",
    "selection": "uuid",
    "conflict": "uuid",
    "dispatch_entry": "uuid",
    "upkeep_entry": "uuid",
    "upkeep_reminder": "unit_id, about, due_on, days",
    "self_check_signer": "record, person",
    "assignment_order": "uuid",
    "order_unit": "unit_id, received_at, place, order_id",
    "order_month": "office_id, unit_id, month",
}
"""Each register and what puts its rows in order."""
NUMBERED_AGAIN = {"id", "incident_id", "call_id", "campaign_id", "revisit_id", "order_id"}
"""Our own numbers, which a rebuild gives anew."""


def lies(engine: Engine) -> list[str]:
    """The tables that say something else than the ledger does; they say the same afterwards."""
    before = _rows(engine)
    if not _teaches(engine):
        return [table for table, rows in before.items() if rows]
    with writing(engine) as session:
        register.rebuild(session)
        for view in VIEWS:
            view.rebuild(session)
    after = _rows(engine)
    return [table for table in TABLES if before[table] != after[table]]


def _teaches(engine: Engine) -> bool:
    """Whether the ledger has any entry that a register takes; without one, all are empty."""
    kinds = {*register.TAKES, *(kind for view in VIEWS for kind in view.takes)}
    any_of = select(exists().where(LedgerEntry.kind.in_(kinds)))
    with reading(engine) as session:
        return bool(session.scalar(any_of))


def _rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with reading(engine) as session:
        return {
            table: [
                {name: value for name, value in row.items() if name not in NUMBERED_AGAIN}
                for row in session.execute(
                    text(f"SELECT * FROM {table} ORDER BY {order}")
                ).mappings()
            ]
            for table, order in TABLES.items()
        }


@pytest.fixture(autouse=True)
def registers_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that had an app: the registers are what a rebuild makes of the ledger."""
    app: Flask | None = request.getfixturevalue("app") if "app" in request.fixturenames else None
    yield
    if app is not None:
        assert lies(app.extensions["zhencha"].engine) == []
