"""Drawn signatures (手写笔迹): strokes with time, and whether there is any ink at all.

Nothing here recognises handwriting, and nothing ever should (个人信息保护法
art. 28 treats it like biometrics).
"""

import json
from dataclasses import dataclass

FORMAT = "zhencha.ink/1"
LARGEST_BYTES = 1024 * 1024
"""An hour of drawing; more is no signature, and is not parsed to find out."""
FEWEST_POINTS = 8
SMALLEST_EXTENT = 60
"""Width plus height of the box around the ink, in the pad's own pixels."""


@dataclass(frozen=True)
class Ink:
    """Strokes of (x, y, milliseconds since the first point) on a pad of width × height."""

    width: int
    height: int
    strokes: tuple[tuple[tuple[int, int, int], ...], ...]


def from_bytes(data: bytes) -> Ink:
    """Read an ink file. Raises ValueError when it is not one."""
    if len(data) > LARGEST_BYTES:
        raise ValueError("too large for an ink file")
    try:
        parsed = json.loads(data)
        if parsed["format"] != FORMAT:
            raise ValueError(f"not {FORMAT}")
        strokes = tuple(
            tuple((int(x), int(y), int(t)) for x, y, t in stroke) for stroke in parsed["strokes"]
        )
        return Ink(int(parsed["width"]), int(parsed["height"]), strokes)
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("not an ink file") from error


def is_blank(ink: Ink) -> bool:
    """Whether a person looking at the pad would say that nobody signed: empty, or a dot."""
    points = [point for stroke in ink.strokes for point in stroke]
    if len(points) < FEWEST_POINTS:
        return True
    across = [x for x, _, _ in points]
    down = [y for _, y, _ in points]
    return (max(across) - min(across)) + (max(down) - min(down)) < SMALLEST_EXTENT
