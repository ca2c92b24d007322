"""Printed copies of photos: turned upright, bounded in size, without EXIF.

The originals are evidence and stay in the blobs, untouched; a report carries
their digests. A file that is no picture gets none, and the report says so.
"""

import io

from PIL import Image, ImageOps

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
            image.draft("RGB", _draft_size(*image.size))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.BICUBIC)
            return _jpeg(upright)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _draft_size(width: int, height: int) -> tuple[int, int]:
    """Return the size below which decoding may not go; asked for a square, it would not shrink."""
    longest = max(width, height)
    return max(1, width * _DRAFT_SIDE // longest), max(1, height * _DRAFT_SIDE // longest)


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    _on_white(image).save(file, "JPEG", quality=_QUALITY, exif=b"", icc_profile=None)
    return file.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """Return the picture in plain RGB; what is transparent in a PNG becomes paper."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper
