"""Every setting is read in one place and described in one place."""

import ast
import re

from inspection import settings
from tests.contracts.sources import headings, name, python_sources, text


def test_every_setting_has_a_heading() -> None:
    assert headings("settings.md") == list(settings.NAMES)


def test_every_name_that_the_code_reads_is_in_the_list() -> None:
    literal = re.compile(r"[\"'](INSPECTION_[A-Z0-9_]+|DATABASE_URL|HOST|PORT)[\"']")
    used = {found for path in python_sources() for found in literal.findall(text(path))}
    assert used == set(settings.NAMES)


def test_nothing_else_asks_the_environment() -> None:
    """Handing the whole environment on is fine; asking it for a name is what settings are for."""
    asking = {name(path) for path in python_sources() if _asks_environment(text(path))}
    assert asking == set()


def _asks_environment(source: str) -> bool:
    """Whether `os.environ[…]` or `os.environ.get(…)` is read anywhere."""
    tree = ast.parse(source)
    asked = [
        node.value
        for node in ast.walk(tree)
        if (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Attribute) and node.attr == "get")
    ]
    return "getenv" in source or any(getattr(each, "attr", "") == "environ" for each in asked)
