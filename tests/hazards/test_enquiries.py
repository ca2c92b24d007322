"""What the register answers: the right hazards, in order, with counts that agree with them."""

from datetime import date, timedelta

import pytest

from inspection.accounts import people
from inspection.accounts.policy import Permission
from inspection.database import reading
from inspection.domain.hazard import Step
from inspection.hazards import enquiries, lists, pages, searching
from inspection.hazards.enquiries import RegisterPage
from inspection.hazards.lists import ProblemLine
from inspection.hazards.narrowing import RegisterFilter
from inspection.hazards.searching import Reach
from inspection.organisations.scope import Scope
from tests.builders.people import Person
from tests.builders.records import reinspection
from tests.builders.stepping import raised, take
from tests.builders.times import NOON
from tests.notices.desk import Desk
from tests.scene import Scene

LATER = NOON + timedelta(days=400)


@pytest.fixture
def busy(scene: Scene) -> Scene:
    """Hazards of three units, in several states, some of them late when LATER comes."""
    cast = scene.cast
    made = scene.filled(failed=3)
    scene.tablet.hand_in(made)
    scene.tablet.hand_in(
        reinspection(made, "passed", "returned", "returned", at=NOON + timedelta(hours=2))
    )
    scene.tablet.hand_in(scene.filled(failed=1, fixed_on_spot=True))
    foreign = scene.filled(
        failed=2,
        signers=cast.foreign_inspectors,
        unit=cast.foreign_unit,
        device=cast.foreign_device,
    )
    scene.tablet_of(cast.foreign_inspectors[0]).hand_in(foreign)
    supervised = scene.filled(
        failed=2,
        signers=cast.department_inspectors,
        unit=cast.supervised,
        device=cast.department_device,
    )
    scene.tablet_of(cast.department_inspectors[0]).hand_in(supervised)
    take(scene, raised(scene, supervised), cast.department_inspectors[0], Step.GRADE)
    take(scene, raised(scene, foreign), cast.foreign_officer, Step.ASSIGN, responsible="钱小多")
    scene.clock.now = LATER
    return scene


def readers(scene: Scene) -> dict[str, Person]:
    cast = scene.cast
    return {
        "office": cast.office,
        "town": scene.settled.inspectors[0],
        "department": cast.department_inspectors[0],
        "enterprise": cast.officer,
    }


def asked(scene: Scene, person: Person, **wanted: object) -> RegisterPage:
    with reading(scene.engine) as session:
        actor = people.actor(session, person.uuid)
        assert actor is not None
        return enquiries.search(
            session,
            actor.scope(Permission.HAZARD_READ),
            RegisterFilter(**wanted),  # type: ignore[arg-type]
            today=scene.clock().date(),
        )


FILTERS: tuple[dict[str, object], ...] = (
    {},
    {"state": "registered"},
    {"state": "closed"},
    {"level": "major"},
    {"overdue": True},
    {"overdue": True, "level": "general"},
    {"sector": "machinery"},
    {"source": "department"},
    {"unit_text": "石泉"},
    {"unit_text": "石泉", "state": "registered"},
    {"text": "铸造"},
    {"text": "钱小多"},
    {"text": "有限公司"},
    {"text": "没有这样的话"},
    {"open_on": LATER.date(), "overdue": True},
    {"open_on": NOON.date()},
    {"open_on": NOON.date(), "open": True},
    {"open_on": LATER.date() - timedelta(days=1), "sector": "machinery"},
    {"closed_since": NOON.date()},
    {"closed_until": NOON.date()},
    {"closed_since": NOON.date() + timedelta(days=1)},
    {"found_since": NOON.date(), "found_until": LATER.date()},
)


@pytest.mark.parametrize("reader", ["office", "town", "department", "enterprise"])
def test_a_page_its_counts_and_the_list_agree_for_every_filter(busy: Scene, reader: str) -> None:
    person = readers(busy)[reader]
    for wanted in FILTERS:
        page = asked(busy, person, **wanted)
        listed = [line.uuid for line in problems(busy, person, wanted)]
        assert (wanted, [row.uuid for row in page.rows]) == (wanted, listed)
        assert (wanted, page.total) == (wanted, len(listed))
        if not wanted.keys() & {"state", "level", "overdue"}:
            assert sum(page.counts_by_state.values()) == page.total
            assert sum(page.counts_by_level.values()) == page.total


def problems(scene: Scene, person: Person, wanted: dict[str, object]) -> list[ProblemLine]:
    with reading(scene.engine) as session:
        actor = people.actor(session, person.uuid)
        assert actor is not None
        scope = actor.scope(Permission.HAZARD_READ)
        asked = RegisterFilter(**wanted)  # type: ignore[arg-type]
        return list(lists.problems(session, scope, asked, today=LATER.date()))


@pytest.mark.parametrize(
    ("reader", "total"), [("office", 8), ("town", 4), ("department", 2), ("enterprise", 4)]
)
def test_everybody_sees_what_is_in_their_scope(busy: Scene, reader: str, total: int) -> None:
    assert asked(busy, readers(busy)[reader]).total == total


