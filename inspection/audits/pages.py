"""Pages of a report as pictures: what a tablet's browser can show where it has no PDF viewer.

Browsers embed PDFs in ways of their own: those of phones and tablets show one page or
none, and a strict content policy forbids the frame (docs/decisions/0005). PDFium, the
viewer that Chrome has inside, is imported nowhere else, and runs confined.
"""

import io

from inspection.domain.problems import NotFound
from inspection.jobs.confinement import run_confined

WIDTH = 1240
"""Pixels: an A4 page at 150 dpi, sharp on a tablet held upright."""
DRAW_SECONDS = 20
DRAW_MEMORY_MB = 640
_QUALITY = 82


def picture(pdf: bytes, page: int) -> bytes:
    """Return a page, counted from one, as WebP. Raises NotFound or WorkOverrun."""
    drawn: bytes = run_confined(_drawn, pdf, page, seconds=DRAW_SECONDS, memory_mb=DRAW_MEMORY_MB)
    return drawn


def _drawn(pdf: bytes, page: int) -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        if not 1 <= page <= len(document):
            raise NotFound(page=page)
        # Signatures are drawn by form fields; without this their boxes stay empty.
        document.init_forms()
        sheet = document[page - 1]
        bitmap = sheet.render(scale=WIDTH / sheet.get_width(), may_draw_forms=True)
        file = io.BytesIO()
        bitmap.to_pil().convert("RGB").save(file, "WEBP", quality=_QUALITY, method=2)
    finally:
        document.close()
    return file.getvalue()
