"""How a finished PDF's objects are written: once.

pydyf writes each object when it is asked for its data, and to name the file by its digest it
asks twice: fonts, a tenth of what a report costs, would be compressed twice. Knows nothing of
what is in them.
"""

import zlib
from typing import Any

import pydyf

_LEVEL = 6
"""Level 9 takes half as long again and saves one byte in a hundred."""


class _Written(pydyf.Object):
    """An object as it stands in the file."""

    data = b""
    compressible = False

    def __init__(self, each: Any) -> None:
        super().__init__()
        self.number = each.number
        self.data, self.compressible = each.data, each.compressible


def write_once(pdf: Any) -> None:
    """Put in the place of each object what pydyf would write of it. Call it last."""
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and each.compress:
            data = b"\n".join(map(pydyf._to_bytes, each.stream))
            each.stream, each.compress = [zlib.compress(data, _LEVEL)], False
            each.extra["Filter"] = "/FlateDecode"
    pdf.objects = [each if each.free == "f" else _Written(each) for each in pdf.objects]
