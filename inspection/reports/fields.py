"""Signature fields: empty, tagged widgets at the boxes that the page leaves for them.

Works on the PDF objects just before they are written; knows nothing of
certificates. Signing the fields is `signing.seals`, which relies on the locks
set here: each field locks itself, and the last person's locks everything but
the reserved fields (`domain.reserved`), which may be signed later or never.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pydyf

Box = tuple[float, float, float, float]

_POINTS_PER_PIXEL = 0.75
_PRINTED = 4
_NOWHERE: Box = (0, 0, 0, 0)
"""A widget without an area needs no appearance (ISO 19005-3 6.3.3) nor tag (ISO 14289-1 7.18)."""
_UA = (
    b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
    b"<pdfuaid:part>1</pdfuaid:part></rdf:Description>"
    b'<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    b'<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    b'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed"
    b"</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag>"
    b"</pdfaExtension:schemas></rdf:Description>"
)


@dataclass(frozen=True)
class Field:
    """One signature field: its name, what it is called aloud, and whether it may stay empty."""

    name: str
    description: str
    reserved: bool = False


def boxes(pages: Sequence[Any], names: Sequence[str]) -> dict[str, tuple[int, Box]]:
    """Find the boxes with these ids: page index and rectangle in PDF points."""
    found = {}
    for index, page in enumerate(pages):
        for name in names:
            if name in page.anchors:
                left, top, right, bottom = page.anchors[name]
                corners = (left, page.height - bottom, right, page.height - top)
                box = [round(value * _POINTS_PER_PIXEL, 2) for value in corners]
                found[name] = (index, (box[0], box[1], box[2], box[3]))
    return found


def add_fields(pdf: Any, fields: Sequence[Field], places: Mapping[str, tuple[int, Box]]) -> None:
    """Add one empty signature widget per field to the finished page tree.

    A field without a place gets no area, on the last page: nobody sees or hears of it.
    """
    structure = _Structure(pdf)
    widgets = pydyf.Array()
    people = [field for field in fields if not field.reserved]
    reserved = [field.name for field in fields if field.reserved]
    for field in fields:
        last = field in people[-1:]
        lock = _lock_all_but(reserved) if last else _lock_itself(field.name)
        page_index, box = places.get(field.name, (-1, _NOWHERE))
        widget = _widget(pdf, field, box, pdf.page_references[page_index], lock)
        page = _object(pdf, pdf.page_references[page_index])
        page.setdefault("Annots", pydyf.Array()).append(widget.reference)
        page["Tabs"] = "/S"
        if box != _NOWHERE:
            structure.place(widget, pdf.page_references[page_index])
        widgets.append(widget.reference)
    structure.close()
    form = pydyf.Dictionary({"Fields": widgets})
    pdf.add_object(form)
    pdf.catalog["AcroForm"] = form.reference


def declare_accessible(pdf: Any) -> None:
    """Say PDF/UA-1 beside PDF/A-3a, in the one RDF that both validators read.

    Left uncompressed: a damaged report can still be recognised by its number.
    """
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.stream = [part.replace(b"</rdf:RDF>", _UA + b"</rdf:RDF>") for part in metadata.stream]
    metadata.compress = False


def list_attachments_once(pdf: Any) -> None:
    """Keep each associated file once; WeasyPrint lists them twice."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _object(pdf: Any, reference: bytes | str) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _widget(pdf: Any, field: Field, box: Box, page: Any, lock: Any) -> Any:
    size = pydyf.Array([0, 0, round(box[2] - box[0], 2), round(box[3] - box[1], 2)])
    empty = pydyf.Stream([], {"Type": "/XObject", "Subtype": "/Form", "BBox": size})
    pdf.add_object(empty)
    widget = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(field.name),
            "TU": pydyf.String(field.description),
            "F": _PRINTED,
            "Rect": pydyf.Array(box),
            "P": page,
            "AP": pydyf.Dictionary({"N": empty.reference}),
            "Lock": lock,
        }
    )
    pdf.add_object(widget)
    return widget


def _lock_itself(name: str) -> Any:
    return _lock("/Include", [name])


def _lock_all_but(names: Sequence[str]) -> Any:
    """Lock every field there is or ever will be, but these; P 2: fields may be signed, no more."""
    return _lock("/Exclude", names)


def _lock(action: str, names: Sequence[str]) -> Any:
    listed = pydyf.Array([pydyf.String(name) for name in names])
    return pydyf.Dictionary({"Type": "/SigFieldLock", "Action": action, "Fields": listed, "P": 2})


class _Structure:
    """The structure tree (tags), to which widgets are added as forms."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf
        self._root = _object(pdf, pdf.catalog["StructTreeRoot"])
        self._document = _object(pdf, self._root["K"][0])
        self._numbers = _object(pdf, self._root["ParentTree"])["Nums"]

    def place(self, widget: Any, page: Any) -> None:
        """Tag a widget at the end of the document."""
        key = max(self._numbers[::2]) + 1
        link = pydyf.Dictionary({"Type": "/OBJR", "Obj": widget.reference, "Pg": page})
        self._pdf.add_object(link)
        form = pydyf.Dictionary(
            {
                "Type": "/StructElem",
                "S": "/Form",
                # the reference itself, not an array of one: pyHanko's difference
                # policy would reject every later signature (PDF.md §4)
                "K": link.reference,
                "Pg": page,
                "P": self._document.reference,
            }
        )
        self._pdf.add_object(form)
        self._document["K"].append(form.reference)
        widget["StructParent"] = key
        self._numbers.extend([key, form.reference])

    def close(self) -> None:
        """Write down the next free key."""
        self._root["ParentTreeNextKey"] = max(self._numbers[::2]) + 1
