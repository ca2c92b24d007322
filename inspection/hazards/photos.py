"""Photos that go with a step: checked by decoding them, made smaller, without EXIF, then kept.

What comes in may be hostile, and a decoder is much code: it is never run in the process that
answers requests. The photos of a signed record do not come this way: they are evidence byte
for byte.
"""

import io

from PIL import Image, ImageOps

from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import PhotoUnfit
from inspection.jobs.confinement import Turns, run_confined

LARGEST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
"""Pixels, as on the tablet."""
_QUALITY = 82
_SECONDS = 30
_MEMORY_MB = 512
"""A PNG of forty million pixels with transparency takes 160 MB, and as much again to be shrunk."""
_TURNS = Turns(seconds=60, waiting=10)


def keep(photo: bytes, *, blobs: FilesystemBlobs) -> str:
    """Keep what is shown on a JPEG or PNG, and return the SHA-256 (hex) of what is kept.

    Raises PhotoUnfit, StorageFull, and WorkOverrun or WorkBusy when it cannot be looked at.
    """
    if len(photo) > LARGEST_BYTES:
        raise PhotoUnfit(reason="too_large")
    smaller: bytes = run_confined(
        _smaller, photo, seconds=_SECONDS, memory_mb=_MEMORY_MB, turns=_TURNS
    )
    return blobs.keep(smaller)


def _smaller(photo: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PhotoUnfit(reason="too_many_pixels")
            return upright_jpeg(image, longest_side=LONGEST_SIDE, quality=_QUALITY)
    except Image.DecompressionBombError:
        raise PhotoUnfit(reason="too_many_pixels") from None
    except (OSError, ValueError, SyntaxError):
        raise PhotoUnfit(reason="unreadable") from None


def upright_jpeg(
    image: Image.Image, *, longest_side: int, quality: int, draft_side: int = 0
) -> bytes:
    """Return a picture as a JPEG without EXIF, turned upright, with its longest side bounded.

    A JPEG's decoding may stop at `draft_side` pixels; by default at `longest_side`.
    """
    image.draft("RGB", _draft_size(*image.size, draft_side or longest_side))
    image.thumbnail((longest_side, longest_side), Image.Resampling.BICUBIC)
    upright = ImageOps.exif_transpose(image)  # after it is small: turning copies every pixel
    file = io.BytesIO()
    _on_white(upright).save(file, "JPEG", quality=quality, exif=b"", icc_profile=None)
    return file.getvalue()


def _draft_size(width: int, height: int, side: int) -> tuple[int, int]:
    """Return the size below which decoding may not go; asked for a square, it would not shrink."""
    longest = max(width, height)
    return max(1, width * side // longest), max(1, height * side // longest)


def _on_white(image: Image.Image) -> Image.Image:
    """Return the picture in plain RGB; what is transparent in a PNG becomes paper."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper
