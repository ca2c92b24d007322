"""The scene of most tests: a small district in the app's database, and a clock that tests move.

Folders that play in it import the fixtures in their conftest.py:
`from tests.scene import database, scene  # noqa: F401`. Their `database` comes with the district
in it: settled once, then copied, because hashing nine passwords takes longer than most tests.
"""

import shutil
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection.accounts import recovery, signing_in
from inspection.accounts.people import PersonAccount
from inspection.accounts.policy import Role
from inspection.database import install, writing
from inspection.organisations import directory
from inspection.organisations.unit import Unit as UnitRow
from inspection.organisations.unit import UnitKind
from inspection.wiring import Wiring
from tests.builders import enrolment, records, units
from tests.builders.devices import Device
from tests.builders.enrolment import District
from tests.builders.people import Person, inspector
from tests.builders.records import Filled
from tests.builders.recovery import RecoveryKey
from tests.builders.times import NOON
from tests.builders.units import Unit
from tests.conftest import Database
from tests.postgresql import Cluster
from tests.tablet import COOKIE, Tablet, line


@dataclass
class Cast:
    """Everybody there is: the settled district, and those who stand around it."""

    settled: District
    foreign_unit: Unit
    """An enterprise in the other town."""
    foreign_inspectors: tuple[Person, Person]
    """Inspectors of the other town, with keys on a tablet of their own."""
    foreign_device: Device
    department: UnitRow
    supervised: Unit
    """An enterprise of the other town that the department supervises."""
    department_inspectors: tuple[Person, Person]
    department_device: Device
    officer: Person
    """Safety officer (安全总监) of the settled enterprise."""
    officer_device: Device
    foreign_officer: Person
    second_officer: Person
    """Another safety officer of the settled enterprise: nobody closes what they rectified."""
    head: Person
    """Its principal person in charge (主要负责人)."""
    office: Person
    foreign_office: Person
    """The office of the other town."""
    auditor: Person
    administrator: Person
    recovery_key: RecoveryKey
    """What data keys are wrapped for; the private half is the test's."""


def assemble(session: Session) -> Cast:
    """Put everybody into a database."""
    settled = enrolment.settle(session)
    district = settled.district
    town = enrolment.body(session, "石泉镇", UnitKind.TOWN, parent=district)
    department = enrolment.body(session, "应急管理局", UnitKind.DEPARTMENT, parent=district)
    cast = Cast(
        settled=settled,
        foreign_unit=enrolment.enlist_unit(session, units.unit("石泉化工有限公司"), parent=town),
        foreign_inspectors=(inspector("孙明"), inspector("何平")),
        foreign_device=Device(),
        department=department,
        supervised=_supervised(session, town, department),
        department_inspectors=(inspector("陈思"), inspector("吴远")),
        department_device=Device(),
        officer=inspector("郑国栋"),
        officer_device=Device(),
        foreign_officer=inspector("钱多"),
        second_officer=inspector("邹文静"),
        head=inspector("周立新"),
        office=inspector("周明"),
        foreign_office=inspector("王玉兰"),
        auditor=inspector("孙正平"),
        administrator=inspector("何管理"),
        recovery_key=RecoveryKey(),
    )
    _hire(session, (cast.foreign_office,), town, Role.OFFICE)
    _hire(session, cast.foreign_inspectors, town, Role.INSPECTOR, cast.foreign_device)
    _hire(session, cast.department_inspectors, department, Role.INSPECTOR, cast.department_device)
    _hire(
        session,
        (cast.officer,),
        _row(session, settled.enterprise),
        Role.ENTERPRISE,
        cast.officer_device,
    )
    enterprise = _row(session, settled.enterprise)
    _hire(session, (cast.second_officer,), enterprise, Role.ENTERPRISE)
    _hire(session, (cast.head,), enterprise, Role.HEAD)
    _hire(session, (cast.foreign_officer,), _row(session, cast.foreign_unit), Role.ENTERPRISE)
    for person, role in (
        (cast.office, Role.OFFICE),
        (cast.auditor, Role.AUDITOR),
        (cast.administrator, Role.ADMINISTRATOR),
    ):
        _hire(session, (person,), district, role)
    administrator = enrolment.actor(session, cast.administrator)
    recovery.put_in_force(session, administrator, cast.recovery_key.jwk, at=NOON)
    return cast


def _hire(
    session: Session,
    persons: tuple[Person, ...],
    unit: UnitRow,
    role: Role,
    device: Device | None = None,
) -> None:
    for person in persons:
        enrolment.enlist(session, person, unit=unit, role=role)
        if device is not None:
            enrolment.enrol(session, person, device)


def _row(session: Session, unit: Unit) -> UnitRow:
    return session.scalars(select(UnitRow).where(UnitRow.uuid == unit.uuid)).one()


