"""`flask recovery status`: which recovery key is in force, and who waits for their drafts."""

import click
from flask import Flask

from inspection.accounts import recovery as keys
from inspection.edge import reading


def add_commands(app: Flask) -> None:
    """Add the group `recovery`."""
    app.cli.add_command(recovery)


@click.group()
def recovery() -> None:
    """The organisation's recovery key."""


@recovery.command()
def status() -> None:
    """Say which key is in force; 1 when there is none, because nobody can enrol before."""
    with reading() as session:
        key = keys.key_in_force(session)
        waiting = [each for each in keys.requests(session) if each.answered_at is None]
    if key is None:
        click.echo("no recovery key: an administrator makes one on /recoveries")
        raise SystemExit(1)
    click.echo(f"recovery key {key.kid} in force since {key.set_at:%Y-%m-%d}, set by {key.set_by}")
    click.echo(f"waiting for an answer: {len(waiting)}")
