"""Puts people, units and device keys into a database, by the doors that the product uses."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from inspection.accounts import devices, people
from inspection.accounts.people import Actor, PersonAccount
from inspection.accounts.policy import Role
from inspection.organisations import directory
from inspection.organisations.unit import Unit as UnitRow
from inspection.organisations.unit import UnitKind
from tests.builders import units
from tests.builders.devices import Device
from tests.builders.identifiers import uuid7
from tests.builders.people import Person, inspector
from tests.builders.times import NOON
from tests.builders.units import Unit

PASSWORD = "correct horse 1"


@dataclass
class District:
    """A small district: a town with two inspectors who share a tablet, and one enterprise."""

    district: UnitRow
    town: UnitRow
    enterprise: Unit
    inspectors: tuple[Person, Person]
    device: Device = field(default_factory=Device)


def settle(session: Session, *, at: datetime = NOON) -> District:
    """Found a district and enrol its inspectors' keys, so that a record of theirs is accepted."""
    district = body(session, "云岚区", UnitKind.DISTRICT, parent=None)
    town = body(session, "花桥镇", UnitKind.TOWN, parent=district)
    enterprise = enlist_unit(session, units.unit(), parent=town)
    pair = (inspector("王安"), inspector("李静"))
    settled = District(district, town, enterprise, pair)
    for person in pair:
        enlist(session, person, unit=town, role=Role.INSPECTOR)
        enrol(session, person, settled.device, at=at)
    return settled


def body(session: Session, name: str, kind: UnitKind, *, parent: UnitRow | None) -> UnitRow:
    """Found a district, a town or a department."""
    return directory.found(session, UnitRow(uuid=uuid7(), kind=kind, name=name), parent=parent)


def enlist_unit(session: Session, unit: Unit, *, parent: UnitRow) -> Unit:
    """Enter an enterprise into the register of units."""
    row = UnitRow(
        uuid=unit.uuid,
        kind=UnitKind.ENTERPRISE,
        name=unit.name,
        credit_code=unit.credit_code,
        sector=unit.sector,
        high_risk=unit.high_risk,
        address=unit.address,
        principal=unit.principal,
    )
    directory.found(session, row, parent=parent)
    return unit


def enlist(session: Session, person: Person, *, unit: UnitRow, role: Role) -> Actor:
    """Give somebody an account; they sign in by `username` and PASSWORD."""
    account = PersonAccount(
        uuid=person.uuid,
        username=username(person),
        name=person.name,
        badge=person.badge,
        password_hash=_kept(),
    )
    people.enlist(session, account, unit=unit, role=role)
    return actor(session, person)


@cache
def _kept() -> str:
    """What is kept of PASSWORD: slow to make, so once for everybody."""
    return people.hashed(PASSWORD)


def username(person: Person) -> str:
    """What the person types to sign in; the password is PASSWORD."""
    return f"person-{person.uuid[-12:]}"


def actor(session: Session, person: Person) -> Actor:
    """The person as an actor."""
    found = people.actor(session, person.uuid)
    assert found is not None
    return found


def enrol(session: Session, person: Person, device: Device, *, at: datetime = NOON) -> str:
    """Enrol the person's key on the device and answer its kid."""
    offer = devices.Enrolment(
        jwk=device.key_of(person).jwk,
        device=device.uuid,
        device_label=device.label,
        proof=device.proof(person, at=at),
    )
    return devices.enrol(session, actor(session, person), offer, at=at)
