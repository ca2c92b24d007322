"""Every way in which other software loses its users' work (PEERS §2 ★) has a test that says so."""

import ast
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]
STARRED = {1, 2, 3, 10, 13, 14, 18, 19, 21, 22, 28, 29, 32, 34}
"""The hurts that PEERS.md §2 marks with a star."""
KNOWN = range(1, 41)


def guarded() -> dict[int, list[str]]:
    """For each hurt the tests that are marked with its number."""
    found = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for number in _numbers(node):
                found[number].append(f"{path.relative_to(TESTS)}::{node.name}")
    return found


def _numbers(test: ast.FunctionDef) -> list[int]:
    marks = [
        each
        for each in test.decorator_list
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "pytest.mark.hurts"
    ]
    return [int(ast.literal_eval(each)) for mark in marks for each in mark.args]


def test_every_starred_hurt_is_guarded_by_a_test_that_carries_its_number() -> None:
    missing = STARRED - guarded().keys()
    assert not missing, f"no test guards {sorted(missing)}"


def test_no_test_names_a_hurt_that_nobody_wrote_down() -> None:
    assert set(guarded()) <= set(KNOWN)
