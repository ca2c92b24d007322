"""Scores as pages show them: of a record, and of the last inspection of a unit by each list."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import get_locale
from sqlalchemy.orm import Session

from inspection.domain import score
from inspection.domain.checklist import Checklist
from inspection.domain.record import Record
from inspection.domain.score import Score
from inspection.edge import wired
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import Scope
from inspection.submissions import records
from inspection.submissions.last import last_inspections

MOST_LISTS = 50


@dataclass(frozen=True)
class Scored:
    """One inspection of a unit with its score; `short` when the list is a short edition."""

    record_uuid: str
    title: str
    finished_at: datetime
    score: Score
    short: bool


def of_record(record: Record, checklist: Checklist | None, sector: str) -> Score | None:
    """Score a record of a unit of this sector; a re-inspection has no score."""
    if checklist is None or record.kind == "reinspection":
        return None
    library = wired().library
    return score.score(record, checklist, fits=lambda each: library.fits(each, sector))


def of_unit(session: Session, unit: UnitFacts) -> list[Scored]:
    """Score the last inspection of a unit by each list; what a unit says of itself is left out."""
    catalog, language = wired().catalog, get_locale().language
    last = last_inspections(
        session,
        Scope(paths=frozenset({unit.path})),
        after_seq=0,
        catalog=catalog,
        limit=MOST_LISTS,
        kinds=("inspection",),
    )
    found = []
    for record in records.payloads(session, [each.record_uuid for each in last]):
        checklist = catalog.find(record.checklist_slug, record.checklist_revision)
        scored = of_record(record, checklist, unit.sector)
        if checklist and scored:
            title, short = checklist.title.in_(language), catalog.is_short(checklist)
            found.append(Scored(record.uuid, title, record.finished_at, scored, short))
    return sorted(found, key=lambda each: each.finished_at, reverse=True)
