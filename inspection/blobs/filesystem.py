"""Blobs in a directory: whole ones under `kept/`, arriving ones under `arriving/`.

A blob is in `kept/` only after its digest was checked and its bytes are on
disk; the rename is the promise. So a crash at any point leaves either nothing,
or an arriving part that the next piece continues.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from inspection.domain.problems import (
    BlobDigestMismatch,
    BlobOffsetWrong,
    BlobTooLarge,
    BlobUnknown,
    StorageFull,
)

LARGEST_BYTES = 20 * 1024 * 1024
_PIECE = 256 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class UploadState:
    """How much of a blob is held: `offset` bytes, and whether that is all of it."""

    offset: int
    complete: bool


class FilesystemBlobs:
    """A content-addressed store in one directory of a local disk."""

    def __init__(self, directory: Path) -> None:
        self._kept = directory / "kept"
        self._arriving = directory / "arriving"
        self._arriving.mkdir(parents=True, exist_ok=True)
        if not (self._kept / "ff").exists():
            # Once, so that keeping a blob never has to make a directory durable first.
            for number in range(256):
                (self._kept / f"{number:02x}").mkdir(parents=True, exist_ok=True)
            _sync_directory(self._kept)

    def has(self, digest: str) -> bool:
        """Whether all bytes with this SHA-256 (hex) are held."""
        return self._path(digest).exists()

    def size(self, digest: str) -> int:
        """Length in bytes. Raises BlobUnknown."""
        try:
            return self._path(digest).stat().st_size
        except FileNotFoundError:
            raise BlobUnknown(digest=digest) from None

    def read(self, digest: str) -> bytes:
        """The bytes. Raises BlobUnknown."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            raise BlobUnknown(digest=digest) from None

    def keep(self, data: bytes) -> str:
        """Store bytes durably and return their SHA-256 (hex). Raises StorageFull."""
        digest = hashlib.sha256(data).hexdigest()
        if self.has(digest):
            return digest
        with _full_disk_told():
            descriptor, name = tempfile.mkstemp(dir=self._arriving, prefix="keep-")
            part = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                self._promise(part, digest)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        return digest

    def open(self, digest: str) -> BinaryIO:
        """The bytes, to be read piece by piece. Raises BlobUnknown."""
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError:
            raise BlobUnknown(digest=digest) from None

    def keep_file(self, path: Path) -> str:
        """Store a file's bytes durably, whatever their number; returns their SHA-256 (hex).

        Raises StorageFull.
        """
        with _full_disk_told(), path.open("rb") as given:
            digest = hashlib.file_digest(given, "sha256").hexdigest()
            if self.has(digest):
                return digest
            given.seek(0)
            descriptor, name = tempfile.mkstemp(dir=self._arriving, prefix="keep-")
            part = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    shutil.copyfileobj(given, file, _PIECE)
                    file.flush()
                    os.fsync(file.fileno())
                self._promise(part, digest)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        return digest

    def state(self, digest: str) -> UploadState:
        """How far the upload of this digest has come."""
        try:
            return UploadState(self._path(digest).stat().st_size, complete=True)
        except FileNotFoundError:
            return UploadState(self._held(digest), complete=False)

    def receive(self, digest: str, piece: bytes, *, offset: int, length: int) -> UploadState:
        """Append `piece` at `offset` of a blob that will be `length` bytes long, durably.

        Repeating a piece that is already held is an offset error that tells the
        true offset, so a client can always go on. Raises BlobTooLarge,
        BlobOffsetWrong (details: offset), BlobDigestMismatch (starts over), StorageFull.
        """
        if length > LARGEST_BYTES or offset + len(piece) > length:
            raise BlobTooLarge(largest=LARGEST_BYTES)
        with _full_disk_told(), self._part(digest) as part:
            state = self.state(digest)
            if state.complete:
                return state
            if state.offset != offset:
                raise BlobOffsetWrong(offset=state.offset)
            _append(part, piece, at=offset)
            if offset + len(piece) < length:
                return UploadState(offset + len(piece), complete=False)
            self._finish(part, digest)
        return UploadState(length, complete=True)

    def _finish(self, part: Path, digest: str) -> None:
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            part.unlink()
            raise BlobDigestMismatch(promised=digest, found=found)
        self._promise(part, digest)

    def _promise(self, part: Path, digest: str) -> None:
        path = self._path(digest)
        part.rename(path)
        _sync_directory(path.parent)

    @contextmanager
    def _part(self, digest: str) -> Iterator[Path]:
        """Take turns on one arriving blob: two tablets may send the same photo at once."""
        path = self._arriving / f"{digest[:2]}.lock"  # 256 of them, never removed
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self._arriving / digest
        finally:
            os.close(lock)

    def _held(self, digest: str) -> int:
        try:
            return (self._arriving / digest).stat().st_size
        except FileNotFoundError:
            return 0

    def _path(self, digest: str) -> Path:
        return self._kept / digest[:2] / digest


def _append(part: Path, piece: bytes, *, at: int) -> None:
    """Write the whole piece durably or leave the part as it was."""
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        written = 0
        while written < len(piece):
            written += os.pwrite(descriptor, piece[written:], at + written)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, at)
        raise
    finally:
        os.close(descriptor)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull() from error
        raise
