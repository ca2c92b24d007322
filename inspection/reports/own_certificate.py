"""A signer's signature by a certificate from elsewhere (本人证书签名): download, sign, upload.

What comes back is accepted only if it is our newest file plus one signature in
the field that is reserved for this person. It is examined at once, in a
confined process; the worker then puts a timestamp over it and adds the
revision, so that a time server that is down holds up nobody at a page.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection import database
from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import (
    OwnFieldAbsent,
    OwnFileForeign,
    OwnFileOutdated,
    OwnFileTooLarge,
    OwnFileUnsigned,
    ReportMovedOn,
)
from inspection.domain.reserved import own_fields
from inspection.jobs import queue
from inspection.jobs.confinement import Turns, run_confined
from inspection.reports import revisions
from inspection.reports.revisions import Revision
from inspection.reports.shelf import ShelvedReport
from inspection.signing import credentials, own_roots
from inspection.signing.authority import Authority
from inspection.submissions import records

OWN_JOB = "own_certificate"
LARGEST_ADDITION = 1024 * 1024
EXAMINE_SECONDS = 20
EXAMINE_MEMORY_MB = 768
TURNS = Turns(seconds=8, waiting=1)
"""As at /verify, whose process this is: the other threads stay free for everybody else."""


@dataclass(frozen=True)
class Offer:
    """What a signer of the record can do about a report: nothing, sign, wait, or sign again."""

    field: str
    """Name of the field that is reserved for them."""
    signed: bool
    waiting: bool
    """Their signature was accepted and waits for the timestamp."""
    overtaken: bool
    """Their last upload was not added: somebody else's revision came first."""


def offer(session: Session, report: ShelvedReport, person: str) -> Offer | None:
    """Return what this person can do, or None when no field is reserved for them."""
    field = _field(session, report, person)
    if field is None:
        return None
    uploads = queue.outcomes(session, f"own:{report.uuid}:{person}:")
    return Offer(
        field,
        signed=_has_signed(session, report.uuid, person),
        waiting=any(not each.finished for each in uploads),
        overtaken=bool(uploads) and uploads[-1].finished and uploads[-1].error != "",
    )


@dataclass(frozen=True)
class Described:
    """Whose certificate signed, by its own words, and whether its issuer is known here."""

    name: str
    issuer: str
    serial: str
    trusted: str
    """`passed`, `indeterminate` or `failed`."""


def described(revision: Revision) -> Described | None:
    """Return what was found of the certificate when the revision came, or None for other kinds."""
    if revision.kind != revisions.OWN_CERTIFICATE:
        return None
    return Described(**json.loads(revision.note))


def receive(
    report: ShelvedReport,
    person: str,
    data: bytes,
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    roots: Path | None,
    at: datetime,
) -> None:
    """Examine what a signer sent back; once accepted, it is kept and the worker goes on with it.

    Raises OwnFieldAbsent, OwnFileForeign, OwnFileOutdated, OwnFileUnsigned,
    OwnFileTooLarge, or what `signing.additions` refuses, or WorkOverrun or WorkBusy.
    """
    # What reads PDFs is slow to load, and only the confined process needs it.
    from inspection.signing.additions import examine_addition

    with database.reading(engine) as session:
        field = _field(session, report, person)
        if field is None or _has_signed(session, report.uuid, person):
            raise OwnFieldAbsent(report=report.uuid)
        before = _before(session, report, data)
    found = run_confined(
        examine_addition,
        data,
        before,
        field,
        own_roots.read(roots),
        at,
        seconds=EXAMINE_SECONDS,
        memory_mb=EXAMINE_MEMORY_MB,
        turns=TURNS,
    )
    note = {
        "name": found.name,
        "issuer": found.issuer,
        "serial": found.serial,
        "trusted": found.trusted.value,
    }
    digest = blobs.keep(data)
    args = {"report": report.uuid, "person": person, "sha256": digest, "note": json.dumps(note)}
    with database.writing(engine) as session:
        key = f"own:{report.uuid}:{person}:{digest}"
        queue.enqueue(session, OWN_JOB, args, key=key, at=at)


def finish(
    args: dict[str, Any],
    *,
    engine: Engine,
    blobs: FilesystemBlobs,
    authority: Authority,
    clock: Callable[[], datetime],
) -> None:
    """Put a timestamp over an accepted upload and add it to the report; again changes nothing.

    Raises OwnFileOutdated when another revision came first: the person has to sign that.
    """
    from inspection.signing import seals

    report, person = args["report"], args["person"]
    with database.reading(engine) as session:
        if _has_signed(session, report, person):
            return
        revoked = credentials.revocations(session)
        newest = revisions.standing(session, report)
    upload = blobs.read(args["sha256"])
    if not revisions.continues(upload, newest):
        raise OwnFileOutdated(report=report, current=newest.number)
    stamped = seals.retimestamp(upload, authority=authority, revoked=revoked, at=clock())
    with database.writing(engine) as session:
        try:
            revisions.add(
                session,
                report,
                stamped,
                kind=revisions.OWN_CERTIFICATE,
                by=person,
                note=args["note"],
                blobs=blobs,
                at=clock(),
            )
        except ReportMovedOn as problem:
            raise OwnFileOutdated(**problem.details) from None


def _field(session: Session, report: ShelvedReport, person: str) -> str | None:
    stored = records.any_record(session, report.record_uuid) if report.reserved else None
    return own_fields(records.payload_of(stored)).get(person) if stored else None


def _has_signed(session: Session, report_uuid: str, person: str) -> bool:
    return any(
        each.kind == revisions.OWN_CERTIFICATE and each.made_by == person
        for each in revisions.of(session, report_uuid)
    )


def _before(session: Session, report: ShelvedReport, data: bytes) -> int:
    """Return how many bytes of the upload are our newest file."""
    files = [
        (report.sha256, report.size),
        *((each.sha256, each.size) for each in revisions.of(session, report.uuid)),
    ]
    fits = [number for number, file in enumerate(files) if _begins(data, *file)]
    if not fits:
        raise OwnFileForeign(report=report.uuid)
    newest = files[-1][1]
    if fits[-1] < len(files) - 1:
        raise OwnFileOutdated(revision=fits[-1], current=len(files) - 1)
    if len(data) == newest:
        raise OwnFileUnsigned()
    if len(data) - newest > LARGEST_ADDITION:
        raise OwnFileTooLarge(largest=LARGEST_ADDITION)
    return newest


def _begins(data: bytes, sha256: str, size: int) -> bool:
    head = memoryview(data)[:size]
    return len(head) == size and hashlib.sha256(head).hexdigest() == sha256
