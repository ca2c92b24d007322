"""The monthly dispatch table (调度表) over a large register: counted fresh, as shown, recounted.

A register as `tests/benchmarks/register.py` makes it: ten towns, ten thousand enterprises, five
years. The district's table is counted twice: from the start of this year, as an office that says
nothing does, and from the register's first day, so that it counts all of it. Fresh is the page
that sends it; shown is the page of the table once it was sent. The recount reads the raw ledger.

Run: python -m tests.benchmarks.dispatch --hazards 1000000 --kept FOLDER
`--url` names a PostgreSQL database that holds such a register. Prints one JSON.
"""

import argparse
import json
import re
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from inspection import settings
from inspection.cli.demonstration import PASSWORD
from inspection.database import db, reading
from inspection.factory import create_app
from tests.benchmarks import register

MONTH = "2026-10"
TIMES = 15


def measure(url: str, home: Path, times: int = TIMES) -> dict[str, Any]:
    """Measure the table of one register, which keeps the table that is sent."""
    app = create_app(settings.from_environment({"INSPECTION_HOME": str(home), "DATABASE_URL": url}))
    with app.app_context():
        client = register.signed_in(app, "anban")
        with reading(db.engine) as session:
            first = session.scalar(text("SELECT min(found_on) FROM hazard"))
            hazards = session.scalar(text("SELECT count(*) FROM hazard"))
        results: dict[str, Any] = {"hazards": hazards}
        for name, since in {"this_year": "2026-01-01", "all": str(first)}.items():
            _settle(client, since)
            results[f"fresh_{name}"] = _asked(client, f"/dispatch/{MONTH}/send", times)
        _send(client)
        results["shown_all"] = _asked(client, f"/dispatch/{MONTH}", times)
        results["recount_all"] = _recounted(app)
        db.engine.dispose()
    return results


def _settle(client: FlaskClient, since: str) -> None:
    _posted(client, "/dispatch", "/dispatch/terms", start_on=since, lock_day="27", due_day="28")


def _send(client: FlaskClient) -> None:
    """As its sender does, unless an earlier run did."""
    page = client.get(f"/dispatch/{MONTH}/send").text
    if 'name="password"' in page:
        seen = re.search(r'name="content_sha256"[^>]*value="([0-9a-f]+)"', page)
        assert seen, page[:2000]
        fields = {"content_sha256": seen[1], "password": PASSWORD, "note": "演示数据"}
        address = f"/dispatch/{MONTH}/send"
        _posted(client, address, address, **fields)


def _posted(client: FlaskClient, page: str, address: str, **fields: str) -> None:
    token = client.get(page).text.split('name="csrf_token" type="hidden" value="')[-1]
    answer = client.post(address, data={**fields, "csrf_token": token.split('"')[0]})
    assert answer.status_code == 303, answer.text


def _asked(client: FlaskClient, address: str, times: int) -> dict[str, float]:
    taken = []
    for _ in range(times + 1):
        wall, cpu = time.perf_counter(), time.thread_time()
        assert client.get(address).status_code == 200, address
        taken.append((time.perf_counter() - wall, time.thread_time() - cpu))
    walls, cpus = ([each[of] * 1000 for each in taken[1:]] for of in (0, 1))
    return {
        "p50_ms": round(statistics.median(walls)),
        "p95_ms": round(register.p95(walls)),
        "cpu_p50_ms": round(statistics.median(cpus)),
        "cpu_p95_ms": round(register.p95(cpus)),
    }


def _recounted(app: Flask) -> dict[str, Any]:
    used, begun = _cpu_seconds(), time.perf_counter()
    done = app.test_cli_runner().invoke(args=["dispatch", "recount", MONTH])
    return {
        "agrees": done.exit_code == 0,
        "seconds": round(time.perf_counter() - begun, 1),
        "cpu_seconds": round(_cpu_seconds() - used, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hazards", type=int, default=100_000)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--url", help="of a PostgreSQL database with such a register in it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = (asked.kept or Path(folder)) / f"sqlite-{asked.hazards}"
        url = asked.url or f"sqlite:///{home / 'zhencha.sqlite3'}"
        kind = "postgresql" if asked.url else "sqlite"
        home = home.with_name(f"{kind}-{asked.hazards}")
        if not asked.url:
            register.made(kind, asked.hazards, url, home)
        print(json.dumps(measure(url, home, asked.times), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
