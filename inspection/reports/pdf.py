"""Draws a report as an unsigned PDF/A-3a and PDF/UA-1 file. WeasyPrint lives here only.

WeasyPrint is loaded on first use, after the private fontconfig is in place,
and it serves nothing but an in-memory map: no file, no network, whatever a
record contains. Meant for a confined process; `draw` takes and returns plain
values. Signing is `signing.seals`.
"""

import gc
import io
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from inspection.domain import ink
from inspection.domain.problems import GlyphMissing
from inspection.domain.reserved import OPINIONS
from inspection.reports import drawing, fields, photos, streams, typefaces, whereabouts, wording
from inspection.reports.content import ReportContent, SignatureBlock
from inspection.reports.faces import ConfirmedFace, OpinionFace
from inspection.reports.papers import Paper
from inspection.reports.sheets import IssuedSheet, Sheet

_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_GARBAGE_EVERY = 8
"""Fonts hang in reference cycles; collect them now and then (PDF.md §2)."""

_log = logging.getLogger(__name__)
_drawn = count(1)


class TypefacesMissing(RuntimeError):
    """Set-up did not build the typefaces: python -m inspection.reports.typefaces NODE_MODULES."""


class ForeignAddress(RuntimeError):
    """A template asked for something that is not part of the report; nothing was fetched."""


@dataclass(frozen=True)
class Attachment:
    """A file inside the report (associated file, relationship Data)."""

    name: str
    description: str
    data: bytes


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
    engine = _engine()
    content, served = material.content, _served(material)
    html = _page("inspection.html").render(report=content, served=served)
    document = engine.render(html, "report.css", served)
    places = fields.boxes(document.pages, (*content.fields, *OPINIONS))
    wanted = _fields(content)

    def finish(_document: Any, pdf: Any) -> None:
        fields.add_fields(pdf, wanted, places)
        fields.declare_accessible(pdf)
        fields.list_attachments_once(pdf)
        streams.compress_once(pdf)

    made = engine.write(document, finish, material.attachments, content.issued_at)
    appearances = {
        block.field: _appearance(engine, block, places[block.field][1], served)
        for block in content.signatures
        if block.field
    }
    return Drawing(made, appearances, len(document.pages))


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


def _served(material: Material) -> dict[str, tuple[bytes, str]]:
    """Collect everything that the templates may refer to, under addresses of our own."""
    served = {"app:/qr.svg": (drawing.qr_svg(material.content.verify_url), "image/svg+xml")}
    for digest, data in material.inks.items():
        drawn = drawing.ink_svg(ink.from_bytes(data))
        served[f"app:/ink/{digest}.svg"] = (drawn, "image/svg+xml")
    for digest, data in material.photos.items():
        copy = photos.print_copy(data)
        if copy is not None:
            served[f"app:/photo/{digest}.jpg"] = (copy, "image/jpeg")
    return served


def _appearance(
    engine: "_Engine",
    block: SignatureBlock,
    box: fields.Box,
    served: Mapping[str, tuple[bytes, str]],
) -> bytes:
    size = (round(box[2] - box[0], 2), round(box[3] - box[1], 2))
    html = _page("appearance.html").render(block=block, width=size[0], height=size[1])
    document = engine.render(html, "report.css", served, sheet=size)
    return engine.write_plain(document)


def draw_opinion(face: OpinionFace, size: tuple[float, float]) -> bytes:
    """Draw an auditor's opinion as a PDF of exactly this size in points. Raises GlyphMissing."""
    engine = _engine()
    html = _page("opinion.html").render(face=face)
    return engine.write_plain(engine.render(html, "opinion.css", {}, sheet=size))


def draw_paper(
    paper: Paper,
    attachments: tuple[Attachment, ...] = (),
    inks: Mapping[str, bytes] | None = None,
) -> Drawing:
    """Draw one paper of an inspection, with a field for each officer unless it is a draft.

    Raises GlyphMissing when no typeface has some character.
    """
    engine = _engine()
    served = {
        f"app:/ink/{digest}.svg": (drawing.ink_svg(ink.from_bytes(data)), "image/svg+xml")
        for digest, data in (inks or {}).items()
    }
    if paper.verify_url:
        served["app:/qr.svg"] = (drawing.qr_svg(paper.verify_url), "image/svg+xml")
    html = _page("paper.html").render(paper=paper, words=paper.words, served=served)
    more = ("paper.css", "draft.css") if paper.draft else ("paper.css",)
    document = engine.render(html, "report.css", served, more=more)
    faces = {each.field: each.face for each in paper.officers if each.face}
    return _with_faces(engine, document, faces, attachments, paper.made_at)


def draw_sheet(issued: IssuedSheet, attachments: tuple[Attachment, ...] = ()) -> Drawing:
    """Draw a sheet with the field of whoever signs it. Raises GlyphMissing."""
    engine = _engine()
    sheet = issued.sheet
    served = {"app:/qr.svg": (drawing.qr_svg(issued.verify_url), "image/svg+xml")}
    day = issued.made_at.astimezone(wording.CHINA).date()
    html = _page("sheet.html").render(**vars(issued), made_on=wording.day_text(day))
    shape = ("paper.css", "sheet.css")
    document = engine.render(html, "report.css", served, more=shape, rules=_shape_of(sheet))
    return _with_faces(engine, document, {issued.field: issued.face}, attachments, issued.made_at)


