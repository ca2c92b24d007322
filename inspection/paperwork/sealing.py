"""Seals an issued paper or sheet: drawn, signed in the names of who confirmed it, shelved.

The same story as `reports.issuing`: may be killed at any point and called again; bytes first, the
entry `paper.sealed` last. A person's key is used only for what an entry of that person says
(docs/decisions/0007), and every use is an entry of its own before the key is touched.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection import database
from inspection.accounts import certificates
from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import NotFound, WarrantMissing
from inspection.domain.sheet import SIGNERS
from inspection.jobs.confinement import run_confined
from inspection.ledger import chain, checkpoints, journal, proofs
from inspection.ledger.journal import Event
from inspection.paperwork import shelf
from inspection.paperwork.shelf import Confirmation, ShelvedPaper, State
from inspection.reports import papers, pdf, sheets
from inspection.reports.engine import Attachment
from inspection.reports.faces import ConfirmedFace
from inspection.reports.issuing import PROOF_NAME
from inspection.reports.papers import Officer, Paper
from inspection.reports.pdf import Drawing
from inspection.reports.sheets import IssuedSheet
from inspection.signing import credentials
from inspection.signing.authority import Authority, PersonKey, Revocation
from inspection.signing.jose import ServerKey

CONTENT_NAME = "content.json"
DRAW_SECONDS = 240
"""Less than a claim lasts (jobs.queue); a sheet of a thousand rows takes 40 s of computing."""
DRAW_MEMORY_MB = 1024


@dataclass(frozen=True)
class _Case:
    """Everything that the database knows of one paper, read once."""

    paper: ShelvedPaper
    keys: tuple[PersonKey, ...]
    revoked: tuple[Revocation, ...]
    checkpoint: int
    proof: bytes


def seal(
    paper_uuid: str,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    authority: Authority,
    server_key: ServerKey,
    public_url: str,
    clock: Callable[[], datetime],
) -> None:
    """Seal a paper; done once, however often it is asked, and never after it was annulled.

    Raises WarrantMissing, GlyphMissing, WorkOverrun or what sealing raises: the job is put back.
    """
    with database.reading(engine) as session:
        found = shelf.find(session, paper_uuid)
    if found is None:
        raise NotFound(paper=paper_uuid)
    if found.sha256 or found.state != State.ISSUED:
        return
    content = _content(blobs, found)
    with database.writing(engine) as session:
        case = _opened(session, found, authority=authority, key=server_key, at=clock())
    made = _Making(case, content, authority.organisation, f"{public_url}/verify/{paper_uuid}")
    drawing = _drawn_sheet(made) if found.is_sheet else _drawn_paper(made, blobs)
    with database.writing(engine) as session:
        journal.append(session, _uses(case), at=clock())
    sealed = _signed(case, drawing, authority, at=clock())
    digest = blobs.keep(sealed)
    with database.writing(engine) as session:
        _shelve(session, case, digest, len(sealed), drawing.pages, at=clock())


def _content(blobs: FilesystemBlobs, paper: ShelvedPaper) -> bytes:
    content = blobs.read(paper.content_sha256)
    if hashlib.sha256(content).hexdigest() != paper.content_sha256:
        raise WarrantMissing(paper=paper.uuid)
    return content


def _opened(
    session: Session, paper: ShelvedPaper, *, authority: Authority, key: ServerKey, at: datetime
) -> _Case:
    """Check each warrant, find the keys, and take the checkpoint that the file carries."""
    for each in paper.confirmations:
        _check_warrant(session, paper, each)
    keys = tuple(
        certificates.key_of(session, each.person, authority=authority, at=at)
        for each in paper.confirmations
    )
    checkpoint = checkpoints.take(session, key=key, at=at)
    last = paper.confirmations[-1].seq
    proof = proofs.prove(session, last, enrolments=(), checkpoint=checkpoint, key=key)
    return _Case(paper, keys, credentials.revocations(session), checkpoint.seq, proofs.text(proof))


def _check_warrant(session: Session, paper: ShelvedPaper, said: Confirmation) -> None:
    """The entry must say this paper, these words and this person; its link is the hash of that."""
    entry = journal.entry(session, said.seq)
    if entry is None or entry.kind != said.kind or entry.link != said.link:
        raise WarrantMissing(paper=paper.uuid, person=said.person)
    again = chain.follow(entry.prev_link, entry.seq, entry.kind, entry.body, entry.recorded_at)
    body = json.loads(entry.body)
    stated = (body["paper"], body["content_sha256"], body["by"]["person"], body["by"]["name"])
    if again != entry or stated != (paper.uuid, paper.content_sha256, said.person, said.name):
        raise WarrantMissing(paper=paper.uuid, person=said.person)
    if body.get("number", paper.number) != paper.number:
        raise WarrantMissing(paper=paper.uuid, person=said.person)


@dataclass(frozen=True)
class _Making:
    """What both kinds of file are drawn from."""

    case: _Case
    content: bytes
    seal: str
    verify_url: str

    @property
    def attached(self) -> tuple[Attachment, ...]:
        return (
            Attachment(CONTENT_NAME, "签发人确认的内容", self.content),
            Attachment(PROOF_NAME, "台账凭证", self.case.proof),
        )


def _drawn_paper(made: _Making, blobs: FilesystemBlobs) -> Drawing:
    found, words = made.case.paper, papers.thawed(made.content)
    paper = Paper(
        words=words,
        number=found.number,
        draft=False,
        officers=tuple(
            Officer(each.name, each.badge, field(place), _face(found.kind, each))
            for place, each in enumerate(found.confirmations, start=1)
        ),
        made_at=found.issued_at,
        verify_url=made.verify_url,
        seal=made.seal,
    )
    inks = {each: blobs.read(each) for each in words.inks}
    drawn: Drawing = run_confined(
        pdf.draw_paper,
        paper,
        made.attached,
        inks,
        seconds=DRAW_SECONDS,
        memory_mb=DRAW_MEMORY_MB,
    )
    return drawn


def _drawn_sheet(made: _Making) -> Drawing:
    found = made.case.paper
    issued = IssuedSheet(
        sheet=sheets.thawed(made.content),
        number=found.number,
        field=field(1),
        face=_face(found.kind, found.confirmations[0]),
        made_at=found.issued_at,
        verify_url=made.verify_url,
        seal=made.seal,
    )
    drawn: Drawing = run_confined(
        pdf.draw_sheet,
        issued,
        made.attached,
        seconds=DRAW_SECONDS,
        memory_mb=DRAW_MEMORY_MB,
    )
    return drawn


def field(place: int) -> str:
    """The signature field of whoever confirmed first, second, …"""
    return f"signer-{place}"


def _face(kind: str, said: Confirmation) -> ConfirmedFace:
    return ConfirmedFace(
        role=SIGNERS.get(kind, "检查人员"),
        name=said.name,
        unit=said.unit,
        badge=said.badge,
        confirmed_at=said.at,
        seq=said.seq,
    )


def _uses(case: _Case) -> list[Event]:
    """Each use of a key, written down before the key is used."""
    return [
        Event(
            "key.used",
            {
                "person": said.person,
                "certificate": key.serial,
                "warrant": said.link,
                "paper": case.paper.uuid,
            },
            subject=said.person,
        )
        for said, key in zip(case.paper.confirmations, case.keys, strict=True)
    ]


def _signed(case: _Case, drawing: Drawing, authority: Authority, *, at: datetime) -> bytes:
    from inspection.signing import seals  # slow to load: see reports.issuing

    signers = [
        seals.Confirmed(
            field=field(place),
            appearance=drawing.appearances[field(place)],
            key=key,
            warrant=seals.EntryWarrant(said.person, said.seq, said.kind, said.link),
        )
        for place, (said, key) in enumerate(
            zip(case.paper.confirmations, case.keys, strict=True), start=1
        )
    ]
    return seals.seal_report(drawing.pdf, signers, authority=authority, revoked=case.revoked, at=at)


def _shelve(
    session: Session, case: _Case, digest: str, size: int, pages: int, *, at: datetime
) -> None:
    """Write the entry paper.sealed; the file counts from here on."""
    end = journal.lock(session)
    found = shelf.find(session, case.paper.uuid)
    if found is None or found.sha256 or found.state != State.ISSUED:
        return  # another worker, after our claim had expired; or annulled meanwhile
    body = {
        "paper": found.uuid,
        "number": found.number,
        "content_sha256": found.content_sha256,
        "sha256": digest,
        "size": size,
        "pages": pages,
        "checkpoint": case.checkpoint,
    }
    entries = journal.append(
        session, [Event(f"{found.family}.sealed", body, subject=found.uuid)], at=at, after=end
    )
    shelf.VIEW.apply(session, entries)
