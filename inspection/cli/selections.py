"""`flask selections redraw`: repeat a random selection (双随机) from its published file."""

import json
import sys
from pathlib import Path

import click
from flask import Flask

from inspection.domain.selection import PoolMalformed
from inspection.selections import lots


def add_commands(app: Flask) -> None:
    """Add the group `selections`."""
    app.cli.add_command(selections)


@click.group()
def selections() -> None:
    """Random selections of enterprises and inspectors (双随机)."""


@selections.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def redraw(file: Path) -> None:
    """Draw again from FILE, which needs no database; exit status 1 when anything differs."""
    try:
        said = json.loads(file.read_bytes())
        wrong = lots.differences(said)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, PoolMalformed) else "no JSON"
        raise click.BadParameter(f"{file}: 不是双随机的公开文件 · {reason}") from error
    if wrong:
        click.echo(f"重抽的结果不一致 · drawn again, it differs in {', '.join(wrong)}")
        sys.exit(1)
    click.echo(
        f"重抽的结果一致 · drawn again, all agrees: {len(said['visits'])} enterprises, "
        f"seed {said['seed']}"
    )
