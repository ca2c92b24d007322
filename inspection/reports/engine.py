"""WeasyPrint, closed to the world and spared what our pages do not need. It lives here only.

It is loaded on first use, after the private fontconfig is in place, and it serves nothing but
an in-memory map: no file, no network, whatever a record contains. What a report looks like is
`pdf` and the templates.
"""

import gc
import io
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from inspection.domain.problems import GlyphMissing
from inspection.reports import streams, typefaces

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
Served = Mapping[str, tuple[bytes, str]]
"""What a page may refer to: address to bytes and content type."""

_log = logging.getLogger(__name__)


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


@lru_cache(maxsize=1)
def engine() -> "Engine":
    """Load WeasyPrint with our fonts, once per process (0.5 s)."""
    conf = typefaces.fontconfig_file()
    if not conf.exists():
        raise TypefacesMissing(str(conf))
    os.environ["FONTCONFIG_FILE"] = str(conf)
    made = Engine()
    gc.freeze()  # what is loaded by now stays: the collector need not look through it again
    return made


class Engine:
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

    def render(self, html: str, served: Served, sheets: Sequence[str], *, rules: str = "") -> Any:
        """Lay out one document in the style of these sheets.

        `rules` are more style, ours too: nothing of them comes from a record.
        """
        from weasyprint.urls import FatalURLFetchingError

        style = [self._sheet(name) for name in sheets]
        if rules:
            style.append(self._parsed(rules))
        page = self._page(html, served)
        try:
            return page.render(font_config=self._fonts, stylesheets=style)
        except FatalURLFetchingError as error:  # a BaseException: it would end the worker
            raise ForeignAddress(str(error)) from error

    def write(
        self, document: Any, finish: Any, attachments: Sequence[Attachment], at: datetime
    ) -> bytes:
        """Write the archival file with its attachments, which are dated `at`."""
        files = [_attached(self._weasyprint, each, at) for each in attachments]

        def finish_and_freeze(made: Any, pdf: Any) -> None:
            finish(made, pdf)
            streams.write_once(pdf)

        made = document.write_pdf(
            pdf_variant="pdf/a-3a", attachments=files, finisher=finish_and_freeze
        )
        _refuse_missing_glyphs(document)
        return bytes(made)

    def write_pages(self, document: Any) -> list[bytes]:
        """Write each page as a small file that will be a picture inside another."""
        return [self._write_page(document.copy([page])) for page in document.pages]

    def _write_page(self, document: Any) -> bytes:
        made = document.write_pdf(finisher=lambda _made, pdf: streams.write_once(pdf))
        _refuse_missing_glyphs(document)
        return bytes(made)

    def _page(self, html: str, served: Served) -> Any:
        """Read a page of ours, which is well-formed, by expat: a tenth of a browser's parser."""
        from cssselect2 import ElementWrapper

        elements = self._sheet("elements.css")

        class Page(self._weasyprint.HTML):  # type: ignore[name-defined]
            def __init__(self) -> None:
                self.base_url = "app:/"
                self.url_fetcher = fetcher
                self.media_type = "print"
                self.etree_element = ElementTree.fromstring(html)  # noqa: S314 - ours, escaped
                self.wrapper_element = ElementWrapper.from_html_root(
                    self.etree_element, content_language=None
                )

            def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
                return [elements]

        fetcher = _fetcher(self._weasyprint, served)
        return Page()

    def _sheet(self, name: str) -> Any:
        if name not in self._sheets:
            text = (TEMPLATES / "reports" / name).read_text(encoding="utf-8")
            self._sheets[name] = self._parsed(text)
        return self._sheets[name]

    def _parsed(self, text: str) -> Any:
        fetcher = _fetcher(self._weasyprint, {})
        return self._weasyprint.CSS(string=text, font_config=self._fonts, url_fetcher=fetcher)


def _fetcher(weasyprint: Any, served: Served) -> Any:
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
