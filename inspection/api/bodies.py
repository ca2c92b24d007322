"""Reads what a request's body claims to be, within bounds."""

import re
from typing import Any

from flask import request

from inspection.domain.problems import ContentTypeWrong, JsonMalformed, Problem

_UNWRITABLE = re.compile("[\\0\ud800-\udfff]")
"""What JSON can spell and no database can hold."""


def raw(content_type: str, *, most: int, too_large: type[Problem]) -> bytes:
    """Return the body's bytes. Raises ContentTypeWrong, or `too_large` beyond `most` bytes."""
    if request.mimetype != content_type:
        raise ContentTypeWrong(expected=content_type)
    if (request.content_length or 0) > most:
        raise too_large(largest=most)
    body = request.stream.read(most + 1)
    if len(body) > most:
        raise too_large(largest=most)
    return body


def json_object(*, most: int = 65_536) -> dict[str, Any]:
    """Return the body as a JSON object. Raises ContentTypeWrong or JsonMalformed."""
    if request.mimetype != "application/json":
        raise ContentTypeWrong(expected="application/json")
    if (request.content_length or 0) > most:
        raise JsonMalformed(pointer="", largest=most)
    try:
        data = request.get_json(silent=True)
    except RecursionError as error:
        raise JsonMalformed(pointer="") from error
    if not isinstance(data, dict):
        raise JsonMalformed(pointer="")
    return data


def text(data: dict[str, Any], name: str, *, most: int = 2000) -> str:
    """Return a text member. Raises JsonMalformed."""
    value = data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most or _UNWRITABLE.search(value):
        raise JsonMalformed(pointer=f"/{name}")
    return value


def count(data: dict[str, Any], name: str) -> int:
    """Return a member that counts something. Raises JsonMalformed."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise JsonMalformed(pointer=f"/{name}")
    return value
