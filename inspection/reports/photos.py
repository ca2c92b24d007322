"""Printed copies of photos: turned upright, bounded in size, without EXIF.

The originals are evidence and stay in the blobs, untouched; a report carries
their digests. A file that is no picture gets none, and the report says so.
"""

import io

from PIL import Image

from inspection.hazards.photos import upright_jpeg

_LONGEST_SIDE = 1000
"""Pixels: 81 mm on paper at 310 dots per inch."""
_DRAFT_SIDE = 800
"""JPEG decoding may stop at this longest side (250 dpi): a tablet's 1600 pixels are read at half,
in a quarter of the time."""
_MOST_PIXELS = 80_000_000
_QUALITY = 80


def print_copy(original: bytes) -> bytes | None:
    """Return a JPEG fit for two photos a row, or None when the file is not a usable picture."""
    try:
        with Image.open(io.BytesIO(original), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > _MOST_PIXELS:
                return None
            return upright_jpeg(
                image, longest_side=_LONGEST_SIDE, quality=_QUALITY, draft_side=_DRAFT_SIDE
            )
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
