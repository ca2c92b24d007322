"""Streams of a finished PDF, compressed once.

pydyf compresses each stream when it is asked for its data, and to name the file by
its digest it asks twice: fonts, a tenth of what a report costs, would be compressed
twice. Knows nothing of what is in them.
"""

import zlib
from typing import Any

import pydyf

_LEVEL = 6
"""Level 9 takes half as long again and saves one byte in a hundred."""


def compress_once(pdf: Any) -> None:
    """Put in the place of each stream what pydyf would write of it. Call it last."""
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and each.compress:
            data = b"\n".join(map(pydyf._to_bytes, each.stream))
            each.stream, each.compress = [zlib.compress(data, _LEVEL)], False
            each.extra["Filter"] = "/FlateDecode"
