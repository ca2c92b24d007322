"""The register at scale: every filter, one hazard, the wall chart and both lists, at each size.

A register is made by `flask demo --scale N`; then pages are asked of the app in this process, as
somebody of the district's office and as somebody of a department that sees a part. Wall clock
tells what a reader waits on this machine with its present load, processor time what the page
costs; growth compares the largest with the smallest size within one run. PostgreSQL's own
processor time is not counted. At last eight processes append to the ledger at once.

Run: python -m tests.benchmarks.register --database sqlite --hazards 10000 --hazards 100000
`--database postgresql` starts a server of its own in a temporary directory; `--kept FOLDER` keeps
what was made on SQLite for the next run. Prints one JSON; how far it is goes to standard error.
"""

import argparse
import html
import json
import os
import re
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
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations.scope import EVERYTHING
from inspection.reports import exports
from inspection.reports.exports import ListKind
from tests.conftest import migrate
from tests.live import ROOT
from tests.postgresql import Cluster
from tests.tablet import COOKIE

READERS = ("anban", "chen")
TIMES = 25
WRITERS = 8
APPEND_SECONDS = 10
PAGES = {
    "register": "/hazards",
    "page 50": "/hazards?page=50",
    "page 200": "/hazards?page=200",
    "page 201": "{after page 200}",
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
    "unit, all": "/hazards?unit=有限公司",
    "words": "/hazards?text=可燃气体报警器",
    "words, two letters": "/hazards?text=通风",
    "number": "/hazards?text=YH2026-0",
    "listed": "/hazards?listed=1",
    "found in a fortnight": "/hazards?found_since=2026-11-01&found_until=2026-11-15",
    "found in a quarter": "/hazards?found_since=2026-07-01&found_until=2026-09-30",
    "closed in a quarter": "/hazards?state=closed&closed_since=2026-07-01&closed_until=2026-09-30",
    "closed on time in a quarter": "/hazards?state=closed&closed_since=2026-07-01"
    "&closed_until=2026-09-30&on_time=1",
    "open at the end of a quarter": "/hazards?open_on=2026-09-30",
    "hazard": "/hazards/{hazard}",
    "board": "/board",
    "list of problems": "/lists/problems",
    "list of duties": "/lists/duties",
    "quarter": "/statistics?span=quarter",
    "half-month report": "/statistics/half-month",
    "ranking of towns": "/rankings?of=town&span=quarter&on=2026-07-01",
    "ranking of departments": "/rankings?of=department&span=quarter&on=2026-07-01",
    "ranking of enterprises, a month": "/rankings?of=enterprise&span=month&on=2026-09-01",
    "ranking of enterprises, a year": "/rankings?of=enterprise&span=year&on=2026-07-01",
    "trends and top findings": "/rankings/trends?span=quarter&on=2026-07-01",
    "heat by list": "/rankings/trends?span=quarter&on=2026-07-01&heat=list",
    "found by an item": "/hazards?item=hot-work/A-31&found_since=2026-07-01&found_until=2026-09-30",
}


def made(url: str, home: Path, hazards: int) -> float:
    """Make a register of this size and return how many seconds it took."""
    home.mkdir(parents=True, exist_ok=True)
    migrate(url, home)
    begun = time.perf_counter()
    environment = {**os.environ, "DATABASE_URL": url, "INSPECTION_HOME": str(home)}
    command = [str(Path(sys.executable).with_name("flask")), "--app", "app", "demo"]
    command += ["--scale", str(hazards)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
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
            things = {"hazard": _seen(client) or hazard, "after page 200": _after(client, 200)}
            figures[reader] = {
                name: _asked(client, address.format_map(things)) for name, address in PAGES.items()
            }
        db.engine.dispose()
    return figures


def _seen(client: FlaskClient) -> str:
    page = client.get("/hazards").text
    return page.split('<a href="/hazards/')[1].split('"')[0] if "data-row-link" in page else ""


def _after(client: FlaskClient, page: int) -> str:
    """Where "next" leads from a page; the page itself where it is the last."""
    found = re.search(r'rel="next" href="([^"]+)"', client.get(f"/hazards?page={page}").text)
    return html.unescape(found[1]) if found else f"/hazards?page={page}"


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


def appended(url: str, home: Path) -> dict[str, Any]:
    """Let WRITERS processes append one entry after the other, each in its own transaction."""
    command = [sys.executable, "-m", "tests.benchmarks.register", "--append", str(APPEND_SECONDS)]
    environment = {**os.environ, "DATABASE_URL": url, "INSPECTION_HOME": str(home)}
    writers = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(WRITERS)
    ]
    rates = [float(writer.communicate()[0].splitlines()[-1]) for writer in writers]
    return {"writers": WRITERS, "per_second": round(sum(rates), 1)}


def _append(seconds: int) -> float:
    """Append for so long, and return how many entries a second that were."""
    app = create_app()
    with app.app_context():
        wiring = app.extensions["zhencha"]
        begun, count = time.perf_counter(), 0
        while time.perf_counter() < begun + seconds:
            with writing(wiring.engine) as session:
                event = Event("benchmark.noted", {"by": os.getpid(), "n": count}, subject="bench")
                journal.append(session, [event], at=wiring.clock())
            count += 1
        return count / (time.perf_counter() - begun)


def growth(results: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return by database and page how the office's p50 of the largest size is to the smallest's."""
    found: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(each["database"] for each in results):
        sizes = sorted(
            (each for each in results if each["database"] == kind), key=lambda of: of["hazards"]
        )
        small, large = (each["pages"][READERS[0]] for each in (sizes[0], sizes[-1]))
        key = "cpu_p50_ms" if kind == "sqlite" else "p50_ms"
        found[kind] = {name: round(large[name][key] / small[name][key], 2) for name in PAGES}
    return found


def measured(kinds: list[str], sizes: list[int], kept: Path | None = None) -> dict[str, Any]:
    """Make and measure each size on each database, and compare the sizes."""
    results = run(kinds, sizes, kept)
    return {"sizes": results, "growth": growth(results) if len(sizes) > 1 else {}}


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
                        "appended": appended(url, home),
                        "load_after": round(os.getloadavg()[0], 1),
                    }
                    print(f"{kind}, {hazards} hazards: measured", file=sys.stderr, flush=True)
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
    parser.add_argument("--append", type=int)
    asked = parser.parse_args()
    if asked.export:
        print(json.dumps(_export(asked.export)))
        return
    if asked.append:
        print(_append(asked.append))
        return
    kinds, sizes = asked.database or ["sqlite"], asked.hazards or [10_000, 100_000]
    print(json.dumps(measured(kinds, sizes, asked.kept), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
