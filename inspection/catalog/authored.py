"""Revisions that safety engineers made here (自编检查表): kept in the database for ever, as bytes.

A row never changes but for its withdrawal: triggers refuse it. Whether a list may be published is
for `authoring/` to say.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant
from inspection.organisations.unit import Unit


class AuthoredRevision(Base):
    """One published revision, as the bytes that its digest is of."""

    __tablename__ = "authored_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    revision: Mapped[int]
    family: Mapped[str] = mapped_column(index=True)
    """The slug under which its items are remembered: of the list it goes back to, by any steps."""
    digest: Mapped[str]
    document: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    """Whose list it is; it is offered to that unit and to everyone below it."""
    published_at: Mapped[datetime] = mapped_column(UtcInstant())
    drafted_by: Mapped[str]
    published_by: Mapped[str]
    """uuids of two different people."""
    seq: Mapped[int]
    """The ledger entry that tells of its publication, with its digest."""
    retired_at: Mapped[datetime | None] = mapped_column(UtcInstant())

    __table_args__ = (UniqueConstraint("slug", "revision"),)


@dataclass(frozen=True)
class Stored:
    """A revision as it lies in the database."""

    digest: str
    document: str


class Archive:
    """Reads single authored revisions, each in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, slug: str, revision: int) -> Stored | None:
        """Return one revision, retired or not: records refer to it for ever."""
        row = AuthoredRevision
        question = select(row.digest, row.document).where(
            row.slug == slug, row.revision == revision
        )
        with self._engine.connect() as connection:
            found = connection.execute(question).one_or_none()
        return Stored(*found) if found else None

    def family(self, slug: str) -> str | None:
        """Return the family of a list here, or None when it is none of them."""
        question = select(AuthoredRevision.family).where(AuthoredRevision.slug == slug).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(question).scalar_one_or_none()

    def all(self) -> tuple[tuple[str, int], ...]:
        """Return slug and number of every revision, retired or not."""
        question = select(AuthoredRevision.slug, AuthoredRevision.revision)
        with self._engine.connect() as connection:
            return tuple((row.slug, row.revision) for row in connection.execute(question))

    def kin(self, family: str) -> tuple[str, ...]:
        """Return the slugs of all lists here that are of this family."""
        row = AuthoredRevision
        question = select(row.slug).where(row.family == family).distinct().order_by(row.slug)
        with self._engine.connect() as connection:
            return tuple(connection.execute(question).scalars())


@dataclass(frozen=True)
class Offer:
    """A revision, whose it is, and whether its list was taken out of use with it."""

    slug: str
    revision: int
    unit_path: str
    retired: bool


def published(session: Session) -> list[Offer]:
    """Return all revisions of authored lists, by list, of each the newest first."""
    row = AuthoredRevision
    found = session.execute(
        select(row.slug, row.revision, Unit.path, row.retired_at.is_not(None))
        .join(Unit, Unit.id == row.unit_id)
        .order_by(row.slug, row.revision.desc())
    ).tuples()
    return [Offer(*each) for each in found]
