"""The register at scale: every filter, one hazard, the wall chart and both lists, at each size.

Registers are made by `flask demo --scale N`; then pages are asked of the app in this process, as
somebody of the district's office and as somebody of a department that sees a part. All sizes
are asked in turn for each page, so that whatever else the machine does meets them alike. Wall
clock tells what a reader waits on this machine with its present load, processor time what the
page costs, PostgreSQL's backend included; growth compares the processor time of each size with
the next smaller one's. At last a list is exported, and eight processes append to each ledger.

Run: python -m tests.benchmarks.register --database sqlite --hazards 10000 --hazards 100000
`--database postgresql` starts a server of its own in a temporary directory; `--kept FOLDER` keeps
what was made on SQLite for the next run. Prints one JSON; how far it is goes to standard error.
"""

import argparse
import html
import itertools
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
from dataclasses import dataclass
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
    "asked": "/hazards?asked=1",
    "on the ladder": "/hazards?rung=urge",
    "found in a fortnight": "/hazards?found_since=2026-11-01&found_until=2026-11-15",
    "found in a quarter": "/hazards?found_since=2026-07-01&found_until=2026-09-30",
    "closed in a quarter": "/hazards?state=closed&closed_since=2026-07-01&closed_until=2026-09-30",
    "closed on time in a quarter": "/hazards?state=closed&closed_since=2026-07-01"
    "&closed_until=2026-09-30&on_time=1",
    "open at the end of a quarter": "/hazards?open_on=2026-09-30",
    "open on a day long past": "/hazards?open_on=2023-03-31",
    "hazard": "/hazards/{hazard}",
    "board": "/board",
    "list of problems": "/lists/problems",
    "list of duties": "/lists/duties",
    "quarter": "/statistics?span=quarter",
    "quarter long past": "/statistics?span=quarter&on=2023-03-31",
    "half-month report": "/statistics/half-month",
    "ranking of towns": "/rankings?of=town&span=quarter&on=2026-07-01",
    "ranking of departments": "/rankings?of=department&span=quarter&on=2026-07-01",
    "ranking of enterprises, a month": "/rankings?of=enterprise&span=month&on=2026-09-01",
    "ranking of enterprises, a year": "/rankings?of=enterprise&span=year&on=2026-07-01",
    "trends and top findings": "/rankings/trends?span=quarter&on=2026-07-01",
    "heat by list": "/rankings/trends?span=quarter&on=2026-07-01&heat=list",
    "found by an item": "/hazards?item=hot-work/A-31&found_since=2026-07-01&found_until=2026-09-30",
    "half-month report, long past": "/statistics/half-month?on=2023-03-31",
}


@dataclass(frozen=True)
class Register:
    """A register that was made, and how long that took (0 for one that was kept)."""

    database: str
    hazards: int
    url: str
    home: Path
    made_in_seconds: float
    cpu_seconds: float


