"""`flask migrate`: brings the database to the newest schema."""

from pathlib import Path

import click
from flask import Flask

from inspection.database import db

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def add_commands(app: Flask) -> None:
    """Add `migrate`."""
    app.cli.add_command(migrate)


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema. Safe to repeat."""
    upgrade()
    click.echo("The schema is up to date.")


def upgrade() -> None:
    """Run the migrations that this database has not seen."""
    # Loaded here: a tenth of a second that no web process needs to spend.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = db.engine
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