def test_open_ones_come_first_by_deadline_then_those_that_ended(busy: Scene) -> None:
    rows = asked(busy, busy.cast.office).rows
    open_ones = [row for row in rows if row.state != "closed"]
    assert rows[: len(open_ones)] == tuple(open_ones)
    deadlines = [row.deadline_on or date.max for row in open_ones]
    assert deadlines == sorted(deadlines)
    assert len(open_ones) == 6


def test_a_search_finds_any_part_of_what_is_written(busy: Scene) -> None:
    office = busy.cast.office
    (first, *_rest) = asked(busy, office).rows
    for words in (first.number, first.number.lower(), first.number[-6:], first.unit_name[2:5]):
        found = asked(busy, office, text=words)
        assert first.number in [row.number for row in found.rows]
        assert found.reach is Reach.ALL
    for odd in ("%", "_%_", '"', "' OR 1=1 --", 'x" AND "y', "AND NOT", "\\", "*"):
        assert asked(busy, office, text=odd * 3).total == 0


def test_the_index_finds_what_reading_finds(busy: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    office = busy.cast.office
    words = [str(each["text"]) for each in FILTERS if "text" in each]
    read = [asked(busy, office, text=each).rows for each in words]
    monkeypatch.setattr(searching, "READ_IN_FULL", 0)
    assert [asked(busy, office, text=each).rows for each in words] == read


def test_where_no_index_helps_the_newest_are_read_and_the_page_knows_it(
    busy: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = busy.cast.office
    everything = asked(busy, office, text="公司").total
    monkeypatch.setattr(searching, "READ_IN_FULL", 0)
    assert asked(busy, office, text="公司").total == everything
    monkeypatch.setattr(searching, "NEWEST_ENTRIES", 5)
    some = asked(busy, office, text="公司")
    assert 0 < some.total < everything
    assert some.reach is Reach.NEWEST_HAZARDS
    monkeypatch.setattr(searching, "MOST_HITS", 1)
    most = asked(busy, office, text="公司")
    assert (most.total, most.reach) == (1, Reach.NEWEST_HITS)


@pytest.mark.parametrize("most", [1000, 3])
def test_pages_are_turned_to_the_end_and_back(
    busy: Scene, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    office = busy.cast.office
    whole = {number: asked(busy, office, **each).rows for number, each in enumerate(FILTERS)}
    monkeypatch.setattr(pages, "ROWS_A_PAGE", 2)
    monkeypatch.setattr(pages, "MOST_PAGES", 2)
    monkeypatch.setattr(pages, "MOST_COUNTED", most)
    monkeypatch.setattr(pages, "MANY_UNITS", 1 if most == 3 else 500)
    for number, wanted in enumerate(FILTERS):
        page = asked(busy, office, **wanted)
        seen, turns = list(page.rows), [page]
        while page.page < page.pages:
            page = asked(busy, office, **wanted, page=page.page + 1, at=page.after)
            seen += page.rows
            turns.append(page)
        assert (wanted, tuple(seen)) == (wanted, whole[number])
        for former in turns[-2::-1]:
            page = asked(busy, office, **wanted, page=page.page - 1, at=page.before)
            assert (wanted, page.rows) == (wanted, former.rows)
    by_number = asked(busy, office, page=99)
    assert (by_number.page, by_number.pages, by_number.total) == (2, 4, 8)


def test_what_nobody_counted_to_its_end_says_so(
    busy: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_COUNTED", 3)
    desk = Desk(busy, busy.cast.office)
    year = f"found_since={NOON.date()}&found_until={LATER.date()}"
    page = desk.read(f"/hazards?{year}")
    assert "超过 3 条" in page
    assert "共 2 条" in desk.read(f"/hazards?{year}&state=closed")
    assert desk.read(f"/lists/problems?{year}").count("超过 3 条") == 1
    assert "共 8 条" in desk.read("/hazards"), "kept counts cost nothing"


def test_a_scope_whose_parts_overlap_counts_nothing_twice(busy: Scene) -> None:
    with reading(busy.engine) as session:
        actors = [
            people.actor(session, person.uuid)
            for person in (*busy.cast.foreign_inspectors, *busy.cast.department_inspectors)
        ]
        scopes = [each.scope(Permission.HAZARD_READ) for each in actors if each]
        both = Scope(
            frozenset().union(*(each.paths for each in scopes)),
            frozenset().union(*(each.supervisors for each in scopes)),
        )
        page = enquiries.search(session, both, RegisterFilter(), today=LATER.date())
    assert page.total == len(page.rows) == sum(page.counts_by_state.values()) == 4


def test_counts_and_words_are_rebuilt_as_they_were(busy: Scene) -> None:
    def views() -> list[object]:
        return [
            busy.rows("SELECT * FROM hazard_words ORDER BY hazard_id"),
            busy.rows(
                "SELECT * FROM hazard_tally"
                " ORDER BY area_id, due_on, state, level, sector, source, own"
            ),
            busy.rows("SELECT * FROM hazard ORDER BY id"),
        ]

    before = views()
    assert all(before)
    with busy.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM hazard_words")
        connection.exec_driver_sql("UPDATE hazard_tally SET hazards = 7")
    assert busy.command("ledger", "rebuild").exit_code == 0
    assert views() == before