def _supervised(session: Session, town: UnitRow, department: UnitRow) -> Unit:
    unit = units.unit("石泉铸造有限公司")
    row = UnitRow(
        uuid=unit.uuid,
        kind=UnitKind.ENTERPRISE,
        name=unit.name,
        credit_code=unit.credit_code,
        sector=unit.sector,
        address=unit.address,
        principal=unit.principal,
        supervisor_id=department.id,
    )
    directory.found(session, row, parent=town)
    return unit


_assembled: dict[str, tuple[Cast, str]] = {}
"""Kind of database → everybody in it, and where the template lies; once for each test process."""


def _assemble_in(url: str) -> Cast:
    engine = sqlalchemy.create_engine(url)
    install(engine)
    with writing(engine) as session:
        cast = assemble(session)
    engine.dispose()
    return cast


def _template_sqlite(request: pytest.FixtureRequest) -> tuple[Cast, str]:
    if "sqlite" not in _assembled:
        empty: Path = request.getfixturevalue("migrated_sqlite")
        path = empty.with_name("assembled.sqlite3")
        shutil.copyfile(empty, path)
        _assembled["sqlite"] = (_assemble_in(f"sqlite:///{path}"), str(path))
    return _assembled["sqlite"]


def _template_postgresql(request: pytest.FixtureRequest, cluster: Cluster) -> tuple[Cast, str]:
    if "postgresql" not in _assembled:
        name = cluster.create(template=request.getfixturevalue("migrated_postgresql"))
        _assembled["postgresql"] = (_assemble_in(cluster.url(name)), name)
    return _assembled["postgresql"]


@pytest.fixture
def database(request: pytest.FixtureRequest, home: Path) -> Iterator[Database]:
    """A fresh copy of a database with everybody in it, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        path = home / "zhencha.sqlite3"
        shutil.copyfile(_template_sqlite(request)[1], path)
        yield Database("sqlite", f"sqlite:///{path}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create(template=_template_postgresql(request, cluster)[1])
    yield Database("postgresql", cluster.url(name))
    cluster.drop(name)


@dataclass
class Clock:
    """Stands still until a test moves it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def passes(self, span: timedelta) -> None:
        """Let time pass."""
        self.now += span


@dataclass
class Scene:
    """The app with a settled district, seen from outside and from the database."""

    app: Flask
    cast: Cast
    clock: Clock
    tablet: Tablet = field(init=False)

    def __post_init__(self) -> None:
        self.tablet = self.tablet_of(self.settled.inspectors[0])

    @property
    def settled(self) -> District:
        """The district of the tablet."""
        return self.cast.settled

    @property
    def wiring(self) -> Wiring:
        """The objects that the app was built with."""
        wiring: Wiring = self.app.extensions["zhencha"]
        return wiring

    @property
    def engine(self) -> Engine:
        """The app's engine."""
        return self.wiring.engine

    def token_of(self, person: Person) -> str:
        """Begin a session for somebody and answer the cookie's token."""
        with writing(self.engine) as session:
            account = session.scalars(
                select(PersonAccount).where(PersonAccount.uuid == person.uuid)
            ).one()
            return signing_in.begin(session, account, at=self.clock())

    def tablet_of(self, person: Person | None) -> Tablet:
        """A tablet on which this person is signed in; nobody when None."""
        if person is None:  # without a cookie jar, so that a test may send a Cookie of its own
            return Tablet(line(self.app.test_client(use_cookies=False)))
        client = self.app.test_client()
        client.set_cookie(COOKIE, self.token_of(person))
        return Tablet(line(client))

    def filled(self, **chosen: Any) -> Filled:
        """A record of this district's inspectors about its enterprise, made on their tablet."""
        known: dict[str, Any] = {
            "signers": self.settled.inspectors,
            "unit": self.settled.enterprise,
            "device": self.settled.device,
        }
        return records.filled(**{**known, **chosen})

    def command(self, *words: str) -> Result:
        """Run `flask …` in process, as an operator types it."""
        with self.app.app_context():
            return self.app.test_cli_runner().invoke(args=list(words))

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Read the database directly."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])

    def entries(self, kind: str = "") -> list[str]:
        """Subjects of the ledger's entries, or those of one kind, in order."""
        found = self.rows("SELECT kind, subject FROM ledger_entry ORDER BY seq")
        return [subject for each, subject in found if kind in ("", each)]

    def quarantined(self) -> list[tuple[str, bytes]]:
        """Code and bytes of each refused body that was kept."""
        return [
            (code, bytes(body))
            for code, body in self.rows("SELECT code, body FROM quarantine ORDER BY id")
        ]


def cast_of(database: Database) -> Cast:
    """Everybody in a database that this module's fixture made."""
    return copy(_assembled[database.kind][0])


@pytest.fixture
def scene(app: Flask, database: Database) -> Scene:
    """The app, with the district's first inspector signed in on the tablet."""
    clock = Clock()
    app.extensions["zhencha"] = replace(app.extensions["zhencha"], clock=clock)
    return Scene(app, cast_of(database), clock)
