"""Whether the bytes in hand are bytes that we issued (原件比对).

The only way to see that a file was rolled back to an earlier state or that
something hangs on its end: no signature in it can tell.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from inspection.blobs import FilesystemBlobs
from inspection.domain import record as domain
from inspection.domain.problems import BlobUnknown, JwsMalformed
from inspection.domain.record import Record
from inspection.paperwork.shelf import ShelvedPaper
from inspection.reports import shelf
from inspection.reports.issuing import RECORD_NAME
from inspection.signing import jose
from inspection.signing.facts import Examination
from inspection.verification import editions, papers
from inspection.verification.editions import Edition, Known
from inspection.verification.facts import FAILED, INDETERMINATE, PASSED, Fact

_NUMBER = re.compile("检记〔[0-9]{4}〕[0-9]{6,12}号".encode())


def recognised(session: Session, data: bytes, digest: str, found: Examination) -> Known | None:
    """Find what this file is, or claims to be: by bytes, by what it carries, by number."""
    exact = editions.by_digest(session, digest)
    if exact is not None:
        return exact
    paper = papers.claimed(session, data, found)
    if paper is not None and paper.sha256:
        return editions.known_paper(paper)
    jws = found.attachment(RECORD_NAME)
    record = record_in(jws) if jws else None
    claimed = shelf.of_record(session, record.uuid) if record else None
    if claimed is None:
        # a damaged file: its number still stands in the metadata, as plain text
        stated = _NUMBER.search(data)
        claimed = shelf.with_number(session, stated.group().decode()) if stated else None
    return editions.known(session, claimed) if claimed else None


def record_in(jws: bytes) -> Record | None:
    """Read the record out of its JWS without verifying anything; None when there is none."""
    try:
        return domain.from_bytes(jose.payload_of(jws))
    except (JwsMalformed, domain.Malformed):
        return None


def origin(known: Known | None, found: Examination) -> Fact:
    """Whether a report like this was ever issued here."""
    if known is not None:
        return issued(known)
    ours = any(each.kind == "seal" and each.outcome == PASSED for each in found.signatures)
    if ours:  # our seal, but the shelf does not know it: a lost row, or another server's shelf
        return Fact("seal_without_report", INDETERMINATE)
    return Fact("not_issued_here", FAILED)


def issued(known: Known) -> Fact:
    """That this report was issued, by whom and when."""
    report = known.report
    return Fact(
        "issued_here",
        PASSED,
        {
            "number": report.number,
            "organisation": report.organisation,
            "issued_at": report.issued_at.isoformat(),
            "report": report.uuid,
            "title": report.title,
        },
    )


def same_bytes(known: Known, edition: Edition) -> Iterator[Fact]:
    """The file is one of ours to the last byte; an earlier one is good and says so."""
    place = {"sha256": edition.sha256, "size": edition.size, "edition": edition.number}
    yield Fact("bytes_as_issued", PASSED, place)
    if isinstance(known.report, ShelvedPaper) and known.report.ending:
        yield Fact("annulled", PASSED, {"annulled_at": known.report.ending["at"].isoformat()})
    if edition != known.current:
        yield Fact("superseded", PASSED, _succession(known, edition))


def compared(known: Known, data: bytes, digest: str, blobs: FilesystemBlobs) -> Iterator[Fact]:
    """Compare with the bytes of every file that bore this report."""
    itself = known.with_digest(digest)
    if itself is not None:
        yield from same_bytes(known, itself)
        return
    details = {"expected": known.current.sha256, "found": digest}
    try:
        current = blobs.read(known.current.sha256)
    except BlobUnknown:
        yield Fact("issued_bytes_lost", INDETERMINATE, details)
        return
    if current.startswith(data):
        yield Fact("rolled_back", FAILED, {**details, "missing": len(current) - len(data)})
        return
    # Each file of a report begins with the one before it, so the longest that fits counts.
    whole = next((each for each in reversed(known.editions) if _begins(data, each)), None)
    if whole is not None:
        yield Fact("bytes_after_end", FAILED, {**details, "extra": len(data) - whole.size})
    else:
        first_at = _first_difference(current, data)
        yield Fact("bytes_altered", FAILED, {**details, "first_at": first_at})


def _succession(known: Known, edition: Edition) -> dict[str, Any]:
    return {
        "edition": edition.number,
        "later": len(known.editions) - 1 - edition.number,
        "current": known.current.sha256,
        "kind": known.current.kind,
        "revised_at": known.current.made_at.isoformat(),
    }


def _begins(data: bytes, edition: Edition) -> bool:
    """Whether the data begins with this file: by its digest, so the file itself is not read."""
    start = memoryview(data)[: edition.size]
    return len(start) == edition.size and hashlib.sha256(start).hexdigest() == edition.sha256


def _first_difference(issued: bytes, data: bytes) -> int:
    low, high = 0, min(len(issued), len(data))
    while low < high:  # the longest common prefix, by halves
        middle = (low + high + 1) // 2
        if issued[:middle] == data[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
