"""The app with long checklists: a copy of its tree, with lists made for measuring.

Items are those of the published lists under codes of their own, so that their texts are as long as
real ones. Nothing here is ever published.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from tests.live import ROOT

FOLDERS = ("inspection", "templates", "checklists", "static/dist")


def tree(folder: Path, lengths: dict[str, int]) -> Path:
    """Copy what the app runs on and add a list of so many items under each slug."""
    for each in FOLDERS:
        shutil.copytree(ROOT / each, folder / each, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", folder / "app.py")
    lock = folder / "checklists" / "published.lock"
    published = json.loads(lock.read_text(encoding="utf-8"))
    for slug, length in lengths.items():
        made = json.dumps(_list(slug, length), ensure_ascii=False, indent=1).encode()
        (folder / "checklists" / "common" / f"{slug}.1.json").write_bytes(made)
        published[f"{slug}.1"] = hashlib.sha256(made).hexdigest()
    lock.write_text(json.dumps(published), encoding="utf-8")
    return folder


def _list(slug: str, length: int) -> dict[str, Any]:
    """A list in six sections."""
    files = sorted((ROOT / "checklists" / "common").glob("*.json"))
    sources: list[dict[str, Any]] = [json.loads(path.read_text("utf-8")) for path in files]
    items = [item for each in sources for part in each["sections"] for item in part["items"]]
    chosen = [
        {**items[number % len(items)], "code": f"Z-{number + 1:03}"} for number in range(length)
    ]
    instruments = {key: words for each in sources for key, words in each["instruments"].items()}
    sections = [
        {
            "code": f"part-{number}",
            "title": {"zh": f"第 {number + 1} 部分", "en": f"Part {number + 1}"},
            "items": chosen[number::6],
        }
        for number in range(6)
    ]
    title = {"zh": f"{length} 项", "en": f"{length} items"}
    return {
        **sources[0],
        "slug": slug,
        "list": "Z",
        "title": title,
        "instruments": instruments,
        "sections": sections,
    }
