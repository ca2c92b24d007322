"""Drawn signatures (手写笔迹): a wave that is ink, and a dot that is none."""

import json
import math
from dataclasses import dataclass

from tests.builders.identifiers import sha256


@dataclass(frozen=True)
class Ink:
    """An ink file."""

    data: bytes

    @property
    def digest(self) -> str:
        """What the payload says of it."""
        return sha256(self.data)

    def reference(self) -> dict[str, object]:
        """The `ink` value of a signature."""
        return {"sha256": self.digest, "size": len(self.data)}


def drawn(name: str = "王安", *, points: int = 40, turn: int = 0) -> Ink:
    """A signature; the same name in the same turn is drawn alike, as no hand does it twice."""
    lift = (sum(map(ord, name)) + turn) % 40
    strokes = []
    for number, _ in enumerate(name):
        left = 40 + number * 160
        strokes.append(
            [
                [
                    left + step * 3,
                    100 + lift + round(40 * math.sin(step / 4 + number)),
                    600 * number + step * 12,
                ]
                for step in range(points)
            ]
        )
    return written(strokes)


def blank() -> Ink:
    """A pad that somebody touched once and did not sign."""
    return written([[[300, 110, 0], [301, 110, 8]]])


def written(strokes: list[list[list[int]]]) -> Ink:
    """An ink file of exactly these strokes."""
    value = {"format": "zhencha.ink/1", "width": 600, "height": 220, "strokes": strokes}
    return Ink(json.dumps(value, separators=(",", ":")).encode())
