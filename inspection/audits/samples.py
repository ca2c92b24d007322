"""Samples (抽查): drawn with a shown seed, written into the ledger, kept as they were drawn.

The list that was drawn from lies in the blobs under its digest, and the entry
`sample.drawn` names that digest: what was drawn can be drawn again by anybody, even
when the filter would leave other reports today. The algorithm is `drawing`.
"""

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts.people import Actor
from inspection.audits import desk
from inspection.audits.desk import DeskFilter
from inspection.blobs import FilesystemBlobs
from inspection.database import Base, UtcInstant
from inspection.domain import drawing
from inspection.domain.drawing import Stratum
from inspection.domain.problems import NotFound, SelectionEmpty
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations.scope import Scope

ENTRY = "sample.drawn"
_NEWEST = 50


class AuditSample(Base):
    """That somebody drew a sample; what it is stands in the ledger, at `seq`."""

    __tablename__ = "audit_sample"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str]
    seed: Mapped[str]
    population: Mapped[int]
    drawn: Mapped[int]
    drawn_at: Mapped[datetime] = mapped_column(UtcInstant)
    seq: Mapped[int]

    __table_args__ = (Index("ix_audit_sample_person", "person", "id"),)


@dataclass(frozen=True)
class Sample:
    """A sample as it was drawn."""

    uuid: str
    seed: str
    wanted: int
    filter: dict[str, str]
    strata: tuple[Stratum, ...]
    population: int
    population_digest: str
    drawn_at: datetime
    seq: int
    link: str

    @property
    def drawn(self) -> tuple[str, ...]:
        """All drawn reports, stratum by stratum."""
        return tuple(each for stratum in self.strata for each in stratum.drawn)


@dataclass(frozen=True)
class SampleLine:
    """One line of the list of samples."""

    uuid: str
    seed: str
    population: int
    drawn: int
    drawn_at: datetime


def draw(
    session: Session,
    actor: Actor,
    scope: Scope,
    wanted: DeskFilter,
    *,
    size: int,
    seed: str,
    blobs: FilesystemBlobs,
    at: datetime,
) -> str:
    """Draw a sample, write it down, and return its uuid. Raises SelectionEmpty."""
    reports = desk.population(session, scope, wanted)
    if not reports:
        raise SelectionEmpty()
    strata = drawing.draw(reports, size, seed)
    itself = str(uuid.uuid4())
    body: dict[str, Any] = {
        "sample": itself,
        "algorithm": drawing.VERSION,
        "person": actor.uuid,
        "seed": seed,
        "wanted": size,
        "filter": _filter_body(wanted),
        "population": len(reports),
        "population_sha256": blobs.keep(drawing.population_text(reports)),
        "strata": [asdict(stratum) for stratum in strata],
    }
    entry = journal.append(session, [Event(ENTRY, body, subject=itself)], at=at)[0]
    session.add(
        AuditSample(
            uuid=itself,
            person=actor.uuid,
            seed=seed,
            population=len(reports),
            drawn=sum(len(stratum.drawn) for stratum in strata),
            drawn_at=at,
            seq=entry.seq,
        )
    )
    return itself


def sample(session: Session, person: str, uuid: str) -> Sample:
    """Return a sample that this person drew. Raises NotFound."""
    row = session.scalar(
        select(AuditSample).where(AuditSample.uuid == uuid, AuditSample.person == person)
    )
    entry = journal.entry(session, row.seq) if row else None
    if row is None or entry is None:
        raise NotFound(sample=uuid)
    body = json.loads(entry.body)
    return Sample(
        uuid=uuid,
        seed=body["seed"],
        wanted=body["wanted"],
        filter=body["filter"],
        strata=tuple(
            Stratum(each["sector"], each["population"], tuple(each["drawn"]))
            for each in body["strata"]
        ),
        population=body["population"],
        population_digest=body["population_sha256"],
        drawn_at=row.drawn_at,
        seq=entry.seq,
        link=entry.link,
    )


def of_person(session: Session, person: str) -> list[SampleLine]:
    """Return the newest samples of a person."""
    rows = session.scalars(
        select(AuditSample)
        .where(AuditSample.person == person)
        .order_by(AuditSample.id.desc())
        .limit(_NEWEST)
    )
    return [SampleLine(row.uuid, row.seed, row.population, row.drawn, row.drawn_at) for row in rows]


def _filter_body(wanted: DeskFilter) -> dict[str, str]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(wanted).items()
        if value
    }
