"""Which lists somebody is offered (推送检查表): those that fit their units, and their own.

An offer opens no door and closes none: whoever has another list may use it.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from inspection.catalog import authored
from inspection.catalog.shelf import Catalog
from inspection.domain.applicability import Profile
from inspection.domain.checklist import Checklist


def offered(
    session: Session, catalog: Catalog, *, units: Iterable[Profile], homes: Iterable[str]
) -> tuple[Checklist, ...]:
    """Return the lists for somebody who inspects units like these and belongs to `homes` (paths).

    The common lists and their short editions are for everybody; a sector's list for whoever has
    a unit that it fits; a list made here for its own unit and all below it.
    """
    profiles = set(units)
    shipped = [
        each
        for each in catalog.current()
        if len(each.list_letter) == 1 or any(each.applies.fits(unit) for unit in profiles)
    ]
    paths = tuple(homes)
    own = [
        catalog.revision(offer.slug, offer.revision)
        for offer in authored.in_use(session)
        if any(path.startswith(offer.unit_path) for path in paths)
    ]
    return (*shipped, *own)
