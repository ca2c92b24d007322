"""The register at scale: every filter, one hazard, the wall chart and both lists, at each size.

A register is made by `flask demo --scale N`; then pages are asked of the app in this process, as
somebody of the district's office and as somebody of a department that sees a part. Wall clock
tells what a reader waits on this machine with its present load, processor time what the page
costs; growth compares sizes within one run. PostgreSQL's own processor time is not counted.

Run: python -m tests.benchmarks.register --database sqlite --hazards 10000 --hazards 100000
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from inspection import settings
from inspection.accounts import signing_in
from inspection.accounts.people import PersonAccount
from inspection.database import db, reading, writing
from inspection.factory import create_app
from inspection.hazards.narrowing import RegisterFilter
from inspection.organisations.scope import EVERYTHING
from inspection.reports import exports
from inspection.reports.exports import ListKind
from tests.conftest import migrate
from tests.live import ROOT
from tests.postgresql import Cluster
from tests.tablet import COOKIE

READERS = ("anban", "chen")
TIMES = 25
PAGES = {
    "register": "/hazards",
    "page 50": "/hazards?page=50",
    "state registered": "/hazards?state=registered",
    "state rectifying": "/hazards?state=rectifying",
    "state closed": "/hazards?state=closed",
    "state transferred": "/hazards?state=transferred",
    "level major": "/hazards?level=major",
    "overdue": "/hazards?overdue=1",
    "sector": "/hazards?sector=machinery",
    "sector, level, state": "/hazards?sector=machinery&level=major&state=closed",
    "source": "/hazards?source=self",
    "unit, one": "/hazards?unit=恒锦瑞01",
    "unit, many": "/hazards?unit=恒",
    "words": "/hazards?text=可燃气体报警器",
    "words, two letters": "/hazards?text=通风",
    "number": "/hazards?text=YH2026-0",
    "found in a fortnight": "/hazards?found_since=2026-11-01&found_until=2026-11-15",
    "hazard": "/hazards/{hazard}",
    "board": "/board",
    "list of problems": "/lists/problems",
    "list of duties": "/lists/duties",
    "half-month report": "/statistics/half-month",
}


def made(url: str, home: Path, hazards: int) -> float:
    """Make a register of this size and return how many seconds it took."""
    home.mkdir(parents=True, exist_ok=True)
    migrate(url, home)
    begun = time.perf_counter()
    environment = {**os.environ, "DATABASE_URL": url, "INSPECTION_HOME": str(home)}
    command = [str(Path(sys.executable).with_name("flask")), "--app", "app", "demo"]
    subprocess.run([*command, "--scale", str(hazards)], cwd=ROOT, env=environment, check=True)
    return time.perf_counter() - begun


def measure(url: str, home: Path) -> dict[str, Any]:
    """Ask every page as every reader."""
    environment = {"INSPECTION_HOME": str(home), "DATABASE_URL": url}
    app = create_app(settings.from_environment(environment))
    figures: dict[str, Any] = {}
    with app.app_context():
        with reading(db.engine) as session:
            hazard = session.scalar(text("SELECT max(uuid) FROM hazard"))
        for reader in READERS:
            client = _signed_in(app, reader)
            figures[reader] = {
                name: _asked(client, address.format(hazard=_seen(client) or hazard))
                for name, address in PAGES.items()
            }
        db.engine.dispose()
    return figures


def _seen(client: FlaskClient) -> str:
    page = client.get("/hazards").text
    return page.split('<a href="/hazards/')[1].split('"')[0] if "data-row-link" in page else ""


def _signed_in(app: Flask, username: str) -> FlaskClient:
    with writing(db.engine) as session:
        account = session.scalars(
            select(PersonAccount).where(PersonAccount.username == username)
        ).one()
        token = signing_in.begin(session, account, at=app.extensions["zhencha"].clock())
    client = app.test_client()
    client.set_cookie(COOKIE, token)
    return client


def _asked(client: FlaskClient, address: str) -> dict[str, float]:
    walls, cpus = [], []
    for turn in range(TIMES + 2):
        wall, cpu = time.perf_counter(), time.thread_time()
        answer = client.get(address)
        if turn >= 2:  # the first two fill caches
            walls.append((time.perf_counter() - wall) * 1000)
            cpus.append((time.thread_time() - cpu) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    return {
        "p50_ms": round(statistics.median(walls), 1),
        "p95_ms": round(_p95(walls), 1),
        "cpu_p50_ms": round(statistics.median(cpus), 1),
        "cpu_p95_ms": round(_p95(cpus), 1),
    }


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def exported(url: str, home: Path, rows: int) -> dict[str, Any]:
    """Write a workbook of at most so many rows in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.register", "--export", str(rows)]
    environment = {**os.environ, "DATABASE_URL": url, "INSPECTION_HOME": str(home)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _export(rows: int) -> dict[str, Any]:
    app = create_app()
    with app.app_context(), tempfile.TemporaryDirectory() as folder:
        wiring = app.extensions["zhencha"]
        path = Path(folder) / "list.xlsx"
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun, cpu = time.perf_counter(), time.process_time()
        with _only_first(rows):
            count, _ = exports.write(
                path,
                ListKind.PROBLEMS,
                EVERYTHING,
                RegisterFilter(),
                engine=wiring.engine,
                today=wiring.clock().date(),
                at=wiring.clock(),
            )
        return {
            "rows": count,
            "seconds": round(time.perf_counter() - begun, 1),
            "cpu_seconds": round(time.process_time() - cpu, 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "mb_before": round(before / 1024),
            "file_mb": round(path.stat().st_size / 1e6, 1),
        }


@contextmanager
def _only_first(rows: int) -> Iterator[None]:
    """Cut a list short, so that the memory of two lengths can be compared."""
    import itertools

    whole: Callable[..., Any] = exports.lists.problems
    exports.lists.problems = lambda *a, **k: itertools.islice(whole(*a, **k), rows)  # type: ignore[assignment]
    yield
    exports.lists.problems = whole


def run(kinds: list[str], sizes: list[int], kept: Path | None) -> list[dict[str, Any]]:
    """Make and measure each size on each database; `kept` holds what was made before."""
    results = []
    cluster = Cluster() if "postgresql" in kinds else None
    try:
        for kind in kinds:
            for hazards in sizes:
                with tempfile.TemporaryDirectory() as folder:
                    home = (kept or Path(folder)) / f"{kind}-{hazards}"
                    there = home.exists()
                    url = (
                        f"sqlite:///{home / 'zhencha.sqlite3'}"
                        if cluster is None or kind == "sqlite"
                        else cluster.url(cluster.create())
                    )
                    seconds = 0.0 if there and kind == "sqlite" else made(url, home, hazards)
                    result = {
                        "database": kind,
                        "hazards": hazards,
                        "made_in_seconds": round(seconds),
                        "load_before": round(os.getloadavg()[0], 1),
                        "pages": measure(url, home),
                        "exports": [
                            exported(url, home, rows)
                            for rows in (10_000, 100_000)
                            if rows <= hazards
                        ],
                        "load_after": round(os.getloadavg()[0], 1),
                    }
                    print(json.dumps(result, ensure_ascii=False), flush=True)
                    results.append(result)
    finally:
        if cluster:
            cluster.stop()
    return results


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--hazards", action="append", type=int)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--export", type=int)
    asked = parser.parse_args()
    if asked.export:
        print(json.dumps(_export(asked.export)))
        return
    run(asked.database or ["sqlite", "postgresql"], asked.hazards or [10_000, 100_000], asked.kept)


if __name__ == "__main__":
    main()
