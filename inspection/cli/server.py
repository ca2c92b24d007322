"""`flask serve` and `flask worker run`: the processes that make up a running 真查."""

import os
import sys
from functools import partial

import click
from flask import Flask
from sqlalchemy import select

from inspection import worker as worker_loop
from inspection.accounts.people import PersonAccount
from inspection.authoring import publishing
from inspection.cli import demonstration, processes, schema
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
    """Do jobs until stopped. Raises ChecklistAltered."""
    with reading() as session:
        publishing.refuse_altered(session)
    worker_loop.run(wired())


@click.command()
@click.option("--worker/--no-worker", "with_worker", default=True, help="run a worker beside it")
@click.option("--history", is_flag=True, help="demonstration: with some weeks behind it")
def serve(with_worker: bool, history: bool) -> None:
    """Bring the schema up to date and run web server and worker until Ctrl-C.

    Raises ChecklistAltered when a list that was published here is not what it was.
    In demonstration mode an empty database is filled first and the accounts are printed.
    """
    wiring = wired()
    schema.upgrade()
    with reading() as session:
        publishing.refuse_altered(session)
    if not wiring.settings.production:
        with reading() as session:
            empty = session.scalar(select(PersonAccount.id).limit(1)) is None
        if empty:
            demonstration.load(history=history)
        click.echo(demonstration.accounts_text())
    wiring.engine.dispose()
    click.echo(f"\n真查 · http://127.0.0.1:{wiring.settings.port}  (Ctrl-C to stop)\n")
    web = partial(_serve_pages, wiring.settings)
    background = partial(worker_loop.run, wiring)
    sys.exit(processes.run_together(web, *[background] * with_worker))


def _serve_pages(settings: Settings) -> None:
    """The web server; its own processes are forked off it and find the app loaded."""
    from granian import Granian  # only this process needs it
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.chdir(ROOT)
    Granian(
        "app:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=WEB_PROCESSES,
        blocking_threads=THREADS_PER_PROCESS,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    ).serve()
