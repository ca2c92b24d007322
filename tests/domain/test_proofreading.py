"""Proofreading (校核): a list with one thing wrong is told so by code, place and values."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from inspection.domain import checklist, proofreading
from tests.builders.checklists import SHIPPED, citation, document, item, shipped

SCHEMA = json.loads((SHIPPED / "schema.json").read_text(encoding="utf-8"))
ITEM = "/sections/0/items/0"
LISTS = sorted(path for path in SHIPPED.glob("*/*.json") if path.parent.name != "instruments")


def told(found: dict[str, Any], origin: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    faults = proofreading.faults(found, schema=SCHEMA, origin=origin)
    return [(each.code.value, each.pointer) for each in faults]


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_shipped_lists_have_no_faults_and_are_written_as_they_are_read(path: Any) -> None:
    found = json.loads(path.read_bytes())
    assert told(found) == []
    read = checklist.from_json(found, digest="")
    assert checklist.from_json(checklist.to_json(read), digest="") == read


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"title": {"zh": "", "en": ""}}, ("missing", "/title/zh")),
        ({"title": {"zh": "字" * 15, "en": ""}}, ("too_long", "/title/zh")),
        ({"check": {"zh": "no Chinese", "en": ""}}, ("not_chinese", "/check/zh")),
        ({"check": {"zh": "查", "en": "查不查"}}, ("not_english", "/check/en")),
        ({"code": "A1"}, ("malformed", "/code")),
        ({"code": "B-01"}, ("code_foreign", "/code")),
        ({"methods": []}, ("too_few", "/methods")),
        ({"methods": ["smelling"]}, ("unknown_choice", "/methods/0")),
        ({"findings": item()["findings"][:1]}, ("too_few", "/findings")),
        (
            {"findings": [{"code": "a", "zh": c, "en": ""} for c in "甲乙"]},
            ("tag_repeated", "/findings/1/code"),
        ),
        (
            {"findings": [*item()["findings"], {"code": "long", "zh": "长" * 21, "en": ""}]},
            ("tag_too_long", "/findings/2/zh"),
        ),
        ({"citations": []}, ("ground_missing", "")),
        ({"citations": [citation(mark=None)]}, ("mark_missing", "/citations/0/mark")),
        ({"citations": [citation(mark="Q")]}, ("unknown_choice", "/citations/0/mark")),
        ({"citations": [citation(clause="二十一条")]}, ("malformed", "/citations/0/clause")),
        (
            {"citations": [citation(**{"from": "2026-02-30"})]},
            ("no_date", "/citations/0/from"),
        ),
        (
            {"citations": [citation(to="2021-08-31")]},
            ("citation_backwards", "/citations/0/to"),
        ),
        (
            {"citations": [citation(to="2025-12-31")]},
            ("citation_not_in_force", "/citations/0/to"),
        ),
        (
            {"citations": [citation(**{"from": "2027-01-01"})]},
            ("citation_not_in_force", "/citations/0/from"),
        ),
        (
            {"citations": [citation(instrument="XFF")]},
            ("instrument_unknown", "/citations/0/instrument"),
        ),
        ({"penalties": ["XFF 60"]}, ("instrument_unknown", "/penalties/0")),
        ({"weight": 4}, ("unknown_choice", "/weight")),
        ({"deadline_days": None}, ("missing", "/deadline_days")),
        ({"applies": {"sectors": ["piracy"]}}, ("unknown_choice", "/applies/sectors/0")),
        ({"colour": "red"}, ("unknown_field", "/colour")),
    ],
)
def test_one_thing_wrong_in_an_item_is_named_with_its_place(
    changed: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert told(document(item(**changed))) == [(fault[0], ITEM + fault[1])]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"effective_on": "soon"}, ("no_date", "/effective_on")),
        ({"list": "ABCDE"}, ("code_foreign", f"{ITEM}/code")),
        ({"sections": []}, ("too_few", "/sections")),
        ({"instruments": {"a": {"zh": "《甲》", "en": "A"}}}, ("malformed", "/instruments/a")),
        ({"slug": None}, ("missing", "/slug")),
    ],
)
def test_one_thing_wrong_with_the_list_is_named(
    changed: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert fault in told(document(item(), **changed))


def test_codes_used_twice_and_too_many_items_are_faults() -> None:
    twice = document(item(), item())
    assert told(twice) == [("code_repeated", "/sections/0/items/1/code")]
    many = [item(f"A-{number:02}") for number in range(1, 502)]
    assert told(document(*many)) == [("items_too_many", "/sections")]
    two = document(item(), item("A-02"))
    two["sections"] = [{**two["sections"][0], "items": [each]} for each in (item(), item("A-02"))]
    assert told(two) == [("section_repeated", "/sections/1/code")]


@pytest.mark.parametrize(
    "half_done",
    [
        {},
        {"sections": None, "instruments": []},
        {"sections": [None, {"items": "x"}, {"items": [1, {"findings": [None], "citations": 3}]}]},
        document({"code": ["x-1"], "citations": [{"from": 1, "instrument": None}]}),
    ],
)
def test_what_is_half_done_is_read_to_its_end(half_done: dict[str, Any]) -> None:
    assert told(half_done)
    assert told(half_done, origin=document())


def _drop(found: dict[str, Any]) -> None:
    del found["sections"][0]["items"][0]


def _reword(found: dict[str, Any]) -> None:
    found["sections"][0]["items"][0]["check"]["zh"] = "动火前是否看过作业票。"


@pytest.mark.parametrize(
    ("locked", "extends", "change", "faults"),
    [
        (True, False, _drop, [("locked_missing", "/sections")]),
        (True, False, _reword, [("locked_changed", ITEM)]),
        (False, False, _drop, []),
        (False, False, _reword, []),
        (False, True, _drop, [("inherited_missing", "/sections")]),
        (False, True, _reword, [("inherited_changed", ITEM)]),
    ],
)
def test_locked_items_stay_and_an_extension_only_adds(
    locked: bool,
    extends: bool,
    change: Callable[[dict[str, Any]], None],
    faults: list[tuple[str, str]],
) -> None:
    origin = document(item("A-01", locked=locked), item("A-02"))
    named = {"slug": "hot-work", "revision": 1, **({"extends": True} if extends else {})}
    own = document(
        item("A-01", **({"locked": True} if locked else {"weight": 2})),
        item("A-02"),
        item("QA-01"),
        slug="own-abcdef",
        list="QA",
        origin=named,
    )
    assert told(own, origin) == []
    change(own)
    assert told(own, origin) == faults


def test_english_may_be_missing_and_is_chinese_when_published() -> None:
    sample = document(item(check={"zh": "动火前有没有票。"}, title={"zh": "动火票", "en": ""}))
    sample["instruments"]["XFF"] = {"zh": "《中华人民共和国消防法》", "en": "Fire Law"}
    assert told(sample) == []
    made = proofreading.whole(sample)
    assert made["sections"][0]["items"][0]["check"]["en"] == "动火前有没有票。"
    assert list(made["instruments"]) == ["AQF"]
    assert told(made) == []
    assert checklist.from_json(made, digest="").items[0].title.en == "动火票"


def test_of_five_hundred_items_each_fault_is_told() -> None:
    twisted = shipped().document
    for each in (found for section in twisted["sections"] for found in section["items"]):
        each["title"]["zh"] = ""
    assert [code for code, _ in told(twisted)] == ["missing"] * 32
