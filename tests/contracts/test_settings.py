"""Every setting is read in one place and described in one place."""

import ast
import re

from inspection import settings
from tests.contracts.sources import headings, name, python_sources, text


def test_every_setting_has_a_heading() -> None:
    assert headings("settings.md") == list(settings.NAMES)


def test_every_name_that_the_code_reads_is_in_the_list() -> None:
    literal = re.compile(r"[\"'](INSPECTION_[A-Z_]+|DATABASE_URL|PORT)[\"']")
    used = {found for path in python_sources() for found in literal.findall(text(path))}
    assert used == set(settings.NAMES)


def test_only_settings_are_taken_from_the_environment() -> None:
    readers = {name(path) for path in python_sources() if _reads_environment(text(path))}
    allowed = {"inspection/settings.py", "inspection/factory.py", "inspection/reports/typefaces.py"}
    edges = {path for path in readers if path.startswith(("inspection/cli/", "inspection/worker"))}
    assert readers - allowed - edges == set()


def _reads_environment(source: str) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        for node in ast.walk(ast.parse(source))
    )
