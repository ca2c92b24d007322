"""ZIP archives written while they are sent: one file in memory at a time, the same bytes each time.

Files are stored, not packed: reports and photos are packed already. Names are ours, and
fit every file system; what may go into an archive is for the caller to know.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inspection.blobs import FilesystemBlobs

MOST_FILES = 500
MOST_BYTES = 1024 * 1024 * 1024

_PIECE = 256 * 1024
_DATE = (1980, 1, 1, 0, 0, 0)
"""The same for every file: when it was made stands in the manifest and in the file itself."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)")
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Part:
    """One file of an archive; without `data` its bytes lie in the blobs under `sha256`."""

    name: str
    sha256: str
    size: int
    data: bytes | None = None


def part(name: str, data: bytes) -> Part:
    """A file made here."""
    return Part(name, hashlib.sha256(data).hexdigest(), len(data), data)


def kept(name: str, sha256: str, blobs: FilesystemBlobs) -> Part:
    """A file that lies in the blobs. Raises BlobUnknown."""
    return Part(name, sha256, blobs.size(sha256))


def written(parts: Sequence[Part], blobs: FilesystemBlobs) -> Iterator[bytes]:
    """Write the archive piece by piece."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for each in parts:
            data = each.data if each.data is not None else blobs.read(each.sha256)
            with archive.open(zipfile.ZipInfo(each.name, _DATE), "w") as file:
                for start in range(0, len(data), _PIECE):
                    file.write(data[start : start + _PIECE])
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


def safe_name(text: str) -> str:
    """Turn a text into one part of a path that Windows takes too, at most 100 characters."""
    name = _FORBIDDEN.sub("_", text)[:100].rstrip(" .") or "_"
    return f"_{name}" if _RESERVED.match(name) else name


def cell(value: object) -> str:
    """A value for a CSV table: what a spreadsheet would run as a formula is text (CWE-1236)."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Sink(io.RawIOBase):
    """Takes what the archive writes and hands it on; nothing can be changed afterwards."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held
