"""Draws a report as an unsigned PDF/A-3a and PDF/UA-1 file.

Meant for a confined process; `draw` takes and returns plain values. What lays out and
writes is `engine`. Signing is `signing.seals`.
"""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import count
from typing import Any

import jinja2
from markupsafe import Markup

from inspection.domain import ink
from inspection.domain.card import Card
from inspection.domain.problems import GlyphMissing
from inspection.domain.reserved import OPINIONS
from inspection.domain.workdays import day_of
from inspection.reports import drawing, fields, photos, whereabouts, wording
from inspection.reports.content import ReportContent
from inspection.reports.engine import TEMPLATES, Attachment, Served, engine
from inspection.reports.faces import ConfirmedFace, OpinionFace
from inspection.reports.papers import Paper
from inspection.reports.sheets import IssuedSheet, Sheet

_GARBAGE_EVERY = 8
"""Fonts hang in reference cycles; collect them now and then (PDF.md §2)."""

_REPORT = ("face.css", "report.css")
_PAPER = (*_REPORT, "paper.css")
_drawn = count(1)


@dataclass(frozen=True)
class Material:
    """All that a report is drawn from; ink and photos by digest."""

    content: ReportContent
    attachments: tuple[Attachment, ...]
    inks: Mapping[str, bytes]
    photos: Mapping[str, bytes]


@dataclass(frozen=True)
class Drawing:
    """The unsigned report, and for each signature field the picture that signing puts there."""

    pdf: bytes
    appearances: Mapping[str, bytes]
    pages: int


def draw(material: Material) -> Drawing:
    """Draw the report. Raises GlyphMissing when no typeface has some character."""
    gc.disable()  # it would look through a hundred thousand boxes again and again
    try:
        return _drawn_whole(material)
    except GlyphMissing as missing:
        characters = missing.details["characters"]
        found = whereabouts.places(material.content, characters)
        raise GlyphMissing(characters=characters, places=found) from None
    finally:
        gc.enable()
        if next(_drawn) % _GARBAGE_EVERY == 0:
            gc.collect()


def _drawn_whole(material: Material) -> Drawing:
    content, served = material.content, _served(material)
    html = _page("inspection.html").render(report=content, served=served)
    document = engine().render(html, served, _REPORT)
    places = fields.boxes(document.pages, (*content.fields, *OPINIONS))
    wanted = _fields(content)

    def finish(_document: Any, pdf: Any) -> None:
        fields.add_fields(pdf, wanted, places)
        fields.declare_accessible(pdf)
        fields.list_attachments_once(pdf)

    made = engine().write(document, finish, material.attachments, content.issued_at)
    signed = {block.field: block for block in content.signatures if block.field}
    pictures = _faces("appearance.html", signed, places, ("face.css",), served)
    return Drawing(made, pictures, len(document.pages))


def _fields(content: ReportContent) -> list[fields.Field]:
    """Fields of the signers in the order of signing, then those that may stay empty."""
    signers = content.signers
    return [
        *(
            fields.Field(each.field, wording.visible(f"{each.role} {each.name} 的签名"))
            for each in signers
        ),
        *(
            fields.Field(name, f"审核意见（{number}）", reserved=True)
            for number, name in enumerate(OPINIONS, start=1)
        ),
        *(
            fields.Field(name, wording.visible(f"{holder} 用本人证书的签名"), reserved=True)
            for name, holder in content.own
        ),
    ]


def _served(material: Material) -> Served:
    """Collect everything that the templates may refer to, under addresses of our own."""
    served = {"app:/qr.png": (drawing.qr_png(material.content.verify_url), "image/png")}
    for digest, data in material.inks.items():
        drawn = drawing.ink_svg(ink.from_bytes(data))
        served[f"app:/ink/{digest}.svg"] = (drawn, "image/svg+xml")
    for digest, data in material.photos.items():
        copy = photos.print_copy(data)
        if copy is not None:
            served[f"app:/photo/{digest}.jpg"] = (copy, "image/jpeg")
    return served


def _faces(
    template: str,
    faces: Mapping[str, Any],
    places: Mapping[str, tuple[int, fields.Box]],
    sheets: Sequence[str],
    served: Served,
) -> dict[str, bytes]:
    """Draw what each signature field shows, by its name: PDFs of exactly the size of the boxes.

    All are laid out in one document, a page each; what does not fit on its page is left out.
    """
    html = _page(template).render(faces=faces.values())
    rules = ["@page{margin:0}"]
    for number, name in enumerate(faces):
        left, bottom, right, top = places[name][1]
        size = f"{right - left:.2f}pt {top - bottom:.2f}pt"
        rules.append(f"@page f{number}{{size:{size}}}#f{number}{{page:f{number}}}")
    document = engine().render(html, served, sheets, rules="".join(rules))
    first = {f"f{number}": name for number, name in enumerate(faces)}
    return {
        first[anchor]: made
        for page, made in zip(document.pages, engine().write_pages(document), strict=True)
        for anchor in page.anchors
    }


