"""`flask checklists publish`: writes the digests of new revisions into the lock."""

import hashlib
import json
from pathlib import Path

import click
import jsonschema
from flask import Flask

from inspection.catalog.instruments import FOLDER as INSTRUMENTS
from inspection.catalog.shelf import LOCK_NAME
from inspection.wiring import CHECKLISTS


def add_commands(app: Flask) -> None:
    """Add the group `checklists`."""
    app.cli.add_command(checklists)


@click.group()
def checklists() -> None:
    """Checklist revisions."""


@checklists.command()
def publish() -> None:
    """Publish revisions that are not in the lock yet; a published one is never changed."""
    added = publish_new(CHECKLISTS)
    click.echo("\n".join(added) if added else "没有新的版本 · nothing new")


def publish_new(directory: Path) -> list[str]:
    """Validate every unpublished file against the schema and add its digest to the lock."""
    lock_path = directory / LOCK_NAME
    lock = json.loads(lock_path.read_text(encoding="utf-8")) if lock_path.exists() else {}
    schema = json.loads((directory / "schema.json").read_text(encoding="utf-8"))
    added = []
    for path in sorted(directory.glob("*/*.json")):
        name, data = path.name.removesuffix(".json"), path.read_bytes()
        if name not in lock and path.parent.name != INSTRUMENTS:  # they may be bettered
            jsonschema.validate(json.loads(data), schema)
            lock[name] = hashlib.sha256(data).hexdigest()
            added.append(name)
    text = json.dumps(dict(sorted(lock.items())), indent=2) + "\n"
    lock_path.write_text(text, encoding="utf-8")
    return added
