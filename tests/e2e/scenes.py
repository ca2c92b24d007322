"""Drawn workshop scenes that stand in for camera pictures: something a reader recognises.

Twelve megapixels with grain, so that size and compression are a camera's.
"""

import random
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (4032, 3024)
_SMALL = (1344, 1008)


def scene(kind: str, *, seed: int = 1, size: tuple[int, int] = SIZE) -> Path:
    """Draw a scene (`welding`, `cylinders`, `guardian`, `permit`) and return the JPEG's path."""
    source = random.Random(f"{kind}{seed}")
    image = _hall(source)
    draw = ImageDraw.Draw(image)
    {"welding": _welding, "cylinders": _cylinders, "guardian": _guardian, "permit": _permit}[kind](
        draw, source
    )
    image = image.filter(ImageFilter.GaussianBlur(1.6)).resize(size)
    grain = Image.effect_noise(size, 22).convert("RGB")
    image = ImageChops.overlay(image, grain)
    path = Path(tempfile.mkdtemp()) / f"{kind}-{seed}.jpg"
    image.save(path, "JPEG", quality=88)
    return path


def _hall(source: random.Random) -> Image.Image:
    """A workshop: wall, windows, floor with a yellow lane."""
    image = Image.new("RGB", _SMALL)
    draw = ImageDraw.Draw(image)
    for y in range(_SMALL[1]):
        wall = y < 560
        light = 150 - y // 9 if wall else 70 + (y - 560) // 9
        colour = (light, light + 4, light + 8) if wall else (light, light - 2, light - 8)
        draw.line((0, y, _SMALL[0], y), fill=colour)
    shift = source.randrange(-60, 60)
    for x in range(90 + shift, 1300, 260):
        draw.rectangle((x, 90, x + 170, 300), fill=(196, 208, 214))
        draw.line((x + 85, 90, x + 85, 300), fill=(120, 128, 132), width=8)
    draw.polygon(((0, 930), (1344, 700), (1344, 740), (0, 985)), fill=(176, 142, 40))
    return image


def _welding(draw: ImageDraw.ImageDraw, source: random.Random) -> None:
    draw.rectangle((300, 470, 1120, 510), fill=(92, 84, 78))
    for x in (340, 700, 1060):
        draw.rectangle((x, 510, x + 34, 860), fill=(80, 74, 70))
    x, y = 640 + source.randrange(-120, 120), 470
    for _ in range(240):
        length = source.uniform(20, 330)
        end = (x + source.uniform(-1, 1) * length, y + source.uniform(-0.5, 1) * length)
        draw.line((x, y, *end), fill=(255, source.randrange(170, 235), 90), width=3)
    draw.ellipse((x - 46, y - 46, x + 46, y + 46), fill=(255, 250, 232))


def _cylinders(draw: ImageDraw.ImageDraw, source: random.Random) -> None:
    left = 240 + source.randrange(0, 120)
    for place, colour in enumerate(((58, 104, 150), (58, 104, 150))):
        x = left + place * 150
        draw.rounded_rectangle((x, 330, x + 112, 840), 46, fill=colour)
        draw.rectangle((x + 40, 290, x + 72, 340), fill=(70, 72, 74))
    draw.rounded_rectangle((640, 770, 1180, 884), 50, fill=(206, 204, 196))
    draw.rectangle((1176, 806, 1226, 848), fill=(90, 84, 60))
    draw.arc((840, 560, 1300, 900), 200, 20, fill=(150, 40, 36), width=12)


def _guardian(draw: ImageDraw.ImageDraw, source: random.Random) -> None:
    draw.rectangle((760, 600, 1200, 640), fill=(96, 92, 84))
    x = 300 + source.randrange(0, 160)
    draw.ellipse((x - 60, 330, x + 60, 450), fill=(214, 168, 52))
    draw.rounded_rectangle((x - 100, 450, x + 100, 760), 40, fill=(54, 74, 104))
    draw.rectangle((x - 80, 760, x - 14, 960), fill=(44, 52, 66))
    draw.rectangle((x + 14, 760, x + 80, 960), fill=(44, 52, 66))
    draw.rectangle((900, 640, 930, 900), fill=(84, 80, 74))


def _permit(draw: ImageDraw.ImageDraw, source: random.Random) -> None:
    tilt = source.randrange(-20, 20)
    draw.polygon(
        ((420, 220 + tilt), (960, 220 - tilt), (960, 860 - tilt), (420, 860 + tilt)),
        fill=(238, 236, 226),
    )
    for row in range(11):
        y = 330 + row * 44
        draw.line((460, y, 920, y), fill=(140, 138, 130), width=3)
        if row % 3:
            draw.line(
                (480, y - 14, 480 + source.randrange(80, 300), y - 14), fill=(60, 60, 96), width=5
            )
    draw.rectangle((620, 250, 760, 276), fill=(150, 40, 36))
