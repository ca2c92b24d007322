"""Resumable upload of files under their SHA-256 (after the IETF resumable-upload draft)."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from flask import Blueprint, Response, request

from inspection.accounts.policy import Permission
from inspection.api import bodies
from inspection.blobs import UploadState
from inspection.domain.problems import (
    BlobPieceTooLarge,
    JsonMalformed,
    NotFound,
    TooManyUploads,
)
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.submissions import intake

CONTENT_TYPE = "application/partial-upload"
LARGEST_PIECE = 256 * 1024
MOST_AT_ONCE = 4
"""Pieces that one person may have on their way in one process: a tablet sends one at a time."""
RETRY_AFTER_SECONDS = 5
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_under_way: Counter[int] = Counter()
_counting = Lock()


def add_routes(api: Blueprint) -> None:
    """Add /blobs."""
    api.route("/blobs/<digest>", methods=["HEAD"])(state)
    api.patch("/blobs/<digest>")(receive)


@requires(Permission.RECORD_SUBMIT)
def state(digest: str) -> Response:
    """How much of this file is held."""
    held = wired().blobs.state(_checked(digest))
    if held.complete:
        with reading() as session:
            awaited = intake.is_awaited(session, digest)
        if awaited:
            _note_arrival(digest)
    return _answer(held)


@requires(Permission.RECORD_SUBMIT)
def receive(digest: str) -> Response:
    """Take one piece; the last one renews the receipts of the records that waited for it."""
    wiring, digest = wired(), _checked(digest)
    offset, length = _number("Upload-Offset"), _number("Upload-Length")
    with _one_of_few(current_actor().person_id):
        piece = bodies.raw(CONTENT_TYPE, most=LARGEST_PIECE, too_large=BlobPieceTooLarge)
        came = wiring.blobs.receive(digest, piece, offset=offset, length=length)
    if came.complete:
        _note_arrival(digest)
    return _answer(came)


@contextmanager
def _one_of_few(person: int) -> Iterator[None]:
    """Nobody takes all the threads: one sender too many waits. Raises TooManyUploads."""
    with _counting:
        if _under_way[person] >= MOST_AT_ONCE:
            raise TooManyUploads(retry_after_seconds=RETRY_AFTER_SECONDS)
        _under_way[person] += 1
    try:
        yield
    finally:
        with _counting:
            _under_way[person] -= 1
            if not _under_way[person]:
                del _under_way[person]


def _note_arrival(digest: str) -> None:
    wiring = wired()
    with writing() as session:
        intake.note_arrival(
            session, digest, blobs=wiring.blobs, key=wiring.server_key, at=wiring.clock()
        )


def _checked(digest: str) -> str:
    if not _DIGEST.match(digest):
        raise NotFound(digest=digest[:80])
    return digest


def _number(header: str) -> int:
    value = request.headers.get(header, "")
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise JsonMalformed(pointer=header)
    return int(value)


def _answer(state: UploadState) -> Response:
    headers = {
        "Upload-Complete": "?1" if state.complete else "?0",
        "Upload-Offset": str(state.offset),
    }
    return Response(status=204, headers=headers)
