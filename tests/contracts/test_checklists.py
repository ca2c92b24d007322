"""Published checklists never change, and every one keeps the rules of a checklist."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.builders import checklists
from tests.builders.checklists import citation, document, item
from tests.builders.identifiers import sha256
from tests.contracts.checklist_rules import FOLDER, breaches

FILES = sorted(FOLDER.glob("*/*.json"))
SLUGS = {"hot-work": "A", "outsourcing": "B", "training": "C", "emergency": "D", "key-rules": "E"}


def test_every_published_revision_is_there_byte_for_byte() -> None:
    published = json.loads((FOLDER / "published.lock").read_text(encoding="utf-8"))
    here = {path.name.removesuffix(".json"): sha256(path.read_bytes()) for path in FILES}
    assert here == published, "a published file changed or has no line: make a new revision"


def test_the_five_common_lists_are_there() -> None:
    letters = {each["slug"]: each["list"] for each in map(_read, FILES)}
    assert letters == SLUGS


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
    ],
)
def test_a_list_with_one_thing_wrong_is_refused(broken: dict[str, Any], complaint: str) -> None:
    found = breaches(document(broken))
    assert found
    assert any(complaint in line for line in found), found


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
