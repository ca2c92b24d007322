"""Published checklists never change, and every one keeps the rules of a checklist."""

import json
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.builders import checklists
from tests.builders.checklists import citation, document, item
from tests.builders.identifiers import sha256
from tests.contracts.checklist_rules import FOLDER, LISTS, breaches, is_short
from tests.contracts.shingles import Source
from tests.contracts.sources import ROOT, name, text, tracked

FILES = sorted(path for folder in LISTS for path in (FOLDER / folder).glob("*.json"))
COMMON = {"hot-work": "A", "outsourcing": "B", "training": "C", "emergency": "D", "key-rules": "E"}
LETTERS = {"common": "[A-E]", "sector": "[A-Z]{2}", "short": "[A-E]|[A-Z]{2}"}
SHIPPED = ("checklists/", "inspection/", "templates/", "static/", "deploy/", "docs/")


def test_every_published_revision_is_there_byte_for_byte() -> None:
    here = {path.name.removesuffix(".json"): sha256(path.read_bytes()) for path in FILES}
    assert here == _lock(), "a published file changed or has no line: make a new revision"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_list_has_its_line_in_the_lock(path: Path) -> None:
    assert _lock().get(path.stem) == sha256(path.read_bytes())


def test_the_lines_of_the_lock_stand_in_order() -> None:
    assert list(_lock()) == sorted(_lock())


def test_the_five_common_lists_are_there() -> None:
    letters = {each["slug"]: each["list"] for each in _all("common")}
    assert letters == COMMON


def test_every_list_has_letters_of_its_own() -> None:
    letters = {each["slug"]: each["list"] for each in [*_all("common"), *_all("sector")]}
    assert len(set(letters.values())) == len(letters), letters


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_letters_are_those_of_the_folder(path: Path) -> None:
    assert re.fullmatch(LETTERS[path.parent.name], _read(path)["list"])
    assert is_short(_read(path)) == (path.parent.name == "short")


def test_the_newest_revision_of_every_common_list_has_a_short_edition() -> None:
    newest = {(each["slug"], max(_revisions(each["slug"]))) for each in _all("common")}
    origins = {(each["origin"]["slug"], each["origin"]["revision"]) for each in _all("short")}
    assert newest <= origins


@pytest.mark.parametrize("slug", sorted({path.name.split(".")[0] for path in FILES}))
def test_a_later_revision_keeps_the_codes_of_tags(slug: str) -> None:
    for (_, before), (_, after) in pairwise(sorted(_revisions(slug).items())):
        kept = _tags(after)
        lost = {code: tags - kept.get(code, tags) for code, tags in _tags(before).items()}
        assert {code: tags for code, tags in lost.items() if tags} == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_keeps_the_rules_and_its_name(path: Path) -> None:
    data = path.read_bytes()
    assert b"\r" not in data
    assert data.endswith(b"}\n")
    assert path.stem == f"{_read(path)['slug']}.{_read(path)['revision']}"
    assert breaches(_read(path)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_product_reads_every_file(path: Path) -> None:
    from inspection.domain import checklist

    read = checklist.from_json(_read(path), digest=sha256(path.read_bytes()))
    assert [each.code for each in read.items] == checklists.Published(path.read_bytes()).codes


def test_a_sample_list_keeps_the_rules() -> None:
    assert breaches(document()) == []


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (item(citations=[]), ""),
        (item(citations=[citation(to="2024-01-01")]), "was not in force on 2026-11-22"),
        (item(citations=[citation(**{"from": "2027-01-01"})]), "was not in force on 2026-11-22"),
        (item(citations=[citation(instrument="XFF")]), "XFF: used but not defined"),
        (item("B-01"), "belongs to another list"),
        (
            item(findings=[{"code": "a", "zh": "长" * 21, "en": "x"}, item()["findings"][0]]),
            "",
        ),
        (item(findings=item()["findings"][:1]), ""),
        (item(check={"zh": "", "en": "x"}), ""),
        (item(title={"zh": "字" * 15, "en": "x"}), ""),
        (
            item(citations=[citation(**{"from": "2021-09-01", "to": "2021-08-31"})]),
            "ended on 2021-08-31, before it began on 2021-09-01",
        ),
        (item(telling=True), "1 telling items, not 10"),
        (item(weight=4), "weight"),
        (item(applies={}), "applies"),
        (item(applies={"sectors": ["magic"]}), "applies.sectors"),
        (item(applies={"sectors": []}), "applies.sectors"),
        (item(applies={"venues": ["gas", "gas"]}), "applies.venues"),
        (item(applies={"venues": ["moon"]}), "applies.venues"),
        (item(applies={"high_risk": False}), "applies.high_risk"),
        (item(applies={"staff_at_least": 0}), "applies.staff_at_least"),
        (item(applies={"province": ["37"]}), "applies"),
    ],
)
def test_a_list_with_one_thing_wrong_is_refused(broken: dict[str, Any], complaint: str) -> None:
    found = breaches(document(broken))
    assert found
    assert any(complaint in line for line in found), found


def _telling(count: int) -> list[dict[str, Any]]:
    return [item(f"A-{number:02}", telling=True) for number in range(1, count + 1)]


@pytest.mark.parametrize("count", [1, 9, 11])
def test_a_list_tells_by_exactly_ten_items(count: int) -> None:
    assert breaches(document(*_telling(count))) == [f"{count} telling items, not 10"]
    assert breaches(document(*_telling(10), item("A-11"))) == []


