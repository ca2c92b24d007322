"""Another edition of the app: a copy of the source tree, changed, built, served on the same data.

What tablets are then offered is what a real deployment would offer: another bundle, other pages,
another revision of a list. Nothing is intercepted.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.builders.checklists import Published, newest, published
from tests.live import ROOT

PARTS = ("app.py", "inspection", "templates", "checklists", "static", "package.json")
NODE = ROOT / ".venv" / "bin" / "node"


class Edition:
    """A source tree of its own; `build` bundles its client."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                ignored = shutil.ignore_patterns("dist", "dist.making.*", "__pycache__")
                shutil.copytree(source, folder / part, ignore=ignored)
            else:
                shutil.copyfile(source, folder / part)
        (folder / "node_modules").symlink_to(ROOT / "node_modules")

    def rewrite(self, path: str, old: str, new: str) -> None:
        """Change one place of a file."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} has {text.count(old)} times {old!r}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def mark(self, name: str) -> None:
        """Make it another version, recognisable by its script: `<html data-edition>`."""
        script = self.folder / "static" / "js" / "app.js"
        words = f'\ndocument.documentElement.dataset.edition = "{name}";\n'
        script.write_text(script.read_text(encoding="utf-8") + words, encoding="utf-8")

    def publish(
        self, change: Callable[[dict[str, Any]], None], slug: str = "hot-work"
    ) -> Published:
        """Publish the next revision of a shipped list."""
        document = newest(slug).document
        document["revision"] += 1
        change(document)
        following = published(document)
        following.keep(self.folder / "checklists")
        lock = self.folder / "checklists" / "published.lock"
        lines = json.loads(lock.read_text(encoding="utf-8"))
        lines[f"{slug}.{document['revision']}"] = following.digest
        lock.write_text(json.dumps(lines, indent=2) + "\n", encoding="utf-8")
        return following

    def build(self) -> "Edition":
        """Bundle its client, as set-up does."""
        built = subprocess.run(
            [str(NODE), "static/build.mjs"],
            cwd=self.folder,
            env={**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert built.returncode == 0, built.stderr[-2000:]
        return self
