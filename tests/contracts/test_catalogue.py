"""The English catalogue knows every Chinese sentence on every page."""

import re
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.contracts.sources import ROOT

ENGLISH = ROOT / "inspection" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = ("_l", "lazy_gettext", "pgettext:1c,2", "npgettext:1c,2,3")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def extracted(folder: Path) -> Catalog:
    """What the code and the templates say, by the same mapping that translators use."""
    target = folder / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "extract", "-F", "pyproject.toml"]
    command += ["--ignore-dirs", ".*"]  # else Babel passes over templates/_macros
    for keyword in KEYWORDS:
        command += ["-k", keyword]
    command += ["-o", str(target), "inspection", "templates"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with target.open("rb") as file:
        return read_po(file)


def test_every_sentence_has_its_english(tmp_path: Path) -> None:
    with ENGLISH.open("rb") as file:
        english = read_po(file, locale="en")
    missing = []
    for message in extracted(tmp_path):
        if not message.id:
            continue
        known = english.get(message.id, context=message.context)
        said = known.string if known and not known.fuzzy else ""
        if not (all(said) if isinstance(said, tuple) else said):
            missing.append(message.id)
    assert missing == []


def test_translations_keep_the_placeholders() -> None:
    with ENGLISH.open("rb") as file:
        english = read_po(file, locale="en")
    for message in english:
        if message.id and message.string and isinstance(message.id, str):
            said = message.string if isinstance(message.string, str) else message.string[0]
            there, here = PLACEHOLDER.findall(message.id), PLACEHOLDER.findall(said)
            assert sorted(there) == sorted(here), message.id


def test_no_sentence_of_the_catalogue_is_orphaned(tmp_path: Path) -> None:
    said = {message.id for message in extracted(tmp_path)}
    with ENGLISH.open("rb") as file:
        orphans = [message.id for message in read_po(file) if message.id and message.id not in said]
    assert orphans == []
