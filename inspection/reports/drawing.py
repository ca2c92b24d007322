"""Small pictures that a report draws itself: ink as strokes (SVG), and the QR code (PNG).

Photographs are `photos`; where pictures stand on the page is the template's.
"""

import io
from collections.abc import Sequence

import segno

from inspection.domain.ink import Ink

_MARGIN = 12
_LINE = 5
_POINTS_A_MODULE = 4
"""About 150 dots per inch on paper; a reader that smooths pictures leaves the edges sharp."""

Point = tuple[int, int, int]


def ink_svg(ink: Ink) -> bytes:
    """Draw the strokes, cut to the box around them, as smooth lines."""
    points = [point for stroke in ink.strokes for point in stroke] or [(0, 0, 0)]
    left, top = min(x for x, _, _ in points), min(y for _, y, _ in points)
    width = max(x for x, _, _ in points) - left + 2 * _MARGIN
    height = max(y for _, y, _ in points) - top + 2 * _MARGIN
    paths = "".join(f'<path d="{_path(stroke)}"/>' for stroke in ink.strokes if stroke)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="{left - _MARGIN} {top - _MARGIN} {width} {height}" '
        f'width="{width}" height="{height}" fill="none" stroke="#111" stroke-width="{_LINE}" '
        f'stroke-linecap="round" stroke-linejoin="round">{paths}</svg>'
    ).encode()


def qr_png(address: str) -> bytes:
    """Draw the QR code of an address, in black and white points: a page draws it at once,
    where an SVG of it is a thousand lines to read.
    """
    file = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(file, kind="png", border=0, scale=_POINTS_A_MODULE)
    return file.getvalue()


def _path(stroke: Sequence[Point]) -> str:
    """Curves through the middles between points: what the pad itself draws, near enough."""
    (x, y, _), *rest = stroke
    parts = [f"M{x} {y}"]
    if not rest:
        parts.append(f"l0 {_LINE / 10}")  # a dot is a very short line
    for here, there in zip(stroke, rest, strict=False):
        middle = ((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
        parts.append(f"Q{here[0]} {here[1]} {middle[0]:g} {middle[1]:g}")
    if rest:
        parts.append(f"L{rest[-1][0]} {rest[-1][1]}")
    return "".join(parts)
