"""ODK Web Forms on as many questions as our list has: installed from its lockfile, bundled, served.

Served compressed and from memory, which is more than ours asks for itself.
"""

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.live import ROOT, free_port

HERE = Path(__file__).parent / "peers"
TYPES = {".js": "text/javascript", ".xml": "text/xml", ".html": "text/html; charset=utf-8"}
PAGE = (
    '<!doctype html><html lang="zh"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>peer</title>'
    '<div id="app"></div><script type="module" src="odk.js"></script></html>'
)
SLUG, LENGTH = "bench-sixty", 60


def built(folder: Path, checklist: Path) -> Path:
    """Install (once), bundle, and write the form of a checklist's items."""
    npm = [str(Path(sys.executable).with_name("npm"))]
    if not (HERE / "node_modules").is_dir():
        subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit"], cwd=HERE, check=True)
    node = str(Path(sys.executable).with_name("node"))
    subprocess.run([node, str(HERE / "build.mjs"), str(folder)], cwd=ROOT, check=True)
    data = json.loads(checklist.read_text(encoding="utf-8"))
    items = [item for section in data["sections"] for item in section["items"]]
    (folder / "form.xml").write_text(_xform(items), encoding="utf-8")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    return folder


def _xform(items: list[dict[str, dict[str, str]]]) -> str:
    """One question for each item: the same words, the same four answers."""
    answers = (("pass", "合格"), ("fail", "不合格"), ("na", "不适用"), ("nc", "未检查"))
    choices = "".join(
        f"<item><label>{words}</label><value>{value}</value></item>" for value, words in answers
    )
    nodes = "".join(f"<q{number}/>" for number in range(len(items)))
    binds = "".join(
        f'<bind nodeset="/data/q{number}" type="string" required="true()"/>'
        for number in range(len(items))
    )
    body = "".join(
        f'<select1 ref="/data/q{number}"><label>'
        f"{item['title']['zh']}。{item['check']['zh']}</label>{choices}</select1>"
        for number, item in enumerate(items)
    )
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">'
        f'<h:head><h:title>{len(items)} 项</h:title><model><instance><data id="bench">{nodes}'
        f"</data></instance>{binds}</model></h:head><h:body>{body}</h:body></h:html>"
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder, compressed once; answers its address."""
    bodies = {path.name: gzip.compress(path.read_bytes()) for path in folder.iterdir()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/") or "index.html"
            found = bodies.get(name)
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", TYPES.get(Path(name).suffix, "text/plain"))
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        shutil.rmtree(folder, ignore_errors=True)
