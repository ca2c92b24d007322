"""HTML pages, one module a noun with its WTForms beside its views. No rules live here."""

from flask import Flask

from inspection.web import (
    accounts,
    assignments,
    audits,
    audits_case,
    audits_exports,
    audits_samples,
    authority,
    checklists,
    custody,
    enforcement,
    hazards,
    home,
    ledger,
    look_back,
    papers,
    people,
    quarantine,
    records,
    recoveries,
    reports,
    rescue,
    style,
    tablet,
    units,
    verification,
)

PAGES = (
    home,
    accounts,
    hazards,
    units,
    look_back,
    enforcement,
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
    assignments,
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
