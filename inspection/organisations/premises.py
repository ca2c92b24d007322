"""What is on a unit's premises (场所与风险特征): it decides which lists are offered there."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.domain.applicability import in_order
from inspection.domain.problems import PremisesOdd
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations.unit import Sector, Unit

DESCRIBED = "unit.described"
MOST_STAFF = 1_000_000


@dataclass(frozen=True)
class Premises:
    """What is asked of a unit. Staff that nobody counted is None."""

    sector: str
    venues: tuple[str, ...]
    high_risk: bool
    staff: int | None


def describe(
    session: Session, unit_uuid: str, given: Premises, *, person: str, name: str, at: datetime
) -> None:
    """Set it, with an entry that keeps what was said before. Raises PremisesOdd.

    The caller has seen to it that the unit lies in the scope of whoever says so.
    """
    end = journal.lock(session)
    unit = session.scalars(select(Unit).where(Unit.uuid == unit_uuid)).one()
    _refuse_odd(given)
    said = Premises(given.sector, in_order(given.venues), given.high_risk, given.staff)
    former = Premises(unit.sector, tuple(unit.venues.split()), unit.high_risk, unit.staff)
    if said == former:
        return
    by = {"person": person, "name": name}
    body = {"unit": unit_uuid, **asdict(said), "former": asdict(former), "by": by}
    journal.append(session, [Event(DESCRIBED, body, subject=unit_uuid)], at=at, after=end)
    unit.sector, unit.venues = said.sector, " ".join(said.venues)
    unit.high_risk, unit.staff = said.high_risk, said.staff
    session.flush()


def _refuse_odd(given: Premises) -> None:
    if given.sector not in {"", *Sector}:
        raise PremisesOdd(field="sector")
    if set(given.venues) - set(in_order(given.venues)):
        raise PremisesOdd(field="venues")
    if given.staff is not None and not 0 <= given.staff <= MOST_STAFF:
        raise PremisesOdd(field="staff")
