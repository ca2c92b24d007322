"""Who issues papers (发文机关): its mark in numbers, and where addressees may turn."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.database import Base
from inspection.domain.paper import LINE, SHORT, number_mark
from inspection.domain.problems import MarkTaken, NotFound, PaperIncomplete
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations.unit import Unit, UnitKind
from inspection.paperwork.shelf import PaperRow

DESCRIBED = "issuer.described"


class IssuerRow(Base):
    """What one unit writes on its papers."""

    __tablename__ = "paper_issuer"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(unique=True)
    government: Mapped[str]
    court: Mapped[str]


@dataclass(frozen=True)
class Issuer:
    """`mark` stands in numbers （云应急）; government and court are where one may turn."""

    mark: str = ""
    government: str = ""
    court: str = ""


@dataclass(frozen=True)
class IssuingUnit:
    """A unit that may issue papers; its mark is "" as long as nobody said it."""

    id: int
    uuid: str
    name: str
    issuer: Issuer


def listed(session: Session, actor: Actor) -> tuple[IssuingUnit, ...]:
    """The offices in the actor's scope, with what they write on papers."""
    return _units(session, actor.scope(Permission.ISSUER_DESCRIBE).condition())


def of(session: Session, unit_uuid: str) -> IssuingUnit:
    """Return one unit as an issuer. Raises NotFound for an enterprise or an unknown unit."""
    found = _units(session, Unit.uuid == unit_uuid)
    if not found:
        raise NotFound(unit=unit_uuid)
    return found[0]


def describe(
    session: Session, actor: Actor, unit_uuid: str, given: Issuer, *, at: datetime
) -> None:
    """Set what a unit writes on its papers from now on; papers issued before keep theirs.

    Raises NotFound, PaperIncomplete, or MarkTaken when another unit has or had this mark:
    two of them would give the same number.
    """
    end = journal.lock(session)
    known = next((each for each in listed(session, actor) if each.uuid == unit_uuid), None)
    if known is None:
        raise NotFound(unit=unit_uuid)
    _refuse_odd(given)
    if _taken(session, known.id, given.mark):
        raise MarkTaken(mark=given.mark)
    body = {"unit": unit_uuid, **asdict(given), "by": {"person": actor.uuid, "name": actor.name}}
    journal.append(session, [Event(DESCRIBED, body, subject=unit_uuid)], at=at, after=end)
    apply(session, body)


def apply(session: Session, body: dict[str, Any]) -> None:
    """Bring the row up to date with one entry."""
    unit_id = session.scalar(select(Unit.id).where(Unit.uuid == body["unit"]))
    session.execute(delete(IssuerRow).where(IssuerRow.unit_id == unit_id))
    said = {name: body[name] for name in ("mark", "government", "court")}
    session.add(IssuerRow(unit_id=unit_id, **said))
    session.flush()


def _refuse_odd(given: Issuer) -> None:
    faults = {}
    for name, most in (("mark", SHORT), ("government", LINE), ("court", LINE)):
        text = getattr(given, name)
        if not text:
            faults[name] = "missing"
        elif len(text) > most:
            faults[name] = "too_long"
    if "mark" not in faults and set(given.mark) & set("（）()〔〕[] \t\r\n"):
        faults["mark"] = "not_a_mark"
    if faults:
        raise PaperIncomplete(paper="issuer", fields=faults)


def _taken(session: Session, unit_id: int, mark: str) -> bool:
    """Whether another unit has this mark, or has given numbers with it."""
    theirs = select(IssuerRow.unit_id).where(IssuerRow.mark == mark, IssuerRow.unit_id != unit_id)
    given = select(PaperRow.id).where(
        PaperRow.number.startswith(number_mark(mark), autoescape=True),
        PaperRow.issuer_id != unit_id,
    )
    return session.scalar(theirs) is not None or session.scalar(given.limit(1)) is not None


def _units(session: Session, condition: Any) -> tuple[IssuingUnit, ...]:
    rows = session.execute(
        select(Unit.id, Unit.uuid, Unit.name, IssuerRow)
        .outerjoin(IssuerRow, IssuerRow.unit_id == Unit.id)
        .where(Unit.kind != UnitKind.ENTERPRISE, condition)
        .order_by(Unit.path)
    )
    return tuple(
        IssuingUnit(
            row.id,
            row.uuid,
            row.name,
            Issuer(row[3].mark, row[3].government, row[3].court) if row[3] else Issuer(),
        )
        for row in rows
    )
