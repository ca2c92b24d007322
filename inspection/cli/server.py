"""`flask serve` and `flask worker run`: the processes that make up a running 真查."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select

from inspection import worker as worker_loop
from inspection.accounts.people import PersonAccount
from inspection.cli import demonstration, schema
from inspection.edge import reading, wired
from inspection.settings import ROOT, Settings

WEB_PROCESSES = 2
THREADS_PER_PROCESS = 4


def add_commands(app: Flask) -> None:
    """Add `serve` and the group `worker`."""
    app.cli.add_command(serve)
    app.cli.add_command(worker)


@click.group()
def worker() -> None:
    """The process that renders, seals and sends."""


@worker.command()
def run() -> None:
    """Do jobs until stopped."""
    worker_loop.run(wired())


@click.command()
@click.option("--worker/--no-worker", "with_worker", default=True, help="run a worker beside it")
def serve(with_worker: bool) -> None:
    """Bring the schema up to date and run web server and worker until Ctrl-C.

    In demonstration mode an empty database is filled first and the accounts are printed.
    """
    wiring = wired()
    schema.upgrade()
    if not wiring.settings.production:
        with reading() as session:
            empty = session.scalar(select(PersonAccount.id).limit(1)) is None
        if empty:
            demonstration.load()
        click.echo(demonstration.accounts_text())
    wiring.engine.dispose()
    click.echo(f"\n真查 · http://127.0.0.1:{wiring.settings.port}  (Ctrl-C to stop)\n")
    commands = [_web_command(wiring.settings)] + [_worker_command()] * with_worker
    sys.exit(_run_group(*commands))


def _web_command(settings: Settings) -> list[str]:
    return [
        str(Path(sys.executable).with_name("granian")),
        "--interface",
        "wsgi",
        "--host",
        settings.host,
        "--port",
        str(settings.port),
        "--workers",
        str(WEB_PROCESSES),
        "--blocking-threads",
        str(THREADS_PER_PROCESS),
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        "5",
        "--log-level",
        "warning",
        "app:app",
    ]


def _worker_command() -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "app", "worker", "run"]


def _run_group(*commands: list[str]) -> int:
    """Run processes until one ends or we are told to stop; then stop the others."""
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    # Each in a group of its own, so that Ctrl-C reaches us first and they end in order.
    processes = [subprocess.Popen(command, cwd=ROOT, process_group=0) for command in commands]
    while not stopping and all(process.poll() is None for process in processes):
        time.sleep(0.1)
    codes = [process.poll() for process in processes]
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        # A web server that is stopped while it starts leaves its own processes in its group.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return 0 if stopping else next((code for code in codes if code), 1)
