"""Which lists somebody is offered (推送检查表): those that fit their units, and their own.

An offer opens no door and closes none: whoever has another list may use it.
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from inspection.catalog import authored
from inspection.catalog.authored import Offer
from inspection.catalog.shelf import Catalog
from inspection.domain.applicability import Profile
from inspection.domain.checklist import Checklist


def offered(
    session: Session,
    catalog: Catalog,
    *,
    units: Iterable[Profile],
    homes: Iterable[str],
    today: date,
) -> tuple[Checklist, ...]:
    """Return the lists for somebody who inspects units like these and belongs to `homes` (paths).

    The common lists and their short editions are for everybody; a sector's list for whoever has
    a unit that it fits; a list made here for its own unit and all below it, in the revision that
    is in force on the day.
    """
    profiles = set(units)
    shipped = [
        each
        for each in catalog.current()
        if len(each.list_letter) == 1 or any(each.applies.fits(unit) for unit in profiles)
    ]
    paths = tuple(homes)
    made = [
        offer
        for offer in authored.published(session)
        if any(path.startswith(offer.unit_path) for path in paths)
    ]
    lists = groupby(made, key=lambda offer: offer.slug)
    every = (_in_force(catalog, revisions, today) for _slug, revisions in lists)
    return (*shipped, *(each for each in every if each is not None))


def _in_force(catalog: Catalog, newest_first: Iterable[Offer], today: date) -> Checklist | None:
    """The newest revision of a list whose day has come; None before the first, or when retired."""
    for offer in newest_first:
        found = catalog.revision(offer.slug, offer.revision)
        if found.effective_on <= today:
            return None if offer.retired else found
    return None
