"""`flask escalate`: tell every rung of the escalation ladder that is due, now."""

import click
from flask import Flask

from inspection import worker
from inspection.edge import wired


def add_commands(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(escalate)


@click.command()
def escalate() -> None:
    """Do what the worker does each hour; whatever was told already is not told again."""
    click.echo(f"已督促 {worker.escalate(wired())} 次 · rungs told")
    click.echo(f"已提醒 {worker.remind_of_tables(wired())} 张调度表 · tables reminded of")
    click.echo(f"已提醒 {worker.remind_of_duties(wired())} 家企业 · enterprises reminded of duties")
