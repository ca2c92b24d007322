"""The links: fixed for ten years by vectors, recomputed here without the product's code."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from inspection.ledger import chain

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "ledger.json").read_text(encoding="utf-8")
)
ENTRIES = [chain.Entry(**entry) for entry in VECTORS["entries"]]


def _by_hand(entry: dict[str, object]) -> str:
    """As docs/verifying-by-hand.md says it: printf the parts and pipe them into sha256sum."""
    body = str(entry["body"]).encode("utf-8")
    parts = [VECTORS["version"], entry["prev_link"], entry["seq"], entry["kind"]]
    parts += [entry["recorded_at"], len(body)]
    return hashlib.sha256("".join(f"{part}\n" for part in parts).encode() + body).hexdigest()


def test_the_vectors_follow_by_hand() -> None:
    before = "0" * 64
    for entry in VECTORS["entries"]:
        assert entry["prev_link"] == before
        assert entry["link"] == _by_hand(entry)
        before = entry["link"]


def test_the_product_makes_the_same_links() -> None:
    before = chain.GENESIS
    for seq, entry in enumerate(ENTRIES, start=1):
        assert chain.follow(before, seq, entry.kind, entry.body, entry.recorded_at) == entry
        before = entry.link
    assert chain.first_break(ENTRIES) is None


@pytest.mark.parametrize("member", ["seq", "kind", "body", "recorded_at", "prev_link", "link"])
@pytest.mark.parametrize("place", range(len(ENTRIES)))
def test_no_member_of_any_entry_can_change(place: int, member: str) -> None:
    old = getattr(ENTRIES[place], member)
    new = old + 1 if isinstance(old, int) else old[:-1] + ("0" if old[-1] != "0" else "1")
    changed = [*ENTRIES[:place], replace(ENTRIES[place], **{member: new}), *ENTRIES[place + 1 :]]
    assert chain.first_break(changed) == place + 1


def test_an_entry_cannot_be_left_out_doubled_or_moved() -> None:
    one, two, *rest = ENTRIES
    assert chain.first_break([two, *rest]) == 1
    assert chain.first_break([one, *rest]) == 2
    assert chain.first_break([one, one, two, *rest]) == 2
    assert chain.first_break([two, one, *rest]) == 1


def test_a_body_is_written_one_way_only() -> None:
    assert chain.body_text({"b": "查", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"查"}'


@pytest.mark.parametrize("value", [{"a": 1.0}, {"a": [1.5]}, {"a": {"b": float("nan")}}])
def test_a_body_holds_no_number_that_languages_print_in_two_ways(value: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        chain.body_text(value)
