"""The small district with a bigger town: ten more enterprises, people to send, an office."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from inspection.accounts.policy import Role
from inspection.database import writing
from inspection.organisations.unit import Unit
from tests.builders import enrolment
from tests.builders.people import Person, inspector
from tests.builders.units import unit
from tests.rebuilding import registers_agree  # noqa: F401
from tests.scene import Scene, database, scene  # noqa: F401


@dataclass(frozen=True)
class Town:
    """Who draws and who is drawn."""

    office: Person
    inspectors: tuple[Person, ...]
    expert: Person


@pytest.fixture
def town(scene: Scene) -> Town:  # noqa: F811
    """Of ten more enterprises two are of high risk; four inspectors and an expert go there."""
    office, expert = inspector("唐海燕"), inspector("沈工")
    more = (inspector("赵敏"), inspector("林川"))
    with writing(scene.engine) as session:
        row = session.scalars(select(Unit).where(Unit.name == "花桥镇")).one()
        for number in range(10):
            plant = unit(f"测试{number}厂", high_risk=number < 2)
            enrolment.enlist_unit(session, plant, parent=row)
        enrolment.enlist(session, office, unit=row, role=Role.OFFICE)
        enrolment.enlist(session, expert, unit=row, role=Role.EXPERT)
        for person in more:
            enrolment.enlist(session, person, unit=row, role=Role.INSPECTOR)
    return Town(office, (*scene.settled.inspectors, *more), expert)