def _shape_of(sheet: Sheet) -> str:
    """Rules for this one sheet: the size of its page, and the widths of its columns."""
    whole = sum(column.share for column in sheet.columns)
    widths = {column.share: 100 * column.share / whole for column in sheet.columns}
    columns = "".join(f".share-{share}{{width:{width:.2f}%}}" for share, width in widths.items())
    paper = sheet.paper if " " in sheet.paper else f"{sheet.paper} landscape"
    return f"@page{{size:{paper}}}{columns}"


def _with_faces(
    engine: "_Engine",
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
        streams.compress_once(pdf)

    made = engine.write(document, finish, attachments, at)
    appearances = {name: _confirmed(engine, face, places[name][1]) for name, face in faces.items()}
    return Drawing(made, appearances, len(document.pages))


def _confirmed(engine: "_Engine", face: ConfirmedFace, box: fields.Box) -> bytes:
    size = (round(box[2] - box[0], 2), round(box[3] - box[1], 2))
    html = _page("confirmed.html").render(face=face)
    return engine.write_plain(engine.render(html, "opinion.css", {}, sheet=size))


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
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


@lru_cache(maxsize=1)
def _engine() -> "_Engine":
    """Load WeasyPrint with our fonts, once per process (0.5 s)."""
    conf = typefaces.fontconfig_file()
    if not conf.exists():
        raise TypefacesMissing(str(conf))
    os.environ["FONTCONFIG_FILE"] = str(conf)
    return _Engine()


class _Engine:
    """WeasyPrint with one font configuration and each style sheet parsed once."""

    def __init__(self) -> None:
        import weasyprint
        from weasyprint.text import ffi
        from weasyprint.text.fonts import FontConfiguration

        logging.getLogger("weasyprint").setLevel(logging.ERROR)
        if ffi.harfbuzz_subset is None:
            _log.error("libharfbuzz-subset0 is missing: reports take four times as long")
        self._weasyprint = weasyprint
        self._fonts = FontConfiguration()
        self._sheets: dict[str, Any] = {}

    def render(
        self,
        html: str,
        sheet_name: str,
        served: Mapping[str, tuple[bytes, str]],
        *,
        sheet: tuple[float, float] | None = None,
        more: Sequence[str] = (),
        rules: str = "",
    ) -> Any:
        """Lay out one document; `sheet` overrides the page with a bare one of this size.

        `rules` are more style, ours too: nothing of them comes from a record.
        """
        from weasyprint.urls import FatalURLFetchingError

        fetcher = _fetcher(self._weasyprint, served)
        source = self._weasyprint.HTML(string=html, base_url="app:/", url_fetcher=fetcher)
        sheets = [self._sheet(name) for name in (sheet_name, *more)]
        if rules:
            sheets.append(self._parsed(rules))
        if sheet is not None:
            bare = f"@page{{size:{sheet[0]}pt {sheet[1]}pt;margin:0;{_NO_MARGIN_BOXES}}}"
            sheets.append(self._parsed(bare))
        try:
            return source.render(font_config=self._fonts, stylesheets=sheets)
        except FatalURLFetchingError as error:  # a BaseException: it would end the worker
            raise ForeignAddress(str(error)) from error

    def write(
        self, document: Any, finish: Any, attachments: Sequence[Attachment], at: datetime
    ) -> bytes:
        """Write the archival file with its attachments, which are dated `at`."""
        files = [_attached(self._weasyprint, each, at) for each in attachments]
        made = document.write_pdf(pdf_variant="pdf/a-3a", attachments=files, finisher=finish)
        _refuse_missing_glyphs(document)
        return bytes(made)

    def write_plain(self, document: Any) -> bytes:
        """Write a small file that will be a picture inside another."""
        made = document.write_pdf()
        _refuse_missing_glyphs(document)
        return bytes(made)

    def _sheet(self, name: str) -> Any:
        if name not in self._sheets:
            text = (_TEMPLATES / "reports" / name).read_text(encoding="utf-8")
            self._sheets[name] = self._parsed(text)
        return self._sheets[name]

    def _parsed(self, text: str) -> Any:
        fetcher = _fetcher(self._weasyprint, {})
        return self._weasyprint.CSS(string=text, font_config=self._fonts, url_fetcher=fetcher)


_NO_MARGIN_BOXES = "@bottom-center{content:none}@bottom-left{content:none}@top-right{content:none}"


def _fetcher(weasyprint: Any, served: Mapping[str, tuple[bytes, str]]) -> Any:
    """A fetcher that knows these addresses and stops the report at any other."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class InMemory(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in served:
                raise FatalURLFetchingError(f"not part of the report: {url[:80]}")
            data, content_type = served[url]
            return URLFetcherResponse(url, data, {"Content-Type": content_type})

    return InMemory(allowed_protocols=("app",), allow_redirects=False, fail_on_errors=True)


def _attached(weasyprint: Any, attachment: Attachment, at: datetime) -> Any:
    return weasyprint.Attachment(
        file_obj=io.BytesIO(attachment.data),
        name=attachment.name,
        description=attachment.description,
        relationship="Data",
        created=at.astimezone(UTC),
        modified=at.astimezone(UTC),
    )


def _refuse_missing_glyphs(document: Any) -> None:
    missing: Sequence[str] = sorted(
        {character for font in document.fonts.values() for character in _characters(font.missing)}
    )
    if missing:
        raise GlyphMissing(characters="".join(missing))


def _characters(missing: Any) -> list[str]:
    return [each if isinstance(each, str) else chr(each) for each in missing]