def made(kind: str, hazards: int, url: str, home: Path) -> Register:
    """Make a register of this size, unless it is there already; its schema becomes today's."""
    is_kept = kind == "sqlite" and (home / "zhencha.sqlite3").exists()
    home.mkdir(parents=True, exist_ok=True)
    migrate(url, home)
    begun, cpu = time.perf_counter(), _children_seconds()
    if not is_kept:
        environment = {**os.environ, "DATABASE_URL": url, "INSPECTION_HOME": str(home)}
        command = [str(Path(sys.executable).with_name("flask")), "--app", "app", "demo"]
        command += ["--scale", str(hazards)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    seconds = 0.0 if is_kept else time.perf_counter() - begun
    return Register(kind, hazards, url, home, seconds, _children_seconds() - cpu)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Reader:
    """Somebody who reads one register in a browser without a network."""

    def __init__(self, register: Register, username: str) -> None:
        environment = {"INSPECTION_HOME": str(register.home), "DATABASE_URL": register.url}
        self._app = create_app(settings.from_environment(environment))
        self._backend = 0
        with self._app.app_context():
            self._client = signed_in(self._app, username)
            with reading(db.engine) as session:
                if register.database == "postgresql":
                    self._backend = session.scalar(text("SELECT pg_backend_pid()")) or 0
                newest = session.scalar(text("SELECT max(uuid) FROM hazard"))
            self._things = {
                "hazard": _seen(self._client) or newest,
                "after page 200": _after(self._client, 200),
            }

    def ask(self, page: str) -> tuple[float, float]:
        """Ask for a page; return milliseconds by the clock and of processors."""
        address = PAGES[page].format_map(self._things)
        with self._app.app_context():
            wall, cpu = time.perf_counter(), self._cpu()
            answer = self._client.get(address)
            taken = (time.perf_counter() - wall) * 1000, (self._cpu() - cpu) * 1000
        assert answer.status_code == 200, (address, answer.status_code)
        return taken

    def _cpu(self) -> float:
        """Seconds of this thread, and of the backend that serves it."""
        seconds = time.thread_time()
        if self._backend:
            seconds += int(Path(f"/proc/{self._backend}/schedstat").read_text().split()[0]) / 1e9
        return seconds

    def leave(self) -> None:
        """Close what is open."""
        with self._app.app_context():
            db.engine.dispose()


def measure(registers: list[Register], username: str, times: int) -> list[dict[str, Any]]:
    """Ask every page of every register as one reader; return the pages of each register."""
    readers = [_Reader(register, username) for register in registers]
    figures: list[dict[str, Any]] = [{} for _ in readers]
    for page in PAGES:
        taken: list[list[tuple[float, float]]] = [[] for _ in readers]
        for turn in range(times + 2):
            for number, reader in enumerate(readers):
                asked = reader.ask(page)
                if turn >= 2:  # the first two fill caches
                    taken[number].append(asked)
        for number, these in enumerate(taken):
            figures[number][page] = _told(these)
    for reader in readers:
        reader.leave()
    return figures


def _told(taken: list[tuple[float, float]]) -> dict[str, float]:
    walls, cpus = ([each[of] for each in taken] for of in (0, 1))
    return {
        "p50_ms": round(statistics.median(walls), 1),
        "p95_ms": round(p95(walls), 1),
        "cpu_p50_ms": round(statistics.median(cpus), 1),
        "cpu_p95_ms": round(p95(cpus), 1),
    }


def _seen(client: FlaskClient) -> str:
    page = client.get("/hazards").text
    return page.split('<a href="/hazards/')[1].split('"')[0] if "data-row-link" in page else ""


def _after(client: FlaskClient, page: int) -> str:
    """Where "next" leads from a page; the page itself where it is the last."""
    found = re.search(r'rel="next" href="([^"]+)"', client.get(f"/hazards?page={page}").text)
    return html.unescape(found[1]) if found else f"/hazards?page={page}"


def signed_in(app: Flask, username: str) -> FlaskClient:
    """A browser in which somebody of the demonstration is signed in."""
    with writing(db.engine) as session:
        account = session.scalars(
            select(PersonAccount).where(PersonAccount.username == username)
        ).one()
        token = signing_in.begin(session, account, at=app.extensions["zhencha"].clock())
    client = app.test_client()
    client.set_cookie(COOKIE, token)
    return client


def p95(values: list[float]) -> float:
    """The value that 95 of 100 do not exceed."""
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


def growth(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how the processor time of each page's median is to that of the next smaller size."""
    found: dict[str, Any] = {}
    for smaller, larger in itertools.pairwise(results):
        if smaller["database"] == larger["database"]:
            step = f"{larger['database']}, {smaller['hazards']} to {larger['hazards']}"
            found[step] = {
                reader: {name: _ratio(smaller, larger, reader, name) for name in PAGES}
                for reader in READERS
            }
    return found


def _ratio(smaller: dict[str, Any], larger: dict[str, Any], reader: str, page: str) -> float:
    small, large = (each["pages"][reader][page]["cpu_p50_ms"] for each in (smaller, larger))
    return round(large / small, 2)


def measured(
    kinds: list[str], sizes: list[int], times: int = TIMES, kept: Path | None = None
) -> dict[str, Any]:
    """Make and measure each size on each database, and compare the sizes."""
    results = run(kinds, sorted(sizes), times, kept)
    return {"sizes": results, "growth": growth(results)}


def run(kinds: list[str], sizes: list[int], times: int, kept: Path | None) -> list[dict[str, Any]]:
    """Make and measure each size on each database; `kept` holds what was made before."""
    results = []
    cluster = Cluster() if "postgresql" in kinds else None
    try:
        for kind in kinds:
            with tempfile.TemporaryDirectory() as folder:
                place = kept if kept and kind == "sqlite" else Path(folder)
                registers = [_made_in(place, kind, hazards, cluster) for hazards in sizes]
                results += _results(registers, times)
    finally:
        if cluster:
            cluster.stop()
    return results


def _made_in(place: Path, kind: str, hazards: int, cluster: Cluster | None) -> Register:
    home = place / f"{kind}-{hazards}"
    url = f"sqlite:///{home / 'zhencha.sqlite3'}"
    if cluster and kind == "postgresql":
        url = cluster.url(cluster.create())
    register = made(kind, hazards, url, home)
    print(f"{kind}, {hazards} hazards: made", file=sys.stderr, flush=True)
    return register


def _results(registers: list[Register], times: int) -> list[dict[str, Any]]:
    load = round(os.getloadavg()[0], 1)
    pages = {reader: measure(registers, reader, times) for reader in READERS}
    print(f"{registers[0].database}: pages measured", file=sys.stderr, flush=True)
    return [
        {
            "database": register.database,
            "hazards": register.hazards,
            "made_in_seconds": round(register.made_in_seconds),
            "made_in_cpu_seconds": round(register.cpu_seconds),
            "load": load,
            "pages": {reader: pages[reader][number] for reader in READERS},
            "exports": [
                exported(register.url, register.home, rows)
                for rows in (10_000, 100_000)
                if rows <= register.hazards
            ],
            "appended": appended(register.url, register.home),
        }
        for number, register in enumerate(registers)
    ]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--hazards", action="append", type=int)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--times", type=int, default=TIMES, help="how often each page is asked")
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
    found = measured(kinds, sizes, asked.times, asked.kept)
    print(json.dumps(found, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
