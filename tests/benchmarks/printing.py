"""The same report printed by headless Chromium, kept open and warm: CPU of all its processes.

It makes a plain tagged PDF: no PDF/A, no attachments, no signature fields. Run by `report`.
"""

import base64
import os
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from inspection.reports import pdf, typefaces
from inspection.reports.pdf import Material
from tests.e2e import browsers
from tests.e2e.conftest import browser
from tests.e2e.inspector import ARGUMENTS

_TIMES = 7
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def page_of(material: Material) -> str:
    """The HTML that our report is drawn from, with everything it refers to inside it."""
    served = pdf._served(material)
    html = pdf._page("inspection.html").render(report=material.content, served=served)
    for address, (data, kind) in served.items():
        inside = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        html = html.replace(address, inside)
    sheet = "".join((pdf.TEMPLATES / "reports" / each).read_text("utf-8") for each in pdf._REPORT)
    return html.replace("</head>", f"<style>{_faces()}{sheet}</style></head>", 1)


def _faces() -> str:
    """Our typefaces as web fonts, so that both draw the same glyphs."""
    faces = sorted(typefaces.fontconfig_file().parent.rglob("*.ttf"))
    assert faces, "set-up makes the typefaces"
    rules = []
    for path in faces:
        family = "Zhencha Serif" if "serif" in path.name.lower() else "Zhencha Sans"
        weight = 700 if "bold" in path.name.lower() or "700" in path.name else 400
        data = base64.b64encode(path.read_bytes()).decode()
        rules.append(
            f"@font-face{{font-family:'{family}';font-weight:{weight};"
            f"src:url(data:font/ttf;base64,{data})}}"
        )
    return "".join(rules)


def measure(material: Material) -> dict[str, float]:
    """Print the page again and again; CPU milliseconds of the whole browser, and bytes."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        source = Path(folder) / "report.html"
        source.write_text(page_of(material), encoding="utf-8")
        profile = Path(folder) / "profile"
        context = playwright.chromium.launch_persistent_context(
            str(profile), executable_path=browser(), args=list(ARGUMENTS), headless=True
        )
        page = context.pages[0]
        page.goto(source.as_uri())
        page.evaluate("() => document.fonts.ready")
        page.pdf(format="A4", tagged=True)
        spent = []
        for _ in range(_TIMES):
            before = _cpu_ms(profile)
            page.reload()
            page.evaluate("() => document.fonts.ready")
            made = page.pdf(format="A4", tagged=True)
            spent.append(_cpu_ms(profile) - before)
        context.close()
    return {
        "cpu_ms": round(statistics.median(spent)),
        "best_cpu_ms": round(min(spent)),
        "bytes": len(made),
    }


def _cpu_ms(profile: Path) -> float:
    """CPU that the browser's living processes have used so far."""
    ticks = 0
    pids = browsers.processes(profile)
    for pid in {*pids, *_children(pids)}:
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            numbers = stat.read_text().rpartition(")")[2].split()
            ticks += int(numbers[11]) + int(numbers[12])
    return ticks * 1000 / _TICKS_A_SECOND


def _children(pids: list[int]) -> list[int]:
    """Renderers do not name the profile on their command line."""
    found, wanted = [], set(pids)
    for _ in range(3):
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent in wanted and int(folder.name) not in wanted:
                wanted.add(int(folder.name))
                found.append(int(folder.name))
    return found
