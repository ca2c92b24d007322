"""The floors of the house hold, and its plan names every room."""

import re
import subprocess
import sys
from pathlib import Path

from tests.contracts.sources import ROOT, name, python_sources, text

BAD_NAMES = {"utils", "helpers", "managers", "common", "core", "services", "misc"}


def test_imports_keep_to_the_floors() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_has_its_sentence() -> None:
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| \d* ?\| `(\w+)(?:\.py|/)` \| (.+) \|$", plan, re.MULTILINE))
    packages = {
        entry.stem
        for entry in (ROOT / "inspection").iterdir()
        if (entry.is_dir() and entry.name != "__pycache__")
        or (entry.suffix == ".py" and entry.stem != "__init__")
    }
    assert packages - named.keys() == set(), "a package has no sentence in docs/architecture.md"
    assert named.keys() - packages == set(), "docs/architecture.md names what does not exist"
    assert all(sentence.strip().endswith(".") for sentence in named.values())


def test_no_room_is_called_after_nothing() -> None:
    parts = {part for path in python_sources() for part in Path(name(path)).with_suffix("").parts}
    assert parts & BAD_NAMES == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = [name(path) for path in python_sources() if not text(path).startswith('"""')]
    assert silent == []
