"""No question to the register reads it from end to end: each finds its rows by an index."""

import itertools
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from inspection.database import reading
from inspection.domain.hazard import Level, Stage, State
from inspection.hazards import board, enquiries, lists, pages, searching
from inspection.hazards.narrowing import RegisterFilter
from inspection.organisations.scope import EVERYTHING, Scope
from tests.hazards.test_enquiries import busy  # noqa: F401
from tests.scene import Scene

DAY = date(2026, 11, 30)
FILTERS = (
    RegisterFilter(),
    *(RegisterFilter(state=state) for state in State),
    *(RegisterFilter(level=level) for level in Level),
    *(RegisterFilter(stage=stage) for stage in Stage),
    RegisterFilter(overdue=True),
    RegisterFilter(open=True),
    RegisterFilter(sector="machinery"),
    RegisterFilter(source="self"),
    RegisterFilter(unit_text="机械"),
    RegisterFilter(listed=True),
    RegisterFilter(found_since=DAY, found_until=DAY),
    RegisterFilter(state="closed", closed_since=DAY, closed_until=DAY, on_time=True),
    RegisterFilter(text="安全出口"),
    RegisterFilter(text="出口"),
    RegisterFilter(level="major", sector="machinery", overdue=True),
)


def scopes(scene: Scene) -> tuple[Scope, ...]:
    paths = [path for (path,) in scene.rows("SELECT path FROM unit ORDER BY length(path), id")]
    return EVERYTHING, *(Scope(frozenset({path})) for path in (paths[0], paths[1], paths[-1]))


class Listener:
    """Keeps every statement that a session is given."""

    def __init__(self, session: Session) -> None:
        self.said: list[tuple[str, Any]] = []
        event.listen(session.get_bind(), "before_cursor_execute", self._hear)

    def _hear(self, _connection, _cursor, statement, parameters, _context, _many) -> None:
        self.said.append((statement, parameters))


def plan(session: Session, statement: str, parameters: Any) -> list[str]:
    cursor = session.connection().connection.cursor()
    word = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    cursor.execute(f"{word} {statement}", parameters)
    return [str(row[-1]) for row in cursor.fetchall()]


def reads_everything(line: str) -> bool:
    """Whether a line of a plan walks the whole table of hazards or of their words."""
    line = line.strip()
    if "Seq Scan on hazard" in line:
        return "hazard_tally" not in line
    return line in ("SCAN hazard", "SCAN hazard_words", "SCAN hazard_tally")


def test_every_question_to_the_register_uses_an_index(
    busy: Scene,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searching, "READ_IN_FULL", 0)
    with reading(busy.engine) as session:
        if session.get_bind().dialect.name == "postgresql":  # so few rows are read at once
            session.connection().exec_driver_sql("SET enable_seqscan = off")
        heard = Listener(session)
        for scope, wanted in itertools.product(scopes(busy), FILTERS):
            enquiries.search(session, scope, wanted, today=DAY)
            lists.page_of_problems(session, scope, wanted, today=DAY)
            lists.page_of_duties(session, scope, wanted, today=DAY)
        for scope in scopes(busy):
            board.columns(session, scope, RegisterFilter(), today=DAY)
        questions = dict(heard.said)
        plans = {each: plan(session, each, questions[each]) for each in questions}
    assert len(plans) > 40
    bad = {each: lines for each, lines in plans.items() if any(map(reads_everything, lines))}
    assert bad == {}


def test_a_page_of_the_whole_register_is_a_walk_without_sorting(busy: Scene) -> None:  # noqa: F811
    if busy.engine.dialect.name != "sqlite":
        return  # so few rows PostgreSQL always sorts
    with reading(busy.engine) as session:
        heard = Listener(session)
        pages.find(session, EVERYTHING, RegisterFilter(), today=DAY)
        (statement, parameters) = heard.said[-1]
        lines = plan(session, statement, parameters)
    assert lines == ["SCAN hazard USING COVERING INDEX ix_hazard_order"]


def test_a_list_to_carry_away_is_never_in_memory_as_a_whole(busy: Scene) -> None:  # noqa: F811
    if busy.engine.dialect.name != "postgresql":
        return  # SQLite hands out one row after the other
    with reading(busy.engine) as session:
        for read in (lists.problems, lists.duties):
            next(read(session, EVERYTHING, RegisterFilter(), today=DAY))
            assert session.scalar(text("SELECT count(*) FROM pg_cursors")) == 1
            session.rollback()
