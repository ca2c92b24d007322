"""Bytes under their digest: resumed after a crash, shared by many, whole on a full disk."""

import errno
import hashlib
import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from inspection.blobs import FilesystemBlobs, UploadState
from inspection.domain.problems import (
    BlobDigestMismatch,
    BlobOffsetWrong,
    BlobTooLarge,
    BlobUnknown,
    StorageFull,
)

ROOT = Path(__file__).parents[2]


def _random(length: int) -> tuple[bytes, str]:
    data = random.Random(length).randbytes(length)
    return data, hashlib.sha256(data).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> FilesystemBlobs:
    return FilesystemBlobs(tmp_path / "blobs")


def _parts(tmp_path: Path) -> list[str]:
    """What lies under arriving/, locks aside."""
    folder = tmp_path / "blobs" / "arriving"
    return [path.name for path in folder.iterdir() if path.suffix != ".lock"]


def test_what_is_kept_is_read_under_its_digest(blobs: FilesystemBlobs) -> None:
    data, digest = _random(1000)
    assert blobs.keep(data) == digest
    assert (blobs.has(digest), blobs.size(digest), blobs.read(digest)) == (True, 1000, data)
    assert blobs.keep(data) == digest


def test_what_was_never_kept_is_unknown(blobs: FilesystemBlobs) -> None:
    assert not blobs.has("0" * 64)
    for ask in (blobs.read, blobs.size):
        with pytest.raises(BlobUnknown):
            ask("0" * 64)


def test_a_wrong_digest_leaves_nothing_behind(blobs: FilesystemBlobs, tmp_path: Path) -> None:
    with pytest.raises(BlobDigestMismatch):
        blobs.receive("0" * 64, b"abc", offset=0, length=3)
    assert not blobs.has("0" * 64)
    assert _parts(tmp_path) == []


def test_more_than_was_promised_is_refused_before_it_is_written(blobs: FilesystemBlobs) -> None:
    data, digest = _random(10)
    for piece, offset, length in ((data, 0, 9), (data, 1, 10), (data, 0, 20 * 1024 * 1024 + 1)):
        with pytest.raises(BlobTooLarge):
            blobs.receive(digest, piece, offset=offset, length=length)
    assert blobs.state(digest) == UploadState(0, complete=False)


CRASH = """
import os, sys
from pathlib import Path
from inspection.blobs import FilesystemBlobs
folder, digest, path, until = sys.argv[1:]
data, blobs = Path(path).read_bytes(), FilesystemBlobs(Path(folder))
offset = blobs.state(digest).offset
while True:
    piece = data[offset : offset + 1000]
    if offset + len(piece) > int(until):
        os.kill(os.getpid(), 9)
    blobs.receive(digest, piece, offset=offset, length=len(data))
    offset += len(piece)
"""


def test_an_upload_goes_on_where_a_killed_process_left_it(
    blobs: FilesystemBlobs, tmp_path: Path
) -> None:
    data, digest = _random(10_500)
    source = tmp_path / "photo"
    source.write_bytes(data)
    for until in (3000, 7000):
        command = [sys.executable, "-c", CRASH, tmp_path / "blobs", digest, source, str(until)]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
        assert FilesystemBlobs(tmp_path / "blobs").state(digest) == UploadState(until, False)
    for offset in range(7000, len(data), 1000):
        piece = data[offset : offset + 1000]
        blobs.receive(digest, piece, offset=offset, length=len(data))
    assert blobs.read(digest) == data
    assert _parts(tmp_path) == []


def test_a_half_written_piece_is_gone_on_with_from_its_true_end(
    blobs: FilesystemBlobs, tmp_path: Path
) -> None:
    data, digest = _random(5000)
    blobs.receive(digest, data[:1000], offset=0, length=5000)
    with (tmp_path / "blobs" / "arriving" / digest).open("ab") as part:
        part.write(data[1000:1300])  # the power went before the answer
    with pytest.raises(BlobOffsetWrong) as told:
        blobs.receive(digest, data[1000:2000], offset=1000, length=5000)
    assert told.value.details == {"offset": 1300}
    blobs.receive(digest, data[1300:], offset=1300, length=5000)
    assert blobs.read(digest) == data


