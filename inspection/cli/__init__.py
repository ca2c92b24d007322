"""Flask commands, one module a noun."""

from flask import Flask

from inspection.cli import catalog, ledger, schema, server


def register(app: Flask) -> None:
    """Add every command."""
    for module in (server, schema, ledger, catalog):
        module.add_commands(app)
