"""The list: each condition finds what it says, and nobody sees beyond their scope."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy
from sqlalchemy.engine import Engine

from inspection.audits import desk
from inspection.audits.desk import DeskFilter
from inspection.database import pages, reading
from inspection.organisations.scope import Scope
from tests.audits.rows import opine, refused, revise, shelve
from tests.scene import Scene

EVERYTHING = Scope(everything=True)
SHANGHAI = datetime.fromisoformat("2026-11-20T00:00:00+08:00")


def found(scene: Scene, scope: Scope = EVERYTHING, **wanted) -> set[str]:
    with reading(scene.engine) as session:
        return {row.uuid for row in desk.search(session, scope, DeskFilter(**wanted)).rows}


def test_each_condition_finds_what_it_says(scene: Scene):
    plain = shelve(scene, scene.filled(failed=0))
    some = shelve(scene, scene.filled(failed=2))
    major = scene.filled()
    major.payload["findings"][0]["level"] = "major"
    grave = shelve(scene, refused(major))
    own = shelve(
        scene, scene.filled(kind="self_inspection", failed=0), unit=scene.cast.foreign_unit
    )
    opine(scene, some, "needs_correction", "no_objection")
    opine(scene, grave, "objection")
    newest = revise(scene, some)
    everything = {plain, some, grave, own}
    assert found(scene) == everything
    assert found(scene, text="石泉化工") == {own}
    assert found(scene, text=scene.cast.foreign_unit.credit_code.lower()) == {own}
    assert found(scene, text="%") == set()
    assert found(scene, kind="self_inspection") == {own}
    assert found(scene, sector=scene.settled.enterprise.sector) == everything
    assert found(scene, sector="fishery") == set()
    assert found(scene, checklist="no-such-list") == set()
    assert found(scene, findings="some") == {some, grave}
    assert found(scene, findings="none") == {plain, own}
    assert found(scene, findings="major") == {grave}
    assert found(scene, ending="refused") == {grave}
    assert found(scene, ending="absent") == set()
    assert found(scene, opinion="none") == {plain, own}
    assert (
        found(scene, opinion="needs_correction") == {some} == found(scene, opinion="no_objection")
    )
    assert found(scene, revision="revised") == {some}
    assert found(scene, revision="as_issued") == everything - {some}
    with reading(scene.engine) as session:
        page = desk.search(session, EVERYTHING, DeskFilter(opinion="objection"))
        (line,) = desk.picked(session, EVERYTHING, [some])
    assert page.counts_by_opinion == {
        "": 4, "none": 2, "no_objection": 1, "needs_correction": 1, "objection": 1,
    }  # fmt: skip
    assert page.counts_by_findings == {"": 1, "some": 1, "none": 0, "major": 1}
    assert page.rows[0].traits == ("major", "refused")
    assert (line.revision, line.sha256, line.size) == (1, newest, 5000)
    assert line.opinions == ("needs_correction", "no_objection")


def test_both_days_of_a_period_belong_to_it_in_the_countrys_time(scene: Scene):
    first = shelve(scene, scene.filled(), at=SHANGHAI)
    last = shelve(scene, scene.filled(), at=SHANGHAI + timedelta(hours=23, minutes=59))
    after = shelve(scene, scene.filled(), at=SHANGHAI + timedelta(days=1))
    day = date(2026, 11, 20)
    assert found(scene, since=day, until=day) == {first, last}
    assert found(scene, since=date(2026, 11, 21)) == {after}
    assert found(scene, until=date.max) == {first, last, after}


def test_nobody_sees_beyond_their_scope_in_list_counts_or_population(scene: Scene):
    mine = shelve(scene, scene.filled())
    theirs = shelve(scene, scene.filled(), unit=scene.cast.foreign_unit)
    ((path,),) = scene.rows(
        "SELECT path FROM unit WHERE uuid = :uuid", uuid=scene.cast.foreign_unit.uuid
    )
    scope = Scope(paths=frozenset({path}))
    assert found(scene, scope) == {theirs}
    assert found(scene, Scope()) == set()
    with reading(scene.engine) as session:
        page = desk.search(session, scope, DeskFilter())
        assert (page.total, page.counts_by_opinion[""], page.counts_by_findings[""]) == (1, 1, 1)
        assert [uuid for uuid, _ in desk.population(session, scope, DeskFilter())] == [theirs]
        assert desk.picked(session, scope, [mine]) == ()
        assert desk.listed(session, Scope(), DeskFilter(), most=10) == ()
        assert desk.checklists(session, Scope()) == []


def test_pages_follow_each_other_without_gap(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "ROWS_A_PAGE", 2)
    newest_first = [shelve(scene, scene.filled()) for _ in range(5)][::-1]
    with reading(scene.engine) as session:
        found = [desk.search(session, EVERYTHING, DeskFilter(), n) for n in (1, 2, 3, 99)]
    assert [row.uuid for page in found[:3] for row in page.rows] == newest_first
    assert (found[3].page, found[3].pages, found[3].total) == (3, 3, 5)


def test_no_condition_walks_a_table_without_an_index(scene: Scene):
    """SQLite says how it would go about it; the same indexes are there on PostgreSQL."""
    if scene.engine.dialect.name != "sqlite":
        return
    walks: list[str] = []
    for wanted in (
        {}, {"text": "化工"}, {"sector": "retail"}, {"kind": "reinspection"}, {"findings": "major"},
        {"ending": "refused"}, {"opinion": "none"}, {"opinion": "objection"}, {"checklist": "x"},
        {"revision": "revised"}, {"since": date(2026, 1, 1), "until": date(2026, 2, 1)},
    ):  # fmt: skip
        walks += _walks(
            scene.engine, lambda s, w=wanted: desk.search(s, EVERYTHING, DeskFilter(**w))
        )
    # Counting what there is walks the reports once; everything else is found by an index.
    # Records are never walked row by row, for their rows hold the signed bytes.
    walked = {step for step in walks if step.startswith("SCAN")}
    assert {step.split()[1] for step in walked if "COVERING INDEX" not in step} <= {
        "unit",
        "report",
    }
    plain = _walks(scene.engine, lambda s: desk.search(s, EVERYTHING, DeskFilter()))
    assert [step for step in plain if "ORDER BY" in step] == []


def _walks(engine: Engine, act) -> list[str]:
    """The steps by which every statement that `act` sends is answered."""
    sent: list[tuple[str, tuple]] = []

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    try:
        with reading(engine) as session:
            act(session)
    finally:
        sqlalchemy.event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        return [
            str(row[3])
            for statement, parameters in sent
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