def test_eight_senders_of_one_file_make_one_file(blobs: FilesystemBlobs) -> None:
    data, digest = _random(64_000)
    trouble: list[BaseException] = []

    def send(step: int) -> None:
        state = blobs.state(digest)
        try:
            while not state.complete:
                piece = data[state.offset : state.offset + step]
                try:
                    state = blobs.receive(digest, piece, offset=state.offset, length=len(data))
                except BlobOffsetWrong as wrong:
                    state = UploadState(wrong.details["offset"], complete=False)
        except BaseException as error:
            trouble.append(error)

    senders = [threading.Thread(target=send, args=(500 + 97 * n,)) for n in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert trouble == []
    assert blobs.read(digest) == data


def test_a_piece_that_does_not_fit_leaves_what_was_there(
    blobs: FilesystemBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills in the middle of a piece, and once more when it is flushed."""
    data, digest = _random(5000)
    blobs.receive(digest, data[:1000], offset=0, length=5000)
    write, room = os.pwrite, [300]

    def half(descriptor: int, piece: bytes, at: int) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "full")
        return write(descriptor, piece[: room.pop()], at)

    def unflushed(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    for name, fails in (("pwrite", half), ("fsync", unflushed)):
        with monkeypatch.context() as patched:
            patched.setattr(f"inspection.blobs.filesystem.os.{name}", fails)
            with pytest.raises(StorageFull):
                blobs.receive(digest, data[1000:], offset=1000, length=5000)
        assert blobs.state(digest) == UploadState(1000, complete=False)
    blobs.receive(digest, data[1000:], offset=1000, length=5000)
    assert blobs.read(digest) == data


FULL = """
import json, os, subprocess, sys
from pathlib import Path
from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import StorageFull
import hashlib, random
folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", folder], check=True)
blobs = FilesystemBlobs(folder)
told = {}
earlier = random.Random(1).randbytes(100_000)
kept = blobs.keep(earlier)
data = random.Random(2).randbytes(200_000)
digest = hashlib.sha256(data).hexdigest()
blobs.receive(digest, data[:120_000], offset=0, length=len(data))
filler = folder / "filler"
filler.write_bytes(b"x" * 150_000)
try:
    blobs.receive(digest, data[120_000:], offset=120_000, length=len(data))
except StorageFull:
    told["piece"] = "storage_full"
try:
    blobs.keep(random.Random(3).randbytes(90_000))
except StorageFull:
    told["keep"] = "storage_full"
offset = blobs.state(digest).offset
told["complete"] = blobs.state(digest).complete
told["offset"] = offset >= 120_000
told["part"] = (folder / "arriving" / digest).read_bytes() == data[:offset]
told["earlier"] = blobs.read(kept) == earlier
told["left"] = [p.name for p in (folder / "arriving").iterdir() if p.name.startswith("keep-")]
filler.unlink()
blobs.receive(digest, data[offset:], offset=offset, length=len(data))
told["afterwards"] = blobs.read(digest) == data
print(json.dumps(told))
"""


def test_a_full_disk_takes_nothing_and_harms_nothing(tmp_path: Path) -> None:
    """A real file system of 400 KB, in a mount namespace that ends with the process."""
    disk = tmp_path / "disk"
    disk.mkdir()
    namespace = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    if subprocess.run([*namespace, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody make a small disk (unshare --mount is refused)")
    done = subprocess.run(
        [*namespace, sys.executable, "-c", FULL, disk],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "piece": "storage_full",
        "keep": "storage_full",
        "complete": False,
        "offset": True,
        "part": True,
        "earlier": True,
        "left": [],
        "afterwards": True,
    }
