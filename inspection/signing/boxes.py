"""How large a signature field's box is: whoever draws what stands in it has to know."""

import io

from inspection.signing.reader import IndexedReader


def box_of(pdf: bytes, field: str) -> tuple[float, float]:
    """Return width and height in points. Raises ValueError when there is no such field.

    For files of our own: their fields all stand at the top of the form.
    """
    reader = IndexedReader(io.BytesIO(pdf))
    if "/AcroForm" in reader.root:
        for reference in reader.root["/AcroForm"]["/Fields"]:
            found = reference.get_object()
            if str(found["/T"]) == field:
                left, bottom, right, top = (float(each) for each in found["/Rect"])
                return round(right - left, 2), round(top - bottom, 2)
    raise ValueError(f"no signature field {field}")
