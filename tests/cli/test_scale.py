"""`flask demo --scale N`: true entries, and a register that a rebuild makes again."""

from flask import Flask
from sqlalchemy import text

from inspection.edge import wired

VIEWS = (
    "SELECT * FROM hazard ORDER BY id",
    "SELECT * FROM hazard_words ORDER BY hazard_id",
    "SELECT * FROM hazard_tally ORDER BY area_id, due_on, state, level, sector, source, own",
    "SELECT * FROM hazard_day ORDER BY area_id, whole_month, day, state, level, source",
)


def views(app: Flask) -> list[list[tuple[object, ...]]]:
    with app.app_context(), wired().engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(text(each))] for each in VIEWS]


def test_a_register_made_to_measure_is_whole_and_rebuilt_as_it_was(app: Flask) -> None:
    with app.app_context():
        run = app.test_cli_runner().invoke
        made = run(args=["demo", "--scale", "300", "--enterprises", "30"])
        assert made.exit_code == 0, made.output
        before = views(app)
        hazards = before[0]
        assert len(hazards) == 300
        assert len({row[3] for row in hazards}) > 20
        check = run(args=["ledger", "check"])
        assert check.exit_code == 0, check.output
        assert run(args=["ledger", "rebuild"]).exit_code == 0
        assert views(app) == before


def test_a_ledger_with_entries_is_left_alone(app: Flask) -> None:
    with app.app_context():
        run = app.test_cli_runner().invoke
        assert run(args=["demo", "--scale", "3", "--enterprises", "3"]).exit_code == 0
        again = run(args=["demo", "--scale", "3", "--enterprises", "3"])
    assert again.exit_code == 2
    assert "empty database" in again.output
