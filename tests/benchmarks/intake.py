"""How many records a second the server takes: real processes, real disk, everything checked.

Each record is signed by two inspectors, has 32 answers, one finding and three inks
(already there); with a photo, 300 KB of it go first in two pieces. Clients are threads
with raw sockets, because they share the two cores with the server.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy

from inspection.accounts import signing_in
from inspection.database import install, writing
from tests.builders import enrolment, records
from tests.builders.identifiers import sha256
from tests.conftest import migrate
from tests.live import ROOT, LiveServer, free_port
from tests.postgresql import Cluster

PHOTO_BYTES = 300 * 1024
PIECE = 256 * 1024


@dataclass(frozen=True)
class Result:
    """One run."""

    database: str
    clients: int
    photo: bool
    records: int
    per_second: float
    cpu_ms_per_record: float


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._cookie = f"zhencha_session={token}"
        self._buffer = b""

    def send(self, method: str, path: str, body: bytes, kind: str, **headers: str) -> int:
        """Send one request and return the status."""
        lines = [
            f"{method} /api/v1{path} HTTP/1.1",
            "Host: localhost",
            f"Cookie: {self._cookie}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
            "",
            "",
        ]
        self._socket.sendall("\r\n".join(lines).encode() + body)
        return self._status()

    def _status(self) -> int:
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += self._received()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        lengths = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ]
        length = lengths[0] if lengths else 0
        while len(self._buffer) < length:
            self._buffer += self._received()
        self._buffer = self._buffer[length:]
        return int(head[9:12])

    def _received(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data


@dataclass(frozen=True)
class Load:
    """One record ready to send, and its photo's bytes, if it has one."""

    uuid: str
    body: bytes
    photo: bytes


def prepare(
    district: enrolment.District, count: int, *, photo: bool
) -> tuple[list[Load], list[bytes]]:
    """Make records before the clock runs; also return the inks that they share."""
    loads, inks = [], {}
    for _ in range(count):
        made = records.filled(
            signers=district.inspectors, device=district.device, unit=district.enterprise
        )
        shot = made.payload["photos"][0]
        data = os.urandom(PHOTO_BYTES) if photo else b""
        made.blobs.pop(shot["sha256"])
        inks.update(made.blobs)
        shot.update(sha256=sha256(data or made.uuid.encode()), size=PHOTO_BYTES)
        loads.append(Load(made.uuid, made.body(), data))
    return loads, list(inks.values())


def hand_in(connection: Connection, load: Load) -> None:
    """Send the photo in pieces, then the record."""
    if load.photo:
        upload(connection, load.photo)
    status = connection.send("PUT", f"/records/{load.uuid}", load.body, "application/jose+json")
    assert status == 201, status


def upload(connection: Connection, data: bytes) -> None:
    """Send one blob."""
    for offset in range(0, len(data), PIECE):
        status = connection.send(
            "PATCH",
            f"/blobs/{sha256(data)}",
            data[offset : offset + PIECE],
            "application/partial-upload",
            Upload_Offset=str(offset),
            Upload_Length=str(len(data)),
        )
        assert status == 204, status


@contextmanager
def serving(url: str, home: Path) -> Iterator[tuple[LiveServer, str, enrolment.District]]:
    """A migrated server with one district, and the token of an inspector."""
    migrate(url, home)
    engine = sqlalchemy.create_engine(url)
    install(engine)
    with writing(engine) as session:
        district = enrolment.settle(session)
        name = enrolment.username(district.inspectors[0])
        account = signing_in.account_for(session, name, enrolment.PASSWORD, production=False)
        from inspection.wiring import system_clock

        token = signing_in.begin(session, account, at=system_clock())
    engine.dispose()
    server = LiveServer(home, url, "--no-worker")
    server.start()
    try:
        yield server, token, district
    finally:
        server.stop()


class CeilingServer:
    """The comparison's server, with just what `run` needs."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi"]
        command += ["--port", str(self.port), "--workers", "2", "--blocking-threads", "4"]
        command += ["--log-level", "warning", "tests.benchmarks.ceiling:app"]
        environment = {**os.environ, "CEILING_FOLDER": str(folder)}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment)
        self.pid = self._process.pid

    def __enter__(self) -> "CeilingServer":
        """Wait until it listens."""
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                time.sleep(0.1)
            else:
                time.sleep(1)
                return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait()


def measure_ceiling(district: enrolment.District, count: int) -> list[Result]:
    """The same load on the comparison's server."""
    with tempfile.TemporaryDirectory() as folder, CeilingServer(Path(folder)) as server:
        return _combinations("ceiling", server, "none", district, count)


def run(
    server: "LiveServer | CeilingServer", token: str, loads: list[Load], clients: int
) -> tuple[float, float]:
    """Return records per second and CPU milliseconds per record of all server processes."""
    shares = [loads[index::clients] for index in range(clients)]
    connections = [Connection(server.port, token) for _ in range(clients)]
    threads = [
        threading.Thread(target=lambda c=connection, s=share: [hand_in(c, each) for each in s])
        for connection, share in zip(connections, shares, strict=True)
    ]
    cpu, begun = cpu_seconds(server), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    return len(loads) / took, (cpu_seconds(server) - cpu) / len(loads) * 1000


def cpu_seconds(server: "LiveServer | CeilingServer") -> float:
    """CPU time of the server and all its children, PostgreSQL's own not counted."""
    ticks, parents = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        parents[pid], ticks[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
    root = server.pid
    family = {root}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(ticks.get(pid, 0) for pid in family) / os.sysconf("SC_CLK_TCK")


def measure(count: int = 600) -> list[Result]:
    """Run every combination."""
    results = []
    cluster = Cluster()
    try:
        for database in ("sqlite", "postgresql"):
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder) / "home"
                home.mkdir()
                url = (
                    f"sqlite:///{home / 'zhencha.sqlite3'}"
                    if database == "sqlite"
                    else cluster.url(cluster.create())
                )
                with serving(url, home) as (server, token, district):
                    if database == "sqlite":
                        results += measure_ceiling(district, count)
                    results += _combinations(database, server, token, district, count)
    finally:
        cluster.stop()
    return results


def _combinations(
    database: str,
    server: "LiveServer | CeilingServer",
    token: str,
    district: enrolment.District,
    count: int,
) -> list[Result]:
    results = []
    for photo in (False, True):
        for clients in (1, 8):
            loads, inks = prepare(district, count, photo=photo)
            connection = Connection(server.port, token)
            for data in inks:
                upload(connection, data)
            run(server, token, loads[: count // 10], clients)  # warm
            rate, cpu = run(server, token, loads[count // 10 :], clients)
            result = Result(database, clients, photo, len(loads), round(rate, 1), round(cpu, 2))
            print(result, flush=True)
            results.append(result)
    return results


def fsync_ms(folder: Path) -> float:
    """What one small durable write costs on this disk: the floor under every figure above."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        begun = time.perf_counter()
        for _ in range(200):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - begun) / 200 * 1000


def as_json(results: list[Result]) -> Any:
    """For the page and for comparisons."""
    return [asdict(result) for result in results]


if __name__ == "__main__":
    print(json.dumps(as_json(measure()), indent=1))
