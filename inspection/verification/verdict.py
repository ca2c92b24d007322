"""Whether a document in hand is a report of ours, whole and unaltered (核验结论).

Compares what the file says of itself with what was issued and with the ledger,
and gives facts with stable codes and three values; sentences are made at the
edge (`edge.verdicts`). Never a bare tick: what was not checked is listed too.

Two steps, so that no transaction waits while bytes from outside are read:
`examine_document` has it read in a confined process and then `judged` against what is kept here.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection import database
from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import DocumentTooLarge, WorkOverrun
from inspection.jobs.confinement import Turns, run_confined
from inspection.paperwork.shelf import ShelvedPaper
from inspection.reports.issuing import PROOF_NAME
from inspection.reports.shelf import PublicReport
from inspection.signing import credentials
from inspection.signing.authority import Authority, Trust
from inspection.signing.facts import Examination
from inspection.signing.jose import ServerKey
from inspection.verification import document, editions, place, signatures
from inspection.verification.editions import Known
from inspection.verification.facts import FAILED, INDETERMINATE, Fact, Verdict, outcome_of
from inspection.verification.inside import Inside
from inspection.verification.papers import InsidePaper

__all__ = ["Verdict", "by_digest", "examine_document", "judged"]

LARGEST_BYTES = 50 * 1024 * 1024
EXAMINE_SECONDS = 60
EXAMINE_MEMORY_MB = 768
NOT_CHECKED = ("hand_identity", "device_clock", "truth_of_content")
NOT_CHECKED_OF_PAPERS = ("password_identity", "truth_of_content")
OVERRUN, NOT_A_PDF = "overrun", "not_a_pdf"


def examine_document(
    data: bytes,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    authority: Authority,
    server_key: ServerKey,
    at: datetime,
    seconds: float | None = None,
    turns: Turns | None = None,
) -> Verdict:
    """Say what the file is, from what is found in it and what is kept here.

    Raises DocumentTooLarge, or WorkBusy when `turns` are given and all are taken; everything
    else is a fact.
    """
    with database.reading(engine) as session:
        trust = authority.trust(revoked=credentials.revocations(session), at=at)
    found = _looked_at(data, trust, at=at, seconds=seconds, turns=turns)
    with database.reading(engine) as session:
        return judged(session, data, found, blobs=blobs, server_key=server_key)


def _looked_at(
    data: bytes, trust: Trust, *, at: datetime, seconds: float | None, turns: Turns | None
) -> Examination:
    """Read the file in a confined process; `trouble` is `overrun` when that took too much."""
    if len(data) > LARGEST_BYTES:
        raise DocumentTooLarge(largest=LARGEST_BYTES)
    from inspection.signing.examination import examine  # slow to load: see signing/facts.py

    try:
        found: Examination = run_confined(
            examine,
            data,
            trust,
            at,
            seconds=seconds or EXAMINE_SECONDS,
            memory_mb=EXAMINE_MEMORY_MB,
            turns=turns,
        )
    except WorkOverrun:
        return Examination(OVERRUN)
    return found


def judged(
    session: Session,
    data: bytes,
    found: Examination,
    *,
    blobs: FilesystemBlobs,
    server_key: ServerKey,
) -> Verdict:
    """Say what the file is, from what was found in it and what is kept here."""
    digest = hashlib.sha256(data).hexdigest()
    if found.trouble == OVERRUN:
        # Our own bytes are ours, however long reading them takes.
        known = editions.by_digest(session, digest)
    elif found.trouble == NOT_A_PDF:
        return _verdict(data, digest, [Fact("not_a_pdf", FAILED)], found, None)
    else:
        known = document.recognised(session, data, digest, found)
    inside = _inside(session, found, known)
    facts = [
        *_document(known, found, data, digest, blobs),
        *(() if found.trouble == OVERRUN else signatures.told(found)),
    ]
    if not found.trouble and facts[0].code != "not_issued_here":
        facts += inside.facts(blobs)
        proof = found.attachment(PROOF_NAME)
        facts += place.facts(session, proof, inside.digest, server_key, about=inside.about)
    return _verdict(data, digest, facts, found, known, inside)


def _inside(session: Session, found: Examination, known: Known | None) -> Inside | InsidePaper:
    """A report carries a record, a paper the words that were confirmed."""
    report = known.report if known else None
    if isinstance(report, ShelvedPaper):
        return InsidePaper(session, found, report)
    return Inside(session, found, report)


def by_digest(session: Session, sha256: str) -> Verdict | None:
    """What the digest alone tells of a file that nobody sent; None when we know no such file.

    The verdict holds only facts about the document's bytes.
    """
    known = editions.by_digest(session, sha256)
    itself = known.with_digest(sha256) if known else None
    if known is None or itself is None:
        return None
    facts = (document.issued(known), *document.same_bytes(known, itself))
    return Verdict(
        outcome=outcome_of(facts),
        facts=facts,
        signers=(),
        covers="nothing",
        not_checked=_not_checked(known),
        notes=(),
        sha256=sha256,
        size=itself.size,
        report=_public(known),
    )


def _document(
    known: Known | None, found: Examination, data: bytes, digest: str, blobs: FilesystemBlobs
) -> Iterator[Fact]:
    if known is None and found.trouble == OVERRUN:
        yield Fact("examination_overrun", INDETERMINATE)
        return
    yield document.origin(known, found)
    if known is not None:
        yield from document.compared(known, data, digest, blobs)
    if found.trouble == OVERRUN:
        yield Fact("examination_overrun", INDETERMINATE)


def _verdict(
    data: bytes,
    digest: str,
    facts: list[Fact],
    found: Examination,
    known: Known | None,
    inside: Inside | InsidePaper | None = None,
) -> Verdict:
    elsewhere = ("own_issuer",) if signatures.from_elsewhere(found) else ()
    unasked = ("revocation",) if signatures.unasked(found) else ()
    return Verdict(
        outcome=outcome_of(tuple(facts)),
        facts=tuple(facts),
        signers=tuple(inside.signer(each) for each in found.signatures) if inside else (),
        covers=signatures.covers(found),
        not_checked=_not_checked(known) + elsewhere + unasked,
        notes=signatures.notes(found),
        sha256=digest,
        size=len(data),
        report=_public(known),
    )


def _not_checked(known: Known | None) -> tuple[str, ...]:
    paper = known is not None and isinstance(known.report, ShelvedPaper)
    return NOT_CHECKED_OF_PAPERS if paper else NOT_CHECKED


def _public(known: Known | None) -> PublicReport | None:
    if known is None:
        return None
    each = known.report
    return PublicReport(
        each.uuid,
        each.number,
        each.title,
        each.organisation,
        each.issued_at,
        each.sha256,
        each.size,
        each.pages,
    )
