"""HTML pages, one module a noun with its WTForms beside its views. No rules live here."""

from flask import Flask

from inspection.web import (
    accounts,
    audits,
    audits_case,
    audits_exports,
    audits_samples,
    authority,
    board,
    checklists,
    custody,
    enterprise,
    hazards,
    home,
    issuers,
    ledger,
    lists,
    papers,
    papers_shelf,
    people,
    quarantine,
    records,
    recoveries,
    reports,
    rescue,
    sheets,
    statistics,
    step_photos,
    steps,
    style,
    tablet,
    verification,
)

PAGES = (
    home,
    accounts,
    enterprise,
    hazards,
    steps,
    step_photos,
    board,
    lists,
    statistics,
    records,
    papers,
    issuers,
    papers_shelf,
    sheets,
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
