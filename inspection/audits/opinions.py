"""Opinions (审核意见): what an auditor says of a report, first in the ledger, then in the file.

Giving one is an act of its own: the password is entered again (at the edge), and the
entry `opinion.given` is written before anything else. That entry is the warrant by
which the auditor's PDF key signs the reserved field; docs/decisions/0005 says why that
has to do and what it does not prove. Signing is a job: it may be killed and done again.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection import database
from inspection.accounts import certificates
from inspection.accounts.people import Actor
from inspection.blobs import FilesystemBlobs
from inspection.database import Base, UtcInstant
from inspection.domain import record as domain
from inspection.domain.opinion import MOST
from inspection.domain.problems import (
    GlyphMissing,
    NotFound,
    OpinionOnOwnRecord,
    OpinionPlaceMissing,
    OpinionsFull,
    ReportMovedOn,
    WarrantMissing,
)
from inspection.jobs import queue
from inspection.jobs.confinement import Turns, run_confined
from inspection.ledger import chain, journal
from inspection.ledger.journal import Event
from inspection.reports import pdf, revisions
from inspection.reports.faces import CONCLUSION_WORDS, OpinionFace
from inspection.reports.shelf import IssuedReport, ShelvedReport
from inspection.signing import credentials
from inspection.signing.authority import Authority, PersonKey
from inspection.submissions import records

OPINION_JOB = "opinion.sign"
ENTRY = "opinion.given"
DRAW_SECONDS = 30
TURNS = Turns(seconds=15, waiting=3)
_TRIAL_BOX = (400.0, 80.0)
"""Points: whichever box it will be, the typefaces are the same."""


class OpinionRow(Base):
    """One opinion. `signed_sha256` is empty until the file carries it."""

    __tablename__ = "opinion"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    person: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    conclusion: Mapped[str]
    text: Mapped[str]
    read_sha256: Mapped[str]
    """The file that the auditor had before them."""
    given_at: Mapped[datetime] = mapped_column(UtcInstant)
    seq: Mapped[int]
    link: Mapped[str]
    signed_sha256: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        Index("ix_opinion_conclusion", "conclusion", "report_id"),
    )


@dataclass(frozen=True)
class Opinion:
    """An opinion as it was given; `signed` says whether the file carries it by now."""

    uuid: str
    number: int
    person: str
    name: str
    unit: str
    conclusion: str
    text: str
    given_at: datetime
    seq: int
    link: str
    signed: bool


@dataclass(frozen=True)
class Draft:
    """What the auditor wrote, and the digest of the file that it is about."""

    conclusion: str
    text: str
    read_sha256: str


def of_report(session: Session, report_uuid: str) -> tuple[Opinion, ...]:
    """Return the opinions on a report, in order."""
    rows = session.scalars(
        select(OpinionRow)
        .join(IssuedReport, IssuedReport.id == OpinionRow.report_id)
        .where(IssuedReport.uuid == report_uuid)
        .order_by(OpinionRow.number)
    )
    return tuple(_opinion(row) for row in rows)


def give(
    session: Session,
    actor: Actor,
    report: ShelvedReport,
    draft: Draft,
    *,
    at: datetime,
) -> str:
    """Write an opinion down, have it signed, and return its uuid.

    The caller has just made sure that it is this person. Raises OpinionsFull,
    OpinionOnOwnRecord, OpinionPlaceMissing, or ReportMovedOn when the file is no
    longer the one that was read.
    """
    end = journal.lock(session)
    if not report.reserved:
        raise OpinionPlaceMissing(report=report.uuid)
    sha256, _ = revisions.current(session, report.uuid)
    if sha256 != draft.read_sha256:
        raise ReportMovedOn(report=report.uuid)
    if actor.uuid in _named(session, report.record_uuid):
        raise OpinionOnOwnRecord(record=report.record_uuid)
    report_id = session.scalar(select(IssuedReport.id).where(IssuedReport.uuid == report.uuid))
    number = 1 + (
        session.scalar(select(func.count()).where(OpinionRow.report_id == report_id)) or 0
    )
    if number > MOST:
        raise OpinionsFull(most=MOST)
    itself = str(uuid.uuid4())
    entry = journal.append(
        session, [_given(itself, actor, report, draft, number)], at=at, after=end
    )[0]
    session.add(
        OpinionRow(
            uuid=itself,
            report_id=report_id,
            number=number,
            person=actor.uuid,
            name=actor.name,
            unit=actor.unit_name,
            conclusion=draft.conclusion,
            text=draft.text,
            read_sha256=sha256,
            given_at=at,
            seq=entry.seq,
            link=entry.link,
        )
    )
    queue.enqueue(session, OPINION_JOB, {"opinion": itself}, key=f"{OPINION_JOB}:{itself}", at=at)
    return itself


def unprintable(actor: Actor, draft: Draft, *, at: datetime) -> str:
    """Return the characters of an opinion that no typeface has, found by drawing it.

    What the ledger says the file must show, so such an opinion is not to be given.
    Raises WorkBusy when others are having something drawn.
    """
    face = OpinionFace(draft.conclusion, draft.text, actor.name, actor.unit_name, at, 0)
    try:
        _picture(face, _TRIAL_BOX, TURNS)
    except GlyphMissing as missing:
        return str(missing.details["characters"])
    return ""


def _given(itself: str, actor: Actor, report: ShelvedReport, draft: Draft, number: int) -> Event:
    body = {
        "opinion": itself,
        "number": number,
        "report": report.uuid,
        "report_number": report.number,
        "record": report.record_uuid,
        "read_sha256": draft.read_sha256,
        "person": actor.uuid,
        "name": actor.name,
        "unit": actor.unit_name,
        "conclusion": draft.conclusion,
        "text": draft.text,
        "authorised_by": "password",
    }
    return Event(ENTRY, body, subject=report.record_uuid)


def _named(session: Session, record_uuid: str) -> set[str | None]:
    """Accounts that the record names: nobody audits what they signed themselves."""
    stored = records.any_record(session, record_uuid)
    if stored is None:
        raise NotFound(record=record_uuid)
    return {person.account for person in domain.from_bytes(stored.payload).people}


@dataclass(frozen=True)
class _Case:
    """What signing needs, read once."""

    opinion: Opinion
    report_uuid: str
    sha256: str
    key: PersonKey
    revoked: tuple[Any, ...]


def sign(
    opinion_uuid: str,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    authority: Authority,
    clock: Callable[[], datetime],
) -> None:
    """Sign an opinion into the newest file of its report; done once, however often it is asked.

    Raises WarrantMissing, GlyphMissing, ReportMovedOn or what sealing raises: the job is
    put back and tried again.
    """
    with database.writing(engine) as session:
        case = _opened(session, opinion_uuid, authority, at=clock())
    if case is None:
        return
    from inspection.signing import boxes, seals  # slow to load: see reports.issuing

    current, opinion = blobs.read(case.sha256), case.opinion
    field = f"opinion-{opinion.number}"
    signed = seals.add_signature(
        current,
        field=field,
        identity=authority.unlock(case.key),
        appearance=_picture(_face(opinion), boxes.box_of(current, field)),
        reason=_reason(opinion),
        authority=authority,
        revoked=case.revoked,
        at=clock(),
    )
    with database.writing(engine) as session:
        _keep(session, case, signed, blobs=blobs, at=clock())


def _opened(
    session: Session, opinion_uuid: str, authority: Authority, *, at: datetime
) -> _Case | None:
    """Read the case and write down that the key is used; None when it is signed already."""
    row = session.scalar(select(OpinionRow).where(OpinionRow.uuid == opinion_uuid))
    if row is None:
        raise NotFound(opinion=opinion_uuid)
    if row.signed_sha256:
        return None
    _check_warrant(session, row)
    report_uuid = session.scalar(select(IssuedReport.uuid).where(IssuedReport.id == row.report_id))
    assert report_uuid is not None
    sha256, _ = revisions.current(session, report_uuid)
    # Made at the first opinion: auditors enrol no tablet.
    key = certificates.key_of(session, row.person, authority=authority, at=at)
    used = {
        "person": row.person,
        "certificate": key.serial,
        "warrant": row.link,
        "opinion": row.uuid,
        "report": report_uuid,
    }
    journal.append(session, [Event("key.used", used, subject=row.person)], at=at)
    return _Case(_opinion(row), report_uuid, sha256, key, credentials.revocations(session))


def _check_warrant(session: Session, row: OpinionRow) -> None:
    """The entry must say this opinion of this person, and its link must be the hash of that."""
    entry = journal.entry(session, row.seq)
    if entry is None or entry.kind != ENTRY or entry.link != row.link:
        raise WarrantMissing(opinion=row.uuid)
    again = chain.follow(entry.prev_link, entry.seq, entry.kind, entry.body, entry.recorded_at)
    body = json.loads(entry.body)
    said = (body["opinion"], body["person"], body["conclusion"], body["text"])
    if again != entry or said != (row.uuid, row.person, row.conclusion, row.text):
        raise WarrantMissing(opinion=row.uuid)


def _reason(opinion: Opinion) -> str:
    said = CONCLUSION_WORDS[opinion.conclusion]
    return (
        f"审核意见：{said}；依据台账第 {opinion.seq} 条 {ENTRY}，链值 {opinion.link}，"
        "由审核人重新输入密码确认"
    )


def _face(opinion: Opinion) -> OpinionFace:
    return OpinionFace(
        conclusion=opinion.conclusion,
        text=opinion.text,
        name=opinion.name,
        unit=opinion.unit,
        given_at=opinion.given_at,
        seq=opinion.seq,
    )


def _picture(face: OpinionFace, box: tuple[float, float], turns: Turns | None = None) -> bytes:
    drawn: bytes = run_confined(pdf.draw_opinion, face, box, seconds=DRAW_SECONDS, turns=turns)
    return drawn


def _keep(
    session: Session, case: _Case, signed: bytes, *, blobs: FilesystemBlobs, at: datetime
) -> None:
    made = revisions.add(
        session,
        case.report_uuid,
        signed,
        kind=revisions.OPINION,
        by=case.opinion.person,
        note=case.opinion.conclusion,
        blobs=blobs,
        at=at,
    )
    row = session.scalars(select(OpinionRow).where(OpinionRow.uuid == case.opinion.uuid)).one()
    row.signed_sha256 = made.sha256


def _opinion(row: OpinionRow) -> Opinion:
    return Opinion(
        uuid=row.uuid,
        number=row.number,
        person=row.person,
        name=row.name,
        unit=row.unit,
        conclusion=row.conclusion,
        text=row.text,
        given_at=row.given_at,
        seq=row.seq,
        link=row.link,
        signed=bool(row.signed_sha256),
    )
