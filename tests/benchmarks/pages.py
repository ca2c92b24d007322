"""Lighthouse and axe on every page, as the person who uses it: signed in, unlocked, with a draft.

axe runs in light and dark with the rules of the tests (WCAG 2.2 AA and contrast AAA). Lighthouse
comes from the peers' lockfile and drives the same browser. Run: python -m tests.benchmarks.pages
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.benchmarks.peer import HERE
from tests.conftest import migrate
from tests.e2e import inspector
from tests.e2e.conftest import PASSWORD, ZHANG, browser
from tests.e2e.test_reach import AXE, axe_faults
from tests.live import LiveServer, free_port

TABLET = ("", "start", "queue", "enrol", "rescue", "reinspection")
DESK = {
    "anban": ("/", "/records", "/hazards", "/reports", "/people", "/custody", "/rescue"),
    "admin": ("/recoveries", "/quarantine"),
}
PUBLIC = ("/verify", "/sign-in")
CATEGORIES = ("performance", "accessibility", "best-practices")


@dataclass(frozen=True)
class Round:
    """One browser that both tools look through."""

    page: Page
    port: int

    def look(self, url: str, *, desktop: bool) -> dict[str, Any]:
        """Open a page, ask axe in both themes, then let Lighthouse load it anew."""
        self.page.goto(url)
        self.page.wait_for_load_state("networkidle")
        faults = axe_faults(self.page, url.split("/", 3)[3])
        self.page.goto("about:blank")
        return {"axe": len(faults), **self._scores(url, desktop=desktop)}

    def _scores(self, url: str, *, desktop: bool) -> dict[str, Any]:
        node = Path(sys.executable).with_name("node")
        command = [str(node), str(HERE / "node_modules" / "lighthouse" / "cli" / "index.js"), url]
        command += ["--port", str(self.port), "--output", "json", "--quiet"]
        command += ["--disable-storage-reset", "--only-categories", ",".join(CATEGORIES)]
        command += ["--preset", "desktop"] if desktop else []
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
        if done.returncode:
            return {"lighthouse": done.stderr.strip()[-200:]}
        report = json.loads(done.stdout)
        scores = {key: round(100 * (report["categories"][key]["score"] or 0)) for key in CATEGORIES}
        failed = [
            each["auditRefs"] for key, each in report["categories"].items() if key != "performance"
        ]
        names = [ref["id"] for refs in failed for ref in refs]
        wrong = [name for name in names if report["audits"][name].get("score") == 0]
        return {**scores, "failed_audits": wrong}


def measure() -> dict[str, Any]:
    """Every page once."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        home.mkdir()
        url = f"sqlite:///{home}/zhencha.sqlite3"
        migrate(url, home)
        server = LiveServer(home, url)
        server.start()
        port = free_port()
        context = playwright.chromium.launch_persistent_context(
            str(Path(folder) / "profile"),
            executable_path=browser(),
            args=[*inspector.ARGUMENTS, f"--remote-debugging-port={port}"],
            viewport={"width": inspector.TABLET[0], "height": inspector.TABLET[1]},
            locale="zh-CN",
        )
        try:
            return _all(context, Round(context.pages[0], port), server.url)
        finally:
            context.close()
            server.kill()


def _all(context: BrowserContext, look: Round, url: str) -> dict[str, Any]:
    page = look.page
    page.add_init_script(path=AXE)
    inspector.enrol(page, url, ZHANG)
    inspector.kept_for_offline(page)
    record = inspector.begin(page, url, unit="恒砺机械", checklist="动火")
    form = page.url.split("#")[0]
    found = {f"tablet/{name}": look.look(f"{url}/tablet/{name}", desktop=False) for name in TABLET}
    found["form"] = look.look(form, desktop=False)
    found["tablet/review"] = look.look(f"{url}/tablet/review?draft={record}", desktop=False)
    for account, paths in DESK.items():
        context.clear_cookies()
        page.goto(f"{url}/sign-in?next=/verify")
        page.locator("[name=username]").fill(account)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button").last.click()
        page.wait_for_url("**/verify")
        found |= {path: look.look(url + path, desktop=True) for path in paths}
    context.clear_cookies()
    return found | {path: look.look(url + path, desktop=True) for path in PUBLIC}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1, ensure_ascii=False))
