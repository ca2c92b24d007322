"""The demonstration with some weeks behind it: what it shows was signed, and can be proven."""

from flask import Flask
from sqlalchemy import text

from inspection.cli import demonstration
from inspection.edge import wired
from inspection.worker import work_once


def test_its_records_are_whole_its_register_follows_and_its_reports_are_sealed(app: Flask) -> None:
    with app.app_context():
        demonstration.load(history=True)
        run = app.test_cli_runner().invoke
        assert run(args=["ledger", "check"]).exit_code == 0
        with wired().engine.connect() as connection:

            def counted(query: str) -> dict[str, int]:
                return {str(what): int(n) for what, n in connection.execute(text(query))}

            assert counted("SELECT state, count(*) FROM record GROUP BY state") == {"complete": 7}
            assert counted("SELECT standing, count(*) FROM tipoff GROUP BY standing") == {
                "closed": 1,
                "filed": 1,
            }
            answers = "SELECT answered_by, count(*) FROM called_unit GROUP BY answered_by"
            assert set(counted(answers)) == {"", "郑国栋", "值班室 卫师傅"}
            states = counted("SELECT state, count(*) FROM hazard GROUP BY state")
        assert states == {"closed": 3, "registered": 3, "planned": 1}
        assert work_once(wired()), "a report waits for the worker"
        with wired().engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM report")) == 1