def draw_opinion(face: OpinionFace, size: tuple[float, float]) -> bytes:
    """Draw an auditor's opinion as a PDF of exactly this size in points. Raises GlyphMissing."""
    box = {"opinion": (0, (0.0, 0.0, *size))}
    return _faces("opinion.html", {"opinion": face}, box, ("opinion.css",), {})["opinion"]


def draw_paper(
    paper: Paper,
    attachments: tuple[Attachment, ...] = (),
    inks: Mapping[str, bytes] | None = None,
) -> Drawing:
    """Draw one paper of an inspection, with a field for each officer unless it is a draft.

    Raises GlyphMissing when no typeface has some character.
    """
    served = {
        f"app:/ink/{digest}.svg": (drawing.ink_svg(ink.from_bytes(data)), "image/svg+xml")
        for digest, data in (inks or {}).items()
    }
    if paper.verify_url:
        served["app:/qr.png"] = (drawing.qr_png(paper.verify_url), "image/png")
    html = _page("paper.html").render(paper=paper, words=paper.words, served=served)
    sheets = (*_PAPER, "draft.css") if paper.draft else _PAPER
    document = engine().render(html, served, sheets)
    faces = {each.field: each.face for each in paper.officers if each.face}
    return _with_faces(document, faces, attachments, paper.made_at)


def draw_sheet(issued: IssuedSheet, attachments: tuple[Attachment, ...] = ()) -> Drawing:
    """Draw a sheet with the field of whoever signs it. Raises GlyphMissing."""
    sheet = issued.sheet
    served = {"app:/qr.png": (drawing.qr_png(issued.verify_url), "image/png")}
    day = day_of(issued.made_at)
    html = _page("sheet.html").render(**vars(issued), made_on=wording.day_text(day))
    document = engine().render(html, served, (*_PAPER, "sheet.css"), rules=_shape_of(sheet))
    return _with_faces(document, {issued.field: issued.face}, attachments, issued.made_at)


CARD_SIZES = (10.5, 10, 9.5, 9, 8.5, 8, 7.5)
"""Points of a card's text, from the largest: it is one page, read on a wall."""


def draw_card(card: Card) -> bytes:
    """Draw a hint card on one page of A4, as large as it fits. Raises GlyphMissing."""
    html = _page("card.html").render(card=card, words=wording.CARD_WORDS[card.language])
    for size in CARD_SIZES:
        rules = f"html{{font-size:{size}pt}}"
        document = engine().render(html, {}, ("report.css", "card.css"), rules=rules)
        if len(document.pages) == 1:
            break

    def finish(_document: Any, pdf: Any) -> None:
        fields.declare_accessible(pdf)

    at = datetime.combine(date.fromisoformat(card.effective_on), time(), UTC)
    return engine().write(document, finish, (), at)


def _shape_of(sheet: Sheet) -> str:
    """Rules for this one sheet: the size of its page, and the widths of its columns."""
    whole = sum(column.share for column in sheet.columns)
    widths = {column.share: 100 * column.share / whole for column in sheet.columns}
    widths |= {column.share: column.share for part in sheet.parts for column in part.columns}
    columns = "".join(f".share-{share}{{width:{width:.2f}%}}" for share, width in widths.items())
    paper = sheet.paper if " " in sheet.paper else f"{sheet.paper} landscape"
    return f"@page{{size:{paper}}}{columns}"


def _with_faces(
    document: Any,
    faces: Mapping[str, ConfirmedFace],
    attachments: tuple[Attachment, ...],
    at: datetime,
) -> Drawing:
    """Write a document with a signature field for each face, and draw the faces beside it."""
    places = fields.boxes(document.pages, tuple(faces))
    wanted = [
        fields.Field(name, wording.visible(f"{face.role} {face.name} 的签名"))
        for name, face in faces.items()
    ]

    def finish(_document: Any, pdf: Any) -> None:
        if wanted:
            fields.add_fields(pdf, wanted, places)
        fields.declare_accessible(pdf)
        fields.list_attachments_once(pdf)

    made = engine().write(document, finish, attachments, at)
    pictures = _faces("confirmed.html", faces, places, ("opinion.css",), {}) if faces else {}
    return Drawing(made, pictures, len(document.pages))


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: Any) -> Any:
    """What `{{ }}` puts on the page: text with nothing hidden in it; markup of ours as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return wording.visible(value)
    return value


def _page(name: str) -> jinja2.Template:
    return _environment().get_template(f"reports/{name}")
