"""The application as real processes on a real port: what `make run` starts, started by a test.

Tests stop it, kill it and start it again on the same data. What it serves is not here.
"""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.processes import leashed

ROOT = Path(__file__).parents[1]
UNSAFE_PORTS = {1719, 1720, 1723, 2049, 3659, 4045, 5060, 5061, 6000, 6566, 10080} | set(
    range(6665, 6670)
)
"""Ports above 1024 that Chromium refuses to open (ERR_UNSAFE_PORT)."""


def free_port() -> int:
    """A port that nobody listens on now and that Chromium opens.

    Drawn below the kernel's ephemeral range, so that no outgoing connection takes it between two
    starts of the same server.
    """
    while True:
        port = random.randint(8100, 29_999)
        if port in UNSAFE_PORTS:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def session_members(leader: int) -> list[int]:
    """The living processes of the session that a process leads, whatever group they are in.

    Only processes that the leader started can be in its session, so nobody else's are named.
    """
    members = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # pid (name, which may hold spaces) state ppid pgrp session …
            after_name = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if after_name[0] != "Z" and int(after_name[3]) == leader:
                members.append(int(folder.name))
    return members


class LiveServer:
    """`flask --app app serve` with data of its own; stopped, killed and started at will."""

    def __init__(
        self, home: Path, database_url: str, *options: str, port: int = 0, **environment: str
    ) -> None:
        self.home = home
        self.root = ROOT
        """The source tree that it serves; another edition of the app is another tree."""
        self.port = port or free_port()
        self.log_path = home.parent / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._options = options
        self._environment = {
            **os.environ,
            "INSPECTION_HOME": str(home),
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }

    @property
    def url(self) -> str:
        """Where browsers find it. By name, because a cookie's host and WebAuthn want one."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes were told; for commands on the same data."""
        return self._environment

    @property
    def pid(self) -> int:
        """The process that started the others."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that it printed so far, over all starts."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def running(self) -> bool:
        """Whether the process that we started is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int:
        """The process that we started; it leads the session of all the others."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, seconds: float = 120) -> None:
        """Start and wait until it answers."""
        self.launch()
        end = time.monotonic() + seconds
        while not self._answers():
            if not self.running or time.monotonic() > end:
                self.kill()
                raise AssertionError(f"the server did not start:\n{self.log[-4000:]}")
            time.sleep(0.05)

    def launch(self) -> None:
        """Start and do not wait."""
        assert not self.running, "already running"
        self.home.mkdir(parents=True, exist_ok=True)
        flask = str(Path(sys.executable).with_name("flask"))
        # Whoever runs the tests in the background ignores Ctrl-C; a person does not.
        heeding = ["env", "--default-signal=INT"]
        command = [*leashed("TERM"), *heeding, flask, "--app", "app", "serve"]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> int:
        """Ctrl-C, as a person would, and whatever that left behind; answers the exit code."""
        code = self.interrupt()
        self.kill()
        return code

    def interrupt(self, *, seconds: float = 90) -> int:
        """Ctrl-C and nothing more; answers the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"Ctrl-C did not end the server:\n{self.log[-4000:]}") from None

    def kill(self) -> None:
        """Cut the power: every process that the server started, at once, no chance to tidy up."""
        if self._process is None:
            return
        while members := session_members(self._process.pid):
            for process_id in members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process_id, signal.SIGKILL)
            self._process.poll()  # reap the leader, so that it leaves the list
            time.sleep(0.02)
        self._process.wait()
        self._process = None

    def _answers(self) -> bool:
        request = b"GET /api/v1/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(request)
                return connection.recv(12) == b"HTTP/1.1 204"
        except OSError:
            return False
