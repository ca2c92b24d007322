"""Published revisions are found by number, unchanged; an altered file stops the start."""

import json
from pathlib import Path

import pytest

from inspection.catalog import Catalog
from inspection.cli.catalog import publish_new
from inspection.domain.problems import ChecklistAltered, ChecklistUnknown, RevisionUnpublished
from tests.builders import checklists
from tests.builders.checklists import SHIPPED, Published


def _publish(folder: Path, *lists: Published) -> Catalog:
    lock = folder / "published.lock"
    known = json.loads(lock.read_text()) if lock.exists() else {}
    for each in lists:
        path = each.keep(folder)
        known[path.name.removesuffix(".json")] = each.digest
    lock.write_text(json.dumps(known))
    return Catalog.open(folder)


def _revision(number: int, **changed: object) -> Published:
    return checklists.published(checklists.document(revision=number, **changed))


def test_an_old_revision_stays_when_a_newer_one_is_published(tmp_path: Path) -> None:
    old, new = _revision(1), _revision(2)
    catalog = _publish(tmp_path, old, new)
    assert catalog.revision("hot-work", 1).digest == old.digest
    assert catalog.revision("hot-work", 2).digest == new.digest
    assert [each.revision for each in catalog.current()] == [2]


def test_the_tenth_revision_is_newer_than_the_ninth(tmp_path: Path) -> None:
    catalog = _publish(tmp_path, *(_revision(number) for number in (1, 2, 9, 10)))
    assert [each.revision for each in catalog.current()] == [10]


def test_what_was_never_published_is_not_found(tmp_path: Path) -> None:
    catalog = _publish(tmp_path, _revision(1))
    _revision(2).keep(tmp_path)  # lies there, but is not in the lock
    with pytest.raises(RevisionUnpublished):
        Catalog.open(tmp_path).revision("hot-work", 2)
    with pytest.raises(ChecklistUnknown):
        catalog.revision("ladders", 1)
    assert catalog.find("ladders", 1) is catalog.find("hot-work", 3) is None


@pytest.mark.parametrize("how", ["one space more", "gone"])
def test_an_altered_file_stops_the_start(tmp_path: Path, how: str) -> None:
    _publish(tmp_path, _revision(1))
    path = tmp_path / "common" / "hot-work.1.json"
    path.unlink() if how == "gone" else path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ChecklistAltered) as told:
        Catalog.open(tmp_path)
    assert told.value.details["name"] == "hot-work.1"


def test_publishing_adds_what_is_new_and_never_changes_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_bytes((SHIPPED / "schema.json").read_bytes())
    first = _revision(1)
    first.keep(tmp_path)
    assert publish_new(tmp_path) == ["hot-work.1"]
    lock = (tmp_path / "published.lock").read_text()
    changed = tmp_path / "common" / "hot-work.1.json"
    changed.write_bytes(changed.read_bytes() + b" ")
    assert publish_new(tmp_path) == []
    assert (tmp_path / "published.lock").read_text() == lock
    _revision(2).keep(tmp_path)
    assert publish_new(tmp_path) == ["hot-work.2"]
