"""Photographs as a tablet hands them in: real JPEG files, small, each one different."""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from tests.builders.identifiers import sha256


@dataclass(frozen=True)
class Photo:
    """A JPEG file."""

    data: bytes

    @property
    def digest(self) -> str:
        """The name under which it is sent and kept."""
        return sha256(self.data)


def photo(words: str = "before", *, width: int = 640, height: int = 480) -> Photo:
    """A picture of a bright frame around the words; the same words make the same bytes."""
    seed = sha256(words.encode())
    colour = tuple(int(seed[place : place + 2], 16) for place in (0, 2, 4))
    image = Image.new("RGB", (width, height), colour)
    pen = ImageDraw.Draw(image)
    pen.rectangle((8, 8, width - 9, height - 9), outline="white", width=6)
    pen.text((width // 3, height // 2), words.encode("ascii", "replace").decode(), fill="white")
    file = io.BytesIO()
    image.save(file, "JPEG", quality=82)
    return Photo(file.getvalue())
