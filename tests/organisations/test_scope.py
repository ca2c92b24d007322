"""A scope says the same in Python and in SQL; credit codes have their check digit."""

import itertools

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.organisations import credit_code, directory
from inspection.organisations.scope import NOTHING, Scope
from inspection.organisations.unit import Unit, UnitKind
from tests.builders.identifiers import uuid7
from tests.builders.units import unit


def _tree(session: Session) -> list[Unit]:
    def found(name: str, kind: UnitKind, parent: Unit | None, **known: int) -> Unit:
        row = Unit(uuid=uuid7(), name=name, kind=kind, **known)
        return directory.found(session, row, parent=parent)

    district = found("区", UnitKind.DISTRICT, None)
    towns = [found(f"镇{n}", UnitKind.TOWN, district) for n in range(12)]  # ids 2 and 2x
    department = found("局", UnitKind.DEPARTMENT, district)
    units = [found(f"厂{n}", UnitKind.ENTERPRISE, towns[n % 12]) for n in range(12)]
    units.append(found("管厂", UnitKind.ENTERPRISE, towns[0], supervisor_id=department.id))
    return [district, *towns, department, *units]


def test_a_scope_holds_in_python_exactly_what_its_condition_finds(session: Session) -> None:
    rows = _tree(session)
    paths = [row.path for row in rows]
    department = next(row for row in rows if row.kind == UnitKind.DEPARTMENT)
    scopes = [NOTHING, Scope(everything=True), Scope(supervisors=frozenset({department.id}))]
    scopes += [Scope(paths=frozenset({path})) for path in paths]
    scopes += [Scope(paths=frozenset(pair)) for pair in itertools.combinations(paths[:6], 2)]
    scopes += [Scope(frozenset({path}), frozenset({department.id})) for path in paths[:6]]
    for scope in scopes:
        found = set(session.scalars(select(Unit.uuid).where(scope.condition())))
        assert found == {row.uuid for row in rows if scope.holds(row.path, row.supervisor_id)}


def test_nothing_holds_nothing(session: Session) -> None:
    _tree(session)
    assert list(session.scalars(select(Unit.uuid).where(NOTHING.condition()))) == []
    assert not NOTHING.holds("/1/", None)


def test_a_path_of_wildcards_finds_no_neighbour(session: Session) -> None:
    _tree(session)
    scope = Scope(paths=frozenset({"/_/", "/%/"}))
    assert list(session.scalars(select(Unit.uuid).where(scope.condition()))) == []


def test_known_credit_codes_are_valid() -> None:
    assert credit_code.is_valid("91350100M000100Y43"), "the example of GB 32100-2015"
    assert credit_code.is_valid(unit().credit_code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91350100M000100Y44",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "91350100M0O0100Y43",
        "91350100m000100y43",
        "９1350100M000100Y43",
    ],
)
def test_a_credit_code_with_any_mistake_is_not_valid(code: str) -> None:
    assert not credit_code.is_valid(code)


def test_every_single_slip_in_a_credit_code_is_found() -> None:
    code = "91350100M000100Y43"
    for place, character in itertools.product(range(18), credit_code.ALPHABET):
        if character != code[place]:
            assert not credit_code.is_valid(code[:place] + character + code[place + 1 :])
