"""A town with two inspectors and a record handed in, built through the doors that the app uses.

The database is the test's; blobs, authority and server key lie in its home directory.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import Engine

from inspection import database, settings
from inspection.accounts import devices, people
from inspection.accounts.people import PersonAccount
from inspection.accounts.policy import Role
from inspection.organisations import directory
from inspection.organisations.unit import Unit, UnitKind
from inspection.reports import issuing, shelf
from inspection.reports.shelf import IssuedReport, ShelvedReport
from inspection.signing import credentials
from inspection.signing.certificates import Holder
from inspection.submissions import intake
from inspection.verification import verdict
from inspection.verification.verdict import Verdict
from inspection.wiring import Wiring, wire
from tests.builders.people import Person
from tests.builders.records import Filled
from tests.builders.times import NOON
from tests.reports import samples

ISSUED_AT = NOON + timedelta(minutes=20)
"""Twenty minutes after the record was finished; the verifier comes three days later."""
VERIFIED_AT = NOON + timedelta(days=3)


@dataclass(frozen=True)
class Scene:
    """Everything that a test of issuing and verifying holds in its hands."""

    wiring: Wiring
    record: Filled

    def issue(self) -> ShelvedReport:
        """Issue the report as the worker does."""
        return issuing.issue(self.record.uuid, **collaborators(self.wiring))

    def verify(self, data: bytes, *, at: datetime = VERIFIED_AT) -> Verdict:
        """Examine a file as the verify page does."""
        return verdict.examine_document(
            data,
            engine=self.wiring.engine,
            blobs=self.wiring.blobs,
            authority=self.wiring.authority,
            server_key=self.wiring.server_key,
            at=at,
        )


def collaborators(wiring: Wiring) -> dict:
    """What `issuing.issue` is given."""
    return {
        "engine": wiring.engine,
        "blobs": wiring.blobs,
        "catalog": wiring.catalog,
        "library": wiring.library,
        "authority": wiring.authority,
        "server_key": wiring.server_key,
        "public_url": wiring.settings.public_url,
        "clock": wiring.clock,
    }


def scene(engine: Engine, home: Path, record: Filled | None = None) -> Scene:
    """A record that is complete: signed, accepted, every file arrived."""
    wiring = wired(engine, home)
    record = record or samples.full_record()
    hand_in(wiring, record)
    return Scene(wiring, record)


def wired(engine: Engine, home: Path) -> Wiring:
    """The app's objects on this database, at a moment that never moves."""
    environment = {
        "INSPECTION_HOME": str(home),
        "INSPECTION_ORGANISATION": "枣庄高新区安全生产委员会办公室",
        "INSPECTION_PUBLIC_URL": "https://zhencha.example",
    }
    return wire(settings.from_environment(environment), engine, clock=_issued_at)


def _issued_at() -> datetime:
    return ISSUED_AT


def hand_in(wiring: Wiring, record: Filled, *, blobs: bool = True) -> None:
    """Found the unit, enlist and enrol the signers, then hand the record in."""
    if blobs:
        for data in record.blobs.values():
            wiring.blobs.keep(data)
    body = record.body()
    with database.writing(wiring.engine) as session:
        town = directory.found(
            session, Unit(uuid=_uuid(1), kind=UnitKind.TOWN, name="兴仁街道"), parent=None
        )
        inspected = record.payload["unit"]
        directory.found(session, _enterprise(inspected), parent=town)
        persons = [_enlist(session, wiring, each, record, town) for each in record.signers]
    with database.reading(wiring.engine) as session:
        examined = intake.examine(
            session, record.uuid, body, catalog=wiring.catalog, blobs=wiring.blobs
        )
    assert not examined.faults, examined.faults
    with database.writing(wiring.engine) as session:
        intake.accept(
            session,
            examined,
            submitted_by=persons[0],
            blobs=wiring.blobs,
            key=wiring.server_key,
            at=NOON + timedelta(minutes=6),
        )


def shelve(wiring: Wiring, data: bytes) -> ShelvedReport:
    """Put a report on the shelf whose bytes are these, for tests that look no further."""
    with database.writing(wiring.engine) as session:
        unit = directory.found(
            session, Unit(uuid=_uuid(9), kind=UnitKind.TOWN, name="石泉镇"), parent=None
        )
        session.add(
            IssuedReport(
                uuid=_uuid(10),
                record_uuid=_uuid(11),
                record_digest="0" * 64,
                number="检记〔2026〕000012号",
                unit_id=unit.id,
                title="安全生产现场检查记录",
                checklist_title="机械制造企业检查表",
                organisation=wiring.authority.organisation,
                issued_at=ISSUED_AT,
                sha256=wiring.blobs.keep(data),
                size=len(data),
                pages=4,
                seq=1,
            )
        )
        session.flush()
        shelved = shelf.of_record(session, _uuid(11))
    assert shelved is not None
    return shelved


def _enterprise(inspected: dict) -> Unit:
    return Unit(
        uuid=inspected["uuid"],
        kind=UnitKind.ENTERPRISE,
        name=inspected["name"],
        credit_code=inspected["credit_code"],
        sector="machinery",
        address="山东省枣庄市高新区兴仁街道复元三路 188 号",
        principal="周明",
        phone="0632-5550123",
    )


def _enlist(session, wiring: Wiring, person: Person, record: Filled, town: Unit) -> int:
    account = PersonAccount(
        uuid=person.uuid,
        username=person.uuid,
        name=person.name,
        badge=person.badge,
        title="",
        password_hash="nobody signs in here",
    )
    people.enlist(session, account, unit=town, role=Role.INSPECTOR)
    actor = people.actor(session, person.uuid)
    offer = devices.Enrolment(
        jwk=record.device.key_of(person).jwk,
        device=record.device.uuid,
        device_label="平板 1",
        proof=record.device.proof(person),
    )
    devices.enrol(session, actor, offer, at=NOON - timedelta(days=30))
    holder = Holder(actor.uuid, actor.name, actor.badge, actor.unit_name)
    credentials.enrol(session, holder, authority=wiring.authority, at=NOON - timedelta(days=30))
    return actor.person_id


def _uuid(number: int) -> str:
    return f"0193e000-0000-7000-8000-{number:012d}"