def test_an_item_is_for_nobody_that_the_list_is_not_for() -> None:
    within = item(applies={"sectors": ["food", "retail"]})
    outside = item("A-02", applies={"sectors": ["fishery"]})
    besides = item("A-03", applies={"venues": ["gas"]})
    listed = document(within, outside, besides, applies={"sectors": ["food"]})
    assert breaches(listed) == ["A-02: is for sectors that the list is not for"]
    assert breaches(document(within, outside, besides)) == []


def _short(*items: dict[str, Any], **changed: Any) -> dict[str, Any]:
    origin = {"slug": "hot-work", "revision": 1}
    return document(*items, **{"slug": "hot-work-short", "origin": origin, **changed})


def test_a_short_edition_is_the_telling_items_of_its_origin() -> None:
    origin = document(*_telling(10), item("A-11"))
    assert breaches(_short(*_telling(10)), origin=origin) == []


@pytest.mark.parametrize(
    ("short", "complaint"),
    [
        (_short(*_telling(9), item("A-10", telling=True, weight=5)), "A-10: differs from"),
        (_short(*_telling(9), item("A-10")), "has an item that is not telling"),
        (_short(*_telling(9), item("A-11", telling=True)), "A-10: telling, but left out"),
        (_short(*_telling(9), item("A-11", telling=True)), "A-11: not a telling item"),
        (_short(*_telling(10), list="B"), "has the letters B, its origin A"),
        (
            _short(*_telling(10), origin={"slug": "hot-work", "revision": 3}),
            "its origin hot-work.3 is not there",
        ),
        (
            _short(*_telling(10), instruments={"AQF": {"zh": "安全法", "en": "Safety Law"}}),
            "AQF: has another title in hot-work.1",
        ),
        (document(*_telling(10), slug="hot-work-short"), "a short edition without an origin"),
    ],
)
def test_a_short_edition_with_one_thing_wrong_is_refused(
    short: dict[str, Any], complaint: str
) -> None:
    found = breaches(short, origin=document(*_telling(10), item("A-11")))
    assert any(complaint in line for line in found), found


def test_a_shipped_short_edition_with_one_changed_word_is_refused() -> None:
    short = _read(FOLDER / "short" / "hot-work-short.1.json")
    changed = short["sections"][0]["items"][0]
    changed["check"]["zh"] += "。"
    assert breaches(short) == [f"{changed['code']}: differs from hot-work.2"]


def test_nothing_shipped_stands_word_for_word_in_the_source() -> None:
    source = Source.kept()
    lists = [*FOLDER.rglob("*.json")]
    others = [path for path in tracked() if name(path).startswith(SHIPPED) and path not in lists]
    copied = {
        name(path): runs
        for path in [*lists, *others, ROOT / "README.md", ROOT / "CHANGELOG.md"]
        if (runs := source.copied(text(path).splitlines()))
    }
    assert copied == {}


def test_a_copied_sentence_is_found_whatever_its_commas() -> None:
    source = Source.of("春天来了，小河解冻；两只燕子从南方飞回屋檐下筑巢。", length=20, digits=8)
    assert source.copied(["今年春天来了 小河解冻（2026）两只燕子从南方飞回、屋檐下。"]) == [
        "春天来了小河解冻两只燕子从南方飞回屋檐下",
    ]
    assert source.copied(["春天来了，小河解冻，两只燕子没有回来。"]) == []


def test_a_title_is_a_name_and_may_stand_anywhere() -> None:
    titled = "《春天来了小河解冻两只燕子从南方飞回屋檐下筑巢管理办法》"
    assert Source.of(titled, length=20, digits=8).shingles == frozenset()
    source = Source.of(titled.strip("《》"), length=20, digits=8)
    assert source.copied([titled]) == []
    assert source.copied([titled.strip("《》")]) != []


def test_what_is_kept_of_the_source_is_digests_only() -> None:
    source = Source.kept()
    assert (source.length, source.digits) == (20, 8)
    assert len(source.shingles) > 1000
    assert all(re.fullmatch("[0-9a-f]{8}", shingle) for shingle in source.shingles)
    vectors = (ROOT / "tests/vectors/source_shingles.json").read_text(encoding="utf-8")
    assert vectors == source.as_json()


def test_an_item_without_statute_may_be_management_practice() -> None:
    practice = item(citations=[], management_practice=True)
    assert breaches(document(practice, item("A-02"))) == []


def test_one_changed_byte_of_a_published_file_stops_the_start(tmp_path: Path) -> None:
    from inspection.catalog import Catalog
    from inspection.domain.problems import ChecklistAltered

    published = checklists.published(document())
    path = published.keep(tmp_path)
    lock = json.dumps({"hot-work.1": published.digest})
    (tmp_path / "published.lock").write_text(lock, encoding="utf-8")
    assert Catalog.open(tmp_path).revision("hot-work", 1).digest == published.digest
    altered = bytearray(published.data)
    altered[random.randrange(len(altered))] ^= 1
    path.write_bytes(bytes(altered))
    with pytest.raises(ChecklistAltered):
        Catalog.open(tmp_path)


def _read(path: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(path.read_bytes())
    return parsed


def _lock() -> dict[str, str]:
    lock: dict[str, str] = json.loads((FOLDER / "published.lock").read_text(encoding="utf-8"))
    return lock


def _all(folder: str) -> list[dict[str, Any]]:
    return [_read(path) for path in FILES if path.parent.name == folder]


def _revisions(slug: str) -> dict[int, dict[str, Any]]:
    return {each["revision"]: each for each in map(_read, FILES) if each["slug"] == slug}


def _tags(document: dict[str, Any]) -> dict[str, set[str]]:
    items = [item for section in document["sections"] for item in section["items"]]
    return {item["code"]: {tag["code"] for tag in item["findings"]} for item in items}
