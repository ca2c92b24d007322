"""Cards as they are given out: composed from a list in use, and drawn once as a PDF by a job.

A drawing is kept by what it was drawn from, so a better gist or a new revision is another one.
"""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.blobs import FilesystemBlobs
from inspection.catalog import Catalog, Library
from inspection.database import Base, table_of, writing
from inspection.domain import card as domain
from inspection.domain.card import Card
from inspection.domain.checklist import Checklist
from inspection.domain.instrument import sanction
from inspection.domain.problems import NotFound
from inspection.jobs import queue
from inspection.jobs.confinement import run_confined
from inspection.reports import pdf

CARD_JOB = "card.draw"
DRAW_SECONDS = 60


class CardDrawing(Base):
    """A card that was drawn: the digest of what it was drawn from, and of the file."""

    __tablename__ = "card_drawing"

    card: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]


def lists(catalog: Catalog) -> tuple[Checklist, ...]:
    """The lists that have a card: those in use, without their short editions."""
    return tuple(each for each in catalog.current() if not catalog.is_short(each))


def card(
    slug: str, language: str, *, catalog: Catalog, library: Library, organisation: str
) -> Card:
    """Compose the card of a list in use. Raises NotFound."""
    found = next((each for each in lists(catalog) if each.slug == slug), None)
    if found is None:
        raise NotFound(card=slug)
    told = partial(_told, found, library, language)
    return domain.compose(found, language, told=told, ask=organisation)


def _told(
    checklist: Checklist, library: Library, language: str, penalty: str
) -> tuple[str, str, str]:
    """Where a penalty stands, what it says and its mark; only where, when nothing is known."""
    known = library.sanction(penalty)
    if known:
        title, provision = known.instrument.title, known.provision
        where = f"{title.in_(language)} {provision.clause}"
        return where, provision.gist.in_(language), provision.mark
    said = sanction(penalty)
    named = checklist.instruments.get(said.key)
    return f"{named.in_(language) if named else said.key} {said.article}", "", ""


def drawing(session: Session, wanted: Card) -> str | None:
    """Return the digest of a card's PDF, or None when it is not drawn yet."""
    row = select(CardDrawing.sha256).where(CardDrawing.card == domain.digest(wanted))
    return session.scalar(row)


def ask(session: Session, wanted: Card, *, at: datetime) -> None:
    """Have a card drawn; asked twice, it is drawn once."""
    args = {"slug": wanted.slug, "language": wanted.language}
    queue.enqueue(session, CARD_JOB, args, key=f"card:{domain.digest(wanted)}", at=at)


def draw(
    args: dict[str, Any],
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    catalog: Catalog,
    library: Library,
    organisation: str,
) -> None:
    """Draw a card as it reads now and keep it; no transaction is open while it is drawn."""
    wanted = card(**args, catalog=catalog, library=library, organisation=organisation)
    made: bytes = run_confined(pdf.draw_card, wanted, seconds=DRAW_SECONDS)
    sha256 = blobs.keep(made)
    with writing(engine) as session:
        if drawing(session, wanted) is None:
            row = {"card": domain.digest(wanted), "sha256": sha256}
            session.execute(insert(table_of(CardDrawing)).values(row))
