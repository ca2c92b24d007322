"""HTML pages, one module a noun with its WTForms beside its views. No rules live here."""

from flask import Flask

from inspection.web import accounts, hazards, home, records, style


def register(app: Flask) -> None:
    """Add every page."""
    for module in (home, accounts, hazards, records, style):
        app.register_blueprint(module.blueprint)
