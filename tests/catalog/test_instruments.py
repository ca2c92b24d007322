"""The criteria library: what is found by word, sector, kind, instrument and day."""

import json
from datetime import date
from pathlib import Path

import pytest

from inspection.catalog import Catalog, Library
from inspection.catalog.instruments import Wanted
from tests.builders import checklists, instruments
from tests.builders.checklists import SHIPPED, item
from tests.builders.instruments import criteria, fire_rules, law

TODAY = date(2026, 11, 30)


@pytest.fixture
def library() -> Library:
    return Library((law(), criteria("metallurgy"), *fire_rules()), Catalog.open(SHIPPED).current())


def found(library: Library, on: date = TODAY, **wanted: str) -> list[str]:
    rows = library.search(Wanted(on, **wanted)).rows
    return [f"{each.instrument.key} {each.provision.clause}" for each in rows]


def test_every_word_has_to_be_there_in_gist_title_clause_or_former_name(library: Library) -> None:
    assert found(library, text="危险作业 专人") == ["AQF 第四十三条"]
    assert found(library, text="安全生产法 第四十三条") == ["AQF 第四十三条"]
    assert found(library, text="zh17 6.1") == ["ZH25 5.1"]
    assert found(library, text="35181-2017") == ["ZH25 5.1"]
    assert found(library, text="危险作业 梯子") == []


def test_only_what_was_in_force_that_day_is_found(library: Library) -> None:
    assert found(library, text="危险地段") == ["ZH25 5.1"]
    assert found(library, date(2025, 10, 31), text="危险地段") == ["ZH17 6.1"]
    assert found(library, date(2017, 1, 1)) == []


def test_a_sector_leaves_what_is_for_it_and_what_is_for_all(library: Library) -> None:
    assert "D10 第十三条" in found(library, sector="metallurgy")
    assert "D10 第十三条" not in found(library, sector="catering")
    assert "AQF 第四十三条" in found(library, sector="catering")


def test_counts_say_what_another_choice_would_find(library: Library) -> None:
    results = library.search(Wanted(TODAY, kind="penalty"))
    assert [each.provision.clause for each in results.rows] == ["第一百零一条"]
    assert results.by_kind == {"duty": 2, "penalty": 1, "criterion": 2}
    assert results.by_instrument == {"AQF": 1}


def test_a_clause_knows_the_items_that_rest_on_it_or_on_a_part_of_it(library: Library) -> None:
    duties = {each.item.code for each in library.mentions("AQF", "第四十三条")}
    assert "A-08" in duties
    behind = library.mentions("AQF", "第一百零一条")
    assert {each.kind for each in behind} == {"penalty"}
    assert len({(each.checklist.slug, each.item.code) for each in behind}) == len(behind)
    assert library.knows("AQF", "第二十一条第二项")  # by the article it is part of
    assert not library.knows("AQF", "第八条")


def test_the_items_of_an_article_share_its_amount_and_a_paragraph_has_its_own() -> None:
    own = instruments.instrument(
        "AQF",
        "《法》",
        instruments.provision("第一百零三条", "按各款处罚。", "penalty"),
        instruments.provision("第一百零三条第二款", "罚5万元以下。", "penalty"),
        instruments.provision("第一百零三条第三项", "罚款同第一百零三条。", "penalty"),
    )
    library = Library([own], ())
    told = [library.sanction(each) for each in ("AQF 103(2)", "AQF 103(3)", "AQF 9", "XFF 60")]
    assert [each.provision.gist.zh if each else None for each in told] == [
        "罚5万元以下。",
        "按各款处罚。",
        None,
        None,
    ]


def test_a_file_in_anothers_name_stops_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "instruments"
    folder.mkdir()
    data = {
        "key": "AQF",
        "kind": "law",
        "title": {"zh": "《法》", "en": "Law"},
        "from": None,
        "to": None,
        "scope": {"zh": "", "en": ""},
        "sectors": [],
        "mark": "V",
        "provisions": [],
    }
    (folder / "AQF.json").write_text(json.dumps(data))
    assert Library.open(tmp_path, ()).find("AQF")
    (folder / "XFF.json").write_text(json.dumps(data))
    with pytest.raises(ValueError, match="calls itself AQF"):
        Library.open(tmp_path, ())


def test_a_short_edition_has_some_of_another_lists_items_and_an_addition_has_more(
    tmp_path: Path,
) -> None:
    whole = checklists.published(checklists.document())
    origin = {"slug": "hot-work", "revision": 1}
    short = checklists.published(checklists.document(item(), slug="short", origin=origin))
    more = [item(f"A-0{place}") for place in range(1, 5)]
    added = checklists.published(checklists.document(*more, slug="ours", origin=origin))
    lock = {}
    for each in (whole, short, added):
        lock[each.keep(tmp_path).stem] = each.digest
    (tmp_path / "published.lock").write_text(json.dumps(lock))
    catalog = Catalog.open(tmp_path)
    told = {each.slug: catalog.is_short(each) for each in catalog.current()}
    assert told == {"hot-work": False, "short": True, "ours": False}
