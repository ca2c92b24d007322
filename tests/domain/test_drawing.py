"""Samples: the seed alone decides, every sector has its turn, and a stranger gets the same."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from inspection.domain import drawing
from tests.builders.identifiers import uuid7

DOCUMENT = Path(__file__).parents[2] / "docs" / "sampling.md"
FIXED = [
    (f"0193e000-0000-7000-8000-{n:012d}", "retail" if n % 3 else "chemicals") for n in range(30)
]


def population(**sizes: int) -> list[tuple[str, str]]:
    return [(uuid7(), sector) for sector, size in sizes.items() for _ in range(size)]


def test_the_same_list_and_seed_give_the_same_sample_in_any_order():
    drawn = drawing.draw(FIXED, 7, "2026-11-22-0417")
    assert drawing.draw(FIXED[::-1], 7, "2026-11-22-0417") == drawn
    assert drawing.draw(FIXED, 7, "2026-11-22-0418") != drawn
    # One each, then 5 over 9 and 19: 1 17/28 and 3 11/28; the larger remainder has the last.
    assert [(each.sector, len(each.drawn)) for each in drawn] == [("chemicals", 3), ("retail", 4)]
    assert drawn[0].drawn[0] == min(
        (uuid for uuid, sector in FIXED if sector == "chemicals"),
        key=lambda uuid: drawing.rank("2026-11-22-0417", uuid),
    )


@pytest.mark.parametrize(
    ("sizes", "wanted", "expected"),
    [
        ({"a": 90, "b": 9, "c": 1}, 10, {"a": 7, "b": 2, "c": 1}),
        ({"a": 5, "b": 5, "c": 5}, 2, {"a": 1, "b": 1, "c": 0}),
        ({"a": 2, "b": 1}, 50, {"a": 2, "b": 1}),
        ({"a": 3, "b": 3, "c": 3}, 5, {"a": 2, "b": 2, "c": 1}),
        ({"": 4, "a": 4}, 3, {"": 2, "a": 1}),
    ],
)
def test_places_go_to_every_sector_and_then_by_size(sizes, wanted, expected):
    drawn = drawing.draw(population(**sizes), wanted, "seed")
    assert {each.sector: len(each.drawn) for each in drawn} == expected


def test_the_size_is_met_and_nothing_is_drawn_twice():
    reports = population(a=17, b=5, c=1, d=40)
    for wanted in range(1, 70):
        drawn = [uuid for each in drawing.draw(reports, wanted, "x") for uuid in each.drawn]
        assert len(drawn) == min(wanted, 63)
        assert max(Counter(drawn).values()) == 1


def test_the_lines_of_the_document_draw_the_same(tmp_path):
    """The algorithm is published as text; here that text runs."""
    block = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    reports = population(chemicals=11, retail=23, food=2) + population(**{"": 3})
    path = tmp_path / "population.csv"
    path.write_text("".join(f"{uuid},{sector}\n" for uuid, sector in sorted(reports)))
    for size in (1, 3, 9, 39):
        command = [sys.executable, "-c", block[1], str(path), str(size), "seed-1"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        ours = [uuid for each in drawing.draw(reports, size, "seed-1") for uuid in each.drawn]
        assert done.stdout.split() == ours
