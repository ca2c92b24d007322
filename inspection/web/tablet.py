"""The tablet's pages (平板): shells without any person's data, the service worker, the manifest.

What these pages show comes from the tablet's own storage; what they send goes to `/api/v1`. Nothing
here asks who is reading, so one kept copy serves everybody who shares the tablet.
"""

import hashlib
import json
from functools import cache

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    render_template,
    send_from_directory,
)
from flask_babel import gettext as _

from inspection import __version__
from inspection.accounts.policy import Permission
from inspection.edge import requires, wired
from inspection.edge.held import FAULT_CODES, fault_sentence
from inspection.edge.language import LANGUAGES
from inspection.settings import ROOT
from inspection.sync.changes import form_path

blueprint = Blueprint("tablet", __name__)

BUILT = ROOT / "static" / "dist"
PAGES = ("", "start", "reinspection", "review", "queue", "enrol", "moving", "rescue")
_PAGE = f"<any({', '.join(PAGES[1:])}):page>"
REVALIDATE = "no-cache"


@blueprint.get("/tablet/")
@blueprint.get(f"/tablet/{_PAGE}")
@blueprint.get("/tablet/<any(zh, en):lang>/")
@blueprint.get(f"/tablet/<any(zh, en):lang>/{_PAGE}")
@requires(Permission.PUBLIC)
def shell(page: str = "home", lang: str = "") -> Response:
    """Draw one shell; with a language in its path it is the copy that tablets keep."""
    faults = {code: fault_sentence(code) for code in FAULT_CODES} if page == "queue" else {}
    response = make_response(
        render_template(f"web/tablet/{page}.html", app_version=__version__, faults=faults)
    )
    response.headers["Cache-Control"] = REVALIDATE
    return response


def kept_pages() -> list[str]:
    """The pages that every tablet keeps: all shells and the forms of the common lists.

    Forms of other lists are kept where they are offered (`static/js/pages/home.js`).
    """
    shells = [f"/tablet/{lang}/{page}" for lang in LANGUAGES for page in PAGES]
    lists = [each for each in wired().catalog.current() if each.is_common]
    return shells + [form_path(each, lang) for each in lists for lang in LANGUAGES]


@cache
def _drawing() -> str:
    """A digest of templates and translations: pages drawn otherwise are another edition."""
    digest = hashlib.sha256()
    for folder in ("web/tablet", "web/checklists", "_macros"):
        for path in sorted((ROOT / "templates" / folder).glob("*.html")):
            digest.update(path.read_bytes())
    digest.update((ROOT / "templates" / "base.html").read_bytes())
    for path in sorted((ROOT / "inspection" / "translations").glob("*/LC_MESSAGES/*.mo")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@blueprint.get("/sw.js")
@requires(Permission.PUBLIC)
def service_worker() -> Response:
    """The built service worker, told its edition and the pages to keep."""
    built = json.loads((BUILT / "build.json").read_text(encoding="utf-8"))
    pages = kept_pages()
    parts = (built["version"], _drawing(), __version__, *pages)
    version = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    edition = json.dumps({"version": version, "pages": pages})
    script = (BUILT / "sw.js").read_text(encoding="utf-8")
    response = Response(f"const ZHENCHA={edition};\n{script}", mimetype="text/javascript")
    response.headers["Cache-Control"] = REVALIDATE
    return response


@blueprint.get("/manifest.webmanifest")
@requires(Permission.PUBLIC)
def manifest() -> Response:
    """What an installed app is called and looks like."""
    icons = [
        {"src": "/static/dist/icons/icon.svg", "sizes": "any", "type": "image/svg+xml"},
        {"src": "/static/dist/icons/icon-192.png", "sizes": "192x192", "type": "image/png"},
        {
            "src": "/static/dist/icons/icon-512.png",
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "any maskable",
        },
    ]
    response = jsonify(
        id="/tablet/",
        name=_("真查 安全检查"),
        short_name=_("真查"),
        lang="zh-Hans",
        start_url="/tablet/",
        scope="/",
        display="standalone",
        background_color="#F4F5F2",
        theme_color="#FFFFFF",
        icons=icons,
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = REVALIDATE
    return response


@blueprint.get("/static/dist/<path:name>")
@requires(Permission.PUBLIC)
def built(name: str) -> Response:
    """A built file: names are stable, so browsers ask again; the service worker keeps its own."""
    if name in ("sw.js", "build.json") or not BUILT.is_dir():
        abort(404)
    return send_from_directory(BUILT, name, max_age=None)
