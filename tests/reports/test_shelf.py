"""The shelf: who sees which report, and what anyone may know."""

import dataclasses

import pytest

from inspection import database
from inspection.domain.problems import NotFound
from inspection.organisations import directory
from inspection.organisations.scope import NOTHING, Scope
from inspection.reports import shelf
from tests.builders.identifiers import uuid7
from tests.reports import scenes

EVERYTHING = Scope(everything=True)


@pytest.fixture
def issued(engine, home):
    scene = scenes.scene(engine, home)
    return scene, scene.issue()


def test_a_report_is_found_by_name_number_and_scope(issued):
    scene, report = issued
    with database.reading(scene.wiring.engine) as session:
        unit = directory.find(session, report.unit_uuid)
        town = Scope(paths=frozenset({unit.path}))
        for scope, text in ((EVERYTHING, ""), (town, "㛃源"), (EVERYTHING, report.number)):
            page = shelf.search(session, scope, text)
            assert [row.uuid for row in page.rows] == [report.uuid]
            assert (page.total, page.page, page.pages) == (1, 1, 1)
        assert shelf.search(session, NOTHING).rows == ()
        assert shelf.search(session, EVERYTHING, "100%").rows == ()
        assert shelf.report(session, town, report.uuid) == report
        with pytest.raises(NotFound):
            shelf.report(session, NOTHING, report.uuid)
        assert shelf.uuids_of(session, [scene.record.uuid, uuid7()]) == {
            scene.record.uuid: report.uuid
        }


def test_the_public_page_learns_that_it_exists_and_not_whom_it_is_about(issued):
    scene, report = issued
    with database.reading(scene.wiring.engine) as session:
        public = shelf.public_facts(session, report.uuid)
        assert shelf.public_facts(session, uuid7()) is None
    assert (public.number, public.sha256) == (report.number, report.sha256)
    told = {str(value) for value in dataclasses.asdict(public).values()}
    assert report.unit_name not in told
    assert report.record_uuid not in told
