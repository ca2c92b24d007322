"""`flask verify FILE`: whether a PDF in hand is ours, whole and unaltered."""

import sys
from pathlib import Path

import click
from flask import Flask

from inspection.edge import reading, verdicts, wired
from inspection.verification import verdict


def add_commands(app: Flask) -> None:
    """Add `verify`."""
    app.cli.add_command(verify)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
def verify(file: Path, language: str) -> None:
    """Say in sentences what FILE is. Exit status: 0 passed, 1 failed, 2 indeterminate."""
    wiring = wired()
    with reading() as session:
        found = verdict.examine_document(
            session,
            file.read_bytes(),
            blobs=wiring.blobs,
            authority=wiring.authority,
            server_key=wiring.server_key,
            at=wiring.clock(),
        )
    for line in verdicts.lines(found, language):
        click.echo(line)
    sys.exit({"passed": 0, "failed": 1}.get(found.outcome, 2))
