"""`flask ledger check | rebuild | checkpoint`."""

import sys

import click
from flask import Flask

from inspection.database import one_view
from inspection.edge import wired, writing
from inspection.hazards import register
from inspection.ledger.audit import audit
from inspection.worker import take_checkpoint


def add_commands(app: Flask) -> None:
    """Add the group `ledger`."""
    app.cli.add_command(ledger)


@click.group()
def ledger() -> None:
    """The append-only ledger."""


@ledger.command()
def check() -> None:
    """Read the whole chain with code of its own; exit status 1 names the first broken entry."""
    with one_view(wired().engine) as connection:
        found = audit(connection)
    if found.finding:
        click.echo(
            f"台账在第 {found.finding.seq} 条断裂 · broken at entry {found.finding.seq}: "
            f"{found.finding.reason}"
        )
        sys.exit(1)
    click.echo(f"台账完整 · the ledger is whole: {found.entries} entries, last {found.last_link}")


@ledger.command()
def rebuild() -> None:
    """Empty the register of hazards and build it again from the ledger."""
    with writing() as session:
        count = register.rebuild(session)
    click.echo(f"台账视图已由 {count} 条记录重建 · rebuilt from {count} entries")


@ledger.command()
def checkpoint() -> None:
    """Sign where the ledger ends now."""
    take_checkpoint(wired())
    click.echo("已签发检查点 · checkpoint signed")
