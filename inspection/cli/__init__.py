"""Flask commands, one module a noun."""

from flask import Flask

from inspection.cli import (
    catalog,
    certificates,
    checklist_files,
    dispatch,
    document,
    escalation,
    ledger,
    people,
    recovery,
    reports,
    scale,
    schema,
    selections,
    server,
    units,
)


def register(app: Flask) -> None:
    """Add every command."""
    for module in (
        server,
        schema,
        ledger,
        certificates,
        catalog,
        checklist_files,
        dispatch,
        document,
        escalation,
        reports,
        units,
        people,
        recovery,
        selections,
        scale,
    ):
        module.add_commands(app)
