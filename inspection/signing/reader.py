"""pyHanko's PDF reader with an index of object streams.

pyHanko reads the whole head of an object stream again for each object in it;
a report holds a thousand objects in one stream, and verifying it asks for all
of them several times: 12 of 13 seconds went there. Anything unusual is left to
pyHanko's own reading.
"""

# mypy: disallow-untyped-calls=False

from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

_Index = tuple[bytes, dict[int, tuple[int, int]]]


class IndexedReader(PdfFileReader):
    """Finds an object in an object stream by a table made once per stream."""

    def __init__(self, stream: BytesIO, *, strict: bool = True) -> None:
        super().__init__(stream, strict=strict)
        self._indexed: dict[int, _Index] = {}

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
        try:
            if stmnum not in self._indexed:
                self._indexed[stmnum] = self._index(stmnum)
            data, places = self._indexed[stmnum]
            place, start = places[idnum]
            if place != idx:
                return super()._get_object_from_stream(idnum, stmnum, idx)
            stream = BytesIO(data)
            stream.seek(start)
            found = generic.read_object(stream, generic.Reference(idnum, 0, self))
        except (KeyError, ValueError, TypeError, AttributeError, AssertionError, PdfError):
            return super()._get_object_from_stream(idnum, stmnum, idx)
        if isinstance(found, generic.StreamObject | generic.IndirectObject):
            return super()._get_object_from_stream(idnum, stmnum, idx)
        return found

    def _index(self, stmnum: int) -> _Index:
        stream: Any = generic.Reference(stmnum, 0, self).get_object()
        assert stream["/Type"] == "/ObjStm"
        data, first = bytes(stream.data), int(stream["/First"])
        numbers = [int(each) for each in data[:first].split()[: 2 * int(stream["/N"])]]
        places: dict[int, tuple[int, int]] = {}
        for place, (number, offset) in enumerate(zip(numbers[::2], numbers[1::2], strict=True)):
            places.setdefault(number, (place, first + offset))
        return data, places
