"""HTML pages, one module a noun with its WTForms beside its views. No rules live here."""

from flask import Flask

from inspection.web import (
    accounts,
    checklists,
    hazards,
    home,
    quarantine,
    records,
    reports,
    style,
    tablet,
    verification,
)

PAGES = (
    home,
    accounts,
    hazards,
    records,
    reports,
    verification,
    quarantine,
    tablet,
    checklists,
    style,
)


def register(app: Flask) -> None:
    """Add every page."""
    for module in PAGES:
        app.register_blueprint(module.blueprint)
