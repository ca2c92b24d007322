"""The tree over the links: held by vectors that were made without the product's code."""

import json
from pathlib import Path
from typing import Any

import pytest

from inspection.ledger import tree

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "tree.json").read_text())
each_size = pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])


def _peaks(links: list[str]) -> list[str]:
    return [tree.root(span, {}, _link_of(links)) for span in tree.spans(0, len(links))]


def _link_of(links: list[str]) -> Any:
    return lambda seq: links[seq - 1]


@each_size
def test_peaks_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    assert _peaks(case["links"]) == case["peaks"]


@each_size
def test_every_entry_stands_and_no_other_does_in_its_place(case: dict[str, Any]) -> None:
    links, size, peaks = case["links"], case["size"], case["peaks"]
    for seq, path in enumerate(case["paths"], start=1):
        made = [tree.root(span, {}, _link_of(links)) for span in tree.siblings(seq, size)]
        assert made == path
        for other, link in enumerate(links, start=1):
            assert tree.stands(link, seq, path, size, peaks) is (other == seq)
            assert tree.stands(links[seq - 1], other, path, size, peaks) is (other == seq)


@each_size
def test_a_ledger_grows_from_any_earlier_end_to_the_same_peaks(case: dict[str, Any]) -> None:
    for grown in case["grown"]:
        before = grown["after"]
        peaks = _peaks(case["links"][:before])
        spans = tree.spans(before, case["size"])
        assert [tree.root(s, {}, _link_of(case["links"])) for s in spans] == grown["nodes"]
        assert list(tree.grown(before, peaks, grown["nodes"], case["size"])) == case["peaks"]


def test_too_few_or_too_many_nodes_are_refused() -> None:
    case = VECTORS[-1]
    nodes = case["grown"][5]["nodes"]
    peaks = _peaks(case["links"][:5])
    for wrong in (nodes[:-1], [*nodes, nodes[0]], []):
        with pytest.raises(ValueError, match="zip"):
            tree.grown(5, peaks, wrong, case["size"])


@pytest.mark.parametrize("seq", [0, -1, 14, 2**60])
def test_a_place_outside_the_ledger_stands_nowhere(seq: int) -> None:
    case = VECTORS[-1]
    assert not tree.stands(case["links"][0], seq, case["paths"][0], 13, case["peaks"])


@pytest.mark.parametrize("value", ["", "0" * 63, "0" * 64 + "\n", "A" * 64, " " * 64, 5, None])
def test_a_hash_is_written_one_way(value: object) -> None:
    with pytest.raises(ValueError, match="not a hash"):
        tree.hashes([value])
