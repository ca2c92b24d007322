"""Flask commands, one module a noun."""

from flask import Flask

from inspection.cli import catalog, document, ledger, schema, server


def register(app: Flask) -> None:
    """Add every command."""
    for module in (server, schema, ledger, catalog, document):
        module.add_commands(app)
