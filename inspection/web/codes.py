"""QR codes on pages: SVG that brings no style along, dark on light as scanners want it."""

import segno
from flask import request
from markupsafe import Markup

from inspection.edge import wired


def origin() -> str:
    """Where this app is reached: as settings say, or as the reader did while it is tried out."""
    settings = wired().settings
    return settings.public_url if settings.production else request.host_url.rstrip("/")


def picture(address: str) -> Markup:
    """Return the QR code of an address."""
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None, light="#fff")
    return Markup(svg)  # noqa: S704  # made of numbers by segno
