"""Documents that go with a feedback (佐证材料): which are taken. They are kept byte for byte.

Nothing here opens one: they are looked at by their first bytes, and handed out as files only.
"""

from pathlib import PurePosixPath

LARGEST_BYTES = 20 * 1024 * 1024
_STARTS = {
    ".pdf": b"%PDF-",
    ".docx": b"PK\x03\x04",
    ".xlsx": b"PK\x03\x04",
    ".doc": b"\xd0\xcf\x11\xe0",
    ".xls": b"\xd0\xcf\x11\xe0",
    ".ofd": b"PK\x03\x04",
}
ACCEPTED = tuple(_STARTS)
_LONGEST_NAME = 100


def unfit(name: str, data: bytes) -> str:
    """Return why a document is not taken: `too_large`, `kind`; "" when it is."""
    if len(data) > LARGEST_BYTES:
        return "too_large"
    start = _STARTS.get(PurePosixPath(name.lower()).suffix)
    return "" if start and data.startswith(start) else "kind"


def plain_name(name: str) -> str:
    """A file's name without folders and without what no name should have."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in last if each.isprintable())[-_LONGEST_NAME:]
