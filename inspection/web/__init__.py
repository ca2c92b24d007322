"""HTML pages, one module a noun with its WTForms beside its views. No rules live here."""

from flask import Flask

from inspection.web import (
    accounts,
    audits,
    audits_case,
    audits_exports,
    audits_samples,
    authority,
    channels,
    checklists,
    custody,
    hazards,
    home,
    inbox,
    ladder,
    ledger,
    papers,
    people,
    quarantine,
    records,
    recoveries,
    reports,
    rescue,
    style,
    tablet,
    verification,
)

PAGES = (
    home,
    accounts,
    hazards,
    ladder,
    inbox,
    channels,
    records,
    papers,
    reports,
    audits,
    audits_case,
    audits_samples,
    audits_exports,
    verification,
    ledger,
    authority,
    people,
    custody,
    quarantine,
    recoveries,
    rescue,
    tablet,
    checklists,
    style,
)


def register(app: Flask) -> None:
    """Add every page."""
    for module in PAGES:
        app.register_blueprint(module.blueprint)
