"""Finds units and founds new ones; hands out frozen facts."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, literal, or_, select, update
from sqlalchemy.orm import Session

from inspection.database import table_of
from inspection.domain.applicability import Profile
from inspection.domain.problems import NotFound
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind


@dataclass(frozen=True)
class UnitFacts:
    """What is known of a unit; `parent` and `supervisor` are names, "" for none."""

    id: int
    uuid: str
    name: str
    kind: str
    path: str
    supervisor_id: int | None
    credit_code: str
    sector: str
    high_risk: bool
    venues: tuple[str, ...]
    staff: int | None
    address: str
    principal: str
    phone: str
    parent: str
    supervisor: str

    @property
    def profile(self) -> Profile:
        """What lists ask of a unit before they are offered."""
        return Profile(self.sector, frozenset(self.venues), self.high_risk, self.staff)


def unit(session: Session, uuid: str, scope: Scope | None = None) -> UnitFacts:
    """Return one unit. Raises NotFound when there is none, or none in `scope`."""
    condition = [Unit.uuid == uuid] + ([scope.condition()] if scope else [])
    found = _facts(session, *condition)
    if not found:
        raise NotFound(unit=uuid)
    return found[0]


def named(session: Session, text: str, scope: Scope) -> str | None:
    """Return the uuid of the unit in scope with exactly this name or credit code, or None."""
    known = or_(Unit.name == text, Unit.credit_code == text.upper())
    found = session.scalars(select(Unit.uuid).where(known, scope.condition()).limit(2)).all()
    return found[0] if len(found) == 1 else None


def root(session: Session) -> UnitFacts:
    """Return the body that stands above all others. Raises NotFound when there is no unit yet."""
    found = session.scalar(select(Unit.uuid).where(Unit.parent_id.is_(None)).order_by(Unit.id))
    return unit(session, found or "")


def by_id(session: Session, unit_id: int) -> UnitFacts:
    """Return the unit of a membership."""
    (facts,) = _facts(session, Unit.id == unit_id)
    return facts


def parent(session: Session, unit_id: int) -> UnitFacts | None:
    """Return the unit above one, or None."""
    above = select(Unit.parent_id).where(Unit.id == unit_id).scalar_subquery()
    found = _facts(session, Unit.id == above)
    return found[0] if found else None


def find(session: Session, uuid: str) -> UnitFacts | None:
    """Return one unit, or None."""
    found = _facts(session, Unit.uuid == uuid)
    return found[0] if found else None


@dataclass(frozen=True)
class Whereabouts:
    """Where a unit stands in the tree: enough to say who may inspect it."""

    id: int
    path: str
    supervisor_id: int | None


_unit = table_of(Unit)
_WHEREABOUTS = select(_unit.c.id, _unit.c.path, _unit.c.supervisor_id).where(
    _unit.c.uuid == bindparam("uuid")
)


def whereabouts(session: Session, uuid: str) -> Whereabouts | None:
    """Return where a unit stands, or None when there is no such unit."""
    row = session.execute(_WHEREABOUTS, {"uuid": uuid}).one_or_none()
    return Whereabouts(*row) if row else None


def enterprises(session: Session, scope: Scope) -> list[UnitFacts]:
    """Return the enterprises in scope, by name."""
    return _facts(session, Unit.kind == UnitKind.ENTERPRISE, scope.condition())


ROWS_A_PAGE = 50


@dataclass(frozen=True)
class UnitPage:
    """One page of the list of enterprises."""

    rows: tuple[UnitFacts, ...]
    total: int
    page: int
    pages: int


def search(session: Session, scope: Scope, text: str = "", *, page: int = 1) -> UnitPage:
    """Return a page of the enterprises in scope whose name holds `text`, or with that code."""
    conditions = [Unit.kind == UnitKind.ENTERPRISE, scope.condition()]
    if text:
        conditions.append(
            or_(Unit.name.contains(text, autoescape=True), Unit.credit_code == text.upper())
        )
    total = session.scalar(select(func.count()).select_from(Unit).where(*conditions)) or 0
    pages = max(1, -(-total // ROWS_A_PAGE))
    page = min(max(page, 1), pages)
    ids = session.scalars(
        select(Unit.id)
        .where(*conditions)
        .order_by(Unit.name, Unit.id)
        .limit(ROWS_A_PAGE)
        .offset((page - 1) * ROWS_A_PAGE)
    ).all()
    return UnitPage(tuple(_facts(session, Unit.id.in_(ids))), total, page, pages)


def found(session: Session, unit: Unit, *, parent: Unit | None) -> Unit:
    """Add a unit below `parent` and give it its path."""
    unit.parent_id = parent.id if parent else None
    unit.path = "/0/"  # until the id is known
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    session.flush()
    return unit


def bodies(session: Session, scope: Scope) -> list[UnitFacts]:
    """Return the districts, towns and departments in scope, by name."""
    return _facts(session, Unit.kind != UnitKind.ENTERPRISE, scope.condition())


def departments_beside(session: Session, path: str) -> list[UnitFacts]:
    """Return the departments of the tree that a unit stands in: one of them may supervise it."""
    root = f"/{path.split('/')[1]}/"
    return _facts(session, Unit.kind == UnitKind.DEPARTMENT, Unit.path.startswith(root))


def is_taken(session: Session, name: str, *, by_other_than: int) -> bool:
    """Whether another unit bears this name."""
    other = select(Unit.id).where(Unit.name == name, Unit.id != by_other_than)
    return session.scalar(other.limit(1)) is not None


def below(session: Session, path: str) -> set[int]:
    """Return the ids of a unit and of all below it."""
    return set(session.scalars(select(Unit.id).where(Unit.path.startswith(path, autoescape=True))))


def change(
    session: Session,
    facts: UnitFacts,
    *,
    name: str,
    parent: UnitFacts | None,
    supervisor_id: int | None,
) -> None:
    """Give a unit another name, place and supervisor; all below it move along.

    What repeats any of this elsewhere is `hazards.unit_changes`' to bring up to date.
    """
    session.execute(
        update(_unit)
        .where(_unit.c.id == facts.id)
        .values(
            name=name,
            parent_id=parent.id if parent else None,
            supervisor_id=supervisor_id,
        )
    )
    path = f"{parent.path if parent else '/'}{facts.id}/"
    if path != facts.path:
        rest = func.substr(_unit.c.path, len(facts.path) + 1)
        session.execute(
            update(_unit)
            .where(_unit.c.path.startswith(facts.path, autoescape=True))
            .values(path=literal(path).concat(rest))
        )


_parent, _supervisor = _unit.alias(), _unit.alias()
# Built once: nearly every request asks this, and building a statement costs more than running it.
_FACTS = (
    select(_unit, _parent.c.name.label("above"), _supervisor.c.name.label("department"))
    .outerjoin(_parent, _unit.c.parent_id == _parent.c.id)
    .outerjoin(_supervisor, _unit.c.supervisor_id == _supervisor.c.id)
    .order_by(_unit.c.name)
)


def _facts(session: Session, *conditions: ColumnElement[bool]) -> list[UnitFacts]:
    return [
        UnitFacts(
            id=row.id,
            uuid=row.uuid,
            name=row.name,
            kind=row.kind,
            path=row.path,
            supervisor_id=row.supervisor_id,
            credit_code=row.credit_code,
            sector=row.sector,
            high_risk=row.high_risk,
            venues=tuple(row.venues.split()),
            staff=row.staff,
            address=row.address,
            principal=row.principal,
            phone=row.phone,
            parent=row.above or "",
            supervisor=row.department or "",
        )
        for row in session.execute(_FACTS.where(*conditions))
    ]
